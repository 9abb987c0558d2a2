/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "bounds.h"
#include "cleanup.h"
#include "duration.h"
#include "file.h"
#include "handover.h"
#include "kernel_names.h"
#include "label.h"
#include "ladder.h"
#include "missing.h"
#include "play.h"
#include "programs.h"
#include "record.h"
#include "results.h"
#include "text.h"
#include "verdict.h"
#include "visible.h"

#define LADDER_ROWS 60 /* under a failure */

struct outcome {
	enum verdict verdict;
	char *reason, *text;
	char *ladder, *screen; /* the same picture, plain and for the terminal */
	struct plan *plan;
	struct host_kernels *kernels; /* if hosts have kernels of their own */
	struct record *record;
	struct judgement *judgement;
	struct kernel_result kernel;
	json_t *retried; /* attempts before; NULL: none */
};

/* The folder of the case, for its commands to read; or NULL. Not one that holds much else: a home,
 * or what holds one, or a folder right beneath the root. */
static char *folder_shown(const char *file)
{
	char *path = realpath(file, NULL), *last = path ? strrchr(path, '/') : NULL;
	const char *home = getenv("HOME");
	size_t length = last ? (size_t)(last - path) : 0;

	if (last)
		*last = '\0';
	if (length == 0 || strchr(path + 1, '/') == NULL ||
	    (home && strncmp(home, path, length) == 0 && (home[length] == '/' || !home[length]))) {
		free(path);
		return NULL;
	}
	return path;
}

static char *plan_bytes(const struct run *run, const struct worker_options *options,
			size_t *ret_size)
{
	AUTO_FREE char *shown = folder_shown(run->text->path);
	const struct handover handover = {
		.file = run->text->path,
		.variant = run->variant,
		.helpers = kernel_helpers_inside(options->kernel, options->helpers),
		.shown = shown ? shown : "",
		.sysctl = options->sysctl,
		.virtual_clock = kernel_clock_is_virtual(options->kernel),
		.source = run->text->source,
		.source_size = run->text->size};

	return handover_write(&handover, ret_size);
}

static void settle(struct outcome *outcome, enum verdict verdict, const char *reason)
{
	outcome->verdict = verdict;
	outcome->reason = text_copy(reason);
}

/* On a real clock nobody waits for two hours. */
static bool takes_too_long(const struct worker_options *options, struct outcome *outcome)
{
	int64_t needs_ns = plan_duration_ns(outcome->plan);
	char needs[64], most[64], reason[256];

	if (kernel_clock_is_virtual(options->kernel) || needs_ns <= options->max_real_ns)
		return false;
	snprintf(reason, sizeof(reason), "takes %s on a real clock; --max-real is %s",
		 duration_format(needs_ns, needs, sizeof(needs)),
		 duration_format(options->max_real_ns, most, sizeof(most)));
	settle(outcome, VERDICT_SKIP, reason);
	return true;
}

/* What can be known before anything boots. */
static bool lacks(const struct run *run, const struct worker_options *options,
		  struct outcome *outcome)
{
	struct err err = {""};

	if (missing_find(run, outcome->plan, options, outcome->kernels, &outcome->text, &err) == 0)
		return false;
	settle(outcome, VERDICT_ERROR, err.text);
	return true;
}

struct record_kernel worker_kernel(const struct kernel *kernel)
{
	static char live[] = "live";

	return (struct record_kernel){.name = kernel->path ? kernel->path : live,
				      .release = (char *)kernel->release,
				      .kind = (char *)kernel_kind_name(kernel->kind),
				      .virtual_clock = kernel_clock_is_virtual(kernel)};
}

/* The run as a picture, or the part of it around what was wrong. */
static void draw(const struct run *run, const struct worker_options *options,
		 struct outcome *outcome)
{
	struct ladder_options ladder = {.most = LADDER_ROWS};
	char *whole;

