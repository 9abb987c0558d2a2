/* SPDX-License-Identifier: MIT
 *
 * missing: what a run's hosts are to have and this machine has not: kernels, and users. Files are
 * only looked at: nothing is built or booted yet. What a run `needs` is another matter: without
 * that it is skipped.
 */
#ifndef HALFOPEN_MISSING_H
#define HALFOPEN_MISSING_H

#include "err.h"
#include "plan.h"
#include "runs.h"
#include "worker.h"

/* Of each host, and of the router behind them: as the command line says, else as the case. */
struct host_kernels {
	const struct kernel *of[HOSTS_MAX + 1];
	struct kernel own[HOSTS_MAX + 1]; /* the case's */
};

/* What PLAN, which is RUN's, names and is not here, where each host has a kernel of its own: the
 * first of it in ERR, and all in *RET_TEXT as `halfopen lint` would say it; free() that. 0 or
 * -ENOENT; then RET_KERNELS, which begins as {0}, is not whole. Of a user whom a program may have
 * made by then, nothing is said. */
int missing_find(const struct run *run, const struct plan *plan,
		 const struct worker_options *options, struct host_kernels *ret_kernels,
		 char **ret_text, struct err *err);
void host_kernels_done(struct host_kernels *kernels);

#endif
