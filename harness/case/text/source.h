/* SPDX-License-Identifier: MIT
 *
 * source: the text of a case file as lines of characters, and how a piece of it is shown below
 * a message.
 */
#ifndef HALFOPEN_CASE_SOURCE_H
#define HALFOPEN_CASE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SOURCE_MAX (1 << 20) /* bytes of a case file */

/* Where a piece of text stands: lines and columns (in characters) from 1; the end is the
 * first place behind it. Line 0: no place in the file. */
struct span {
	int line, column, end_line, end_column;
};

/* The line that SPAN starts on, and a caret below it. A long line is shown in part. */
void source_print_span(FILE *out, const char *source, size_t size, struct span span);

/* Bytes of the line break at TEXT; 0: it is none. The breaks that YAML 1.1 knows (and libyaml
 * counts): LF, CR, CRLF, NEL, LS, PS. */
size_t source_break(const char *text, size_t size);
/* What no text has: its white space and line breaks are none. */
bool source_is_control(uint32_t character);

#endif
