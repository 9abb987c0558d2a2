/* SPDX-License-Identifier: MIT
 *
 * text: a string that is built piece by piece.
 *
 * `struct text text = {0}` is an empty one on the heap, which grows: text_take() hands the
 * string over, text_done() gives it back. `struct text text = text_over(buf, size)` builds in a
 * buffer of the caller's instead: what does not fit is cut off, and nothing need be given back.
 * Either way there is a NUL behind what was added, and adding cannot fail: memory that is not
 * there is abort(), as in pool.h.
 */
#ifndef HALFOPEN_TEXT_H
#define HALFOPEN_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct text {
	char *bytes; /* NULL: nothing was added yet; text_string() is never NULL */
	size_t size; /* without the NUL */
	size_t room; /* with it */
	bool fixed;  /* `bytes` are the caller's buffer */
};

#define AUTO_TEXT __attribute__((cleanup(text_done))) /* struct text text = {0}; */

struct text text_over(char *buf, size_t size);
void text_done(struct text *text);
const char *text_string(const struct text *text);
/* The string, which is free()d by the caller; TEXT is empty again. */
char *text_take(struct text *text);

void text_add(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_add_args(struct text *text, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
void text_put(struct text *text, const char *string);
void text_put_n(struct text *text, const char *bytes, size_t size);
/* BETWEEN, if there is something that it would stand behind. */
void text_separate(struct text *text, const char *between);
/* Takes off what was added since SIZE was the size. */
void text_shrink(struct text *text, size_t size);

/* strdup() and asprintf() that do not fail. free() it. */
char *text_copy(const char *string);
char *text_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* For what prints into a FILE: text_stream() opens one for an empty TEXT of the heap, and
 * text_stream_end() closes it; then TEXT has what was printed. */
FILE *text_stream(struct text *text);
void text_stream_end(struct text *text, FILE *stream);

/* A copy, with U+FFFD for each byte that belongs to no character. free() it. */
char *text_repair(const char *text, size_t size);

#endif
