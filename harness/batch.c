/* SPDX-License-Identifier: MIT
 *
 * Each run has a process of its own (jobs.h), which executes it, writes its folder and sends
 * back a result. This process only prints and collects.
 */
#include "batch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "execute.h"
#include "jobs.h"
#include "text.h"

struct running {
	const struct batch *batch;
	struct execution execution;
	struct result *result; /* as the selection's runs */
	char **folder;         /* as well; or NULL without --out */
	int *order;            /* order[job] is a run */
	int job_count;
	struct text_report report;
	int started, finished;
	double weight, weight_done; /* of the jobs: what is left, as share of the whole */
	int64_t begun_ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* On a real clock time passes as the case says; else one run costs about what another does. */
static double weight_of(const struct batch *batch, const struct plan *plan)
{
	return kernel_clock_is_virtual(batch->kernel) ? 1 : (double)selection_expected_ns(plan);
}

static int work(void *arg, int job, FILE *out, struct err *err)
{
	struct running *running = arg;
	int index = running->order[job];
	struct result result;
	int ret = execute(&running->execution, running->batch->selection->run[index],
			  running->folder ? running->folder[index] : NULL, &result, err);

	if (ret == 0) {
		ret = result_send(&result, out, err);
		result_done(&result);
	}
	return ret;
}

static void show_status(struct running *running)
{
	int64_t spent_ns = now_ns() - running->begun_ns, left_ns = -1;

	if (running->weight_done > 0)
		left_ns = (int64_t)((double)spent_ns * (running->weight - running->weight_done) /
				    running->weight_done);
	text_report_status(&running->report, running->batch->selection->run_count,
			   running->started - running->finished, left_ns);
}

static void job_started(void *arg, int job)
{
	struct running *running = arg;

	(void)job;
	running->started++;
}

static void job_finished(void *arg, const struct job_result *job)
{
	struct running *running = arg;
	int index = running->order[job->index];
	struct result *result = &running->result[index];
	struct err err = job->err;
	int ret = job->error;

	if (ret == 0)
		ret = result_receive(job->data, job->size, result, &err);
	if (ret < 0)
		result->reason = strdup(err.text);
	running->finished++;
	running->weight_done +=
	    weight_of(running->batch, running->batch->selection->run[index]);
	text_report_result(&running->report, result);
	show_status(running);
}

static void tick(void *arg)
{
	show_status(arg);
}

/* True, and RESULT says why, when the run would take too long on a real clock. */
static bool takes_too_long(const struct batch *batch, const struct plan *plan,
			   struct result *result)
{
	int64_t expected_ns = selection_expected_ns(plan);
	char needs[32], most[32];

