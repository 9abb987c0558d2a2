/* SPDX-License-Identifier: MIT
 *
 * event: all that a record holds, merged into one sequence in time, with a line of text
 * each. What the judge shows around a failure and what `show` draws come from here.
 */
#ifndef HALFOPEN_EVENT_H
#define HALFOPEN_EVENT_H

#include "record.h"

enum record_event_kind {
	EVENT_FAULT,
	EVENT_HOST, /* lost its power or came up, but for what a fault says when it begins */
	EVENT_PROGRAM_START,
	EVENT_PROGRAM_END,
	EVENT_STEP_START,
	EVENT_STEP_END,
	EVENT_PACKET,
	EVENT_SOCKET /* a change of state; samples are left out */
};

struct record_event {
	int64_t t_ns;
	enum record_event_kind kind;
	int host;   /* whose; a packet's sender: a place (place.h) */
	int index;  /* in the record's list of that kind */
	char *text; /* "client: recv = -1 ETIMEDOUT", owned */
};

/* Returns 0 and *ret_events, sorted by time (record_events_free), -ENOMEM, or -EINVAL: the
 * record is not of this plan. */
int record_events(const struct plan *plan, const struct record *record,
		  struct record_event **ret_events, int *ret_count);
void record_events_free(struct record_event *events, int count);

/* "SYN", "FIN ACK seq 101 ack 1 len 0": a packet's flags and numbers; returns BUF. */
const char *record_packet_text(const struct record_packet *packet, char *buf, size_t size);
/* "retransmission 3", "keepalive-probe 1", "(RST: no such connection here)": what a packet is
 * beyond its flags, in the words of the record; "" for nothing. Returns BUF. */
const char *record_packet_what(const struct record_packet *packet, char *buf, size_t size);
/* "time crept from 1.000 on, not exactly: nc[57] does not sleep"; returns BUF. */
const char *record_spin_text(const struct record_spin *spin, char *buf, size_t size);
/* "-1 ETIMEDOUT", "100", "0 events in hup": what a step returned; returns BUF. */
const char *record_step_result(const struct plan *plan, const struct record_step *step, char *buf,
			       size_t size);

#endif
