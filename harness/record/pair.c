/* SPDX-License-Identifier: MIT
 *
 * One packet passes up to six taps. Which sightings belong together is told by what no hop
 * changes: addresses and ports (but where a router translates them), sequence and
 * acknowledgement number, flags, length, timestamps and the IP identification. What is
 * alike to the last bit is told apart by order: a tap's k-th sighting of it is the k-th
 * packet.
 *
 * Who carries packets himself says which is which, and by what one was lost (raw.h). Then only a
 * packet that a router forwards is looked for, and one that the way changed.
 *
 * A packet begins where a host's own interface lets it out. One that is first seen elsewhere
 * was made on the way: by the router, or by netem (duplicated, corrupted).
 */
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "list.h"
#include "parts.h"
#include "raw.h"
#include "strip_words.h"
#include "tcp_words.h"

#define HURRY_NS (150 * 1000000LL) /* more than what a busy machine needs to forward */

/* A connection that a host behind the router has to one outside, as that one knows it. */
struct masked {
	const struct decoded *seen; /* its first packet, outside */
	int host;
	uint16_t port; /* of the host itself */
};

struct pairing {
	struct pool *pool;
	struct record *record;
	const struct plan *plan;
	struct decoded *packet; /* what record->packet[k] says */
	int packet_count;
	uint64_t *signature; /* of record->packet[k] */
	int signature_count;
	uint64_t *seen; /* bit mask: at which taps */
	int seen_count;
	int *chain; /* next packet with the same hash */
	int chain_count;
	int *head;
	uint64_t head_mask;
	int64_t longest_way_ns;
	struct masked *masked; /* the newest last */
	int masked_count;
	struct renumbering renumbering; /* by a SYN proxy */
	int *by_number;                 /* which packet bears it, or -1 */
	uint32_t number_count;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
	return hash * 0xff51afd7ed558ccdULL;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = mix(hash, (uint8_t)*text);
	return hash;
}

/* Of what stays the same on its way. */
static uint64_t signature_of(const struct decoded *packet, const struct plan *plan)
{
	int stripped = plan->middlebox.strip;
	bool translated = plan->nat || plan_has_vip(plan);
	bool ecn = stripped & STRIP_ECN_FLAGS && packet->flags & TCP_SYN;
	uint64_t hash = mix(packet->protocol,
			    (uint64_t)packet->flags & ~(ecn ? (unsigned)(TCP_ECE | TCP_CWR) : 0u));

	if (!translated) {
		hash = mix_text(mix_text(hash, packet->src), packet->dst);
		hash = mix(hash, (uint64_t)packet->sport << 16 | packet->dport);
	}
	hash = mix(hash, (uint64_t)packet->seq << 32 | packet->ack);
	if (!(stripped & STRIP_TIMESTAMPS) && !plan->middlebox.syn_proxy)
		hash = mix(hash, (uint64_t)packet->ts_value << 32 | packet->ts_echo);
	hash = mix(hash, (uint64_t)packet->payload << 32 | (uint64_t)packet->window << 16 |
				 (uint16_t)packet->ip_id);
	hash = mix(hash, (uint64_t)(packet->icmp_type + 1) << 32 |
				 (uint64_t)(packet->icmp_code + 1) << 16 |
				 (uint64_t)packet->for_proxy << 2 |
				 (uint64_t)packet->neighbour_request << 1 |
				 (uint64_t)packet->neighbour_reply);
	return mix(hash, packet->quoted_seq);
}

static uint64_t tap_bit(const struct record_frame *frame)
{
	int place = frame->host >= 0 ? frame->host : 8 + (-1 - frame->host);

	return 1ULL << (((place * 2 + frame->tap) * 2 + frame->outgoing) & 63);
}

static bool is_origin(const struct record_frame *frame)
{
	return frame->host >= 0 && frame->tap == RAW_TAP_HOST && frame->outgoing;
}

static bool is_router_address(const struct plan_host *host, const char *address)
{
	return strcmp(host->router4, address) == 0 || strcmp(host->router6, address) == 0;
}

