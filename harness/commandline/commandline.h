/* SPDX-License-Identifier: MIT
 *
 * commandline: what all commands share: how they are found, how their options are read, what their
 * exit status means, and how they complain. Knows no command.
 */
#ifndef HALFOPEN_COMMANDLINE_H
#define HALFOPEN_COMMANDLINE_H

#include <argp.h>

#include "err.h"

/* Of every command. */
enum exit_status {
	EXIT_HELD = 0,         /* all expectations held */
	EXIT_FAILED = 1,       /* one did not */
	EXIT_USAGE = 2,        /* a bad case, or bad usage */
	EXIT_COULD_NOT = 3,    /* the harness could not do its job */
	EXIT_SKIPPED = 77,     /* all runs were skipped */
	EXIT_INTERRUPTED = 130 /* by a signal, of which the process then dies */
};

typedef int command_fn(int argc, char **argv);

struct command { /* a table of them ends with one without a name */
	const char *name;
	command_fn *run;         /* NULL of one below another */
	const char *help;        /* one line */
	const struct argp *argp; /* NULL: it has commands below it */
	/* Those, from 0; NULL after the last. */
	const struct command *(*below)(int i);
};

extern const char program_version[]; /* "0.1.0" */
/* What --help and the manual say of the exit status. */
extern const char exit_status_text[];

/* What main() returns: runs the one of COMMANDS that ARGV names. EXAMPLES stand in --help. */
int commandline_run(const struct command *commands, const char *examples, int argc, char **argv);

/* Parses the command line with ARGP; what is wrong is told and ends the program with
 * EXIT_USAGE, --help with 0. INPUT is what the parser gets. */
void cmd_parse(const struct argp *argp, int argc, char **argv, void *input);

/* "halfopen COMMAND: " and ERR, to standard error. */
void cmd_complain(const char *command, const struct err *err);

#endif
