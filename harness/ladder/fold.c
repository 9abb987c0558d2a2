/* SPDX-License-Identifier: MIT */
#include "fold.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "call_words.h"
#include "tcp_words.h"

#define AT_ONCE_NS   1000000LL /* a call this short has no start and end, but a moment */
#define PACKETS_KEPT 3         /* at either end of a folded row of packets */
#define PACKETS_MANY 12
#define LINES_KEPT   5
#define LINES_MANY   20
#define PAUSE_NS     500000000LL
#define ALIKE_MANY   40 /* packets, of which some are left out if each is like the one before, */
#define ALIKE_KEPT   6  /* but for so many at either end */
#define ALIKE_PERIOD 4  /* or like the one so many before: a probe and its answer */

/* A call that moved bytes, or its beginning. */
static bool is_transfer(const struct record *record, const struct record_event *event)
{
	const struct record_call *call;

	if (event->kind != EVENT_CALL_START && event->kind != EVENT_CALL_END)
		return false;
	call = &record->call[event->index];
	return (strcmp(call->name, word_name(call_words, CALL_SEND)) == 0 ||
		strcmp(call->name, word_name(call_words, CALL_RECV)) == 0) &&
	       call->ret > 0;
}

/* Data or its acknowledgement, that arrived, the first time; and who moved it. */
static bool is_ordinary(const struct record *record, const struct record_event *event)
{
	const unsigned ordinary = 1u << KIND_TCP | 1u << KIND_DATA | 1u << KIND_ACK;
	const struct record_packet *packet;

	if (event->kind != EVENT_PACKET)
		return is_transfer(record, event);
	packet = &record->packet[event->index];
	return packet->kinds & 1u << KIND_TCP && !(packet->kinds & ~ordinary) &&
	       packet->arrived_ns >= 0 && !(packet->flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

static void fold_packets(const struct record *record, const struct record_event *events, int count,
			 struct fold *folds)
{
	for (int from = 0, to; from < count; from = (to == from) ? from + 1 : to) {
		for (to = from; to < count && is_ordinary(record, &events[to]); to++)
			if (to > from && events[to].t_ns - events[to - 1].t_ns > PAUSE_NS)
				break;
		if (to - from < PACKETS_MANY)
			continue;
		for (int i = from + PACKETS_KEPT; i < to - PACKETS_KEPT; i++) {
			folds[from + PACKETS_KEPT].packets += events[i].kind == EVENT_PACKET;
			folds[from + PACKETS_KEPT].calls += events[i].kind == EVENT_CALL_END;
			folds[i].hidden = true;
		}
	}
}

static bool is_alike(const struct record *record, const struct record_event *a,
		     const struct record_event *b)
{
	const struct record_packet *x, *y;

	if (a->kind != EVENT_PACKET || b->kind != EVENT_PACKET)
		return false;
	x = &record->packet[a->index];
	y = &record->packet[b->index];
	return x->kinds == y->kinds && x->from == y->from && x->to == y->to &&
	       x->sport == y->sport && x->dport == y->dport && x->payload == y->payload &&
	       x->flags == y->flags && x->rel_seq == y->rel_seq && x->rel_ack == y->rel_ack &&
	       (x->arrived_ns < 0) == (y->arrived_ns < 0);
}

/* A thousand retransmissions of one segment, or probes and their answers. */
static void fold_alike(const struct record *record, const struct record_event *events, int count,
		       struct fold *folds)
{
	for (int from = 0, to; from < count; from = to) {
		int longest = from + 1, kept = ALIKE_KEPT;

		for (int period = 1; period <= ALIKE_PERIOD; period++) {
			for (to = from + period; to < count; to++)
				if (!is_alike(record, &events[to], &events[to - period]))
					break;
			if (to > longest && to - from > period)
				longest = to;
		}
		to = longest;
		if (to - from < ALIKE_MANY)
			continue;
		folds[from + kept].alike = to - from - 2 * kept;
		for (int i = from + kept; i < to - kept; i++)
			folds[i].hidden = folds[i].inside = true;
	}
}

static void fold_lines(const struct record_event *events, int count, struct fold *folds)
{
	for (int from = 0, to; from < count; from = (to == from) ? from + 1 : to) {
		for (to = from; to < count && events[to].kind == EVENT_LINE;)
			to++;
		if (to - from < LINES_MANY)
			continue;
		folds[from + LINES_KEPT].lines = to - from - 2 * LINES_KEPT;
		for (int i = from + LINES_KEPT; i < to - LINES_KEPT; i++)
			folds[i].hidden = true;
	}
}

/* Hides the END of a call that ended at once, with nothing of note in between. */
static void fold_end(const struct record_event *events, int count, int start,
		     enum record_event_kind end, struct fold *folds)
{
	for (int i = start + 1;
	     i < count && events[i].kind != EVENT_PACKET && events[i].kind != EVENT_FAULT &&
	     events[i].kind != EVENT_FAILOVER && events[i].kind != EVENT_HOST;
	     i++) {
		if (events[i].kind == end && events[i].index == events[start].index) {
			folds[start].whole = true;
			folds[i].hidden = true;
			return;
		}
	}
}

static bool took_no_time(int64_t start_ns, int64_t end_ns)
{
	return end_ns >= 0 && end_ns - start_ns <= AT_ONCE_NS;
}

struct fold *fold_events(const struct plan *plan, const struct record *record,
			 const struct record_event *events, int count, bool long_rows)
{
	struct fold *folds = calloc((size_t)count + 1, sizeof(*folds));

	if (!folds)
		return NULL;
	for (int i = 0; i < count; i++) {
		/* Everyone starts at 0; of a command there is nothing else to see. */
		if (events[i].kind == EVENT_PROGRAM_START) {
			const struct record_program *program = &record->program[events[i].index];

			folds[i].hidden = program->incarnation == 0 &&
					  !plan->program[program->program].command;
		} else if (events[i].kind == EVENT_STEP_START) {
			const struct record_step *step = &record->step[events[i].index];

			if (took_no_time(step->start_ns, step->end_ns) && !step->caught_sigterm)
				fold_end(events, count, i, EVENT_STEP_END, folds);
		} else if (events[i].kind == EVENT_CALL_START) {
			const struct record_call *call = &record->call[events[i].index];

			if (took_no_time(call->start_ns, call->end_ns))
				fold_end(events, count, i, EVENT_CALL_END, folds);
		}
	}
	if (long_rows) {
		fold_packets(record, events, count, folds);
		fold_alike(record, events, count, folds);
		fold_lines(events, count, folds);
	}
	return folds;
}
