/* SPDX-License-Identifier: MIT
 *
 * source: the text of a case file as lines of characters: what may be in it at all, and how
 * a piece of it is shown below a message.
 */
#ifndef HALFOPEN_CASE_SOURCE_H
#define HALFOPEN_CASE_SOURCE_H

#include <stdio.h>

#include "diag.h"

#define SOURCE_MAX (1 << 20) /* bytes of a case file */

/* False, with the reason in DIAGS, for what is no UTF-8 text of at most SOURCE_MAX. */
bool source_check(struct diags *diags);

/* The line that SPAN starts on, and a caret below it. A long line is shown in part. */
void source_print_span(FILE *out, const char *source, size_t size, struct span span);

/* Bytes of the line break at TEXT; 0: it is none. The breaks that YAML 1.1 knows (and libyaml
 * counts): LF, CR, CRLF, NEL, LS, PS. */
size_t source_break(const char *text, size_t size);

#endif
