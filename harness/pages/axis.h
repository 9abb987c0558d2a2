/* SPDX-License-Identifier: MIT
 *
 * axis: the frame that the charts of a page share: time from left to right, with the faults and
 * the failed expectations as lines down through all of it.
 */
#ifndef HALFOPEN_AXIS_H
#define HALFOPEN_AXIS_H

#include <stdio.h>

#include "verdict.h"

#define AXIS_LEFT  120
#define AXIS_RIGHT 884
#define AXIS_WIDTH 900
#define AXIS_TOP   34 /* above it are the names of the faults */

#define AXIS_MOST_BREAKS 2

struct axis_break { /* a silence so much longer than all else that it is drawn short */
	int64_t from_ns, to_ns, shown_ns;
};

struct time_axis {
	const struct plan *plan;
	const struct record *record;
	const struct judgement *judgement; /* may be NULL */
	FILE *out;
	struct axis_break broken[AXIS_MOST_BREAKS]; /* in the order of time */
	int breaks;
	int64_t shown_ns; /* the length of it all, with the breaks as they are shown */
};

void axis_init(struct time_axis *axis, const struct plan *plan, const struct record *record,
	       const struct judgement *judgement, FILE *out);

double axis_x(const struct time_axis *axis, int64_t t_ns);

/* An <svg> element up to its grid, for a chart that is HEIGHT high without the axis' own. ID
 * is of the title; TITLE and DESC are for those who do not see it. */
void axis_begin(const struct time_axis *axis, const char *id, const char *title, const char *desc,
		int height);
/* Its end, with the faults and failures on top. */
void axis_end(const struct time_axis *axis, int height);

#endif
