/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "commandline.h"
#include "commands.h"
#include "compared.h"
#include "earlier.h"
#include "folder.h"
#include "jobs.h"
#include "kernel_names.h"
#include "merged.h"
#include "outputs.h"
#include "results.h"
#include "run_session.h"
#include "supervisor.h"
#include "sysctls.h"
#include "terminal.h"
#include "watch.h"
#include "worker.h"

static double elapsed_s(const struct session *session)
{
	return (double)(clock_now_ns() - session->begun_ns) / 1e9;
}

static void status_clear(const struct session *session)
{
	if (session->options.terminal.interactive)
		fputs("\r\033[K", session->options.outputs.people);
}

/* How much longer it takes. In virtual time a run costs what the others cost; on a real clock as
 * long as its plan says, and as many at once as there are jobs. -1: nothing is known yet. */
static double left_s(const struct session *session)
{
	double spent_s = elapsed_s(session), sum_s = 0, longest_s = 0;
	int count = session->runs.run_count;

	if (kernel_clock_is_virtual(&session->kernel))
		return session->done ? spent_s / session->done * (count - session->done) : -1;
	for (int i = 0; i < count; i++) {
		double run_s = (double)session->duration_ns[i] / 1e9;

		if (session->started_s[i] >= 0)
			run_s -= spent_s - session->started_s[i];
		if (session->started_s[i] < -1 || run_s < 0)
			run_s = 0;
		sum_s += run_s;
		longest_s = run_s > longest_s ? run_s : longest_s;
	}
	sum_s /= session->options.jobs;
	return sum_s > longest_s ? sum_s : longest_s;
}

static void status_show(void *arg)
{
	const struct session *session = arg;
	const int *tally = session->options.outputs.listing.tally;
	FILE *people = session->options.outputs.people;
	double left;

	if (!session->options.terminal.interactive)
		return;
	left = left_s(session);
	fprintf(people, "\r\033[K%d of %d done, %d running, %d failed", session->done,
		session->runs.run_count, session->running,
		tally[VERDICT_FAIL] + tally[VERDICT_ERROR]);
	if (left >= 60)
		fprintf(people, ", about %.0f min left", left / 60);
	else if (left >= 0)
		fprintf(people, ", about %.0f s left", left);
	fflush(people);
}

static void sysctls_print(const struct session *session)
{
	const struct sysctls *sysctls = &session->options.sysctls;

	for (int i = 0; i < sysctls->count; i++)
		fprintf(session->options.outputs.people, "%s%s%s",
			i ? ", " : "on all hosts: ", sysctls->text[i],
			i + 1 == sysctls->count ? "\n" : "");
}

static void shard_print(const struct session *session)
{
	const struct shard *shard = &session->options.shard;

	if (shard->count)
		fprintf(session->options.outputs.people, "shard %d of %d: %d of %d runs\n",
			shard->number, shard->count, session->runs.run_count, session->all_runs);
}

static int work_one(void *arg, int index, FILE *out, struct err *err)
{
	struct session *session = arg;

	return worker_run(&session->runs.run[session->order[index]], &session->worker, out, err);
}

static bool another_wanted(void *arg)
{
	const struct session *session = arg;
	const int *tally = session->options.outputs.listing.tally;

	return !session->options.fail_fast || (!tally[VERDICT_FAIL] && !tally[VERDICT_ERROR]);
}

static void one_started(void *arg, int index)
{
	struct session *session = arg;

	session->started_s[session->order[index]] = elapsed_s(session);
	session->running++;
	status_show(session);
}

/* The outcome of a run whose process did not give one. */
static json_t *result_of_dead(const struct session *session, const struct run *run,
			      const struct err *err)
{
	struct record_kernel kernel = worker_kernel(&session->kernel);
	struct result_facts facts = {.name = run->text->parsed->name,
				     .sysctl = session->options.sysctls.text,
				     .file = run->text->path,
				     .variant = run->variant,
				     .folder = run->folder,
				     .case_sha256 = session->options.out ? run->text->sha256 : NULL,
				     .kernel_sha256 = session->worker.kernel_sha256,
				     .claims = run->text->parsed->claims,
				     .claim_count = run->text->parsed->claim_count,
				     .kernel = &kernel,
				     .seed = (int64_t)run->chance.seed,
				     .phase_ns = run->chance.phase_ns,
				     .repetition = run->repetition,
				     .verdict = VERDICT_ERROR,
				     .reason = err->text};

	return result_make(&facts);
}

