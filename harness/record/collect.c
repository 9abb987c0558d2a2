/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "collecting.h"
#include "list.h"
#include "members.h"
#include "parts.h"
#include "raw.h"
#include "text.h"
#include "utf8.h"

static char *text_of(struct collecting *collecting, const struct raw_frame *frame,
		     const uint8_t *payload)
{
	return pool_strndup(collecting->pool, (const char *)payload, frame->size);
}

static void take_start(struct collecting *collecting, const struct raw_frame *frame,
		       const uint8_t *payload)
{
	struct record *record = collecting->record;
	struct raw_start start;
	int hz;

	memcpy(&start, payload, sizeof(start));
	start.release[sizeof(start.release) - 1] = start.machine[sizeof(start.machine) - 1] = '\0';
	hz = start.tick_ns > 0 ? (int)((NSEC_PER_SEC + start.tick_ns / 2) / start.tick_ns) : 0;
	if (frame->who >= 0 && frame->who <= collecting->plan->host_count)
		*LIST_ADD(collecting->pool, record, host_kernel) = (struct record_host_kernel){
			frame->who, pool_strdup(collecting->pool, start.release), hz};
	if (frame->who > 0 && record->kernel.hz) /* the first host's, if it ever ran */
		return;
	record->kernel.release = pool_strdup(collecting->pool, start.release);
	record->kernel.machine = pool_strdup(collecting->pool, start.machine);
	record->kernel.hz = hz;
	record->kernel.virtual_clock = start.virtual_clock;
	record->kernel.netem = start.has_netem;
	record->real_ns = start.real_ns;
}

/* What was said last of a socket, as an index of the record's. */
struct last_said {
	uint64_t cookie;
	int index;
};

static int by_cookie(const void *a, const void *b)
{
	const struct last_said *one = a, *other = b;

	if (one->cookie != other->cookie)
		return one->cookie < other->cookie ? -1 : 1;
	return one->index < other->index ? -1 : 1;
}

static int by_index(const void *a, const void *b)
{
	const struct last_said *one = a, *other = b;

	return one->index < other->index ? -1 : 1;
}

/* HOST's sockets that are still there, in *RET from POOL; how many. Those that it had when its
 * power went before are not looked at again. */
static int sockets_left(struct collecting *collecting, struct pool *pool, int host,
			struct last_said **ret)
{
	const struct record *record = collecting->record;
	int most = record->socket_count - collecting->lost[host], count = 0, left = 0;
	struct last_said *said = pool_alloc(pool, (size_t)(most + 1) * sizeof(*said));

	for (int i = collecting->lost[host]; i < record->socket_count; i++)
		if (record->socket[i].host == host && !record->socket[i].sample)
			said[count++] = (struct last_said){record->socket[i].cookie, i};
	qsort(said, (size_t)count, sizeof(*said), by_cookie);
	for (int i = 0; i < count; i++)
		if ((i + 1 == count || said[i + 1].cookie != said[i].cookie) &&
		    record->socket[said[i].index].state != 0)
			said[left++] = said[i];
	qsort(said, (size_t)left, sizeof(*said), by_index);
	*ret = said;
	return left;
}

/* A host without power has neither programs nor sockets, and nobody on it to say so. */
static void host_lost(struct collecting *collecting, int host, int64_t t_ns)
{
	struct record *record = collecting->record;
	struct pool pool = {0};
	struct last_said *said;
	int left = sockets_left(collecting, &pool, host, &said);

	for (int i = 0; i < left; i++) {
		struct record_socket *gone = LIST_ADD(collecting->pool, record, socket);

		*gone = record->socket[said[i].index];
		gone->t_ns = t_ns;
		gone->state = 0;
	}
	pool_done(&pool);
	collecting->lost[host] = record->socket_count;
	for (int i = 0; i < record->program_count; i++) {
		struct record_program *program = &record->program[i];

		if (collecting->plan->program[program->program].host != host ||
		    program->end_ns >= 0)
			continue;
		program->end_ns = t_ns;
		program->signal = SIGKILL;
	}
}

