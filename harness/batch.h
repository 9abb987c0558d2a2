/* SPDX-License-Identifier: MIT
 *
 * batch: many runs on one kernel, some at a time, each reported when it is finished.
 */
#ifndef HALFOPEN_BATCH_H
#define HALFOPEN_BATCH_H

#include "kernel.h"
#include "selection.h"

struct batch { /* nothing is owned */
	const struct kernel *kernel;
	const struct selection *selection;
	const char *const *extra_sysctl;
	const char *out; /* a folder that is there, for results.json and the runs' folders; NULL */
	int parallel;
	int64_t max_real_ns;   /* on a real clock: what needs longer is skipped */
	int64_t wall_limit_ns; /* of one run; 0: see execute.h */
};

/* For supervise(): ARG is the batch. Prints all there is to tell; returns the exit status. */
int batch_run(void *arg, const char *scratch);

#endif
