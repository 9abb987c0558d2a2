/* SPDX-License-Identifier: MIT
 *
 * svg: the rows of a ladder as a picture in a page. Its colours are classes of style.css.
 */
#ifndef HALFOPEN_SVG_H
#define HALFOPEN_SVG_H

#include <stdio.h>

#include "rows.h"

#define SVG_COLOURS 6 /* of connections: the classes c1 to c6 of style.css, and again */

/* An <svg> element, and of two hosts another one that is as wide as a phone. A failed expectation
 * has the id "f" with its number in the judgement; a packet leads to "p" with its index in the
 * record. */
int svg_ladder(const struct plan *plan, const struct record *record, const struct rows *rows,
	       FILE *out, struct err *err);
/* A file of its own, as an image is. */
int svg_ladder_alone(const struct plan *plan, const struct record *record, const struct rows *rows,
		     FILE *out, struct err *err);
/* The class of that connection's colour, behind a space; "" for none. */
const char *svg_connection(int connection, char buf[static 8]);
/* The same of two runs, of rows that merge.h made. B NULL: of one run. */
int svg_ladder_of_two(const struct plan *plan, const struct record *a, const struct record *b,
		      const struct rows *rows, FILE *out, struct err *err);

#endif
