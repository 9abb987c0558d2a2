/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "known.h"
#include "options.h"
#include "visible.h"

const struct command command_table[] = {
	{"run", cmd_run, "run cases and judge them", &run_argp, NULL},
	{"list", cmd_list, "list cases and their variants", &list_argp, NULL},
	{"lint", cmd_lint, "check case files without running them", &lint_argp, NULL},
	{"judge", cmd_judge, "judge recorded runs again", &judge_argp, NULL},
	{"show", cmd_show, "show what happened in a recorded run", &show_argp, NULL},
	{"report", cmd_report, "write pages of a folder of results", &report_argp, NULL},
	{"compare", cmd_compare, "what differs between two folders of results", &compare_argp,
	 NULL},
	{"kernel", cmd_kernel,
	 "the kernels that runs can happen on: build, fetch, list, add, remove", NULL,
	 kernel_command},
	{"doctor", cmd_doctor, "what this machine can do, what is missing, how to get it",
	 &doctor_argp, NULL},
	{"claims", cmd_claims, "print what became of each claim, from a folder of results",
	 &claims_argp, NULL},
	{"reference", cmd_reference, "print the reference of the case language", &reference_argp,
	 NULL},
	{0}};
#define COMMANDS (sizeof(command_table) / sizeof(command_table[0]) - 1)

const char exit_status_text[] = "0 all held, 1 an expectation failed, 2 bad case or usage,\n"
				"3 could not run, 77 all skipped.\n";

const char *argp_program_version = "halfopen " HALFOPEN_VERSION;
error_t argp_err_exit_status = EXIT_USAGE;

void cmd_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	const char *meant, *unknown = options_unknown(argp, argv + 1, &meant);

	if (unknown && meant) {
		fprintf(stderr, "%s: there is no option '%s'; did you mean '--%s'?\n", argv[0],
			unknown, meant);
		exit(EXIT_USAGE);
	}
	if (argp_parse(argp, argc, argv, 0, NULL, input) != 0)
		exit(EXIT_USAGE);
}

void cmd_complain(const char *command, const struct err *err)
{
	fprintf(stderr, "halfopen %s: ", command);
	visible_print(err->text, false, stderr);
	fputc('\n', stderr);
}

static void usage(FILE *to)
{
	fprintf(to, "Usage: halfopen COMMAND [ARGUMENT...]\n"
		    "What a TCP connection really does when the other side dies.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", command_table[i].name, command_table[i].help);
	fprintf(to, "\n`halfopen COMMAND --help` says more about each.\nExit status: %s",
		exit_status_text);
}

static int unknown(const char *name)
{
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < COMMANDS; i++)
		known_add(&known, command_table[i].name);
	fprintf(stderr, "halfopen: there is no command '%s'", name);
	if (known_nearest(&known))
		fprintf(stderr, "; did you mean '%s'?", known_nearest(&known));
	if (access(name, F_OK) == 0)
		fprintf(stderr, "; `halfopen run %s` runs cases", name);
	fprintf(stderr, "\n`halfopen --help` lists them.\n");
	return EXIT_USAGE;
}

/* At the end of every command: what it said must have been written. That standard output was
 * closed by who started us is fine where nothing was said. */
static void output_end(void)
{
	bool failed = ferror(stdout), said = __fpending(stdout) > 0;

	errno = 0;
	if (fclose(stdout) == EOF && (said || errno != EBADF))
		failed = true;
	if (!failed)
		return;
	fprintf(stderr, "halfopen: standard output did not take it all%s%s\n", errno ? ": " : "",
		errno ? strerror(errno) : "");
	_exit(EXIT_COULD_NOT);
}

int main(int argc, char **argv)
{
	char name[64];

	atexit(output_end);
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 && argc == 3) { /* as `halfopen COMMAND --help` */
		argv[1] = argv[2];
		argv[2] = strdup("--help");
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(argp_program_version);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], command_table[i].name) != 0)
			continue;
		snprintf(name, sizeof(name), "halfopen %s", command_table[i].name);
		argv[1] = name; /* what argp puts before its messages */
		return command_table[i].run(argc - 1, argv + 1);
	}
	return unknown(argv[1]);
}
