/* SPDX-License-Identifier: MIT
 *
 * compared: two folders of results, read and compared: for `halfopen compare` and for
 * `halfopen run --against`.
 */
#ifndef HALFOPEN_COMPARED_H
#define HALFOPEN_COMPARED_H

#include <stdint.h>

#include "compare.h"
#include "err.h"
#include "recorded.h"

/* A and B as `halfopen run --out` wrote them. A run is known by its story, case and variant, from
 * wherever the case was run. TOLERANCE_NS: -1 for what the clocks need. Returns 0 and
 * *ret_comparison (comparison_free), or -EBADMSG: one of them is no folder of results, a record
 * cannot be read, or they have no run in common. */
int compared_folders(const char *a, const char *b, int64_t tolerance_ns,
		     struct comparison **ret_comparison, struct err *err);

struct compared_pair { /* a run that is in both */
	struct recorded recorded[2];
	struct compare_side side[2];
	struct comparison *comparison; /* of this run alone; owns the sides' words */
};

/* The same of the one run that NAME is: as compare prints it, or the end of that from a '/' on, or
 * its folder below that of the results. -EBADMSG also: none is called so, or several are; or one of
 * the two has no record. compared_pair_done() when it returned 0. */
int compared_pair_load(const char *a, const char *b, const char *name, int64_t tolerance_ns,
		       struct compared_pair *ret_pair, struct err *err);
void compared_pair_done(struct compared_pair *pair);

#endif
