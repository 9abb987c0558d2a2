/* SPDX-License-Identifier: MIT
 *
 * ladder_rows: draws the rows of a ladder on a canvas. What stands above and below them is
 * ladder.c's.
 */
#ifndef HALFOPEN_LADDER_ROWS_H
#define HALFOPEN_LADDER_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "canvas.h"
#include "rows.h"

struct ladder {
	const struct plan *plan;
	const struct record *record;
	struct canvas canvas;
	int x[HOSTS_MAX];
	unsigned up; /* hosts that have a line */
	bool open;   /* a row is being made */
	int64_t row_ns;
	unsigned used;  /* hosts whose column is taken */
	bool arrow;     /* the network is */
	bool waiting;   /* what still waits at the end is being told */
	bool excerpt;   /* of a run that failed: the rest is told elsewhere */
	bool all_lines; /* that commands wrote stand in rows */
	char time[32];  /* of the last row, not to say it twice */
};

/* Where the hosts' lines are, once plan and canvas are set. */
void ladder_place(struct ladder *ladder);
/* Their names and addresses. */
void ladder_hosts(struct ladder *ladder);
void ladder_row(struct ladder *ladder, const struct row *row);
/* TEXT over the whole width, on as many rows as it needs, behind a first glyph. T_NS -1: at no
 * moment. */
void ladder_text_wide(struct ladder *ladder, int64_t t_ns, enum glyph glyph, const char *text,
		      enum ink ink);
/* TEXT on as many lines as it needs, at least one, from the first column on. */
void ladder_paragraph(struct ladder *ladder, const char *text);

#endif