	if (outcome->record->program_count == 0) /* it never began: there is nothing to draw */
		return;
	whole = text_format("%shalfopen show %s/%s",
			    options->out ? "the whole of it: "
					 : "the whole of it: run it with --out DIR, and then ",
			    options->out ? options->out : "DIR", run->folder);
	ladder.whole = whole;
	outcome->ladder = ladder_text(outcome->plan, outcome->record, outcome->judgement, &ladder);
	ladder.ascii = options->ascii;
	ladder.color = options->color;
	ladder.width = options->width;
	if (!options->undrawn)
		outcome->screen = ladder_text(outcome->plan, outcome->record, outcome->judgement,
					      &ladder);
	free(whole);
}

/* What was wrong, in words and as a picture. */
static void explain(const struct run *run, const struct worker_options *options,
		    struct outcome *outcome)
{
	outcome->text = judgement_explain(outcome->plan, outcome->record, outcome->judgement,
					  false);
	draw(run, options, outcome);
}

static int collect(const struct run *run, const struct worker_options *options,
		   struct outcome *outcome, struct err *err)
{
	struct record_kernel kernel = worker_kernel(options->kernel);
	int ret = record_collect(outcome->plan, &kernel, outcome->kernel.raw,
				 outcome->kernel.raw_size, &outcome->record, err);

	if (ret < 0)
		return ret;
	outcome->record->wall_ns = outcome->kernel.wall_ns;
	outcome->record->seed = (int64_t)run->chance.seed;
	outcome->record->phase_ns = run->chance.phase_ns;
	outcome->record->extra_sysctl = (char **)options->sysctl;
	return 0;
}

static int conclude(const struct run *run, const struct worker_options *options,
		    struct outcome *outcome, struct err *err)
{
	int ret = judge(outcome->plan, outcome->record, &outcome->judgement, err);
	if (ret < 0)
		return ret;
	outcome->verdict = outcome->judgement->verdict;
	if (outcome->judgement->reason)
		outcome->reason = text_copy(outcome->judgement->reason);
	if (outcome->verdict == VERDICT_FAIL || outcome->verdict == VERDICT_ERROR)
		explain(run, options, outcome);
	else if (outcome->verdict == VERDICT_SKIP && outcome->record->state == RECORD_COMPLETE)
		draw(run, options, outcome); /* nothing is expected: it is there to be seen */
	return 0;
}

static void boot(const struct run *run, const struct worker_options *options,
		 struct outcome *outcome)
{
	struct err err = {0};
	size_t size = 0;
	char *plan = plan_bytes(run, options, &size), *guest = NULL, **programs;
	AUTO_FREE char *shown = folder_shown(run->text->path);
	struct kernel_job job = {.scratch = options->scratch,
				 .plan = plan,
				 .plan_size = size,
				 .readable = shown,
				 .wall_limit_ns = options->wall_limit_ns};
	int ret;

	if (asprintf(&guest, "%s/halfopen-guest", options->helpers) < 0)
		abort();
	job.guest = guest;
	job.programs = (const char *const *)(programs = programs_of_plan(outcome->plan));
	if (!programs)
		abort();
	/* A run in real time may take as long as it needs, and a little for all around it. */
	if (!job.wall_limit_ns && !kernel_clock_is_virtual(options->kernel))
		job.wall_limit_ns = plan_duration_ns(outcome->plan) + 60 * NSEC_PER_SEC;
	if (options->own_kernels)
		ret = play_run(outcome->plan, outcome->kernels->of, &job, &run->chance,
			       &outcome->kernel, &err);
	else
		ret = kernel_run(options->kernel, &job, &outcome->kernel, &err);
	if (ret == 0)
		ret = collect(run, options, outcome, &err);
	else if (outcome->kernel.raw_size && collect(run, options, outcome, NULL) == 0)
		record_break(outcome->record, err.text); /* what was seen until then is kept */
	if (ret == 0)
		ret = conclude(run, options, outcome, &err);
	if (ret < 0) {
		settle(outcome, VERDICT_ERROR, err.text);
		outcome->text = NULL;
	}
	if (outcome->verdict == VERDICT_ERROR && !outcome->text && outcome->kernel.console[0] &&
	    asprintf(&outcome->text, "  the last that the kernel said:\n%s\n",
		     outcome->kernel.console) < 0)
		outcome->text = NULL;
	programs_free(programs);
	free(plan);
	free(guest);
}

