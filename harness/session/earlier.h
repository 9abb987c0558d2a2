/* SPDX-License-Identifier: MIT
 *
 * earlier: what the results of an earlier run say of the runs to be made: what each cost, which did
 * not hold. A run is known by its folder: story, case and variant.
 */
#ifndef HALFOPEN_EARLIER_H
#define HALFOPEN_EARLIER_H

#include <jansson.h>

#include "err.h"
#include "runs.h"

/* What each of RUNS cost in the results of FOLDER, in seconds; -1: they do not have it. free() it;
 * NULL: they cannot be read. */
double *earlier_costs(const char *folder, const struct runs *runs, struct err *err);

/* Keeps those of RUNS that did not hold in the results of FOLDER. *RET_RESULTS: all of them, to
 * json_decref(). */
int earlier_failed(const char *folder, struct runs *runs, json_t **ret_results, struct err *err);

/* The results of FOLDER anew: those of BEFORE, with RESULTS in the place of theirs. */
int earlier_renew(const char *folder, const json_t *before, json_t *const *results, int count,
		  struct err *err);

#endif