static void take_host(struct collecting *collecting, const struct raw_frame *frame,
		      const uint8_t *payload)
{
	struct record *record = collecting->record;
	struct raw_host host;

	memcpy(&host, payload, sizeof(host));
	if (host.up != record_host_is_up(record, frame->who, INT64_MAX))
		*LIST_ADD(collecting->pool, record,
			  host) = (struct record_host){frame->t_ns, frame->who, host.up};
	if (!host.up)
		host_lost(collecting, frame->who, frame->t_ns);
	if (host.up && collecting->boots[frame->who] < MOST_BOOTS)
		collecting->up_ns[frame->who][collecting->boots[frame->who]++] = frame->t_ns;
}

/* HOST as in struct raw_packet. */
static bool has_interface(const struct plan *plan, int host)
{
	int router = plan->network == NETWORK_ROUTER ? plan->host_count : 0;

	return host >= -router && host < plan->host_count;
}

static void take_packet(struct collecting *collecting, const struct raw_frame *frame,
			const uint8_t *payload)
{
	struct record_frame *added;
	struct raw_packet packet;

	memcpy(&packet, payload, sizeof(packet));
	if (!has_interface(collecting->plan, packet.host) || packet.tap > RAW_TAP_PORT)
		return;
	added = LIST_ADD(collecting->pool, collecting->record, frame);
	added->t_ns = frame->t_ns;
	added->host = packet.host;
	added->tap = packet.tap;
	added->outgoing = packet.outgoing;
	added->packet = -1;
	added->number = packet.number;
	added->length = (int)packet.length;
	added->captured = (int)(frame->size - sizeof(packet));
	added->bytes = pool_alloc(collecting->pool, (size_t)added->captured + 1);
	memcpy(added->bytes, payload + sizeof(packet), (size_t)added->captured);
}

static void take_lost(struct collecting *collecting, const struct raw_frame *frame,
		      const uint8_t *payload)
{
	struct loss *loss = LIST_ADD(collecting->pool, collecting, loss);
	size_t size = frame->size - sizeof(loss->number);

	loss->arrives = frame->type == RAW_CHANGED;
	loss->host = frame->who;
	memcpy(&loss->number, payload, sizeof(loss->number));
	loss->why = pool_alloc(collecting->pool, size + 1);
	memcpy(loss->why, payload + sizeof(loss->number), size);
}

static void take_socket(struct collecting *collecting, const struct raw_frame *frame,
			const uint8_t *payload)
{
	struct record_socket *socket = LIST_ADD(collecting->pool, collecting->record, socket);

	socket_decode(collecting->pool, payload, frame->size, socket);
	socket->t_ns = frame->t_ns;
	socket->host = frame->who;
	socket->sample = frame->type == RAW_SAMPLE;
}

/* A host, or the router. */
static int place_of_who(const struct collecting *collecting, const struct raw_frame *frame)
{
	return frame->who == collecting->plan->host_count ? PLACE_ROUTER : frame->who;
}

static void take_sampled(struct collecting *collecting, const struct raw_frame *frame,
			 const uint8_t *payload)
{
	struct record_sampled *sampled = LIST_ADD(collecting->pool, collecting->record, sampled);

	(void)payload;
	sampled->t_ns = frame->t_ns;
	sampled->host = place_of_who(collecting, frame);
}

static void take_tracked(struct collecting *collecting, const struct raw_frame *frame,
			 const uint8_t *payload)
{
	struct record_conntrack *conntrack = LIST_ADD(collecting->pool, collecting->record,
						      conntrack);
	struct raw_tracked raw;

	memcpy(&raw, payload, sizeof(raw));
	conntrack_decode(collecting->pool, &raw, conntrack);
	conntrack->t_ns = frame->t_ns;
}

