/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "commandline.h"
#include "commands.h"
#include "runs.h"

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key == ARGP_KEY_NO_ARGS)
		argp_error(state, "name the case files or folders to check");
	if (key != ARGP_KEY_ARGS)
		return ARGP_ERR_UNKNOWN;
	*(char ***)state->input = state->argv + state->next;
	return 0;
}

const struct argp lint_argp = {
	NULL,
	parse_option,
	"FILE | FOLDER...",
	"Checks case files without running them. Errors are told as compilers do it: the "
	"place, the line, a caret, and what would have been right.\vExamples:\n\n    halfopen lint "
	"crash.yaml\n    halfopen lint cases",
	NULL,
	NULL,
	NULL};

int cmd_lint(int argc, char **argv)
{
	char **names = NULL;
	struct runs runs;
	struct err err = {0};
	int ret = EXIT_HELD;

	cmd_parse(&lint_argp, argc, argv, &names);
	if (runs_collect(names, &runs, &err) < 0) {
		cmd_complain("lint", &err);
		ret = EXIT_USAGE;
	} else {
		printf("%d file%s checked, all fine: %d run%s\n", runs.text_count,
		       runs.text_count == 1 ? "" : "s", runs.run_count,
		       runs.run_count == 1 ? "" : "s");
	}
	runs_done(&runs);
	return ret;
}