static bool is_outer_address(const struct plan *plan, const char *address)
{
	return plan->nat && is_router_address(&plan->host[plan->host_count - 1], address);
}

int place_of_address(const struct plan *plan, const char *address)
{
	for (int i = 0; i < plan->host_count; i++)
		if (strcmp(plan->host[i].address4, address) == 0 ||
		    strcmp(plan->host[i].address6, address) == 0 ||
		    strcmp(plan->host[i].link_local, address) == 0)
			return i;
	if (plan->network != NETWORK_ROUTER)
		return PLAN_ANY;
	/* With translation, the last host is outside and knows the others by this address: the
	 * first, where nothing else is known (masked_find()). */
	if (plan_has_vip(plan) && plan_address_of_text(plan, address) >= 0)
		return PLACE_ROUTER;
	if (is_outer_address(plan, address))
		return 0;
	if (strcmp(address, PLAN_ROUTER_LINK_LOCAL) == 0)
		return PLACE_ROUTER;
	for (int i = 0; i < plan->host_count; i++)
		if (is_router_address(&plan->host[i], address))
			return PLACE_ROUTER;
	return PLAN_ANY;
}

/* Who has it then: of two, the first. */
static int holder_of(const struct plan *plan, const char *address, int64_t t_ns)
{
	int index = plan_address_of_text(plan, address);
	uint32_t holders = index < 0 ? 0 : plan_holders(plan, index, t_ns);

	for (int host = 0; host < plan->host_count; host++)
		if (holders & 1u << host)
			return host;
	return PLAN_ANY;
}

int place_then(const struct plan *plan, const char *address, int64_t t_ns)
{
	int place = place_of_address(plan, address);

	return place == PLAN_ANY ? holder_of(plan, address, t_ns) : place;
}

/* Whose connection it is that PACKET, sent to the router's outer address, belongs to. */
static const struct masked *masked_find(const struct pairing *pairing, const char *remote,
					uint16_t remote_port, uint16_t port)
{
	for (int i = pairing->masked_count - 1; i >= 0; i--) {
		const struct decoded *seen = pairing->masked[i].seen;

		if (seen->sport == port && seen->dport == remote_port &&
		    strcmp(seen->dst, remote) == 0)
			return &pairing->masked[i];
	}
	return NULL;
}

/* A packet of a host behind the router is SEEN outside, where it bears the router's address. */
static void note_masked(struct pairing *pairing, const struct decoded *seen, int index)
{
	const struct masked *known;
	const struct decoded *said = &pairing->packet[index];
	int from = pairing->record->packet[index].from;

	if (seen->protocol != PACKET_TCP || from < 0 || from >= pairing->plan->host_count - 1 ||
	    !is_outer_address(pairing->plan, seen->src))
		return;
	known = masked_find(pairing, seen->dst, seen->dport, seen->sport);
	if (!known || known->host != from || known->port != said->sport)
		*LIST_ADD(pairing->pool, pairing, masked) = (struct masked){
			memcpy(pool_alloc(pairing->pool, sizeof(*seen)), seen, sizeof(*seen)), from,
			said->sport};
}

/* What is sent to the router's outer address is for whom it stands for there. */
static void unmask(struct pairing *pairing, int index)
{
	const struct plan *plan = pairing->plan;
	struct record_packet *packet = &pairing->record->packet[index];
	struct decoded *said = &pairing->packet[index];
	const struct masked *masked;

	if (!is_outer_address(plan, said->dst))
		return;
	/* Who sent what an error quotes gets it (RFC 5508, 4.2). */
	masked = said->quotes ? masked_find(pairing, said->quoted_dst, said->quoted_dport,
					    said->quoted_sport)
			      : masked_find(pairing, said->src, said->sport, said->dport);
	if (!masked || (masked->host == 0 && masked->port == said->dport))
		return;
	packet->to = masked->host;
	snprintf(said->translated, sizeof(said->translated), "%s",
		 plan_host_address(plan, masked->host));
	said->translated_port = masked->port;
}