static void one_finished(void *arg, const struct job_result *job)
{
	struct session *session = arg;
	int index = session->order[job->index];
	const struct run *run = &session->runs.run[index];
	json_t *result = job->error ? NULL : json_loadb(job->data, job->size, 0, NULL);
	struct err err = {""};

	if (!result)
		result = result_of_dead(session, run, &job->err);
	if (outcomes_put(&session->outcomes, index, result, &err) < 0)
		session->lost = err;
	session->started_s[index] = -2;
	session->done++;
	session->running--;
	status_clear(session);
	outputs_one(&session->options.outputs, result);
	json_decref(result);
	status_show(session);
}

/* Of the runs alone. */
static int status(const struct session *session)
{
	const int *tally = session->options.outputs.listing.tally;
	int status = outputs_status(&session->options.outputs);

	if (session->options.shard.count && !session->runs.run_count)
		return EXIT_HELD; /* there are more shards than runs */
	if (session->options.fail_on_skip && tally[VERDICT_SKIP] && status != EXIT_COULD_NOT) {
		fprintf(stderr, "halfopen run: --fail-on-skip: %d skipped\n", tally[VERDICT_SKIP]);
		return EXIT_FAILED;
	}
	return status;
}

/* What came out, held against the results of before: 0 or EXIT_FAILED, or what went wrong. */
static int against(struct session *session, struct err *err)
{
	const struct run_options *options = &session->options;
	static char this_run[] = "this run";
	struct comparison *comparison;
	int status;

	if (!options->against)
		return EXIT_HELD;
	if (compared_folders(options->against, session->worker.out, -1, &comparison, err) < 0) {
		err_add(err, EINVAL, "--against");
		cmd_complain("run", err);
		return EXIT_USAGE;
	}
	if (!options->out)
		comparison->b = this_run;
	fputc('\n', options->outputs.people);
	comparison_print_text(comparison, options->terminal.width, options->outputs.people);
	status = comparison_differs(comparison) ? EXIT_FAILED : EXIT_HELD;
	comparison_free(comparison);
	return status;
}

static int worse(int a, int b)
{
	static const int order[] = {EXIT_COULD_NOT, EXIT_USAGE, EXIT_FAILED, EXIT_SKIPPED};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_HELD;
}

/* Where the records go: a comparison needs them even where nobody keeps them. */
static int folder_prepare(struct session *session, const char *scratch, struct err *err)
{
	static char folder[4096];

	if (session->options.out || !session->options.against)
		return 0;
	snprintf(folder, sizeof(folder), "%s/results", scratch);
	session->worker.out = folder;
	return folder_make(folder, err);
}

/* Among those of before, or of other shards: all in memory. */
static int save_among(struct session *session, struct err *err)
{
	const struct run_options *options = &session->options;
	int count = session->outcomes.count, ret;
	json_t **result = calloc((size_t)count + 1, sizeof(*result));

	if (!result)
		abort();
	for (int i = 0; i < count; i++)
		result[i] = outcomes_get(&session->outcomes, i);
	if (session->before)
		ret = earlier_renew(options->out, session->before, result, count, err);
	else
		ret = merged_shard_save(&options->shard, options->out, result, session->at, count,
					err);
	for (int i = 0; i < count; i++)
		json_decref(result[i]);
	free(result);
	return ret;
}

static int save(struct session *session, bool whole, struct err *err)
{
	bool sharded = session->options.shard.count && session->options.out;

	if (!session->worker.out)
		return 0;
	if (session->before || (sharded && whole))
		return save_among(session, err);
	if (sharded) /* half a shard is none */
		return 0;
	return results_save(&session->outcomes, session->worker.out, RESULTS_BEGUN, err);
}

