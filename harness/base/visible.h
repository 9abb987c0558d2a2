/* SPDX-License-Identifier: MIT
 *
 * visible: what anybody may have written (the name of a file, what a program printed, a record that
 * came by mail) as text that can be printed: it is seen, and nothing happens by it.
 */
#ifndef HALFOPEN_VISIBLE_H
#define HALFOPEN_VISIBLE_H

#include <stdbool.h>
#include <stdio.h>

/* TEXT byte by byte to put(). Control characters, also those beyond ASCII, and bytes of no
 * character come as \x1b, what turns the direction of writing as \u202e; newlines and tabs stay, or
 * with LINE become spaces. What the log of a CI would take for a command ("::error::" where a line
 * begins,
 * "##[group]" anywhere) loses its first character to an escape. */
void visible_each(const char *text, bool line, void (*put)(int character, FILE *out), FILE *out);
void visible_print(const char *text, bool line, FILE *out);

/* What visible_print() would print; free() it. */
char *visible_copy(const char *text, bool line);

#endif
