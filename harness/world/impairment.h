/* SPDX-License-Identifier: MIT
 *
 * impairment: what a cable does to the packets that go through it towards one card: delay, jitter,
 * loss, duplicates, reordering, corruption, rate and a queue. The order of its decisions is that
 * of netem (net/sched/sch_netem.c: netem_enqueue()), so that a case means the same there and
 * here. All of it is integers, and chance is a generator of its own: the same seed and the same
 * packets give the same fates.
 */
#ifndef HALFOPEN_IMPAIRMENT_H
#define HALFOPEN_IMPAIRMENT_H

#include <stdbool.h>
#include <stdint.h>

#define IMPAIRMENT_ALWAYS UINT32_MAX /* of a probability: of 2^32, as netem's are */
#define IMPAIRMENT_LIMIT  1000       /* packets, where none is said */

/* A zero field is off. */
struct impairment {
	int64_t delay_ns;
	int64_t jitter_ns; /* more or less, evenly; never below no delay */
	uint32_t loss, duplicate, corrupt;
	uint32_t reorder; /* such a packet goes at once, before those that wait */
	int64_t rate;     /* bit/s, of whole frames */
	int64_t limit;    /* packets on their way at once; more are dropped */
};

/* xoshiro256**, seeded by splitmix64 (Blackman and Vigna). */
struct chance {
	uint64_t state[4];
};
/* WHICH: generators of the same seed that are to differ. */
void chance_seed(struct chance *chance, uint64_t seed, uint64_t which);
uint64_t chance_next(struct chance *chance);
/* 0 .. LIMIT - 1, evenly but for one part in 2^32. */
uint32_t chance_below(struct chance *chance, uint32_t limit);

struct impaired_link {
	struct impairment how;
	struct chance chance;
	int64_t last_ns;  /* when the last of those that wait in line arrives */
	int64_t *waiting; /* arrivals that are still to come: a heap */
	int waiting_count;
};
void impaired_link_init(struct impaired_link *link, const struct impairment *how, uint64_t seed,
			uint64_t which);
void impaired_link_done(struct impaired_link *link);
/* Other properties from now on; what is on its way stays so. NULL: none. */
void impaired_link_set(struct impaired_link *link, const struct impairment *how);

/* What becomes of one packet: `copies` of it arrive (0: it is lost, or the queue is full). */
struct passage {
	int copies;      /* 0 to 2 */
	bool queue_full; /* of those that are missing, one at least for this reason */
	int64_t arrives_ns[2];
	int32_t flipped_bit[2]; /* of the frame, counted from its first bit; -1: none */
};
/* A frame of SIZE bytes enters at NOW_NS, which never goes back. */
struct passage impaired_link_pass(struct impaired_link *link, int64_t now_ns, uint32_t size);
/* No packet that enters at t arrives before t + this. */
int64_t impairment_least_ns(const struct impairment *how);

#endif
