/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "diag.h"

static const struct {
	const char *name;
	command_fn *run;
	const char *help;
} commands[] = {
	{"run", cmd_run, "run cases and judge them"},
	{"list", cmd_list, "list cases and their variants"},
	{"lint", cmd_lint, "check case files without running them"},
	{"judge", cmd_judge, "judge recorded runs again"},
	{"show", cmd_show, "show what happened in a recorded run"},
	{"report", cmd_report, "write pages of a folder of results"},
	{"compare", cmd_compare, "what differs between two folders of results"},
	{"kernel", cmd_kernel, "the kernels that runs can happen on: build, list, add, remove"},
	{"doctor", cmd_doctor, "what this machine can do, what is missing, how to get it"},
	{"claims", cmd_claims, "print what became of each claim, from a folder of results"},
	{"reference", cmd_reference, "print the reference of the case language"},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const char *argp_program_version = "halfopen " HALFOPEN_VERSION;
error_t argp_err_exit_status = EXIT_USAGE;

void cmd_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	if (argp_parse(argp, argc, argv, 0, NULL, input) != 0)
		exit(EXIT_USAGE);
}

static void usage(FILE *to)
{
	fprintf(to, "Usage: halfopen COMMAND [ARGUMENT...]\n"
		    "What a TCP connection really does when the other side dies.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(to, "\n`halfopen COMMAND --help` says more about each.\n"
		    "Exit status: 0 all held, 1 an expectation failed, 2 bad case or usage,\n"
		    "3 could not run, 77 all skipped.\n");
}

static int unknown(const char *name)
{
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < COMMANDS; i++)
		known_add(&known, commands[i].name);
	fprintf(stderr, "halfopen: there is no command '%s'", name);
	if (known_nearest(&known))
		fprintf(stderr, "; did you mean '%s'?", known_nearest(&known));
	fprintf(stderr, "\n`halfopen --help` lists them.\n");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	char name[64];

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(argp_program_version);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		snprintf(name, sizeof(name), "halfopen %s", commands[i].name);
		argv[1] = name; /* what argp puts before its messages */
		return commands[i].run(argc - 1, argv + 1);
	}
	return unknown(argv[1]);
}
