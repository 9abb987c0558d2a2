/* SPDX-License-Identifier: MIT
 *
 * diagnostics: what is wrong with a case file, as it is told.
 */
#ifndef HALFOPEN_CASE_DIAGNOSTICS_H
#define HALFOPEN_CASE_DIAGNOSTICS_H

/* All diagnostics of a file as a compiler prints them, each with its source line, a caret
 * and a help line: "FILE:LINE:COLUMN: error: ...\n  LINE | text\n       |  ^~~~\n". */
struct diagnostics {
	char *text; /* never NULL; "" when there is none */
	int errors, warnings;
};
void diagnostics_done(struct diagnostics *diagnostics);

#endif
