/* SPDX-License-Identifier: MIT
 *
 * picture: what svg.c and its parts share: where the rows of a ladder stand. All rows get their
 * places first; then lifelines and calls are drawn, which reach over many rows, and the rows on
 * top of them. The font has a fixed width, so that texts can be wrapped here.
 */
#ifndef HALFOPEN_PICTURE_H
#define HALFOPEN_PICTURE_H

#include <stdio.h>

#include "bounds.h"
#include "rows.h"

#define PICTURE_CHAR       7.85 /* of a monospaced font of 13 px, and a little */
#define PICTURE_TEXT_LINE  16
#define PICTURE_TIME_RIGHT 92 /* where the times end */
#define PICTURE_TEXT_GAP   18 /* between a lifeline and its texts */
#define PICTURE_TOP        48

struct place {
	int y, height;
};

struct picture {
	const struct plan *plan;
	const struct record *record;
	const struct record
		*other; /* of two runs in one picture (merge.h), the second's; or NULL */
	const struct rows *rows;
	bool alone;  /* a file of its own, with its style */
	bool linked; /* packets lead to their row in the page's table of events */
	bool narrow; /* of two hosts, for a phone: texts stand between the lines */
	FILE *out;
	int x[HOSTS_MAX];
	int width, height;
	int right;           /* where texts end; right of it are the times of the second run */
	struct place *place; /* of each row */
};

/* The record that a row's index is in. */
const struct record *picture_record(const struct picture *picture, const struct row *row);
/* Two hosts have their texts on the outside, and share lines; more have them on the right. */
bool picture_of_two(const struct picture *picture);
/* Whether the texts of HOST end at its line. */
bool picture_text_ends(const struct picture *picture, int host);
/* How many characters have room beside a host's line, and in a band over all. */
int picture_columns(const struct picture *picture, int host);
int picture_band_columns(const struct picture *picture);

/* Sets x, width, height and each row's place. As in the text ladder, what happens at once shares
 * a line as long as it needs different places of it. 0 or -ENOMEM; picture_done() either way. */
int picture_init(struct picture *picture);
void picture_done(struct picture *picture);

/* The hosts' lines, and on them a bar for each call. 0 or -ENOMEM. */
int picture_draw_lines(const struct picture *picture);

#endif
