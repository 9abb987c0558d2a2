/* SPDX-License-Identifier: MIT */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "folder.h"
#include "jobs.h"
#include "kernel_names.h"
#include "results.h"
#include "supervisor.h"
#include "verdict.h"
#include "worker.h"

#define LIVE_RUNS_PER_CORE 16 /* they mostly wait */
#define MOST_SYSCTLS       64

struct options {
	char **names;
	const char *kernel, *out, *filter, *claim;
	const char *sysctl[MOST_SYSCTLS + 1];
	int sysctls, jobs;
	int64_t max_real_ns, wall_limit_ns;
};

struct session { /* one `halfopen run` */
	struct options options;
	struct runs runs;
	int *order; /* in which the runs are started */
	struct kernel kernel;
	struct worker_options worker;
	json_t **result; /* by run */
	int count[VERDICT_COUNT];
	int done, running;
	struct timespec begun;
	bool terminal;
};

enum { KEY_OUT = 256, KEY_MAX_REAL, KEY_WALL_LIMIT, KEY_CLAIM, KEY_SYSCTL };

static const struct argp_option argp_options[] = {
	{"kernel", 'K', "KERNEL", 0,
	 "`live`, a path, or a name that `halfopen kernel list` shows (default: $HALFOPEN_UML, or "
	 "else the one that was built or asked for last, or else live)",
	 0},
	{"jobs", 'j', "N", 0,
	 "so many runs at once (default: the cores; sixteen times that on live,"
	 " where runs mostly wait)",
	 0},
	{"out", KEY_OUT, "DIR", 0,
	 "keep the results: results.json, and a folder a run with record.jsonl, capture.pcapng and "
	 "verdict.txt",
	 0},
	{"filter", 'k', "PATTERN", 0, "only runs with this text or glob in FILE:VARIANT", 0},
	{"claim", KEY_CLAIM, "ID", 0, "only cases about this claim, e.g. C4b", 0},
	{"sysctl", KEY_SYSCTL, "NAME=VALUE", 0, "set this on all hosts first; may be repeated", 0},
	{"max-real", KEY_MAX_REAL, "TIME", 0,
	 "skip runs that take longer on a real clock (default: 60s)", 0},
	{"wall-limit", KEY_WALL_LIMIT, "TIME", 0,
	 "a run that takes longer than this, whatever its clock says, is an error (default: 60s)",
	 0},
	{0}};

