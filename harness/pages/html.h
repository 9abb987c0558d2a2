/* SPDX-License-Identifier: MIT
 *
 * html: the overview of many runs: counts, what failed, the slowest, what was skipped and why,
 * and all runs by story, with filters where there is a script.
 */
#ifndef HALFOPEN_HTML_H
#define HALFOPEN_HTML_H

#include <jansson.h>
#include <stdio.h>

/* RESULTS: objects as in results.json, each with "page", the path of its page below the
 * report's folder, and of those that failed "line", "expected", "observed" and "difference" of
 * the first expectation that did. DIFFERING: of two folders, how many runs do, as compare.html
 * tells; -1: there is no such page. */
void html_overview_print(json_t *const *results, int count, int differing, FILE *out);

#endif
