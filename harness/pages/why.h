/* SPDX-License-Identifier: MIT
 *
 * why: the beginning of a run's page: what came out, and for each expectation that did not hold
 * what was expected, what was observed, in plain words too, and what happened just before. For
 * somebody who sees such a page for the first time.
 */
#ifndef HALFOPEN_WHY_H
#define HALFOPEN_WHY_H

#include <stdio.h>

#include "rows.h"

/* CONSOLE: the last that the kernel said, of a run that could not be made; or NULL. */
void why_print(const struct plan *plan, const struct record *record,
	       const struct judgement *judgement, const struct rows *rows, const char *console,
	       FILE *out);

/* The same of a run of which there is no record. */
void why_print_missing(enum verdict verdict, const char *reason, const char *console, FILE *out);

/* "client to server: SYN seq 0, lost": a row in a line of its own words. */
void why_print_row(const struct plan *plan, const struct record *record, const struct row *row,
		   FILE *out);

#endif
