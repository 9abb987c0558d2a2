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

/* The kernel of host I of PLAN, or of its router: as the command line says, else as the case. OWN
 * is where the case's is found (kernel_done()). */
int kernel_of_host(const struct worker_options *options, const struct plan *plan, int i,
		   struct kernel *own, const struct kernel **ret_kernel, struct err *err);

/* What PLAN, which is RUN's, names and is not here, where each host has a kernel of its own: the
 * first of it in ERR, and all in *RET_TEXT as `halfopen lint` would say it; free() that. 0 or
 * -ENOENT. Of a user whom a program may have made by then, nothing is said. */
int missing_find(const struct run *run, const struct plan *plan,
		 const struct worker_options *options, char **ret_text, struct err *err);

#endif
