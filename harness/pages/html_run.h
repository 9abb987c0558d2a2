/* SPDX-License-Identifier: MIT
 *
 * html_run: the page of one run, from its plan, its record and its judgement.
 */
#ifndef HALFOPEN_HTML_RUN_H
#define HALFOPEN_HTML_RUN_H

#include <jansson.h>
#include <stdio.h>

#include "verdict.h"

struct html_run {
	const char *path;            /* of the page, below the report's folder */
	const json_t *result;        /* of results.json */
	const char *previous, *next; /* pages of the failed runs before and after; or NULL */
	/* NULL all three: there is no record of it. */
	const struct plan *plan;
	const struct record *record;
	const struct judgement *judgement;
	/* Names of files beside the page; or NULL. */
	const char *record_name, *capture_name;
	char *const *tap_capture_names; /* of each interface (label_tap()); or NULL, or some are */
	const char *console; /* what the kernel said, of a run that could not be made; or NULL */
};

/* Less than a megabyte, however much was recorded. */
int html_run_print(const struct html_run *run, FILE *out, struct err *err);

#endif
