/* SPDX-License-Identifier: MIT
 *
 * report_pairs: the part of a report of two folders that holds them against each other:
 * compare.html, and a page for each run that differs.
 */
#ifndef HALFOPEN_REPORT_PAIRS_H
#define HALFOPEN_REPORT_PAIRS_H

#include <jansson.h>

#include "err.h"

/* RESULT: all of the report's, with "page" and "results", 0 of FOLDER[0] and 1 of FOLDER[1].
 * Returns how many runs differ, -ENOENT if there is nothing to compare, or another -errno. */
int report_pairs(const char *out, char *const folder[2], json_t *const *result, int count,
		 struct err *err);

#endif
