/* SPDX-License-Identifier: MIT */
#include "commandline.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "known.h"
#include "options.h"
#include "visible.h"

const char exit_status_text[] = "0 all held, 1 an expectation failed, 2 bad case or usage,\n"
				"3 could not run, 77 all skipped.\n";

const char program_version[] = HALFOPEN_VERSION;
const char *argp_program_version = "halfopen " HALFOPEN_VERSION;
error_t argp_err_exit_status = EXIT_USAGE;

static ssize_t write_visibly(void *to, const char *bytes, size_t size)
{
	AUTO_FREE char *text = strndup(bytes, size);

	if (text)
		visible_print(text, false, to);
	return (ssize_t)size;
}

/* argp and getopt repeat an argument as it is. What they say before they exit is written at the
 * exit. */
void cmd_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	const char *meant, *unknown = options_unknown(argp, argv + 1, &meant);
	FILE *plain = stderr,
	     *visible = fopencookie(plain, "w", (cookie_io_functions_t){.write = write_visibly});

	if (visible)
		stderr = visible;
	if (unknown && meant) {
		fprintf(stderr, "%s: there is no option '%s'; did you mean '--%s'?\n", argv[0],
			unknown, meant);
		exit(EXIT_USAGE);
	}
	if (argp_parse(argp, argc, argv, 0, NULL, input) != 0)
		exit(EXIT_USAGE);
	stderr = plain;
	if (visible)
		fclose(visible);
}

void cmd_complain(const char *command, const struct err *err)
{
	fprintf(stderr, "halfopen %s: ", command);
	visible_print(err->text, false, stderr);
	fputc('\n', stderr);
}

static void usage(const struct command *commands, const char *examples, FILE *to)
{
	fprintf(to, "Usage: halfopen COMMAND [ARGUMENT...]\n"
		    "What a TCP connection really does when the other side dies.\n\n");
	for (const struct command *command = commands; command->name; command++)
		fprintf(to, "  %-10s %s\n", command->name, command->help);
	fprintf(to,
		"\n`halfopen COMMAND --help` says more about each.\nExit status: %s"
		"\nExamples:\n\n%s",
		exit_status_text, examples);
}

static int unknown(const struct command *commands, const char *name)
{
	AUTO_FREE char *seen = visible_copy(name, true);
	struct known known;

	known_init(&known, name);
	for (const struct command *command = commands; command->name; command++)
		known_add(&known, command->name);
	fprintf(stderr, "halfopen: there is no command '%s'", seen);
	if (known_nearest(&known))
		fprintf(stderr, "; did you mean '%s'?", known_nearest(&known));
	if (access(name, F_OK) == 0)
		fprintf(stderr, "; `halfopen run %s` runs cases", seen);
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
	fflush(NULL); /* stderr may be cmd_parse()'s */
	_exit(EXIT_COULD_NOT);
}

int commandline_run(const struct command *commands, const char *examples, int argc, char **argv)
{
	char name[64];

	atexit(output_end);
	if (argc < 2) {
		usage(commands, examples, stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 && argc == 3) { /* as `halfopen COMMAND --help` */
		argv[1] = argv[2];
		argv[2] = strdup("--help");
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "-?") == 0 || strcmp(argv[1], "help") == 0) {
		usage(commands, examples, stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(argp_program_version);
		return 0;
	}
	for (const struct command *command = commands; command->name; command++) {
		if (strcmp(argv[1], command->name) != 0)
			continue;
		snprintf(name, sizeof(name), "halfopen %s", command->name);
		argv[1] = name; /* what argp puts before its messages */
		return command->run(argc - 1, argv + 1);
	}
	return unknown(commands, argv[1]);
}