static void take_spin(struct collecting *collecting, const struct raw_frame *frame,
		      const uint8_t *payload)
{
	struct record_spin *spin = LIST_ADD(collecting->pool, collecting->record, spin);
	char *text = text_of(collecting, frame, payload), *colon = strstr(text, ": ");

	spin->t_ns = frame->t_ns;
	spin->host = frame->who >= 0 && frame->who <= collecting->plan->host_count ? frame->who
										   : -1;
	spin->exact = strncmp(text, "not exact", strlen("not exact")) != 0;
	spin->text = colon ? colon + strlen(": ") : text;
}

/* What it waits for that starts then is seen by its start. */
static void take_nothing(struct collecting *collecting, const struct raw_frame *frame,
			 const uint8_t *payload)
{
	(void)collecting, (void)frame, (void)payload;
}

static void take_fault(struct collecting *collecting, const struct raw_frame *frame,
		       const uint8_t *payload)
{
	struct record *record = collecting->record;
	struct record_fault *fault = NULL;
	int32_t part;

	memcpy(&part, payload, sizeof(part));
	for (int i = 0; i < record->fault_count; i++)
		if (record->fault[i].fault == frame->who)
			fault = &record->fault[i];
	if (!fault) {
		fault = LIST_ADD(collecting->pool, record, fault);
		fault->fault = frame->who;
		fault->begun_ns = frame->t_ns;
	}
	if (part != RAW_FAULT_TAKEN)
		fault->done_ns = frame->t_ns;
	else if (frame->t_ns - fault->done_ns > fault->took_ns)
		fault->took_ns = frame->t_ns - fault->done_ns;
}

static void take_counters(struct collecting *collecting, const struct raw_frame *frame,
			  const uint8_t *payload)
{
	uint32_t when;

	memcpy(&when, payload, sizeof(when));
	counters_parse(collecting->pool, collecting->record, place_of_who(collecting, frame),
		       when == 1, (const char *)payload + sizeof(when), frame->size - sizeof(when));
}

static void take_skip(struct collecting *collecting, const struct raw_frame *frame,
		      const uint8_t *payload)
{
	collecting->record->state = RECORD_SKIPPED;
	collecting->record->reason = pool_printf(collecting->pool, "needs %s",
						 text_of(collecting, frame, payload));
}

static void take_error(struct collecting *collecting, const struct raw_frame *frame,
		       const uint8_t *payload)
{
	collecting->record->state = RECORD_BROKEN;
	collecting->record->reason = text_of(collecting, frame, payload);
}

static void take_end(struct collecting *collecting, const struct raw_frame *frame,
		     const uint8_t *payload)
{
	struct record *record = collecting->record;
	struct raw_end end;

	(void)frame;
	memcpy(&end, payload, sizeof(end));
	collecting->ended = true;
	record->end_ns = end.t_ns;
	if (end.packets_missed == 0 || record->state != RECORD_COMPLETE)
		return;
	record->state = RECORD_BROKEN;
	record->reason = pool_printf(collecting->pool,
				     "the record has holes: the taps missed %u packets",
				     end.packets_missed);
}

enum who { WHO_NOBODY, WHO_HOST, WHO_HOST_OR_ROUTER, WHO_ROUTER, WHO_PROGRAM, WHO_FAULT };

