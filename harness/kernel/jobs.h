/* SPDX-License-Identifier: MIT
 *
 * jobs: many independent pieces of work, some at a time, each in a process of its own.
 *
 * A job gives back bytes, or an error; a process that crashes or is killed is an error, too.
 * All callbacks but work() are called in the calling process, one after the other.
 */
#ifndef HALFOPEN_JOBS_H
#define HALFOPEN_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"

struct job_result {
	int index;        /* which job, from 0 */
	const char *data; /* what it wrote; only valid during the call */
	size_t size;
	int error; /* 0, or -errno of work(), or -ECHILD: its process died */
	struct err err;
};

struct jobs {
	int count;    /* how many jobs there are */
	int parallel; /* how many at once, at least 1 */

	/* In a new process that dies with the calling one: does job INDEX, writes what it
	 * wants to give back to OUT. 0 or -errno with ERR; what was written arrives anyway. */
	int (*work)(void *arg, int index, FILE *out, struct err *err);

	bool (*wanted)(void *arg);             /* whether another is to be started; may be NULL */
	void (*started)(void *arg, int index); /* may be NULL */
	void (*finished)(void *arg, const struct job_result *result);
	void (*tick)(void *arg); /* about ten times a second; may be NULL */
	void *arg;
};

/* 0 when all jobs are finished that were wanted, whatever each gave; -EINTR when a SIGINT, SIGTERM
 * or SIGHUP came; another -errno if no process could be made. Then jobs that were running are
 * killed, and finished() was not called for those nor the rest. */
int jobs_run(const struct jobs *jobs, struct err *err);

#endif
