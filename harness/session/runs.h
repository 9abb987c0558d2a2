/* SPDX-License-Identifier: MIT
 *
 * runs: from what the user named to the runs that are meant: files, folders, variants.
 */
#ifndef HALFOPEN_RUNS_H
#define HALFOPEN_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "load.h"
#include "names.h"
#include "play.h"
#include "sha256.h"

struct case_text { /* one case file, parsed */
	char *path;
	char *folder; /* of its runs' results, below that of --out */
	char *source;
	size_t size;
	char sha256[SHA256_TEXT]; /* of the source */
	struct case_file *parsed;
};

struct run { /* one case, one variant */
	const struct case_text *text;
	const char *variant;
	char *name;   /* "cases/keepalive/crash.yaml:ip=4,timers=short"; the file alone without a
			 matrix */
	char *folder; /* of its results, below that of --out */
	struct play_chance chance;
	char *repetition; /* which of several: "seed=3"; NULL: there is just this one */
};

struct runs {
	struct case_text **text;
	int text_count;
	struct run *run;
	int run_count;
	struct names names; /* of all that were added */
};

/* NAMES: files, folders (with all below but `broken` and what begins with a dot), and
 * FILE:VARIANT (the runs that have these values: "ip=4", "ip=4,timers=short") and FILE:LINE
 * (those in which something at that line takes part), ended by NULL; none: the shipped cases.
 * Diagnostics are printed to stderr. Returns 0; -EINVAL when a case is wrong, -ENOENT when
 * there is no such thing. runs_done() in either case. */
int runs_collect(char *const *names, struct runs *ret_runs, struct err *err);
void runs_done(struct runs *runs);

void run_done(struct run *run);

/* Whether a file of that NAME in a folder is taken for a case. */
bool runs_is_case(const char *name);

/* Keeps those in whose name FILTER, a text or a glob, is found, and that have CLAIM and SYMPTOM;
 * NULL: any. */
void runs_select(struct runs *runs, const char *filter, const char *claim, const char *symptom);

/* Keeps those for which KEEP, by run, says so. */
void runs_keep(struct runs *runs, const bool *keep);

/* How long the run lasts on a real clock, as far as its plan tells. */
int64_t plan_duration_ns(const struct plan *plan);

#endif
