/* SPDX-License-Identifier: MIT
 *
 * run_options: what the command line of `halfopen run` says.
 */
#ifndef HALFOPEN_RUN_OPTIONS_H
#define HALFOPEN_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "outputs.h"
#include "repeat.h"
#include "shard.h"
#include "sysctls.h"
#include "terminal.h"
#include "worker.h"

struct run_options { /* the input of run_argp (commands.h) */
	char **names;
	struct worker_kernel_of kernel_of[HOSTS_MAX + 2];
	char kernel_host[HOSTS_MAX + 1][64];   /* their names */
	const char *kernel_arg[HOSTS_MAX + 1]; /* of each */
	int kernel_of_count;
	const char *kernel, *out, *against, *filter, *claim, *costs;
	struct shard shard;
	struct sysctls sysctls;
	int jobs;
	bool watch, undrawn; /* undrawn: what --watch adds, since it draws itself */
	bool real_time, one_kernel;
	const char *for_own_kernels; /* the option that needs a kernel for each host, or NULL */
	bool quiet, fail_fast, fail_on_skip, last_failed;
	int retries;
	struct repeat repeat;
	int64_t max_real_ns, wall_limit_ns;
	struct outputs outputs;
	struct terminal terminal;
};

#endif