/* To whom the sender sends: of an address that moves it may know an old MAC. */
static int receiver_of(const struct plan *plan, const struct record_frame *frame,
		       const struct decoded *packet, int from)
{
	static const uint8_t of_hosts[] = {2, 0, 0, 0, 0};
	int mac[HOSTS_MAX], to = place_then(plan, packet->dst, frame->t_ns);

	if (plan_address_of_text(plan, packet->dst) < 0)
		return to;
	plan_macs(plan, frame->t_ns, mac);
	for (int i = 0; i < plan->host_count; i++)
		if (memcmp(frame->bytes, of_hosts, sizeof(of_hosts)) == 0 &&
		    frame->bytes[sizeof(of_hosts)] == mac[i])
			return i;
	return to == from ? PLAN_ANY : to; /* it tells all where it is */
}

/* For how long a packet may be under way. Of those alike, one sent earlier than that is lost:
 * a keepalive probe without timestamps is repeated to the last bit. Less than any TCP timer. */
static int64_t longest_way_ns(const struct plan *plan)
{
	int64_t delay_ns = plan->link.delay_ns + plan->link.jitter_ns;

	if (plan->link.rate)
		return INT64_MAX; /* as long as the queue is */
	for (int i = 0; i < plan->fault_count; i++) {
		const struct plan_impairment *impairment = &plan->fault[i].impairment;

		if (impairment->rate)
			return INT64_MAX;
		if (impairment->delay_ns + impairment->jitter_ns > delay_ns)
			delay_ns = impairment->delay_ns + impairment->jitter_ns;
	}
	return 2 * delay_ns + HURRY_NS;
}

static int packet_add(struct pairing *pairing, const struct record_frame *frame,
		      const struct decoded *packet, uint64_t signature, int from)
{
	struct record_packet *added = LIST_ADD(pairing->pool, pairing->record, packet);
	uint64_t slot = signature & pairing->head_mask;
	int index = pairing->record->packet_count - 1;

	*LIST_ADD(pairing->pool, pairing, packet) = *packet;
	*LIST_ADD(pairing->pool, pairing, signature) = signature;
	*LIST_ADD(pairing->pool, pairing, seen) = tap_bit(frame);
	*LIST_ADD(pairing->pool, pairing, chain) = -1;
	/* At the chain's end, so that the earliest is found first. */
	if (pairing->head[slot] < 0) {
		pairing->head[slot] = index;
	} else {
		int last = pairing->head[slot];

		while (pairing->chain[last] >= 0)
			last = pairing->chain[last];
		pairing->chain[last] = index;
	}
	added->sent_ns = frame->t_ns;
	added->port_ns = added->arrived_ns = -1;
	added->from = from;
	added->to = receiver_of(pairing->plan, frame, packet, from);
	unmask(pairing, index);
	return index;
}

/* The packet that this is a further sighting of; -1: none. *RET_KNOWN: there are such,
 * but this tap has seen them all. */
static int packet_find(const struct pairing *pairing, const struct record_frame *frame,
		       uint64_t signature, bool *ret_known)
{
	uint64_t bit = tap_bit(frame);
	int old = -1;

	*ret_known = false;
	for (int i = pairing->head[signature & pairing->head_mask]; i >= 0; i = pairing->chain[i]) {
		int64_t sent_ns = pairing->record->packet[i].sent_ns;

		bool under_way = frame->t_ns - sent_ns <= pairing->longest_way_ns;

		if (pairing->signature[i] != signature)
			continue;
		*ret_known = true;
		if (pairing->seen[i] & bit)
			continue;
		if (under_way)
			return i;
		old = i;
	}
	return old;
}

