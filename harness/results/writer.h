/* SPDX-License-Identifier: MIT
 *
 * writer: the results of many runs, for people and for the machines that read test results:
 * one table of formats, one file (write_*.c) each. Pure but for the file that it is handed.
 */
#ifndef HALFOPEN_WRITER_H
#define HALFOPEN_WRITER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "outcomes.h"
#include "verdict.h"

/* Of one command: all its runs; nothing is owned. */
struct listing {
	const struct outcomes
		*outcomes;        /* the results in the order of the cases; by begin(): none */
	int count;                /* how many runs there are, from the beginning */
	int tally[VERDICT_COUNT]; /* of those that are there */
	double simulated_s;       /* of those */
	const char *version;      /* of the program */
	const char *folder;       /* where paths of cases begin, seen from the top of the user's
				     repository, with a slash; or NULL: paths stay as they are */
	time_t begun;             /* 0: not known */
	int for_own_kernels;      /* skipped, as each host needs a kernel of its own */
	bool repeated;            /* some of the runs are repetitions (repetitions.h) */
	double took_s;            /* of the whole command; 0: nothing was run */
	bool quiet;               /* people want to know what did not hold, and no more */
};

struct writer {
	const char *name, *help;
	/* Each may be NULL. one(): a result, as soon as it is there, in whatever order; NUMBER
	 * counts from 1. */
	void (*begin)(const struct listing *listing, FILE *out);
	void (*one)(const json_t *result, const struct listing *listing, int number, FILE *out);
	void (*end)(const struct listing *listing, FILE *out);
};

extern const struct writer writer_text, writer_json, writer_junit, writer_tap, writer_github,
	writer_codequality, writer_markdown;
extern const struct writer *const writers[]; /* all of them, ended by NULL */

/* NULL: there is none of this name. */
const struct writer *writer_find(const char *name, size_t size);

#endif
