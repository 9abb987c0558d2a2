/* SPDX-License-Identifier: MIT
 *
 * fold: which events the ladder leaves out, since they say nothing new.
 */
#ifndef HALFOPEN_FOLD_H
#define HALFOPEN_FOLD_H

#include <stdbool.h>

#include "event.h"

struct fold { /* of one event */
	bool hidden;
	bool whole;  /* a step's or call's start: it ended at once, and its end is hidden */
	int packets; /* so many ordinary packets are left out here, this one and those after it, */
	int calls;   /* and so many calls that sent and received them */
	int alike;   /* the same of packets that are all like those shown before them; */
	bool inside; /* of which this is one: silence before it is not told */
	int lines;   /* the same of lines that commands wrote */
};

/* One for each of the COUNT events, to free(); NULL: no memory. LONG_ROWS: whether those
 * of ordinary segments and of output are folded as well. */
struct fold *fold_events(const struct plan *plan, const struct record *record,
			 const struct record_event *events, int count, bool long_rows);

#endif
