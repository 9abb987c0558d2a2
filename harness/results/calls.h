/* SPDX-License-Identifier: MIT
 *
 * calls: what the calls showed that a case expects something of, and when, over all its runs in a
 * folder of results: for pages that say so, case by case.
 */
#ifndef HALFOPEN_CALLS_H
#define HALFOPEN_CALLS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum call_kind { CALL_ERROR, CALL_SUCCESS, CALL_BLOCKED /* has no times */ };

struct call_result {      /* of one call of one case */
	const char *file; /* the results' */
	char *group;      /* the axis' value; "" without one */
	char *what;       /* "client.recv ETIMEDOUT" */
	enum call_kind kind;
	int64_t least_ns, most_ns;
};

struct calls {
	struct call_result *call; /* in order of the results and of the expectations */
	int call_count;
};

enum calls_from { CALLS_FROM_FAULT /* the first, or the start */, CALLS_FROM_CALL };

/* Adds those of the runs that passed, their times counted FROM there; apart for each value of the
 * matrix' AXIS, if one is named. RESULTS stay needed until calls_done(). */
int calls_collect(struct calls *calls, const char *folder, const json_t *results, const char *axis,
		  enum calls_from from, struct err *err);
void calls_done(struct calls *calls);

/* "15:38.20 to 15:40.10", to 10 ms: what is below is the phase of the timers. */
const char *call_span(const struct call_result *call, char *buf, size_t size);

/* VARIANT's value of AXIS ("ip=4,fix=none": "none"), as an own copy; "" when there is none. */
char *variant_value(const char *variant, const char *axis);

#endif
