/* SPDX-License-Identifier: MIT */
#include "middlebox.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "parts.h"

struct end {
	uint8_t address[16]; /* of IPv4 the first four bytes */
	uint16_t port;
	struct packet *last; /* that it sent; NULL: none yet */
	int last_to;         /* the card that it was on its way to */
	bool finished;       /* it has sent a FIN */
};

struct flow {
	struct flow *next;
	int ip_version;
	struct end end[2]; /* 0: who sent the SYN */
	int64_t last_ns;
	bool given_up; /* it was idle for too long */
};

struct middlebox {
	struct world_middlebox how;
	struct flow *first;
	bool is_timed; /* world_at() has been told to call for the next that is idle */
};

static void flow_remove(struct flow **at)
{
	struct flow *flow = *at;

	*at = flow->next;
	packet_free(flow->end[0].last);
	packet_free(flow->end[1].last);
	free(flow);
}

static void forget_all(struct middlebox *box)
{
	while (box->first)
		flow_remove(&box->first);
}

void middlebox_free(struct middlebox *box)
{
	if (!box)
		return;
	forget_all(box);
	free(box);
}

void world_set_middlebox(struct world *world, const struct world_middlebox *how)
{
	middlebox_free(world->middlebox);
	world->middlebox = calloc(1, sizeof(*world->middlebox));
	if (!world->middlebox)
		abort();
	world->middlebox->how = *how;
}

void world_middlebox_forget(struct world *world)
{
	if (world->middlebox)
		forget_all(world->middlebox);
}

static struct end end_of(const struct packet *packet, const struct frame_parts *parts, bool sender)
{
	size_t size = parts->ip_version == 4 ? 4 : 16, first = parts->ip_version == 4 ? 12 : 8;
	struct end end = {.port = sender ? parts->tcp_from : parts->tcp_to};

	memcpy(end.address, packet->bytes + parts->ip_at + first + (sender ? 0 : size), size);
	return end;
}

static bool is_same(const struct end *a, const struct end *b)
{
	return a->port == b->port && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

/* Where the flow hangs that is between these two; of NULL if there is none. *RET_SENDER: which of
 * its ends SENDER is. */
static struct flow **find(struct middlebox *box, int ip_version, const struct end *sender,
			  const struct end *receiver, int *ret_sender)
{
	struct flow **at = &box->first;

	for (; *at; at = &(*at)->next)
		for (int i = 0; i < 2; i++)
			if ((*at)->ip_version == ip_version && is_same(&(*at)->end[i], sender) &&
			    is_same(&(*at)->end[!i], receiver)) {
				*ret_sender = i;
				return at;
			}
	return at;
}

static bool is_before(const struct world *world, const struct packet *packet, int to)
{
	const struct world_middlebox *how = &world->middlebox->how;
	int of = world->card[to]->host->index;

	if (how->outside == WORLD_NONE)
		return of == how->host;
	return world->card[to]->segment != world->card[how->outside]->segment &&
	       (of == how->host || world->card[packet->from]->host->index == how->host);
}

static void tell_end(struct world *world, const struct end *end)
{
	const struct world_middlebox *how = &world->middlebox->how;

	if (end->last)
		network_reject(world, end->last, end->last_to, how->reject_type, how->reject_code);
}

static void time_next(struct world *world, int64_t t_ns);

/* Of those that are to be told when they have been idle for long enough. */
static int look(struct world *world, void *data, struct err *err)
{
	struct middlebox *box = data;
	int64_t next_ns = NEVER;

	(void)err;
	box->is_timed = false;
	for (struct flow **at = &box->first; *at;) {
		struct flow *flow = *at;
		int64_t ends_ns = flow->last_ns + box->how.idle_ns;

		if (ends_ns > world->now_ns) {
			next_ns = ends_ns < next_ns ? ends_ns : next_ns;
		} else if (!flow->end[0].finished || !flow->end[1].finished) {
			tell_end(world, &flow->end[0]);
			tell_end(world, &flow->end[1]);
		}
		if (ends_ns > world->now_ns)
			at = &flow->next;
		else
			flow_remove(at);
	}
	if (next_ns != NEVER)
		time_next(world, next_ns);
	return 0;
}

static void time_next(struct world *world, int64_t t_ns)
{
	struct middlebox *box = world->middlebox;

	if (!box->how.at_once || box->is_timed)
		return;
	box->is_timed = true;
	world_at(world, t_ns, look, box);
}

static void take_up(const struct world *world, struct flow *flow, struct packet *packet,
		    const struct frame_parts *parts, int sender, int to)
{
	struct end *end = &flow->end[sender];

	packet_free(end->last);
	packet->users++;
	end->last = packet;
	end->last_to = to;
	end->finished = end->finished || parts->tcp_flags & TH_FIN;
	if (!world->middlebox->how.by_payload || parts->tcp_length ||
	    parts->tcp_flags & (TH_SYN | TH_FIN))
		flow->last_ns = world->now_ns;
}

static void strip(struct world *world, struct packet *packet, const struct frame_parts *parts)
{
	const struct world_observer *observer = &world->options.observer;
	struct frame_strip did = frame_strip(packet->bytes, packet->size, parts,
					     &world->middlebox->how.strip);

	if (observer->stripped && (did.options || did.ecn || did.ecn_flags || did.most_mss))
		observer->stripped(observer->data, packet->number, &did);
}

/* Of a connection that it may know. */
static bool known_sees(struct world *world, struct packet *packet, const struct frame_parts *parts,
		       int to)
{
	struct middlebox *box = world->middlebox;
	struct end sender = end_of(packet, parts, true), receiver = end_of(packet, parts, false);
	int which = 0;
	struct flow **at = find(box, parts->ip_version, &sender, &receiver, &which), *flow;

	if (*at && (parts->tcp_flags & (TH_SYN | TH_ACK)) == TH_SYN && (*at)->given_up)
		flow_remove(at); /* a new one of the same name */
	if (!*at && (parts->tcp_flags & (TH_SYN | TH_ACK | TH_RST)) != TH_SYN)
		return false;
	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			abort();
		**at = (struct flow){.ip_version = parts->ip_version, .end = {sender, receiver}};
		which = 0;
		time_next(world, world->now_ns + box->how.idle_ns);
	} else if (world->now_ns - (*at)->last_ns >= box->how.idle_ns) {
		(*at)->given_up = true;
	}
	flow = *at;
	if (flow->given_up) {
		if (box->how.answers)
			network_reject(world, packet, to, box->how.reject_type,
				       box->how.reject_code);
		return true;
	}
	if (parts->tcp_flags & TH_RST)
		flow_remove(at);
	else
		take_up(world, flow, packet, parts, which, to);
	return false;
}

bool middlebox_sees(struct world *world, struct packet *packet, int to)
{
	struct frame_parts parts;

	if (!world->middlebox || !is_before(world, packet, to))
		return false;
	parts = frame_parse(packet->bytes, packet->size);
	if (!parts.tcp_at)
		return false;
	strip(world, packet, &parts);
	return world->middlebox->how.idle_ns && known_sees(world, packet, &parts, to);
}
