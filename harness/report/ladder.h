/* SPDX-License-Identifier: MIT
 *
 * ladder: a run as one draws it on a whiteboard: the first host on the left, the last on the
 * right, the network between them, time downward. Calls and socket states stand beside their
 * host's line, packets are arrows from one line to the other, faults go across.
 */
#ifndef HALFOPEN_LADDER_H
#define HALFOPEN_LADDER_H

#include <stdbool.h>
#include <stdio.h>

#include "verdict.h"

struct ladder_options {
	bool ascii, color;
	bool all; /* fold nothing but silence */
};

/* JUDGEMENT (may be NULL): expectations that failed are shown where in time they did. 100
 * columns at most. 0 or -ENOMEM. */
int ladder_print(const struct plan *plan, const struct record *record,
		 const struct judgement *judgement, const struct ladder_options *options, FILE *out,
		 struct err *err);

#endif
