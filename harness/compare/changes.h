/* SPDX-License-Identifier: MIT
 *
 * changes: what the parts of a comparison of two runs share: where they put what they find.
 */
#ifndef HALFOPEN_CHANGES_H
#define HALFOPEN_CHANGES_H

#include "compare.h"
#include "pool.h"

struct changes { /* of one run */
	const struct compare_side *a, *b;
	struct tolerance tolerance;
	bool by_chance;    /* a real clock, or random neighbours: numbers and order are not exact */
	struct pool *pool; /* of all texts */
	struct change *change;
	int change_count;
};

/* Takes WHAT and CAUSE as they are; of the pool. CAUSE and AT_NS: as in struct change. */
struct change *change_add(struct changes *changes, enum change_kind kind, char *what,
			  const char *before, const char *after, char *cause, int64_t at_ns);
/* Adds a time that is not the same in both; -1 is one that never came. CAUSE: what it is of,
 * "recv: returns"; NULL: the cause of nothing. */
void change_time(struct changes *changes, const char *what, int64_t before_ns, int64_t after_ns,
		 const char *cause);
/* The earlier of two times of which one may be -1, never. */
int64_t earlier(int64_t a_ns, int64_t b_ns);
bool same_time(const struct changes *changes, int64_t before_ns, int64_t after_ns);

/* The parts. */
void compare_calls(struct changes *changes);
void compare_sockets(struct changes *changes);
void compare_packets(struct changes *changes);
void compare_counters(struct changes *changes);

/* The first of CHANGES, which may be what the others follow from, into RUN; or all of them. */
void causes_keep(struct compared_run *run, const struct changes *changes);
/* Gives each run that differs its cause. */
void causes_find(struct comparison *comparison);

#endif