static int work(void *arg, const char *scratch)
{
	struct session *session = arg;
	struct err err = {0};
	struct jobs jobs = {.count = session->runs.run_count,
			    .parallel = session->options.jobs,
			    .work = work_one,
			    .wanted = another_wanted,
			    .started = one_started,
			    .finished = one_finished,
			    .tick = session->options.terminal.interactive ? status_show : NULL,
			    .arg = session};
	struct outputs *outputs = &session->options.outputs;
	struct kernel_machine machine = {.helpers = session->worker.helpers,
					 .scratch = scratch,
					 .parallel = session->options.jobs};
	bool interrupted, whole;
	int ret;

	session->worker.scratch = scratch;
	if (folder_prepare(session, scratch, &err) < 0 ||
	    outcomes_open(scratch, session->runs.run_count, &session->outcomes, &err) < 0) {
		cmd_complain("run", &err);
		return EXIT_COULD_NOT;
	}
	shard_print(session);
	sysctls_print(session);
	outputs_begin(outputs, &session->outcomes);
	ret = kernel_open(&session->kernel, &machine, &err);
	if (ret == 0)
		ret = jobs_run(&jobs, &err);
	interrupted = ret == -EINTR;
	if (interrupted) /* what is there is worth keeping: it may have taken an hour */
		ret = 0;
	whole = ret == 0 && session->done == session->runs.run_count;
	if (!whole)
		outcomes_cut(&session->outcomes);
	outputs->listing.count = session->outcomes.count;
	if (ret == 0)
		ret = save(session, whole, &err);
	status_clear(session);
	if (ret == 0)
		ret = outputs_end(outputs, elapsed_s(session), &err);
	if (ret == 0 && session->lost.text[0]) {
		err = session->lost;
		ret = -EIO;
	}
	if (ret < 0) {
		cmd_complain("run", &err);
		return EXIT_COULD_NOT;
	}
	if (interrupted) {
		fprintf(stderr, "halfopen run: interrupted: %d of %d runs did not end\n",
			session->runs.run_count - session->done, session->runs.run_count);
		return EXIT_INTERRUPTED;
	}
	if (!whole)
		fprintf(stderr, "halfopen run: --fail-fast: %d of %d runs were not made\n",
			session->runs.run_count - session->done, session->runs.run_count);
	return worse(status(session), against(session, &err));
}

static void no_run_fits(const struct session *session)
{
	const char *filter = session->options.filter, *claim = session->options.claim;
	struct err err;

	err_set(&err, ENOENT, "no run fits%s%s%s%s%s; `halfopen list` shows %s",
		filter ? " --filter " : "", filter ? filter : "", filter && claim ? " and" : "",
		claim ? " --claim " : "", claim ? claim : "",
		claim ? "each case's claims" : "their names");
	cmd_complain("run", &err);
}

int cmd_run(int argc, char **argv)
{
	struct session session = {
		.options = {.kernel = kernel_of_environment(), .max_real_ns = 60 * NSEC_PER_SEC}};
	char *helpers = NULL;
	struct err err = {0};
	int ret;

	cmd_parse(&run_argp, argc, argv, &session.options);
	if (session.options.watch)
		return watch_runs(argv, session.options.names, session.options.out,
				  &session.options.terminal);
	if (runs_collect(session.options.names, &session.runs, &err) < 0) {
		cmd_complain("run", &err);
		runs_done(&session.runs);
		return EXIT_USAGE;
	}
	runs_select(&session.runs, session.options.filter, session.options.claim, NULL);
	if (session.runs.run_count == 0) {
		no_run_fits(&session);
		runs_done(&session.runs);
		return EXIT_USAGE;
	}
	if (session_kernel(&session, &err) < 0) {
		cmd_complain("run", &err);
		runs_done(&session.runs);
		return EXIT_COULD_NOT;
	}
	if (session_against(&session, &err) < 0 || session_hosts(&session, &err) < 0 ||
	    session_runs(&session, &err) < 0) {
		cmd_complain("run", &err);
		runs_done(&session.runs);
		return EXIT_USAGE;
	}
	if (session.options.last_failed && session.runs.run_count == 0) {
		printf("none of these runs failed in %s\n", session.options.out);
		json_decref(session.before);
		runs_done(&session.runs);
		return EXIT_HELD;
	}
	session.begun_ns = clock_now_ns();
	ret = outputs_open(&session.options.outputs, &err);
	if (ret == 0) {
		session.options.outputs.listing.quiet = session.options.quiet;
		terminal_look(&session.options.terminal, session.options.outputs.people);
		ret = session_prepare(&session, &helpers, &err);
	}
	if (ret == 0)
		ret = supervise(work, &session, &err);
	if (ret < 0) {
		cmd_complain("run", &err);
		ret = EXIT_COULD_NOT;
	}
	free(helpers);
	json_decref(session.before);
	free(session.at);
	free(session.order);
	free(session.duration_ns);
	free(session.started_s);
	outcomes_close(&session.outcomes);
	sysctls_done(&session.options.sysctls);
	kernel_done(&session.kernel);
	for (int i = 0; i < session.options.kernel_of_count; i++)
		kernel_done(&session.options.kernel_of[i].kernel);
	runs_done(&session.runs);
	return ret;
}
