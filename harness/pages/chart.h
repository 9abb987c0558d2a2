/* SPDX-License-Identifier: MIT
 *
 * chart: on an axis of time, the states that each end's sockets were in, and how long each
 * retransmission and probe was waited for; as pictures of a page, each with a table of the same.
 */
#ifndef HALFOPEN_CHART_H
#define HALFOPEN_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "verdict.h"

/* A section of a page, if there was a transfer: then true. OUT NULL: only whether. */
bool chart_sequence(const struct plan *plan, const struct record *record, FILE *out);
/* Whether chart_timers() has something to show. */
bool chart_has_timers(const struct record *record);
/* Two sections of a page. JUDGEMENT (may be NULL): where in time a failure is marked. */
void chart_states(const struct plan *plan, const struct record *record,
		  const struct judgement *judgement, FILE *out);
void chart_timers(const struct plan *plan, const struct record *record,
		  const struct judgement *judgement, FILE *out);

#endif
