/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "detection.h"
#include "file.h"
#include "folder.h"
#include "html.h"
#include "html_overview.h"
#include "html_repeated.h"
#include "html_run.h"
#include "json.h"
#include "label.h"
#include "list.h"
#include "page.h"
#include "recorded.h"
#include "report_pairs.h"
#include "results.h"
#include "run_files.h"
#include "text.h"
#include "verdict.h"

#define MOST_CONSOLE 16384 /* bytes of its end */

struct options {
	char **folders;
	int folder_count;
	const char *out;
	bool single;
};

struct report {
	const char *out;
	char *const *folders;
	int folder_count;
	json_t **result; /* of all folders */
	int count;
	int differing; /* between the two of them; -1: nothing was compared */
};

enum { KEY_SINGLE = 256 };

static const struct argp_option argp_options[] = {
	{"out", 'o', "REPORT", 0,
	 "the folder to write (default: `report` in the folder of results, if it is one); with "
	 "--single the file (default: standard output)",
	 0},
	{"single", KEY_SINGLE, NULL, 0,
	 "of one run, named by its folder or its record.jsonl, one page that needs no file beside "
	 "it",
	 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'o':
		options->out = arg;
		return 0;
	case KEY_SINGLE:
		options->single = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->folders = state->argv + state->next;
		options->folder_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name a folder that `halfopen run --out` wrote");
		return 0;
	case ARGP_KEY_END:
		if (options->folder_count > 1 && options->single)
			argp_error(state, "with --single name one run");
		if (options->folder_count > 1 && !options->out)
			argp_error(state, "of several folders, say with --out where to write");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- What there is ---- */

/* The folder that RESULT is of. */
static const char *results_of(const struct report *report, const json_t *result)
{
	return report->folders[json_integer_value(json_object_get(result, "results"))];
}

/* Adds the results of one folder; the pages' paths begin with PREFIX. */
static int results_add(struct report *report, int folder, const char *prefix, struct err *err)
{
	json_t *results, *result;
	size_t at;

	if (results_load(report->folders[folder], &results, err) < 0)
		return -EBADMSG;
	json_array_foreach(results, at, result)
	{
		AUTO_FREE char *page = result_folder(prefix, result);

		json_object_set_new(result, "page", json_sprintf("%s.html", page));
		json_object_set_new(result, "results", json_integer(folder));
		*LIST_ADD_TO(NULL, report->result, report->count) = json_incref(result);
	}
	json_decref(results);
	return 0;
}

static int compare_results(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	const char *file_x = result_string(x, "file"), *file_y = result_string(y, "file");
	int size_x, size_y, order;
	const char *story_x = html_story(file_x, &size_x), *story_y = html_story(file_y, &size_y);

	order = strncmp(story_x, story_y, (size_t)(size_x < size_y ? size_x : size_y));
	if (order == 0)
		order = size_x - size_y;
	if (order == 0)
		order = strcmp(file_x, file_y);
	if (order == 0)
		order = strverscmp(result_string(x, "variant"), result_string(y, "variant"));
	return order ? order : strcmp(result_string(x, "page"), result_string(y, "page"));
}

/* ---- One run ---- */

/* The file NAME of RESULT's run, or NULL. *RET_ERROR: -ENOENT where there is none. */
static FILE *run_open(const struct report *report, const json_t *result, const char *name,
		      int *ret_error, struct err *err)
{
	AUTO_FREE char *path = result_file(result, name);

	return beneath_stream(results_of(report, result), path, ret_error, err);
}

static char *console_read(const struct report *report, const json_t *result)
{
	AUTO_FCLOSE FILE *file = run_open(report, result, CONSOLE_FILE, NULL, NULL);
	char *text;
	size_t size;

	if (!file)
		return NULL;
	text = calloc(1, MOST_CONSOLE + 1);
	if (text && fseek(file, -MOST_CONSOLE, SEEK_END) < 0)
		rewind(file);
	size = text ? fread(text, 1, MOST_CONSOLE, file) : 0;
	if (size == 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* The run's file NAME, if it is there, to TO in the report: 1, 0, or -errno. */
static int run_file_copy(const struct report *report, const json_t *result, const char *name,
			 const char *to, struct err *err)
{
	int ret = 0;
	AUTO_FCLOSE FILE *in = run_open(report, result, name, &ret, err);
	FILE *out;
	int copied;

	if (!in)
		return ret == -ENOENT ? 0 : ret;
	out = beneath_create(report->out, to, err);
	if (!out)
		return -EIO;
	copied = file_copy(in, out);
	ret = file_close(out, to, err);
	if (ret == 0 && copied < 0)
		ret = err_sys(err, copied, "%s of %s", name, result_string(result, "file"));
	return ret < 0 ? ret : 1;
}

/* What the overview tells of the judgement, which is made again from the record. */
static void result_settle(json_t *result, const struct plan *plan,
			  const struct judgement *judgement)
{
	int more = 0;

	json_object_set_new(result, "verdict", json_string(verdict_name[judgement->verdict]));
	json_object_set_new(result, "reason", json_text(judgement->reason));
	for (int i = 0; i < judgement->finding_count; i++) {
		const struct finding *finding = &judgement->finding[i];

		if (finding->holding == HOLDS)
			continue;
		json_object_set_new(result, "more", json_integer(more));
		if (more++)
			continue;
		json_object_set_new(result, "line",
				    json_integer(plan->expect[finding->expect].place.line));
		json_object_set_new(result, "expected", json_text(finding->expected));
		json_object_set_new(result, "observed", json_text(finding->observed));
		json_object_set_new(result, "difference", json_text(finding->difference));
	}
}

/* Reads and judges a run. That there is no record is fine; one that cannot be read is this run's
 * error, not the report's. */
static int run_load(const struct report *report, json_t *result, struct recorded *recorded,
		    struct judgement **ret_judgement, struct err *err)
{
	struct err cause = {0};
	int ret = recorded_load_run(results_of(report, result), result, recorded, &cause);

	if (ret < 0) {
		if (ret != -ENOENT)
			result_fail(result, cause.text);
		return 0;
	}
	ret = judge(recorded->plan, recorded->record, ret_judgement, err);
	if (ret < 0)
		return ret;
	result_settle(result, recorded->plan, *ret_judgement);
	if (record_fits(recorded->record, recorded->plan))
		json_object_set_new(result, "detected",
				    detections_of(recorded->plan, recorded->record));
	return ret;
}

/* The page at PATH with EXTENSION instead of .html. */
static char *beside(const char *path, const char *extension)
{
	size_t size = strlen(path) - strlen(".html");
	char *name = malloc(size + strlen(extension) + 1);

	if (!name)
		abort();
	memcpy(name, path, size);
	strcpy(name + size, extension);
	return name;
}

static const char *base_name(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

static int page_write(const struct report *report, struct html_run *run, struct err *err)
{
	FILE *file = beneath_create(report->out, run->path, err);
	int ret, closed;

	if (!file)
		return -EIO;
	ret = html_run_print(run, file, err);
	closed = file_close(file, run->path, ret < 0 ? NULL : err);
	return ret < 0 ? ret : closed;
}

/* The page of the next run from INDEX on, by STEP, that failed; or NULL. */
static const char *failed_beside(const struct report *report, int index, int step)
{
	for (int i = index + step; i >= 0 && i < report->count; i += step)
		if (result_failed(report->result[i]))
			return result_string(report->result[i], "page");
	return NULL;
}

/* What each interface saw; NAMES has room for them all. */
static int tap_captures_copy(const struct report *report, const struct html_run *run, char **names,
			     struct err *err)
{
	int ret = 0;

	for (int i = 0; ret >= 0 && i < record_tap_count(run->plan); i++) {
		char tap[64];
		AUTO_FREE char *name = text_format(CAPTURE_FILE_OF,
						   label_tap(run->plan, i, tap, sizeof(tap)));
		AUTO_FREE char *extension = text_format(".%s.pcapng", tap);
		AUTO_FREE char *to = beside(run->path, extension);

		ret = run_file_copy(report, run->result, name, to, err);
		if (ret > 0)
			names[i] = text_copy(base_name(to));
	}
	return ret;
}

/* The page of a run, and its files beside it. */
static int run_write(const struct report *report, struct html_run *run, struct err *err)
{
	char *taps[2 * HOSTS_MAX] = {0};
	AUTO_FREE char *console = console_read(report, run->result);
	AUTO_FREE char *record = beside(run->path, ".jsonl");
	AUTO_FREE char *capture = beside(run->path, ".pcapng");
	int ret = run_file_copy(report, run->result, RECORD_FILE, record, err);

	if (ret > 0)
		run->record_name = base_name(record);
	if (ret >= 0)
		ret = run_file_copy(report, run->result, CAPTURE_FILE, capture, err);
	if (ret > 0)
		run->capture_name = base_name(capture);
	run->console = console;
	run->tap_capture_names = taps;
	if (ret >= 0 && run->plan)
		ret = tap_captures_copy(report, run, taps, err);
	if (ret >= 0)
		ret = page_write(report, run, err);
	for (size_t i = 0; i < sizeof(taps) / sizeof(taps[0]); i++)
		free(taps[i]);
	return ret;
}

/* Judges a run. Its page is written by this too if it held, or if it FAILED is what is asked for:
 * those have links to each other, and want all to be judged before. */
static int run_report(const struct report *report, int index, bool failed, struct err *err)
{
	json_t *result = report->result[index];
	struct html_run run = {.result = result, .path = result_string(result, "page")};
	struct recorded recorded = {0};
	struct judgement *judgement = NULL;
	int ret = run_load(report, result, &recorded, &judgement, err);

	if (ret == 0 && result_failed(result) == failed) {
		run.plan = recorded.plan;
		run.record = recorded.record;
		run.judgement = judgement;
		run.previous = failed ? failed_beside(report, index, -1) : NULL;
		run.next = failed ? failed_beside(report, index, 1) : NULL;
		ret = run_write(report, &run, err);
	}
	judgement_free(judgement);
	recorded_done(&recorded);
	return ret;
}

/* ---- All ---- */

static int overview_write(const struct report *report, struct err *err)
{
	FILE *file = beneath_create(report->out, "index.html", err);

	if (!file)
		return -EIO;
	html_overview_print(report->result, report->count, report->differing, file);
	return file_close(file, "index.html", err);
}

static int repeated_write(const struct report *report, struct err *err)
{
	FILE *file;

	if (html_repeated_print(report->result, report->count, NULL) == 0)
		return 0;
	file = beneath_create(report->out, "repeated.html", err);
	if (!file)
		return -EIO;
	html_repeated_print(report->result, report->count, file);
	return file_close(file, "repeated.html", err);
}

static int report_write(struct report *report, struct err *err)
{
	int ret = folder_claim(report->out, "style.css", "style.css", err);

	if (ret == 0)
		ret = page_assets_save(report->out, err);
	for (int i = 0; i < report->count && ret == 0; i++)
		ret = run_report(report, i, false, err);
	for (int i = 0; i < report->count && ret == 0; i++)
		if (result_failed(report->result[i]))
			ret = run_report(report, i, true, err);
	if (ret == 0)
		ret = repeated_write(report, err);
	report->differing = -1;
	if (ret == 0 && report->folder_count == 2) {
		ret = report_pairs(report->out, report->folders, report->result, report->count,
				   err);
		report->differing = ret < 0 ? -1 : ret;
		ret = ret == -ENOENT || ret > 0 ? 0 : ret;
	}
	return ret < 0 ? ret : overview_write(report, err);
}

static int report_make(const struct options *options, struct report *report, struct err *err)
{
	char prefix[32] = "runs";

	for (int i = 0; i < options->folder_count; i++) {
		int ret;

		if (options->folder_count > 1)
			snprintf(prefix, sizeof(prefix), "runs/%d", i + 1);
		ret = results_add(report, i, prefix, err);
		if (ret < 0)
			return ret;
	}
	if (report->count > 1)
		qsort(report->result, (size_t)report->count, sizeof(*report->result),
		      compare_results);
	return report_write(report, err);
}

/* The page of one run, in one file. */
static int single_write(const struct recorded *recorded, const char *path, struct err *err)
{
	FILE *file = path ? fopen(path, "we") : stdout;
	struct judgement *judgement = NULL;
	struct result_facts facts;
	struct html_run run = {.plan = recorded->plan, .record = recorded->record};
	json_t *result;
	int ret;

	if (!file)
		return err_sys(err, errno, "%s", path);
	ret = judge(recorded->plan, recorded->record, &judgement, err);
	if (ret == 0) {
		facts = result_facts_of(recorded->plan, recorded->record, judgement);
		run.result = result = result_make(&facts);
		run.judgement = judgement;
		ret = html_run_print(&run, file, err);
		json_decref(result);
	}
	judgement_free(judgement);
	if (!path)
		return ret;
	return ret < 0 ? (fclose(file), ret) : file_close(file, path, err);
}

static int single(const struct options *options)
{
	struct recorded recorded = {0};
	struct err err = {0};
	int ret = recorded_load(options->folders[0], &recorded, &err), status = EXIT_HELD;

	if (ret < 0)
		status = EXIT_USAGE;
	else if (single_write(&recorded, options->out, &err) < 0)
		status = EXIT_COULD_NOT;
	if (status != EXIT_HELD)
		cmd_complain("report", &err);
	recorded_done(&recorded);
	return status;
}

const struct argp report_argp = {
	argp_options,
	parse_option,
	"DIR...",
	"Writes a folder of pages from a folder of results: an overview of all runs, and "
	"of each run the verdict and why, a picture, states, timers, the case, and the "
	"capture. They open from disk in any browser.\v"
	"DIR is what `halfopen run --out DIR` wrote. Of several, as from several kernels, "
	"one report is made; of two, they are held against each other as well: "
	"compare.html.\n\nExamples:\n\n    halfopen report out",
	NULL,
	NULL,
	NULL};

int cmd_report(int argc, char **argv)
{
	struct options options = {0};
	struct report report = {0};
	struct err err = {0};
	char *out = NULL;
	int ret;

	cmd_parse(&report_argp, argc, argv, &options);
	if (options.single)
		return single(&options);
	if (!options.out && asprintf(&out, "%s/report", options.folders[0]) < 0)
		abort();
	report.folders = options.folders;
	report.folder_count = options.folder_count;
	report.out = out ? out : options.out;
	ret = report_make(&options, &report, &err);
	if (ret < 0)
		cmd_complain("report", &err);
	else
		printf("%d run%s: %s/index.html\n", report.count, report.count == 1 ? "" : "s",
		       report.out);
	for (int i = 0; i < report.count; i++)
		json_decref(report.result[i]);
	free(report.result);
	free(out);
	return ret == 0 ? EXIT_HELD : ret == -EBADMSG ? EXIT_USAGE : EXIT_COULD_NOT;
}
