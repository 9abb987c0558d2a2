/* SPDX-License-Identifier: MIT
 *
 * outputs: where a command's results go: one or more formats (writer.h), each to a file or to
 * standard output. What people read goes to standard output, or, where a machine's format has
 * taken that, to standard error.
 */
#ifndef HALFOPEN_OUTPUTS_H
#define HALFOPEN_OUTPUTS_H

#include <stdbool.h>
#include <stdio.h>

#include "err.h"
#include "writer.h"

#define MOST_OUTPUTS 8

struct results_file {
	const struct writer *writer;
	const char *path; /* NULL: standard output, or standard error */
	FILE *file;
	bool append; /* to what is there */
	int told;    /* results that were handed to one() */
	int error;   /* errno of the first that could not be written */
};

struct outputs {
	struct results_file output[MOST_OUTPUTS];
	int count;
	FILE *people; /* where the text goes; set by outputs_open() */
	struct listing listing;
	char *folder; /* listing.folder */
};

/* The option --format=FORMAT[=FILE], as a child parser; its input is a struct outputs that is
 * zero but for what the parser did. */
extern const struct argp outputs_argp;

/* Opens the files, and adds the text where it was not asked for, GitHub's annotations where
 * GITHUB_ACTIONS is `true`, and Markdown behind what the file has that GITHUB_STEP_SUMMARY names. 0
 * or -errno: nothing to close. */
int outputs_open(struct outputs *outputs, struct err *err);

/* What is known from the beginning: COUNT runs, whose RESULTS (NULL each, filled in as they
 * come) stay with the caller. */
void outputs_begin(struct outputs *outputs, const struct outcomes *outcomes);
/* A result that is there; it is already among RESULTS. */
void outputs_one(struct outputs *outputs, const json_t *result);
/* All are there. Closes the files. 0, or -errno: not all could be written. */
int outputs_end(struct outputs *outputs, double took_s, struct err *err);

/* The command's exit status (cmd.h) after these results. */
int outputs_status(const struct outputs *outputs);

#endif
