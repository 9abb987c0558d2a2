/* SPDX-License-Identifier: MIT
 *
 * In which order the frames of a record stand: by time; and those of one moment, first as pairing
 * needs them, by hop, then as they happened.
 */
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "raw.h"

static int hops(const struct record_frame *frame)
{
	/* How far from its origin a sighting is, for those of one moment. */
	if (frame->host < 0)
		return frame->tap == RAW_TAP_HOST ? (frame->outgoing ? 4 : 3)
						  : (frame->outgoing ? 2 : 5);
	if (frame->tap == RAW_TAP_HOST)
		return frame->outgoing ? 0 : 7;
	return frame->outgoing ? 6 : 1;
}

static int by_time(const void *a, const void *b)
{
	const struct record_frame *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	if (hops(x) != hops(y))
		return hops(x) - hops(y);
	return x->order - y->order;
}

void sort_frames(struct record *record)
{
	for (int i = 0; i < record->frame_count; i++)
		record->frame[i].order = i;
	if (record->frame_count)
		qsort(record->frame, (size_t)record->frame_count, sizeof(*record->frame), by_time);
}

/* An interface, as a number. */
static int place_of(const struct record_frame *frame)
{
	return 2 * (frame->host >= 0 ? 2 * frame->host : -2 * frame->host - 1) + frame->tap;
}

static int by_way(const void *a, const void *b)
{
	const struct record_frame *const *x = a, *const *y = b;

	return (*x)->packet != (*y)->packet ? (*x)->packet - (*y)->packet : hops(*x) - hops(*y);
}

static int by_place(const void *a, const void *b)
{
	const struct record_frame *const *x = a, *const *y = b;

	return place_of(*x) != place_of(*y) ? place_of(*x) - place_of(*y)
					    : (*x)->order - (*y)->order;
}

struct moment { /* COUNT frames of one time */
	struct record_frame *frame;
	struct record_frame *sorted;
	struct record_frame **at; /* by interface, and there as it happened */
	int *after;               /* by frame: the one that must have been, or -1; -2: is out */
	int count;
};

/* The next one whose earlier sightings are out. There always is one, since so it happened; a
 * damaged record may say else. */
static int moment_next(const struct moment *moment)
{
	int any = -1;

	for (int i = 0; i < moment->count; i++) {
		int index = (int)(moment->at[i] - moment->frame), before = moment->after[index];

		if (before == -2)
			continue;
		any = any < 0 ? i : any;
		if (before < 0 || moment->after[before] == -2)
			return i;
		/* The others of this interface are after it. */
		while (i + 1 < moment->count &&
		       place_of(moment->at[i + 1]) == place_of(moment->at[i]))
			i++;
	}
	return any;
}

static void moment_sort(struct moment *moment)
{
	for (int i = 0; i < moment->count; i++)
		moment->at[i] = &moment->frame[i];
	qsort(moment->at, (size_t)moment->count, sizeof(struct record_frame *), by_way);
	for (int i = 0; i < moment->count; i++) {
		bool again = i > 0 && moment->at[i]->packet >= 0 &&
			     moment->at[i]->packet == moment->at[i - 1]->packet;

		moment->after[moment->at[i] - moment->frame] = again ? (int)(moment->at[i - 1] -
									     moment->frame)
								     : -1;
	}
	qsort(moment->at, (size_t)moment->count, sizeof(struct record_frame *), by_place);
	for (int i = 0; i < moment->count; i++) {
		int next = moment_next(moment);

		moment->sorted[i] = *moment->at[next];
		moment->after[moment->at[next] - moment->frame] = -2;
	}
	memcpy(moment->frame, moment->sorted, (size_t)moment->count * sizeof(*moment->frame));
}

void order_moments(struct pool *pool, struct record *record)
{
	size_t most = (size_t)record->frame_count;
	struct moment moment = {.sorted = pool_alloc(pool, most * sizeof(*moment.sorted) + 1),
				.at = pool_alloc(pool, most * sizeof(struct record_frame *) + 1),
				.after = pool_alloc(pool, most * sizeof(int) + 1)};

	for (int from = 0, to; from < record->frame_count; from = to) {
		for (to = from + 1; to < record->frame_count &&
				    record->frame[to].t_ns == record->frame[from].t_ns;)
			to++;
		moment.frame = &record->frame[from];
		moment.count = to - from;
		moment_sort(&moment);
	}
}