static int text_save(const char *out, const char *name, const char *text, struct err *err)
{
	FILE *file = beneath_create(out, name, err);

	if (!file)
		return -EIO;
	visible_print(text, false, file);
	return file_close(file, name, err);
}

static int record_save(const struct outcome *outcome, const char *out, const char *name,
		       struct err *err)
{
	FILE *file = beneath_create(out, name, err);
	int ret, closed;

	if (!file)
		return -EIO;
	ret = record_write(outcome->record, outcome->plan, file, err);
	closed = file_close(file, name, ret < 0 ? NULL : err);
	return ret < 0 ? ret : closed;
}

static int capture_save(const struct outcome *outcome, int tap, const struct record_remark *remarks,
			int count, const char *out, const char *name, struct err *err)
{
	FILE *file = beneath_create(out, name, err);
	int ret, closed;

	if (!file)
		return -EIO;
	ret = record_write_pcapng(outcome->record, outcome->plan, tap, remarks, count, file, err);
	closed = file_close(file, name, ret < 0 ? NULL : err);
	return ret < 0 ? ret : closed;
}

/* That of all taps, and that of each interface. */
static int captures_save(const struct run *run, const struct outcome *outcome, const char *out,
			 struct err *err)
{
	AUTO_FREE char *all = text_format("%s/" CAPTURE_FILE, run->folder);
	struct record_remark *remarks = NULL;
	int count = 0, ret;

	if (outcome->judgement)
		remarks = judgement_remarks(outcome->plan, outcome->judgement, &count);
	ret = capture_save(outcome, RECORD_ALL_TAPS, remarks, count, out, all, err);
	for (int i = 0; ret == 0 && i < record_tap_count(outcome->plan); i++) {
		char tap[64];
		AUTO_FREE char *name = text_format("%s/" CAPTURE_FILE_OF, run->folder,
						   label_tap(outcome->plan, i, tap, sizeof(tap)));

		ret = capture_save(outcome, i, remarks, count, out, name, err);
	}
	remarks_free(remarks, count);
	return ret;
}

static char *verdict_text(const struct run *run, const struct outcome *outcome)
{
	return text_format("%s: %s%s%s\n%s%s", run->name, verdict_name[outcome->verdict],
			   outcome->reason ? ": " : "", outcome->reason ? outcome->reason : "",
			   outcome->text ? outcome->text : "",
			   outcome->ladder ? outcome->ladder : "");
}

static int file_remove(void *arg, const char *out, const char *name, struct err *err)
{
	(void)arg;
	return beneath_remove(out, name, err);
}

static int save(const struct run *run, const struct worker_options *options,
		const struct outcome *outcome, struct err *err)
{
	AUTO_FREE char *record = text_format("%s/" RECORD_FILE, run->folder);
	AUTO_FREE char *verdict = text_format("%s/" VERDICT_FILE, run->folder);
	AUTO_FREE char *console = text_format("%s/" CONSOLE_FILE, run->folder);
	AUTO_FREE char *text = verdict_text(run, outcome);
	/* What an earlier run left there is not of this one. */
	int ret = run_files_each(options->out, run->folder, file_remove, NULL, err);

	if (ret == 0 && outcome->record)
		ret = record_save(outcome, options->out, record, err);
	if (ret == 0 && outcome->record)
		ret = captures_save(run, outcome, options->out, err);
	if (ret == 0)
		ret = text_save(options->out, verdict, text, err);
	if (ret == 0 && outcome->verdict == VERDICT_ERROR)
		ret = text_save(options->out, console, outcome->kernel.console, err);
	return ret;
}

