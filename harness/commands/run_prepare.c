/* SPDX-License-Identifier: MIT
 *
 * What `halfopen run` does before anything runs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
#include "earlier.h"
#include "folder.h"
#include "kernel_names.h"
#include "place.h"
#include "results.h"
#include "run_session.h"
#include "shard_file.h"

#define LIVE_RUNS_PER_CORE 16 /* they mostly wait */

static int compare_duration(const void *a, const void *b, void *arg)
{
	const int64_t *duration = arg;
	int64_t x = duration[*(const int *)a], y = duration[*(const int *)b];

	return x != y ? (x < y ? 1 : -1) : *(const int *)a - *(const int *)b;
}

/* 0: it takes too long, and is skipped. */
static int64_t run_duration_ns(const struct session *session, const struct plan *plan)
{
	int64_t duration_ns = plan_duration_ns(plan);

	return duration_ns > session->options.max_real_ns ? 0 : duration_ns;
}

/* On a real clock the longest go first, so that none is left over at the end. In virtual
 * time the length says nothing about the cost. */
static void order_make(struct session *session)
{
	int count = session->runs.run_count;

	session->order = calloc((size_t)count, sizeof(*session->order));
	session->duration_ns = calloc((size_t)count, sizeof(*session->duration_ns));
	session->started_s = calloc((size_t)count, sizeof(*session->started_s));
	if (!session->order || !session->duration_ns || !session->started_s)
		abort();
	for (int i = 0; i < count; i++) {
		const struct run *run = &session->runs.run[i];
		struct diagnostics diagnostics;
		struct plan *plan = NULL;

		session->order[i] = i;
		session->started_s[i] = -1;
		if (kernel_clock_is_virtual(&session->kernel))
			continue;
		if (plan_load(run->text->path, run->text->source, run->text->size, run->variant,
			      NULL, &plan, &diagnostics) == 0)
			session->duration_ns[i] = run_duration_ns(session, plan);
		plan_free(plan);
		diagnostics_done(&diagnostics);
	}
	qsort_r(session->order, (size_t)count, sizeof(*session->order), compare_duration,
		session->duration_ns);
}

/* That there is something to compare with is seen before anything runs, and that the results do
 * not replace it. */
int session_against(const struct session *session, struct err *err)
{
	const struct run_options *options = &session->options;
	struct stat before, now;
	json_t *results;
	int ret;

	if (!options->against)
		return 0;
	ret = results_load(options->against, &results, err);
	if (ret < 0)
		return err_add(err, ret, "--against");
	json_decref(results);
	if (options->out && stat(options->against, &before) == 0 && stat(options->out, &now) == 0 &&
	    before.st_dev == now.st_dev && before.st_ino == now.st_ino)
		return err_set(err, EINVAL, "--against and --out are the same folder");
	return 0;
}

static bool has_host(const struct plan *plan, const char *name)
{
	bool has = plan->network == NETWORK_ROUTER && strcmp(name, PLACE_ROUTER_NAME) == 0;

	for (int i = 0; i < plan->host_count && !has; i++)
		has = strcmp(plan->host[i].name, name) == 0;
	return has;
}

static bool a_run_has_host(const struct session *session, const char *name)
{
	bool has = false;

	for (int i = 0; i < session->runs.run_count && !has; i++) {
		const struct run *run = &session->runs.run[i];
		struct diagnostics diagnostics;
		struct plan *plan = NULL;

		has = plan_load(run->text->path, run->text->source, run->text->size, run->variant,
				NULL, &plan, &diagnostics) == 0 &&
		      has_host(plan, name);
		plan_free(plan);
		diagnostics_done(&diagnostics);
	}
	return has;
}

int session_hosts(const struct session *session, struct err *err)
{
	const struct run_options *options = &session->options;

	for (int i = 0; i < options->kernel_of_count; i++) {
		const char *host = options->kernel_of[i].host;

		if (!a_run_has_host(session, host))
			return err_set(err, ENOENT,
				       "--kernel %s=%s: no case that is run has %s%s%s", host,
				       options->kernel_arg[i],
				       strcmp(host, PLACE_ROUTER_NAME) == 0 ? "a " : "a host '",
				       host, strcmp(host, PLACE_ROUTER_NAME) == 0 ? "" : "'");
	}
	return 0;
}

static int out_prepare(struct session *session, struct err *err)
{
	const struct run_options *options = &session->options;
	const struct shard *shard = &options->shard;

	if (!options->out)
		return 0;
	if (session->kernel.path &&
	    sha256_file(session->kernel.path, session->kernel_sha256, err) < 0)
		return -EIO;
	if (shard->count)
		return shard_file_begin(options->out, shard->number, shard->count, err);
	if (options->last_failed) /* results are there, and stay until there are new ones */
		return 0;
	if (beneath_has(options->out, SHARDS_FOLDER))
		return err_set(err, EEXIST, "%s: shards left their results here; name a new folder",
			       options->out);
	return folder_claim(options->out, RESULTS_FILE, RESULTS_BEGUN, err);
}