/* What was sent to a VIP of the router, and is seen behind it, is for who is there. */
static void note_translation(struct pairing *pairing, const struct record_frame *frame,
			     const struct decoded *seen, int index)
{
	struct record_packet *packet = &pairing->record->packet[index];
	struct decoded *said = &pairing->packet[index];
	int host = frame->host >= 0 ? frame->host : -1 - frame->host;

	if (packet->to != PLACE_ROUTER || !plan_has_vip(pairing->plan) ||
	    strcmp(seen->dst, said->dst) == 0)
		return;
	packet->to = host;
	packet->arrived_ns = -1;
	memcpy(said->translated, seen->dst, sizeof(said->translated));
	said->translated_port = seen->dport;
}

static void note_sighting(struct pairing *pairing, const struct record_frame *frame,
			  const struct decoded *seen, int index)
{
	struct record_packet *packet = &pairing->record->packet[index];

	note_translation(pairing, frame, seen, index);
	note_masked(pairing, seen, index);
	pairing->seen[index] |= tap_bit(frame);
	if (frame->tap == RAW_TAP_PORT && frame->host == packet->from && !frame->outgoing)
		packet->port_ns = frame->t_ns;
	if (frame->tap == RAW_TAP_HOST && frame->host >= 0 && !frame->outgoing &&
	    (packet->to == frame->host || packet->to == PLAN_ANY))
		packet->arrived_ns = frame->t_ns;
	if (packet->to == PLACE_ROUTER && frame->tap == RAW_TAP_HOST && frame->host < 0 &&
	    !frame->outgoing)
		packet->arrived_ns = frame->t_ns;
}

/* Where `reject` has no router to do it, a packet filter in front of the receiver does. */
static bool is_by_filter(const struct plan *plan, const struct decoded *packet)
{
	for (int i = 0; i < plan->fault_count; i++)
		if (plan->fault[i].op == FAULT_REJECT && plan->network != NETWORK_ROUTER)
			return packet->flags & TCP_RST;
	return false;
}

/* Where no host sent it, the way made it: the router, or netem, which only delays what leaves
 * a port. */
static int packet_of_the_way(struct pairing *pairing, const struct record_frame *frame,
			     const struct decoded *packet, uint64_t signature, bool known)
{
	int sender = place_then(pairing->plan, packet->src, frame->t_ns);
	bool at_router = frame->host < 0 && frame->tap == RAW_TAP_HOST && frame->outgoing;
	bool router = (!known || at_router) && pairing->plan->network == NETWORK_ROUTER &&
		      (frame->host < 0 || packet->protocol == PACKET_ICMP ||
		       packet->protocol == PACKET_ICMP6 || packet->protocol == PACKET_ARP ||
		       packet->flags & TCP_RST);
	int index = packet_add(pairing, frame, packet, signature, router ? PLACE_ROUTER : sender);

	/* The bridge has background of its own: only TCP is strange. */
	if (router || (!known && packet->protocol != PACKET_TCP))
		return index;
	if (!known && is_by_filter(pairing->plan, packet)) {
		pairing->record->packet[index].note = pool_strdup(
			pairing->pool, "RST: from a packet filter in front of it");
		return index;
	}
	pairing->record->packet[index].made_on_way = true;
	pairing->record->packet[index].note = pool_strdup(
		pairing->pool,
		known ? "duplicated on the way" : "changed on the way: no host sent this");
	return index;
}

/* Each number has been seen somewhere, or lost: others are damage. */
static void numbers_begin(struct pairing *pairing, int loss_count)
{
	pairing->number_count = (uint32_t)(pairing->record->frame_count + loss_count + 1);
	pairing->by_number = pool_alloc(pairing->pool, pairing->number_count * sizeof(int));
	memset(pairing->by_number, -1, pairing->number_count * sizeof(int));
}

/* Where the packet of that number is kept; NULL: it has none. */
static int *numbered(struct pairing *pairing, uint32_t number)
{
	return number && number < pairing->number_count ? &pairing->by_number[number] : NULL;
}

/* -1: it has no number, or it is the first sighting of it, or a copy that the way made or changed.
 */
