/* SPDX-License-Identifier: MIT
 *
 * halfopen list: which cases there are, with their variants.
 */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "selection.h"
#include "text.h"

struct options {
	struct selection_filter filter;
	bool json;
	char **what;
	int what_count;
};

enum { KEY_CLAIM = 256, KEY_JSON };

static const struct argp_option option_table[] = {
    {"json", KEY_JSON, NULL, 0, "an array, one object a run", 0},
    {"filter", 'k', "GLOB", 0, "only runs with this in FILE:VARIANT", 0},
    {"claim", KEY_CLAIM, "ID", 0, "only cases that are about this claim", 0},
    {0}};

static error_t take(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_JSON:
		options->json = true;
		return 0;
	case 'k':
		options->filter.pattern = arg;
		return 0;
	case KEY_CLAIM:
		options->filter.claim = arg;
		return 0;
	case ARGP_KEY_ARGS:
		options->what = state->argv + state->next;
		options->what_count = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
    .options = option_table,
    .parser = take,
    .args_doc = "[FILE | FOLDER | FILE:VARIANT ...]",
    .doc = "Lists cases, their claims, and their variants with the time that each takes on its "
	   "own clock. Without arguments: all that ship.",
};

static void list_text(const struct selection *selection)
{
	const char *file = "";

	for (int i = 0; i < selection->run_count; i++) {
		const struct plan *plan = selection->run[i];
		char expected[32];

		if (strcmp(plan->file, file) != 0) {
			printf("%s%s: %s", i ? "\n" : "", plan->file, plan->name);
			for (int k = 0; k < plan->claim_count; k++)
				printf("%s%s", k ? ", " : " [", plan->claims[k]);
			printf("%s\n", plan->claim_count ? "]" : "");
			file = plan->file;
		}
		printf("  %10s  %s\n",
		       text_duration(selection_expected_ns(plan), expected, sizeof(expected)),
		       plan->variant[0] ? plan->variant : "(one run)");
	}
}

static json_t *run_object(const struct plan *plan)
{
	json_t *claims = json_array(), *object;
	char *story, *stem;

	for (int i = 0; i < plan->claim_count; i++)
		json_array_append_new(claims, json_string(plan->claims[i]));
	selection_name(plan->file, &story, &stem);
	object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:f}", "case", plan->name, "file",
			   plan->file, "story", story, "name", stem, "variant", plan->variant,
			   "claims", claims, "expected_s",
			   (double)selection_expected_ns(plan) / 1e9);
	free(story);
	free(stem);
	return object;
}

static void list_json(const struct selection *selection)
{
	json_t *array = json_array();

	for (int i = 0; i < selection->run_count; i++)
		json_array_append_new(array, run_object(selection->run[i]));
	json_dumpf(array, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(array);
}

int cmd_list(int argc, char **argv)
{
	struct options options = {0};
	struct selection selection;
	struct err err;
	int ret;

	argp_parse(&parser, argc, argv, 0, NULL, &options);
	if (selection_make(options.what, options.what_count, &options.filter, &selection, &err) < 0)
		return command_fail(STATUS_USAGE, &err);
	fputs(selection.diagnostics, stderr);
	ret = selection.errors ? STATUS_USAGE : STATUS_HELD;
	if (options.json)
		list_json(&selection);
	else
		list_text(&selection);
	selection_done(&selection);
	return ret;
}
