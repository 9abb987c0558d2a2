/* SPDX-License-Identifier: MIT
 *
 * svg: the rows of a ladder as a picture in a page. Its colours are classes of style.css.
 */
#ifndef HALFOPEN_SVG_H
#define HALFOPEN_SVG_H

#include <stdio.h>

#include "rows.h"

/* An <svg> element, and of two hosts another one that is as wide as a phone. A failed expectation
 * has the id "f" with its number in the judgement. */
int svg_ladder(const struct plan *plan, const struct record *record, const struct rows *rows,
	       FILE *out, struct err *err);
/* A file of its own, as an image is. */
int svg_ladder_alone(const struct plan *plan, const struct record *record, const struct rows *rows,
		     FILE *out, struct err *err);
/* The same of two runs, of rows that merge.h made. B NULL: of one run. */
int svg_ladder_of_two(const struct plan *plan, const struct record *a, const struct record *b,
		      const struct rows *rows, FILE *out, struct err *err);

#endif