static int result_write(const struct run *run, const struct worker_options *options,
			const struct outcome *outcome, FILE *result, struct err *err)
{
	const struct case_file *parsed = run->text->parsed;
	struct record_kernel kernel = worker_kernel(options->kernel);
	struct result_facts facts = {.name = parsed->name,
				     .sysctl = options->sysctl,
				     .file = run->text->path,
				     .variant = run->variant,
				     .folder = run->folder,
				     .case_sha256 = options->out ? run->text->sha256 : NULL,
				     .kernel_sha256 = options->kernel_sha256,
				     .claims = parsed->claims,
				     .claim_count = parsed->claim_count,
				     .kernel = &kernel,
				     .record = outcome->record,
				     .seed = (int64_t)run->chance.seed,
				     .phase_ns = run->chance.phase_ns,
				     .repetition = run->repetition,
				     .verdict = outcome->verdict,
				     .reason = outcome->reason,
				     .wall_ns = outcome->kernel.wall_ns,
				     .plan = outcome->plan,
				     .judgement = outcome->judgement,
				     .text = outcome->text,
				     .ladder = outcome->ladder,
				     .screen = outcome->screen,
				     .retried = outcome->retried};
	json_t *object;
	int ret;

	if (outcome->record) {
		char *release = kernel.release;

		kernel = outcome->record->kernel;
		kernel.release = *kernel.release ? kernel.release : release;
		facts.end_ns = outcome->record->end_ns;
	}
	object = result_make(&facts);
	ret = json_dumpf(object, result, JSON_COMPACT) < 0
		      ? err_sys(err, EIO, "cannot hand over the outcome")
		      : 0;
	json_decref(object);
	return ret;
}

static void attempt_done(struct outcome *outcome)
{
	judgement_free(outcome->judgement);
	record_free(outcome->record);
	kernel_result_done(&outcome->kernel);
	free(outcome->reason);
	free(outcome->text);
	free(outcome->ladder);
	free(outcome->screen);
}

/* What fails is made again as often as it may be; each attempt before the last is noted. */
static void attempts(const struct run *run, const struct worker_options *options,
		     struct outcome *outcome)
{
	for (int left = options->retries;; left--) {
		struct outcome next = {.verdict = VERDICT_ERROR,
				       .plan = outcome->plan,
				       .kernels = outcome->kernels};

		boot(run, options, outcome);
		if (left == 0 ||
		    (outcome->verdict != VERDICT_FAIL && outcome->verdict != VERDICT_ERROR))
			return;
		next.retried = outcome->retried ? outcome->retried : json_array();
		json_array_append_new(next.retried,
				      result_attempt(outcome->verdict, outcome->reason));
		attempt_done(outcome);
		*outcome = next;
	}
}

int worker_run(const struct run *run, const struct worker_options *options, FILE *result,
	       struct err *err)
{
	struct host_kernels kernels = {0};
	struct outcome outcome = {.verdict = VERDICT_ERROR, .kernels = &kernels};
	struct diagnostics diagnostics;
	int ret = plan_load(run->text->path, run->text->source, run->text->size, run->variant,
			    options->sysctl, &outcome.plan, &diagnostics);

	if (ret < 0)
		return err_set(err, -ret, "%s", diagnostics.text);
	if (!takes_too_long(options, &outcome) && !lacks(run, options, &outcome))
		attempts(run, options, &outcome);
	ret = options->out ? save(run, options, &outcome, err) : 0;
	if (ret == 0)
		ret = result_write(run, options, &outcome, result, err);
	attempt_done(&outcome);
	json_decref(outcome.retried);
	host_kernels_done(&kernels);
	plan_free(outcome.plan);
	diagnostics_done(&diagnostics);
	return ret;
}
