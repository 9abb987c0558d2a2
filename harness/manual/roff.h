/* SPDX-License-Identifier: MIT
 *
 * roff: text for man(7). Takes what this program's help and reference are written in: plain
 * paragraphs, and the little Markdown of docs/case-format.md (headings, tables, lists, code).
 * Not a reader of Markdown for anything else.
 */
#ifndef HALFOPEN_ROFF_H
#define HALFOPEN_ROFF_H

#include <stdio.h>

/* One line of running text: `code` is bold, nothing in it is taken for a request. No newline is
 * added. */
void roff_text(FILE *out, const char *text);
/* The same of a text that is all code: bold, and with the dashes that can be copied. */
void roff_code(FILE *out, const char *text);
/* Paragraphs, or Markdown. A heading of the first level is left out; the second is .SH. */
void roff_markdown(FILE *out, const char *markdown);

#endif