static bool has_own_kernels(const struct run_options *options, const struct kernel *all)
{
	return all->kind == KERNEL_UML && !options->one_kernel;
}

static int kernels_of_hosts(struct run_options *options, const struct kernel *all, struct err *err)
{
	int ret = 0;

	/* On another kind of kernel cases are run as there, without. */
	if (options->for_own_kernels || has_own_kernels(options, all))
		ret = kernel_for_host(all, err);
	if (ret < 0 && options->for_own_kernels)
		return err_add(err, EINVAL, "%s is for kernels of the hosts",
			       options->for_own_kernels);
	for (int i = 0; i < options->kernel_of_count && ret == 0; i++) {
		ret = kernel_named(options->kernel_arg[i], &options->kernel_of[i].kernel, err);
		if (ret == 0)
			ret = kernel_for_host(&options->kernel_of[i].kernel, err);
		if (ret < 0)
			err_add(err, EINVAL, "--kernel %s=%s", options->kernel_of[i].host,
				options->kernel_arg[i]);
	}
	return ret;
}

int session_kernel(struct session *session, struct err *err)
{
	const struct run_options *options = &session->options;
	/* Where only hosts were given one, the others, and the router, have the first. */
	int ret = kernel_named(options->kernel || !options->kernel_of_count
				       ? options->kernel
				       : options->kernel_arg[0],
			       &session->kernel, err);

	if (ret == 0 && options->real_time && session->kernel.kind != KERNEL_QEMU)
		ret = err_set(err, EINVAL, "--real-time is for a bzImage; %s's clock is always %s",
			      session->kernel.path ? session->kernel.path : "live",
			      kernel_clock_is_virtual(&session->kernel) ? "virtual" : "real");
	else if (ret == 0)
		session->kernel.real_time = options->real_time;
	return ret;
}

int session_prepare(struct session *session, char **ret_helpers, struct err *err)
{
	const struct run_options *options = &session->options;
	int cores = (int)sysconf(_SC_NPROCESSORS_ONLN), ret = 0;

	/* That namespaces are forbidden is said once, not under every run. A UML kernel that
	 * does not boot says so itself: trying it first would cost a boot each time. */
	if (!kernel_clock_is_virtual(&session->kernel))
		ret = kernel_probe(&session->kernel, err);
	if (ret == 0)
		ret = kernels_of_hosts(&session->options, &session->kernel, err);
	if (ret == 0)
		ret = kernel_find_helpers(ret_helpers, err);
	if (ret == 0)
		ret = out_prepare(session, err);
	if (ret < 0)
		return ret;
	if (!session->options.jobs)
		session->options.jobs = session->kernel.kind == KERNEL_LIVE
						? LIVE_RUNS_PER_CORE * cores
						: cores;
	session->worker = (struct worker_options){
		.kernel = &session->kernel,
		.kernel_of = session->options.kernel_of,
		.helpers = *ret_helpers,
		.out = options->out,
		.kernel_sha256 = *session->kernel_sha256 ? session->kernel_sha256 : NULL,
		.sysctl = session->options.sysctls.text,
		.own_kernels = has_own_kernels(options, &session->kernel),
		.ascii = options->terminal.ascii,
		.undrawn = options->undrawn,
		.color = options->terminal.color,
		.width = options->terminal.width,
		.max_real_ns = options->max_real_ns,
		.wall_limit_ns = options->wall_limit_ns,
		.retries = options->retries};
	order_make(session);
	return 0;
}

/* Which of the runs are ours. */
static int shard_take(struct session *session, struct err *err)
{
	AUTO_FREE double *cost_s = NULL;

	if (!session->options.shard.count)
		return 0;
	if (session->options.costs) {
		cost_s = earlier_costs(session->options.costs, &session->runs, err);
		if (!cost_s)
			return err_add(err, EINVAL, "--costs");
	}
	session->all_runs = session->runs.run_count;
	shard_divide(&session->options.shard, &session->runs, cost_s, &session->at);
	return 0;
}

/* Of those that fit, the runs that are to be made. */
int session_runs(struct session *session, struct err *err)
{
	struct repeat *repeat = &session->options.repeat;
	int ret;

	repeat->own_kernels = has_own_kernels(&session->options, &session->kernel);
	repeat->hz = kernel_hz(&session->kernel);
	repeat_runs(&session->runs, repeat);
	if (!session->options.last_failed)
		return shard_take(session, err);
	ret = earlier_failed(session->options.out, &session->runs, &session->before, err);
	return ret < 0 ? err_add(err, ret, "--last-failed") : 0;
}