	if (kernel_clock_is_virtual(batch->kernel) || expected_ns <= batch->max_real_ns)
		return false;
	result->verdict = VERDICT_SKIP;
	if (asprintf(&result->reason, "takes %s on a real clock, more than --max-real %s",
		     text_duration(expected_ns, needs, sizeof(needs)),
		     duration_format(batch->max_real_ns, most, sizeof(most))) < 0)
		result->reason = NULL;
	return true;
}

/* OUT/STORY/CASE/VARIANT; when two cases would share one, the later gets a number. */
static char *folder_of(const struct running *running, int index)
{
	const struct plan *plan = running->batch->selection->run[index];
	char *story, *stem, *path = NULL, *numbered = NULL;
	int number = 1, ret;

	selection_name(plan->file, &story, &stem);
	ret = asprintf(&path, "%s/%s/%s%s%s", running->batch->out, story, stem,
		       plan->variant[0] ? "/" : "", plan->variant);
	free(story);
	free(stem);
	for (int i = 0; ret >= 0 && i < index; i++) {
		if (strcmp(running->folder[i], numbered ? numbered : path) != 0)
			continue;
		free(numbered);
		ret = asprintf(&numbered, "%s~%d", path, ++number);
		i = -1;
	}
	if (numbered)
		free(path);
	return ret < 0 ? NULL : numbered ? numbered : path;
}

/* The longest first, where that is known: else the last to start would be waited for. */
static int by_weight(const void *a, const void *b, void *arg)
{
	const struct running *running = arg;
	struct plan *const *run = running->batch->selection->run;
	double x = weight_of(running->batch, run[*(const int *)a]);
	double y = weight_of(running->batch, run[*(const int *)b]);

	return x != y ? (x < y) - (x > y) : *(const int *)a - *(const int *)b;
}

static void prepare(struct running *running)
{
	const struct batch *batch = running->batch;
	size_t count = (size_t)batch->selection->run_count;

	running->result = calloc(count, sizeof(*running->result));
	running->order = calloc(count, sizeof(*running->order));
	running->folder = batch->out ? calloc(count, sizeof(*running->folder)) : NULL;
	for (int i = 0; i < batch->selection->run_count; i++) {
		const struct plan *plan = batch->selection->run[i];

		running->result[i] = execute_result_for(plan);
		if (running->folder)
			running->folder[i] = folder_of(running, i);
		if (takes_too_long(batch, plan, &running->result[i])) {
			text_report_result(&running->report, &running->result[i]);
			continue;
		}
		running->order[running->job_count++] = i;
		running->weight += weight_of(batch, plan);
	}
	qsort_r(running->order, (size_t)running->job_count, sizeof(*running->order), by_weight,
		running);
}

static int write_results(const struct running *running, struct err *err)
{
	char path[PATH_MAX];
	FILE *out;
	int ret;

	snprintf(path, sizeof(path), "%s/results.json", running->batch->out);
	out = fopen(path, "we");
	if (!out)
		return err_sys(err, errno, "%s", path);
	ret = results_write(running->result, running->batch->selection->run_count, out, err);
	if (fclose(out) != 0 && ret == 0)
		ret = err_sys(err, errno, "%s", path);
	return ret;
}

/* What the runs said of their kernel: HZ is only known from there. */
static const char *kernel_of(const struct running *running, char *buf, size_t size)
{
	const struct kernel *kernel = running->batch->kernel;

	for (int i = 0; i < running->batch->selection->run_count; i++)
		if (running->result[i].kernel)
			return running->result[i].kernel;
	snprintf(buf, size, "%s %s, %s clock; HZ not known, as nothing ran",
		 kernel_kind_name(kernel->kind), kernel->release,
		 kernel_clock_is_virtual(kernel) ? "virtual" : "real");
	return buf;
}

static void done(struct running *running)
{
	for (int i = 0; i < running->batch->selection->run_count; i++) {
		result_done(&running->result[i]);
		if (running->folder)
			free(running->folder[i]);
	}
	free(running->result);
	free(running->order);
	free(running->folder);
}

int batch_run(void *arg, const char *scratch)
{
	const struct batch *batch = arg;
	struct running running = {.batch = batch, .begun_ns = now_ns()};
	struct jobs jobs = {.parallel = batch->parallel,
			    .work = work,
			    .started = job_started,
			    .finished = job_finished,
			    .tick = tick,
			    .arg = &running};
	char *helpers = NULL, kernel[256];
	struct err err;
	int ret = kernel_find_helpers(&helpers, &err);

	if (ret < 0)
		return command_fail(STATUS_CANNOT, &err);
	running.execution = (struct execution){.kernel = batch->kernel,
					       .helpers = helpers,
					       .scratch = scratch,
					       .extra_sysctl = batch->extra_sysctl,
					       .wall_limit_ns = batch->wall_limit_ns};
	text_report_init(&running.report, stdout);
	prepare(&running);
	jobs.count = running.job_count;
	ret = jobs_run(&jobs, &err);
	if (ret == 0 && batch->out)
		ret = write_results(&running, &err);
	if (ret == 0)
		text_report_end(&running.report, kernel_of(&running, kernel, sizeof(kernel)));
	ret = ret < 0 ? command_fail(STATUS_CANNOT, &err)
		      : text_report_exit_status(&running.report);
	done(&running);
	free(helpers);
	return ret;
}
