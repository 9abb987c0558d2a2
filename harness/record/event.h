/* SPDX-License-Identifier: MIT
 *
 * event: all that a record holds, merged into one sequence in time. What the judge shows around a
 * failure and what `show` draws come from here; label.h says it in words.
 */
#ifndef HALFOPEN_EVENT_H
#define HALFOPEN_EVENT_H

#include "record.h"

enum record_event_kind {
	EVENT_FAULT,
	EVENT_FAILOVER, /* of a fault: the router that takes over is up */
	EVENT_HOST,     /* lost its power or came up, but for what a fault says when it begins */
	EVENT_PROGRAM_START,
	EVENT_STEP_START,
	EVENT_STEP_END,
	EVENT_CALL_START,
	EVENT_CALL_END,
	EVENT_LINE, /* that a command wrote */
	EVENT_PROGRAM_END,
	EVENT_PACKET,
	EVENT_SOCKET /* a change of state; samples are left out */
};

struct record_event {
	int64_t t_ns;
	enum record_event_kind kind;
	int host;  /* whose; a packet's sender: a place (place.h) */
	int index; /* in the record's list of that kind */
};

/* Returns 0 and *ret_events, sorted by time (free()), or -EINVAL: the record is
 * not of this plan. */
int record_events(const struct plan *plan, const struct record *record,
		  struct record_event **ret_events, int *ret_count);

#endif