static const struct {
	take_fn *take;
	size_t least; /* bytes of payload */
	enum who who; /* what raw_frame.who numbers */
} takers[] = {
	[RAW_START] = {take_start, sizeof(struct raw_start), WHO_NOBODY},
	[RAW_HOST] = {take_host, sizeof(struct raw_host), WHO_HOST},
	[RAW_PACKET] = {take_packet, sizeof(struct raw_packet), WHO_NOBODY},
	[RAW_LOST] = {take_lost, sizeof(uint32_t), WHO_NOBODY},
	[RAW_CHANGED] = {take_lost, sizeof(uint32_t), WHO_NOBODY},
	[RAW_STEP] = {take_step, sizeof(struct peer_event), WHO_PROGRAM},
	[RAW_PROGRAM] = {take_program, sizeof(struct raw_program), WHO_PROGRAM},
	[RAW_OUTPUT] = {take_output, 0, WHO_PROGRAM},
	[RAW_OUTPUT_LOST] = {take_output_lost, sizeof(uint64_t), WHO_PROGRAM},
	[RAW_CALL] = {take_call, sizeof(struct raw_call), WHO_PROGRAM},
	[RAW_READY] = {take_nothing, sizeof(int32_t), WHO_PROGRAM},
	[RAW_SOCKET] = {take_socket, sizeof(struct raw_socket), WHO_HOST},
	[RAW_SAMPLE] = {take_socket, sizeof(struct raw_socket), WHO_HOST},
	[RAW_SAMPLED] = {take_sampled, 0, WHO_HOST_OR_ROUTER},
	[RAW_TRACKED] = {take_tracked, sizeof(struct raw_tracked), WHO_ROUTER},
	[RAW_FAULT] = {take_fault, sizeof(int32_t), WHO_FAULT},
	[RAW_COUNTERS] = {take_counters, sizeof(uint32_t), WHO_HOST_OR_ROUTER},
	[RAW_SPIN] = {take_spin, 0, WHO_NOBODY},
	[RAW_SKIP] = {take_skip, 0, WHO_NOBODY},
	[RAW_ERROR] = {take_error, 0, WHO_NOBODY},
	[RAW_END] = {take_end, sizeof(struct raw_end), WHO_NOBODY},
};

static bool is_known(const struct plan *plan, const struct raw_frame *frame)
{
	bool is_router = plan->network == NETWORK_ROUTER && frame->who == plan->host_count;
	bool is_host = frame->who >= 0 && frame->who < plan->host_count && frame->who < HOSTS_MAX;

	switch (takers[frame->type].who) {
	case WHO_NOBODY:
		return true;
	case WHO_HOST:
		return is_host;
	case WHO_HOST_OR_ROUTER:
		return is_host || is_router;
	case WHO_ROUTER:
		return is_router;
	case WHO_PROGRAM:
		return frame->who >= 0 && frame->who < plan->program_count &&
		       frame->who < PROGRAMS_MAX;
	case WHO_FAULT:
		return frame->who >= 0 && frame->who < plan->fault_count;
	}
	return false;
}

/* Whether one can calculate with it. */
static bool is_time(int64_t t_ns)
{
	return t_ns >= -MEMBER_MOST_INT64 && t_ns <= MEMBER_MOST_INT64;
}

static int take_all(struct collecting *collecting, const uint8_t *raw, size_t size, struct err *err)
{
	struct raw_frame frame;

	/* Behind its end the guest only clears up. */
	for (size_t at = 0; at + sizeof(frame) <= size && !collecting->ended;
	     at += sizeof(frame) + frame.size) {
		memcpy(&frame, raw + at, sizeof(frame));
		if (frame.type >= sizeof(takers) / sizeof(takers[0]) ||
		    frame.size < takers[frame.type].least || !is_time(frame.t_ns) ||
		    !is_known(collecting->plan, &frame))
			return err_set(err, EBADMSG, "byte %zu: not a frame of halfopen-guest", at);
		if (frame.size > size - at - sizeof(frame))
			break; /* the guest died while it wrote this */
		if (frame.t_ns > collecting->last_ns)
			collecting->last_ns = frame.t_ns;
		takers[frame.type].take(collecting, &frame, raw + at + sizeof(frame));
	}
	return 0;
}

/* Which boot of its host a packet came from. */
static void number_boots(struct collecting *collecting)
{
	struct record *record = collecting->record;

	for (int i = 0; i < record->packet_count; i++) {
		struct record_packet *packet = &record->packet[i];

		if (packet->from < 0 || packet->from >= HOSTS_MAX)
			continue;
		while (packet->incarnation + 1 < collecting->boots[packet->from] &&
		       collecting->up_ns[packet->from][packet->incarnation + 1] <= packet->sent_ns)
			packet->incarnation++;
	}
}

