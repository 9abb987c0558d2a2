/* SPDX-License-Identifier: MIT
 *
 * halfopen lint: checks case files, every variant, without running them.
 */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "selection.h"

static error_t take(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key == ARGP_KEY_NO_ARGS)
		argp_error(state, "which FILE?");
	return key == ARGP_KEY_NO_ARGS ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp parser = {
    .parser = take,
    .args_doc = "FILE|FOLDER ...",
    .doc = "Checks case files without running them. Exit status 2 if one is wrong.",
};

int cmd_lint(int argc, char **argv)
{
	const struct selection_filter all = {0};
	struct selection selection;
	struct err err;
	int first, ret;

	argp_parse(&parser, argc, argv, ARGP_NO_ARGS, &first, NULL);
	if (selection_make(argv + first, argc - first, &all, &selection, &err) < 0)
		return command_fail(STATUS_USAGE, &err);
	fputs(selection.diagnostics, stderr);
	if (selection.errors)
		printf("%d of %d files are wrong\n", selection.errors, selection.file_count);
	else
		printf("%d %s checked, all fine\n", selection.file_count,
		       selection.file_count == 1 ? "file" : "files");
	ret = selection.errors ? STATUS_USAGE : STATUS_HELD;
	selection_done(&selection);
	return ret;
}
