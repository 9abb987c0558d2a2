/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "commandline.h"
#include "commands.h"
#include "list.h"
#include "outputs.h"
#include "recorded.h"
#include "results.h"
#include "text.h"
#include "verdict.h"

struct options {
	char **names;
	bool all;
	struct outputs outputs;
};

struct judged { /* all that was named, in order */
	json_t **result;
	int count;
	int worst; /* exit status of what could not be read */
	bool all;
};

static const struct argp_option argp_options[] = {
	{"all", 'a', NULL, 0, "show what held as well", 0}, {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->outputs;
		return 0;
	case 'a':
		options->all = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->names = state->argv + state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name the folders of recorded runs, or their record.jsonl");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void judged_add(struct judged *judged, json_t *result)
{
	*LIST_ADD_TO(NULL, judged->result, judged->count) = result;
}

/* What a person reads under the line of the run: all findings if so asked, and the failures. */
static char *text_of(const struct recorded *recorded, const struct judgement *judgement, bool all)
{
	static const char *const marks[] = {
		[HOLDS] = "held", [FAILS] = "FAILED", [UNDECIDED] = "?"};
	struct text text = {0};
	FILE *out = text_stream(&text);
	char *why;

	for (int i = 0; all && i < judgement->finding_count; i++)
		fprintf(out, "  %-6s %s\n         %s\n", marks[judgement->finding[i].holding],
			judgement->finding[i].expected, judgement->finding[i].observed);
	why = judgement_explain(recorded->plan, recorded->record, judgement, true);
	if (why && !recorded->plan->must_fail)
		fputs(why, out);
	free(why);
	text_stream_end(&text, out);
	return text_take(&text);
}

/* SAID: by the results that it is in; or NULL. */
static json_t *result_of(const struct recorded *recorded, const json_t *said, bool all,
			 struct err *err)
{
	const struct record *record = recorded->record;
	const struct plan *plan = recorded->plan;
	struct judgement *judgement;
	struct result_facts facts;
	json_t *result;
	char *text;

	if (judge(plan, record, &judgement, err) < 0)
		return NULL;
	text = text_of(recorded, judgement, all);
	facts = result_facts_of(plan, record, judgement);
	facts.text = text;
	if (said && json_object_get(said, "repetition"))
		facts.repetition = result_string(said, "repetition");
	result = result_make(&facts);
	free(text);
	judgement_free(judgement);
	return result;
}

static void complain(struct judged *judged, const struct err *err, int status)
{
	cmd_complain("judge", err);
	judged->worst = status > judged->worst ? status : judged->worst;
}

/* RECORDED is given back. */
static void judge_recorded(struct judged *judged, struct recorded *recorded, const json_t *said)
{
	struct err err = {0};
	json_t *result = result_of(recorded, said, judged->all, &err);

	recorded_done(recorded);
	if (result)
		judged_add(judged, result);
	else
		complain(judged, &err, EXIT_COULD_NOT);
}

static void judge_one(struct judged *judged, const char *name)
{
	struct recorded recorded;
	struct err err = {0};

	if (recorded_load(name, &recorded, &err) < 0)
		complain(judged, &err, EXIT_USAGE);
	else
		judge_recorded(judged, &recorded, NULL);
}

/* The runs of a folder that `run --out` made. One that has no record, since it was skipped or
 * could not be run, stays what it was; one whose record cannot be read is an error. */
static void judge_folder(struct judged *judged, const char *folder, const json_t *results)
{
	const json_t *result;
	size_t at;

	json_array_foreach(results, at, result)
	{
		struct recorded recorded;
		struct err err = {0};
		int ret = recorded_load_run(folder, result, &recorded, &err);
		json_t *copy;

		if (ret == 0) {
			judge_recorded(judged, &recorded, result);
			continue;
		}
		copy = json_deep_copy(result);
		if (ret != -ENOENT)
			result_fail(copy, err.text);
		judged_add(judged, copy);
	}
}

static void judge_named(struct judged *judged, const char *name)
{
	struct err err = {0};
	json_t *results;

	if (!beneath_has(name, RESULTS_FILE)) {
		judge_one(judged, name);
	} else if (results_load(name, &results, &err) < 0) {
		complain(judged, &err, EXIT_USAGE);
	} else {
		judge_folder(judged, name, results);
		json_decref(results);
	}
}

static const struct argp_child children[] = {{&outputs_argp, 0, NULL, 0}, {0}};
const struct argp judge_argp = {
	argp_options,
	parse_option,
	"FOLDER | RECORD...",
	"Judges recorded runs again, from their records alone: a run's folder, its "
	"record.jsonl, or the whole folder that `halfopen run --out` made.\vExamples:\n\n    "
	"halfopen judge out\n    halfopen judge out/crash",
	children,
	NULL,
	NULL};

int cmd_judge(int argc, char **argv)
{
	struct options options = {0};
	struct judged judged = {0};
	struct err err = {0};
	struct outcomes outcomes;
	int ret;

	cmd_parse(&judge_argp, argc, argv, &options);
	ret = outputs_open(&options.outputs, &err);
	if (ret < 0) {
		cmd_complain("judge", &err);
		return EXIT_COULD_NOT;
	}
	judged.all = options.all;
	for (char **name = options.names; *name; name++)
		judge_named(&judged, *name);
	outcomes = outcomes_of(judged.result, judged.count);
	outputs_begin(&options.outputs, &outcomes);
	for (int i = 0; i < judged.count; i++)
		outputs_one(&options.outputs, judged.result[i]);
	if (outputs_end(&options.outputs, 0, &err) < 0)
		complain(&judged, &err, EXIT_COULD_NOT);
	for (int i = 0; i < judged.count; i++)
		json_decref(judged.result[i]);
	free(judged.result);
	if (judged.worst)
		return judged.worst;
	return outputs_status(&options.outputs);
}
