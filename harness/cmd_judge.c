/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "recorded.h"
#include "verdict.h"

struct options {
	char **names;
	bool all;
};

static const struct argp_option argp_options[] = {
	{"all", 'a', NULL, 0, "show what held as well", 0}, {0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	(void)arg;
	switch (key) {
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

static void print_findings(const struct judgement *judgement)
{
	static const char *const marks[] = {
		[HOLDS] = "held", [FAILS] = "FAILED", [UNDECIDED] = "?"};

	for (int i = 0; i < judgement->finding_count; i++)
		printf("  %-6s %s\n         %s\n", marks[judgement->finding[i].holding],
		       judgement->finding[i].expected, judgement->finding[i].observed);
}

static int judge_one(const char *name, const struct options *options)
{
	static const int status[VERDICT_COUNT] = {EXIT_HELD, EXIT_FAILED, EXIT_HELD,
						  EXIT_COULD_NOT};
	struct judgement *judgement = NULL;
	struct recorded recorded;
	struct err err = {0};
	char *text;
	int ret;

	if (recorded_load(name, &recorded, &err) < 0) {
		fprintf(stderr, "halfopen judge: %s\n", err.text);
		return EXIT_USAGE;
	}
	if (judge(recorded.plan, recorded.record, &judgement, &err) < 0) {
		fprintf(stderr, "halfopen judge: %s\n", err.text);
		recorded_done(&recorded);
		return EXIT_COULD_NOT;
	}
	printf("%s  %s%s%s%s%s\n", verdict_name[judgement->verdict], recorded.record->file,
	       *recorded.record->variant ? ":" : "", recorded.record->variant,
	       judgement->reason ? ": " : "", judgement->reason ? judgement->reason : "");
	if (options->all)
		print_findings(judgement);
	text = judgement_explain(recorded.plan, recorded.record, judgement);
	if (text && !recorded.plan->must_fail)
		fputs(text, stdout);
	free(text);
	ret = status[judgement->verdict];
	judgement_free(judgement);
	recorded_done(&recorded);
	return ret;
}

int cmd_judge(int argc, char **argv)
{
	static const struct argp argp = {argp_options,
					 parse_option,
					 "FOLDER | RECORD...",
					 "Judges recorded runs again, from their records alone.",
					 NULL,
					 NULL,
					 NULL};
	struct options options = {0};
	int worst = EXIT_HELD;

	cmd_parse(&argp, argc, argv, &options);
	for (char **name = options.names; *name; name++) {
		int status = judge_one(*name, &options);

		worst = status > worst ? status : worst;
	}
	return worst;
}
