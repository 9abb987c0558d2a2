/* SPDX-License-Identifier: MIT
 *
 * run_session: one `halfopen run`, from what was asked for to its end: what run.c and
 * run_prepare.c share.
 */
#ifndef HALFOPEN_RUN_SESSION_H
#define HALFOPEN_RUN_SESSION_H

#include <jansson.h>
#include <stdint.h>

#include "outcomes.h"
#include "run_options.h"
#include "sha256.h"
#include "worker.h"

struct session {
	struct run_options options;
	struct runs runs;
	json_t *before; /* --last-failed: the results that are in --out; else NULL */
	int *at;        /* of a shard: which of all each run is */
	int all_runs;   /* of all shards */
	int *order;     /* in which the runs are started */
	struct kernel kernel;
	struct worker_options worker;
	char kernel_sha256[SHA256_TEXT];
	struct outcomes outcomes; /* by run */
	struct err lost;          /* why one could not be kept */
	int64_t *duration_ns;     /* by run, on a real clock */
	double *started_s;        /* by run, since the beginning; -1: not yet; -2: done */
	int done, running;
	int64_t begun_ns;
};

/* In this order, each 0 or -errno. The kernel that was asked for. */
int session_kernel(struct session *session, struct err *err);
/* That there is something to compare with is seen before anything runs. */
int session_against(const struct session *session, struct err *err);
/* That some run has each host that was given a kernel. */
int session_hosts(const struct session *session, struct err *err);
/* Of the runs that fit, those that are to be made. */
int session_runs(struct session *session, struct err *err);
/* All else: the folder of the results, the workers, the order of the runs. */
int session_prepare(struct session *session, char **ret_helpers, struct err *err);

#endif
