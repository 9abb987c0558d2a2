/* SPDX-License-Identifier: MIT
 *
 * html_repeated: of runs that were made several times (`run --repeat`, `--phases`): who noticed,
 * and how long after the first fault, as a distribution; with the runs at either end of it.
 */
#ifndef HALFOPEN_HTML_REPEATED_H
#define HALFOPEN_HTML_REPEATED_H

#include <jansson.h>
#include <stdio.h>

/* RESULTS: as for html_overview_print(), those of one run behind one another, and each with
 * "detected" (detection.h), if it has a record. How many runs were repeated; OUT NULL: that is all,
 * and nothing is printed. */
int html_repeated_print(json_t *const *results, int count, FILE *out);

#endif
