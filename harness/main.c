/* SPDX-License-Identifier: MIT
 *
 * halfopen: what a TCP connection does when the other side goes away. Only dispatches.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "diag.h"

static const struct command {
	const char *name, *help;
	int (*main)(int argc, char **argv);
} commands[] = {
    {"run", "run cases, and tell what held", cmd_run},
    {"list", "list cases, their variants and how long they take", cmd_list},
    {"lint", "check case files without running them", cmd_lint},
    {"judge", "judge a run again, from its record", cmd_judge},
    {"show", "draw what happened in a run", cmd_show},
    {"doctor", "what this machine can do, what is missing, how to get it", cmd_doctor},
    {"reference", "print the reference of the case language", cmd_reference},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int command_fail(enum exit_status status, const struct err *err)
{
	fprintf(stderr, "halfopen: %s\n", err->text);
	return status;
}

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: halfopen COMMAND [ARG ...]\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\n`halfopen COMMAND --help` says more. In short: halfopen run\n");
	return status;
}

static int unknown(const char *name)
{
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < COMMANDS; i++)
		known_add(&known, commands[i].name);
	fprintf(stderr, "halfopen: there is no command '%s'", name);
	if (known.nearest)
		fprintf(stderr, "; did you mean '%s'?\n", known.nearest);
	else
		fprintf(stderr, " (there are: %s)\n", known.list);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	char name[64];

	argp_err_exit_status = STATUS_USAGE;
	if (argc < 2)
		return usage(stderr, STATUS_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, 0);
	if (strcmp(argv[1], "--version") == 0) {
		puts("halfopen " HALFOPEN_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		snprintf(name, sizeof(name), "halfopen %s", commands[i].name);
		argv[1] = name;
		return commands[i].main(argc - 1, argv + 1);
	}
	return unknown(argv[1]);
}
