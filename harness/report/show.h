/* SPDX-License-Identifier: MIT
 *
 * show: what happened in a run, as text: one line an event, time downward; the hosts' calls
 * and states in columns of their own, packets as arrows between them, faults across the whole
 * width, long silences folded with their length.
 */
#ifndef HALFOPEN_SHOW_H
#define HALFOPEN_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "err.h"
#include "plan.h"
#include "record.h"

struct show_options {
	bool ascii; /* no arrows and lines outside ASCII */
	bool color;
};

int show(const struct plan *plan, const struct record *record, const struct show_options *options,
	 FILE *out, struct err *err);

#endif
