/* SPDX-License-Identifier: MIT
 *
 * html_compare: a comparison as a page: its causes first, and under each what follows and which
 * runs; and the page of one run that differs: both ladders in one picture.
 */
#ifndef HALFOPEN_HTML_COMPARE_H
#define HALFOPEN_HTML_COMPARE_H

#include "compare.h"
#include "err.h"

/* PAIR: for each run the path of its page, below that of compare.html, or NULL. No PAIR at all:
 * one file that needs none beside it: it is mailed and kept with a change. */
void html_compare_print(const struct comparison *comparison, char *const *pair, FILE *out);

struct html_pair {
	const struct comparison *comparison;
	int run; /* of the comparison's */
	const struct compare_side *a, *b;
	const char *path;            /* of the page, below that of index.html and compare.html */
	const char *page_a, *page_b; /* of the runs; or NULL */
};
/* Both have a record, of the same case. */
int html_pair_print(const struct html_pair *pair, FILE *out, struct err *err);

/* The changes that CAUSE's runs show, or, with CAUSE -1, RUN: as a table, with counters folded. */
void html_changes_print(const struct comparison *comparison, int cause, int run, FILE *out);

#endif