static int64_t duration_option(const char *arg, struct argp_state *state)
{
	int64_t ns = 0;

	if (duration_parse(arg, &ns) < 0 || ns <= 0)
		argp_error(state, "'%s' is no time; write it as 500ms, 30s or 1m30s", arg);
	return ns;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	char *end;

	switch (key) {
	case 'K':
		options->kernel = arg;
		return 0;
	case 'j':
		options->jobs = (int)strtol(arg, &end, 10);
		if (*end || options->jobs < 1 || options->jobs > 1000)
			argp_error(state, "'%s' is no number of jobs from 1 to 1000", arg);
		return 0;
	case KEY_OUT:
		options->out = arg;
		return 0;
	case 'k':
		options->filter = arg;
		return 0;
	case KEY_CLAIM:
		options->claim = arg;
		return 0;
	case KEY_SYSCTL:
		if (!strchr(arg, '=') || arg[0] == '=' || strchr(arg, '\n'))
			argp_error(state, "'%s' is no NAME=VALUE", arg);
		if (options->sysctls == MOST_SYSCTLS)
			argp_error(state, "more than %d sysctls", MOST_SYSCTLS);
		options->sysctl[options->sysctls++] = arg;
		return 0;
	case KEY_MAX_REAL:
		options->max_real_ns = duration_option(arg, state);
		return 0;
	case KEY_WALL_LIMIT:
		options->wall_limit_ns = duration_option(arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		options->names = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static double elapsed_s(const struct session *session)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - session->begun.tv_sec) +
	       (double)(now.tv_nsec - session->begun.tv_nsec) / 1e9;
}

static void status_clear(const struct session *session)
{
	if (session->terminal)
		fputs("\r\033[K", stdout);
}

static void status_show(void *arg)
{
	const struct session *session = arg;
	double spent = elapsed_s(session);

	if (!session->terminal)
		return;
	printf("\r\033[K%d of %d done, %d running, %d failed", session->done,
	       session->runs.run_count, session->running,
	       session->count[VERDICT_FAIL] + session->count[VERDICT_ERROR]);
	if (session->done)
		printf(", about %.0f s left",
		       spent / session->done * (session->runs.run_count - session->done));
	fflush(stdout);
}

static int work_one(void *arg, int index, FILE *out, struct err *err)
{
	struct session *session = arg;

	return worker_run(&session->runs.run[session->order[index]], &session->worker, out, err);
}

static void one_started(void *arg, int index)
{
	struct session *session = arg;

	(void)index;
	session->running++;
	status_show(session);
}

/* The outcome of a run whose process did not give one. */
static json_t *result_of_dead(const struct session *session, const struct run *run,
			      const struct err *err)
{
	json_t *claims = json_array();

	for (int i = 0; i < run->text->parsed->claim_count; i++)
		json_array_append_new(claims, json_string(run->text->parsed->claims[i]));
	return json_pack("{s:s, s:s, s:s, s:o, s:{s:s}, s:s, s:s, s:f, s:f}", "case",
			 run->text->parsed->name, "file", run->text->path, "variant", run->variant,
			 "claims", claims, "kernel", "name",
			 session->kernel.path ? session->kernel.path : "live", "verdict", "error",
			 "reason", err->text, "simulated_s", 0.0, "wall_s", 0.0);
}

static enum verdict verdict_of(const json_t *result)
{
	const char *name = json_string_value(json_object_get(result, "verdict"));

	for (int i = 0; name && i < VERDICT_COUNT; i++)
		if (strcmp(name, verdict_name[i]) == 0)
			return (enum verdict)i;
	return VERDICT_ERROR;
}

static void one_finished(void *arg, const struct job_result *job)
{
	struct session *session = arg;
	int index = session->order[job->index];
	const struct run *run = &session->runs.run[index];
	json_t *result = job->error ? NULL : json_loadb(job->data, job->size, 0, NULL);

	if (!result)
		result = result_of_dead(session, run, &job->err);
	session->result[index] = result;
	session->count[verdict_of(result)]++;
	session->done++;
	session->running--;
	status_clear(session);
	result_print(result, run->name, stdout);
	fflush(stdout);
	status_show(session);
}

static int compare_duration(const void *a, const void *b, void *arg)
{
	const int64_t *duration = arg;
	int64_t x = duration[*(const int *)a], y = duration[*(const int *)b];

	return x != y ? (x < y ? 1 : -1) : *(const int *)a - *(const int *)b;
}

/* On a real clock the longest go first, so that none is left over at the end. In virtual
 * time the length says nothing about the cost. */
static void order_make(struct session *session)
{
	int count = session->runs.run_count;
	int64_t *duration = calloc((size_t)count, sizeof(*duration));

	session->order = calloc((size_t)count, sizeof(*session->order));
	if (!session->order || !duration)
		abort();
	for (int i = 0; i < count; i++) {
		const struct run *run = &session->runs.run[i];
		struct diagnostics diagnostics;
		struct plan *plan = NULL;

		session->order[i] = i;
		if (kernel_clock_is_virtual(&session->kernel))
			continue;
		if (plan_load(run->text->path, run->text->source, run->text->size, run->variant,
			      NULL, &plan, &diagnostics) == 0)
			duration[i] = plan_duration_ns(plan);
		plan_free(plan);
		diagnostics_done(&diagnostics);
	}
	qsort_r(session->order, (size_t)count, sizeof(*session->order), compare_duration, duration);
	free(duration);
}

static int summary(struct session *session)
{
	const int *count = session->count;

	status_clear(session);
	results_print_kernel(session->result, session->runs.run_count, stdout);
	printf("%.1f simulated hours in %.1f s\n",
	       results_simulated_s(session->result, session->runs.run_count) / 3600,
	       elapsed_s(session));
	if (count[VERDICT_ERROR])
		printf("%d of the failed could not be run or judged\n", count[VERDICT_ERROR]);
	printf("%d passed, %d failed, %d skipped\n", count[VERDICT_PASS],
	       count[VERDICT_FAIL] + count[VERDICT_ERROR], count[VERDICT_SKIP]);
	if (count[VERDICT_ERROR])
		return EXIT_COULD_NOT;
	if (count[VERDICT_FAIL])
		return EXIT_FAILED;
	return count[VERDICT_PASS] ? EXIT_HELD : EXIT_SKIPPED;
}

static int work(void *arg, const char *scratch)
{
	struct session *session = arg;
	struct err err = {0};
	struct jobs jobs = {.count = session->runs.run_count,
			    .parallel = session->options.jobs,
			    .work = work_one,
			    .started = one_started,
			    .finished = one_finished,
			    .tick = session->terminal ? status_show : NULL,
			    .arg = session};

	session->worker.scratch = scratch;
	if (jobs_run(&jobs, &err) < 0) {
		fprintf(stderr, "halfopen run: %s\n", err.text);
		return EXIT_COULD_NOT;
	}
	if (session->options.out && results_save(session->result, session->runs.run_count,
						 session->options.out, &err) < 0) {
		fprintf(stderr, "halfopen run: %s\n", err.text);
		return EXIT_COULD_NOT;
	}
	return summary(session);
}

static int prepare(struct session *session, char **ret_helpers, struct err *err)
{
	const struct options *options = &session->options;
	int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
	int ret = kernel_named(options->kernel, &session->kernel, err);

	/* That namespaces are forbidden is said once, not under every run. A UML kernel that
	 * does not boot says so itself: trying it first would cost a boot each time. */
	if (ret == 0 && !kernel_clock_is_virtual(&session->kernel))
		ret = kernel_probe(&session->kernel, err);
	if (ret == 0)
		ret = kernel_find_helpers(ret_helpers, err);
	if (ret == 0 && options->out)
		ret = folder_claim(options->out, "results.json", err);
	if (ret < 0)
		return ret;
	if (!session->options.jobs)
		session->options.jobs = kernel_clock_is_virtual(&session->kernel)
						? cores
						: LIVE_RUNS_PER_CORE * cores;
	session->worker = (struct worker_options){.kernel = &session->kernel,
						  .helpers = *ret_helpers,
						  .out = options->out,
						  .sysctl = session->options.sysctl,
						  .max_real_ns = options->max_real_ns,
						  .wall_limit_ns = options->wall_limit_ns};
	session->result = calloc((size_t)session->runs.run_count, sizeof(*session->result));
	if (!session->result)
		abort();
	order_make(session);
	return 0;
}

int cmd_run(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options,
		parse_option,
		"[FILE | FOLDER | FILE:VARIANT | FILE:LINE]...",
		"Runs cases and judges them: the shipped ones, or those named. Nothing is started "
		"before all of them were read and found right.\v"
		"FILE:VARIANT means the runs that have these values, as a.yaml:ip=4 or "
		"a.yaml:ip=4,timers=short; FILE:LINE those in which that line takes part.\n\n"
		"The last line is `N passed, N failed, N skipped`. Exit status: 0 all held, 1 an "
		"expectation failed, 2 a bad case or bad usage, 3 could not run, 77 all skipped.",
		NULL,
		NULL,
		NULL};
	struct session session = {
		.options = {.kernel = getenv("HALFOPEN_UML"), .max_real_ns = 60 * NSEC_PER_SEC},
		.terminal = isatty(STDOUT_FILENO)};
	char *helpers = NULL;
	struct err err = {0};
	int ret;

	cmd_parse(&argp, argc, argv, &session.options);
	if (runs_collect(session.options.names, &session.runs, &err) < 0) {
		fprintf(stderr, "halfopen run: %s\n", err.text);
		runs_done(&session.runs);
		return EXIT_USAGE;
	}
	runs_select(&session.runs, session.options.filter, session.options.claim);
	if (session.runs.run_count == 0) {
		fprintf(stderr, "halfopen run: no run fits --filter and --claim\n");
		runs_done(&session.runs);
		return EXIT_USAGE;
	}
	clock_gettime(CLOCK_MONOTONIC, &session.begun);
	ret = prepare(&session, &helpers, &err);
	if (ret == 0)
		ret = supervise(work, &session, &err);
	if (ret < 0) {
		fprintf(stderr, "halfopen run: %s\n", err.text);
		ret = EXIT_COULD_NOT;
	}
	free(helpers);
	free(session.order);
	free(session.result);
	kernel_done(&session.kernel);
	runs_done(&session.runs);
	return ret;
}
