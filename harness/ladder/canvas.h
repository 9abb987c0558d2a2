/* SPDX-License-Identifier: MIT
 *
 * canvas: one row of text, put together from pieces at columns, in colour or not, in Unicode
 * or plain ASCII. Knows nothing of runs.
 */
#ifndef HALFOPEN_CANVAS_H
#define HALFOPEN_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CANVAS_LEAST = 80, CANVAS_WIDTH = 100, CANVAS_MOST = 200 }; /* columns */

enum glyph {
	GLYPH_LIFELINE,
	GLYPH_DOTTED,
	GLYPH_LINE,
	GLYPH_DOUBLE,
	GLYPH_LEFT,
	GLYPH_RIGHT,
	GLYPH_CROSS,
	GLYPH_ORIGIN,
	GLYPH_COUNT
};

enum ink {
	INK_NONE,
	INK_DIM,
	INK_STATE,
	INK_NOTE,
	INK_LOST,
	INK_FAULT,
	INK_GOOD,
	INK_BAD,
	INK_A, /* of two runs, the first's, */
	INK_B,
	INK_MOVED, /* both's at another time */
	INK_COUNT
};

struct canvas {
	FILE *out;
	bool ascii, color;
	int width;
	uint32_t cell[CANVAS_MOST]; /* Unicode */
	uint8_t ink[CANVAS_MOST];
};

/* WIDTH becomes one from CANVAS_LEAST to CANVAS_MOST; 0: CANVAS_WIDTH. OUT is not owned. */
void canvas_init(struct canvas *canvas, FILE *out, int width, bool ascii, bool color);

/* What is right of the row's end is cut off; negative columns as well. */
void canvas_glyph(struct canvas *canvas, int column, enum glyph glyph, enum ink ink);
void canvas_line(struct canvas *canvas, int from, int to, enum glyph glyph, enum ink ink);
/* The first SIZE bytes of UTF-8 TEXT, in at most WIDTH columns; a longer one ends in "..". What
 * is not ASCII becomes '?' on an ASCII canvas, and a control character everywhere. */
void canvas_text(struct canvas *canvas, int column, int width, const char *text, size_t size,
		 enum ink ink);

/* How many characters that is. */
int canvas_width(const char *text, size_t size);

/* How many bytes of TEXT fit into WIDTH columns, cut at a space if there is one. */
size_t canvas_line_size(const char *text, int width);

/* Prints the row without what is blank at its end, and clears it. */
void canvas_flush(struct canvas *canvas);

#endif
