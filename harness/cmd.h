/* SPDX-License-Identifier: MIT
 *
 * cmd: the commands, one file each. main.c has the one table of them.
 */
#ifndef HALFOPEN_CMD_H
#define HALFOPEN_CMD_H

#include <argp.h>

#include "err.h"

enum exit_status {                        /* of every command */
		   EXIT_HELD = 0,         /* all expectations held */
		   EXIT_FAILED = 1,       /* one did not */
		   EXIT_USAGE = 2,        /* a bad case, or bad usage */
		   EXIT_COULD_NOT = 3,    /* the harness could not do its job */
		   EXIT_SKIPPED = 77,     /* all runs were skipped */
		   EXIT_INTERRUPTED = 130 /* by a signal, of which the process then dies */
};

typedef int command_fn(int argc, char **argv);
command_fn cmd_run, cmd_list, cmd_lint, cmd_judge, cmd_show, cmd_report, cmd_compare, cmd_doctor,
	cmd_kernel, cmd_reference, cmd_claims;
extern const struct argp run_argp, list_argp, lint_argp, judge_argp, show_argp, report_argp,
	compare_argp, doctor_argp, reference_argp, claims_argp;

struct command {
	const char *name;
	command_fn *run;         /* NULL of one below another */
	const char *help;        /* one line */
	const struct argp *argp; /* NULL: it has commands below it */
	/* Those, from 0; NULL after the last. */
	const struct command *(*below)(int i);
};

/* All of them, until one without a name. Man pages and completion are made from it. */
extern const struct command command_table[];
extern const char exit_status_text[];
const struct command *kernel_command(int i);

/* Parses the command line with ARGP; what is wrong is told and ends the program with
 * EXIT_USAGE, --help with 0. INPUT is what the parser gets. */
void cmd_parse(const struct argp *argp, int argc, char **argv, void *input);

/* "halfopen COMMAND: " and ERR, to standard error. */
void cmd_complain(const char *command, const struct err *err);

#endif
