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
	int width; /* of the terminal: 80 to 200 columns are used; 0: 100 */
	bool all;  /* fold nothing but silence */
	int most;  /* under a failure: about so many rows, around what failed and the faults, and
		      nothing that is told above it; 0: the whole run */
	const char *whole; /* with MOST: how to see the whole, said if something is left out */
};

/* JUDGEMENT (may be NULL): expectations that failed are shown where in time they did. 0 or
 * -ENOMEM. */
int ladder_print(const struct plan *plan, const struct record *record,
		 const struct judgement *judgement, const struct ladder_options *options, FILE *out,
		 struct err *err);

struct ladder_run { /* one of two */
	const struct record *record;
	const char *verdict, *reason; /* reason "" where there is none */
};

/* Two runs of one case in one picture (merge.h): what only one did, or both at times that are more
 * than SAME_NS apart, has a sign and a colour. */
int ladder_print_two(const struct plan *plan, const struct ladder_run *a,
		     const struct ladder_run *b, int64_t same_ns,
		     const struct ladder_options *options, FILE *out, struct err *err);

/* The first as text, to free(); NULL: no memory. */
char *ladder_text(const struct plan *plan, const struct record *record,
		  const struct judgement *judgement, const struct ladder_options *options);

#endif
