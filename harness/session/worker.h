/* SPDX-License-Identifier: MIT
 *
 * worker: one run from plan to verdict, in a process of its own: boots the kernel, collects
 * the record, judges it, and gives back the outcome as one JSON object.
 */
#ifndef HALFOPEN_WORKER_H
#define HALFOPEN_WORKER_H

#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "kernel.h"
#include "play.h"
#include "record.h"
#include "runs.h"

struct worker_kernel_of { /* --kernel HOST=KERNEL */
	char *host;
	struct kernel kernel;
};

struct worker_options {
	const struct kernel *kernel;
	const struct worker_kernel_of *kernel_of; /* hosts that have another, ended by no name */
	const char *helpers;                      /* folder of guest, peer and nft */
	const char *scratch;                      /* folder for what is temporary */
	const char *out;                          /* results folder; NULL: none */
	const char *kernel_sha256;                /* of its file; NULL: not known */
	const char *const *sysctl;                /* "k=v", ended by NULL */
	bool own_kernels;                         /* a UML for each host, not namespaces in one */
	bool ascii, color;                        /* what the text's terminal takes */
	bool undrawn;          /* the text has no picture: it is shown elsewhere */
	int width;             /* its columns; 0: not known */
	int64_t max_real_ns;   /* longest run on a real clock */
	int64_t wall_limit_ns; /* 0: the kernel's own */
	int retries;           /* how often what fails or cannot be run is made again */
};

/* Writes the outcome to RESULT, as results.h says. Returns 0 or -errno: then nothing was
 * written. */
int worker_run(const struct run *run, const struct worker_options *options, FILE *result,
	       struct err *err);

/* What is known of KERNEL before it ran; its strings stay those of KERNEL. */
struct record_kernel worker_kernel(const struct kernel *kernel);

#endif
