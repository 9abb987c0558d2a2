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

/* Takes the texts as they are; of the pool. */
void change_add(struct changes *changes, enum change_kind kind, char *what, const char *before,
		const char *after);
/* Adds a time that is not the same in both; -1 is one that never came. */
void change_time(struct changes *changes, const char *what, int64_t before_ns, int64_t after_ns);
bool same_time(const struct changes *changes, int64_t before_ns, int64_t after_ns);

/* The parts. */
void compare_calls(struct changes *changes);
void compare_sockets(struct changes *changes);
void compare_packets(struct changes *changes);
void compare_counters(struct changes *changes);

#endif
