/* SPDX-License-Identifier: MIT
 *
 * merge: the rows of two runs of one case as one list, as diff does it with lines: what both did
 * stands once, with both times where they are not the same, and what only one did is marked.
 */
#ifndef HALFOPEN_MERGE_H
#define HALFOPEN_MERGE_H

#include "rows.h"

/* Takes the rows out of A and B, which are empty then. Times that are at most SAME_NS apart are
 * the same. Of much that is the same in a row a few rows are left at either end. 0 or -ENOMEM. */
int rows_merge(struct rows *a, struct rows *b, int64_t same_ns, struct rows *ret_rows,
	       struct err *err);
/* The same of two whole runs, each thinned to ROWS_MOST first. */
int rows_of_two(const struct plan *plan, const struct record *a, const struct record *b,
		int64_t same_ns, struct rows *ret_rows, struct err *err);

#endif
