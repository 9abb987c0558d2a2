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

/* What one of two runs did alone, and what both did at another time. */
enum ladder_sign { LADDER_A = 'A', LADDER_B = 'B', LADDER_MOVED = '~' };

struct ladder_clock {
	int end;       /* the column behind its times */
	char told[32]; /* the last of them, not to say it twice */
};

struct ladder {
	const struct plan *plan;
	const struct record *record;
	const struct record *other; /* of two runs, the second's; or NULL */
	struct canvas canvas;
	int body; /* columns before it: times and a space */
	struct ladder_clock clock[2];
	int x[HOSTS_MAX];
	unsigned up; /* hosts that have a line */
	bool open;   /* a row is being made */
	int64_t row_ns;
	unsigned used;   /* hosts whose column is taken */
	bool arrow;      /* the network is */
	bool waiting;    /* what still waits at the end is being told */
	bool excerpt;    /* of a run that failed: the rest is told elsewhere */
	bool all_lines;  /* that commands wrote stand in rows */
	char sign;       /* of two runs, an enum ladder_sign, or ' ': both do this */
	enum ink of_ink; /* its */
	int64_t b_ns;    /* when the second does it, of LADDER_MOVED */
};

/* Where times and the hosts' lines are, once plan, records and canvas are set. */
void ladder_place(struct ladder *ladder, const struct rows *rows);
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