static int packet_of_number(struct pairing *pairing, const struct record_frame *frame,
			    uint64_t signature)
{
	const int *known = numbered(pairing, frame->number);

	if (!known || *known < 0 || pairing->signature[*known] != signature ||
	    pairing->seen[*known] & tap_bit(frame))
		return -1;
	return *known;
}

static void note_number(struct pairing *pairing, const struct record_frame *frame)
{
	int *known = numbered(pairing, frame->number);

	if (known && *known < 0)
		*known = frame->packet;
}

/* A switch gives all of them what is for a group: it is not lost because one that it does not mean
 * has not got it. */
static bool is_anothers(const struct plan *plan, const struct record_packet *packet,
			const struct loss *loss)
{
	return plan->network == NETWORK_SWITCH && plan->host_count > 2 && loss->host >= 0 &&
	       loss->host != packet->to;
}

static void note_losses(struct pairing *pairing, const struct loss *loss, int count)
{
	for (int i = 0; i < count; i++) {
		const int *index = numbered(pairing, loss[i].number);
		struct record_packet *packet;

		if (!index || *index < 0)
			continue;
		packet = &pairing->record->packet[*index];
		if (loss[i].arrives)
			packet->note = loss[i].why;
		else if (packet->arrived_ns < 0 && !is_anothers(pairing->plan, packet, &loss[i]))
			packet->lost = loss[i].why;
	}
}

/* What came to the router and went no further: a SYN proxy answered it, or sent a segment of its
 * own for it; or a filter took it, or the next hop was unknown. Where it was lost of all that one
 * kernel plays is not known so well. */
static void note_taken(struct pairing *pairing)
{
	struct record *record = pairing->record;

	if (!pairing->packet || !pairing->seen)
		return;
	for (int i = 0; i < record->packet_count; i++) {
		struct record_packet *packet = &record->packet[i];
		struct record_frame came = {.host = -1 - packet->from, .tap = RAW_TAP_HOST};

		if (packet->from < 0 || packet->arrived_ns >= 0 || packet->lost ||
		    !(pairing->seen[i] & tap_bit(&came)))
			continue;
		if (pairing->plan->middlebox.syn_proxy && pairing->packet[i].protocol == PACKET_TCP)
			packet->lost = "taken by the SYN proxy";
		else if (record->host_kernel_count)
			packet->lost = "the router did not send it on";
	}
}

struct decoded *pair_sightings(struct pool *pool, struct record *record, const struct plan *plan,
			       const struct loss *loss, int loss_count)
{
	struct pairing pairing = {
		.pool = pool, .record = record, .plan = plan, .renumbering.pool = pool};
	uint64_t slots = 64;

	while (slots < (uint64_t)record->frame_count)
		slots *= 2;
	pairing.head = pool_alloc(pool, slots * sizeof(int));
	memset(pairing.head, -1, slots * sizeof(int));
	pairing.head_mask = slots - 1;
	pairing.longest_way_ns = longest_way_ns(plan);
	numbers_begin(&pairing, loss_count);
	sort_frames(record);
	for (int i = 0; i < record->frame_count; i++) {
		struct record_frame *frame = &record->frame[i];
		struct decoded packet;
		uint64_t signature;
		bool known = false;

		packet_decode(frame->bytes, (size_t)frame->captured, &packet);
		if (plan->middlebox.syn_proxy)
			renumber(&pairing.renumbering, plan, frame, &packet);
		signature = signature_of(&packet, plan);
		frame->packet = -1;
		if (is_origin(frame))
			frame->packet = packet_add(&pairing, frame, &packet, signature,
						   frame->host);
		else
			frame->packet = packet_of_number(&pairing, frame, signature);
		if (frame->packet < 0)
			frame->packet = packet_find(&pairing, frame, signature, &known);
		if (frame->packet < 0)
			frame->packet = packet_of_the_way(&pairing, frame, &packet, signature,
							  known);
		note_number(&pairing, frame);
		note_sighting(&pairing, frame, &packet, frame->packet);
	}
	note_losses(&pairing, loss, loss_count);
	note_taken(&pairing);
	order_moments(pool, record);
	return pairing.packet;
}
