/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include <string.h>

#include "commandline.h"
#include "commands.h"
#include "duration.h"
#include "json.h"
#include "outage.h"
#include "pager.h"
#include "runs.h"
#include "visible.h"

struct options {
	char **names;
	const char *filter, *claim, *symptom;
	bool json, invalid;
};

enum { KEY_CLAIM = 256, KEY_INVALID, KEY_SYMPTOM };

static const struct argp_option argp_options[] = {
	{"json", 'j', NULL, 0, "as a JSON array, one object a run", 0},
	{"invalid", KEY_INVALID, NULL, 0,
	 "list files that are no valid case as well, and the others all the same", 0},
	{"claim", KEY_CLAIM, "ID", 0, "only cases about this claim, e.g. C4b", 0},
	{"symptom", KEY_SYMPTOM, "WORD", 0,
	 "only cases of outages that look like this to those who report them; `help` lists the "
	 "words",
	 0},
	{"filter", 'k', "PATTERN", 0, "only runs with this text or glob in FILE:VARIANT", 0},
	{0}};

static void symptoms_print(FILE *out)
{
	for (const struct word *word = outage_symptoms; word->name; word++)
		fprintf(out, "%-18s %s\n", word->name, word->help);
}

static const char *symptom_of(const char *name, const struct argp_state *state)
{
	if (strcmp(name, "help") == 0) {
		symptoms_print(stdout);
		exit(EXIT_HELD);
	}
	if (!word_find(outage_symptoms, name)) {
		symptoms_print(stderr);
		argp_error(state, "no symptom '%s'; above are all", name);
	}
	return name;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_CLAIM:
		options->claim = arg;
		return 0;
	case KEY_INVALID:
		options->invalid = true;
		return 0;
	case KEY_SYMPTOM:
		options->symptom = symptom_of(arg, state);
		return 0;
	case 'k':
		options->filter = arg;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->names = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct facts {
	int64_t duration_ns;
	bool own_kernels, expects;
};

static struct facts facts_of(const struct run *run)
{
	struct diagnostics diagnostics;
	struct facts facts = {0};
	struct plan *plan = NULL;

	if (plan_load(run->text->path, run->text->source, run->text->size, run->variant, NULL,
		      &plan, &diagnostics) == 0)
		facts = (struct facts){plan_duration_ns(plan),
				       plan_wants_own_kernels(plan, NULL, 0),
				       plan->expect_count > 0};
	plan_free(plan);
	diagnostics_done(&diagnostics);
	return facts;
}

static void print_text(const struct runs *runs)
{
	const struct case_text *last = NULL;
	int cases = 0;

	for (int i = 0; i < runs->run_count; i++) {
		const struct run *run = &runs->run[i];
		const struct facts facts = facts_of(run);
		const struct case_file *parsed = run->text->parsed;
		char buf[64];

		if (run->text != last) {
			visible_print(run->text->path, true, stdout);
			fputs(": ", stdout);
			visible_print(parsed->name, true, stdout);
			for (int j = 0; j < parsed->claim_count; j++)
				printf("%s%s", j ? " " : "  [", parsed->claims[j]);
			puts(parsed->claim_count ? "]" : "");
			cases++;
		}
		last = run->text;
		printf("    %-40s %12s%s\n", *run->variant ? run->variant : "(one variant)",
		       duration_span(facts.duration_ns, buf, sizeof(buf)),
		       facts.expects ? "" : "  " PLAN_EXPECTS_NOTHING);
	}
	for (int i = 0; i < runs->text_count; i++) {
		if (runs->text[i]->parsed)
			continue;
		visible_print(runs->text[i]->path, true, stdout);
		puts(": no valid case");
	}
	printf("%d case%s, %d run%s\n", cases, cases == 1 ? "" : "s", runs->run_count,
	       runs->run_count == 1 ? "" : "s");
}

static void print_json(const struct runs *runs)
{
	json_t *array = json_array();

	for (int i = 0; i < runs->run_count; i++) {
		const struct run *run = &runs->run[i];
		json_t *claims = json_array();
		const struct facts facts = facts_of(run);

		for (int j = 0; j < run->text->parsed->claim_count; j++)
			json_array_append_new(claims, json_text(run->text->parsed->claims[j]));
		json_array_append_new(array,
				      json_pack("{s:o, s:o, s:o, s:o, s:o, s:f, s:b}", "case",
						json_text(run->text->parsed->name), "file",
						json_text(run->text->path), "variant",
						json_text(run->variant), "name",
						json_text(run->name), "claims", claims,
						"duration_s", (double)facts.duration_ns / 1e9,
						"own_kernels", facts.own_kernels));
	}
	for (int i = 0; i < runs->text_count; i++)
		if (!runs->text[i]->parsed)
			json_array_append_new(array, json_pack("{s:o, s:b}", "file",
							       json_text(runs->text[i]->path),
							       "invalid", true));
	json_print(array, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(array);
}

const struct argp list_argp = {
	argp_options,
	parse_option,
	"[FILE | FOLDER]...",
	"Lists cases: their claims, their variants, and how long "
	"each run lasts at the least on its own clock.\vExamples:\n\n    "
	"halfopen list\n    halfopen list --claim A1\n    halfopen list --json cases/keepalive",
	NULL,
	NULL,
	NULL};

int cmd_list(int argc, char **argv)
{
	struct options options = {0};
	struct runs runs;
	struct err err = {0};
	int ret;

	cmd_parse(&list_argp, argc, argv, &options);
	ret = runs_collect(options.names, &runs, &err);
	if (ret < 0 && !(options.invalid && ret == -EINVAL)) {
		cmd_complain("list", &err);
		runs_done(&runs);
		return EXIT_USAGE;
	}
	runs_select(&runs, options.filter, options.claim, options.symptom);
	if (options.json) {
		print_json(&runs);
	} else {
		pager_begin();
		print_text(&runs);
	}
	runs_done(&runs);
	return EXIT_HELD;
}
