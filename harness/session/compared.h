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

/* A and B as `halfopen run --out` wrote them. A run is known by its story, case and variant, from
 * wherever the case was run. TOLERANCE_NS: -1 for what the clocks need. Returns 0 and
 * *ret_comparison (comparison_free), or -EBADMSG: one of them is no folder of results, a record
 * cannot be read, or they have no run in common. */
int compared_folders(const char *a, const char *b, int64_t tolerance_ns,
		     struct comparison **ret_comparison, struct err *err);

#endif