/* A text as it can be written down, and so be the same when it is read again. */
static void repair(struct record *record, char **text)
{
	char *repaired;

	if (!*text || utf8_is_valid(*text, strlen(*text)))
		return;
	repaired = text_repair(*text, strlen(*text));
	*text = pool_strdup(record->memory, repaired);
	free(repaired);
}

/* Frames come as the guest reads them, one source after the other; and a damaged text must
 * not spoil the file. */
static void record_tidy(struct record *record)
{
	LIST_SORT(record, step, start_ns);
	LIST_SORT(record, program, start_ns);
	LIST_SORT(record, call, start_ns);
	LIST_SORT(record, socket, t_ns);
	LIST_SORT(record, sampled, t_ns);
	conntrack_sort(record);
	LIST_SORT(record, host, t_ns);
	LIST_SORT(record, spin, t_ns);
	LIST_SORT(record, fault, begun_ns);
	repair(record, &record->reason);
	repair(record, &record->kernel.release);
	repair(record, &record->kernel.machine);
	for (int i = 0; i < record->host_kernel_count; i++)
		repair(record, &record->host_kernel[i].release);
	for (int i = 0; i < record->counter_count; i++)
		repair(record, &record->counter[i].name);
	for (int i = 0; i < record->spin_count; i++)
		repair(record, &record->spin[i].text);
	for (int i = 0; i < record->program_count; i++)
		repair(record, &record->program[i].output);
}

static struct record_kernel kernel_copy(struct pool *pool, const struct record_kernel *kernel)
{
	struct record_kernel copy = *kernel;

	copy.name = pool_strdup(pool, kernel->name ? kernel->name : "");
	copy.release = pool_strdup(pool, kernel->release ? kernel->release : "");
	copy.machine = pool_strdup(pool, kernel->machine ? kernel->machine : "");
	copy.kind = pool_strdup(pool, kernel->kind ? kernel->kind : "");
	return copy;
}

int record_collect(const struct plan *plan, const struct record_kernel *kernel, const void *raw,
		   size_t size, struct record **ret_record, struct err *err)
{
	struct pool *pool = pool_new();
	struct record *record = pool_alloc(pool, sizeof(*record));
	struct collecting collecting = {.pool = pool, .plan = plan, .record = record};
	struct decoded *packets;
	const char *beyond;
	int ret;

	record->memory = pool;
	record->version = RECORD_VERSION;
	record->file = pool_strdup(pool, plan->file);
	record->source = pool_strdup(pool, plan->source);
	record->variant = pool_strdup(pool, plan->variant);
	record->kernel = kernel_copy(pool, kernel);
	ret = take_all(&collecting, raw, size, err);
	for (int i = 0; i < PROGRAMS_MAX; i++)
		collecting_output_end(&collecting, i);
	if (ret < 0) {
		record_free(record);
		return ret;
	}
	if (!collecting.ended)
		record->end_ns = collecting.last_ns;
	if (!collecting.ended && record->state == RECORD_COMPLETE) {
		record->state = RECORD_BROKEN;
		record->reason = pool_strdup(pool, "the guest ended before the run did");
	}
	counters_settle(pool, record, plan);
	packets = pair_sightings(pool, record, plan, collecting.loss, collecting.loss_count);
	number_frames(record, plan);
	track_connections(pool, record, plan, packets);
	number_boots(&collecting);
	record_tidy(record);
	record_make_lines(record);
	beyond = record_beyond(record);
	if (beyond) {
		ret = err_set(err, EBADMSG, "the guest's \"%s\" cannot be: it is too large",
			      beyond);
		record_free(record);
		return ret;
	}
	*ret_record = record;
	return 0;
}
