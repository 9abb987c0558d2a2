/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commandline.h"
#include "commands.h"
#include "compared.h"
#include "duration.h"
#include "file.h"
#include "html_compare.h"

struct options {
	const char *a, *b, *html;
	int64_t tolerance_ns;
	bool json;
};

enum { KEY_FORMAT = 256, KEY_HTML, KEY_TOLERANCE };

static const struct argp_option argp_options[] = {
	{"format", KEY_FORMAT, "text|json", 0, "how to print it (default: text)", 0},
	{"html", KEY_HTML, "FILE", 0, "write a page as well; it is one file", 0},
	{"tolerance", KEY_TOLERANCE, "TIME", 0,
	 "times that are no further apart are the same (default: what the clocks need)", 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_FORMAT:
		options->json = strcmp(arg, "json") == 0;
		if (!options->json && strcmp(arg, "text") != 0)
			argp_error(state, "there is no format '%s'; possible are text and json",
				   arg);
		return 0;
	case KEY_HTML:
		options->html = arg;
		return 0;
	case KEY_TOLERANCE:
		if (duration_parse(arg, &options->tolerance_ns) < 0 || options->tolerance_ns < 0)
			argp_error(state, "'%s' is no time; write it as 500us, 10ms or 1s", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "name two folders");
		*(state->arg_num ? &options->b : &options->a) = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "name two folders that `halfopen run --out` wrote");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int page_write(const struct comparison *comparison, const char *path, struct err *err)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return err_sys(err, errno, "%s", path);
	html_compare_print(comparison, NULL, file);
	return file_close(file, path, err);
}

const struct argp compare_argp = {
	argp_options,
	parse_option,
	"A B",
	"Says what differs between the runs that are in both folders of results, as "
	"`halfopen run --out` writes them: verdicts, results of calls, states, packets, "
	"times. The same change in many runs is told once.\v"
	"Exit status: 0 nothing differs, 1 something does, 2 bad usage, or one of them is "
	"no folder of results, 3 the page could not be written.\n\nExamples:\n\n    halfopen "
	"compare out-6.1 out-6.12",
	NULL,
	NULL,
	NULL};

int cmd_compare(int argc, char **argv)
{
	struct options options = {.tolerance_ns = -1};
	struct comparison *comparison;
	struct err err = {0};
	int status;

	cmd_parse(&compare_argp, argc, argv, &options);
	if (compared_folders(options.a, options.b, options.tolerance_ns, &comparison, &err) < 0) {
		cmd_complain("compare", &err);
		return EXIT_USAGE;
	}
	(options.json ? comparison_print_json : comparison_print_text)(comparison, stdout);
	status = comparison_differs(comparison) ? EXIT_FAILED : EXIT_HELD;
	if (options.html && page_write(comparison, options.html, &err) < 0) {
		cmd_complain("compare", &err);
		status = EXIT_COULD_NOT;
	}
	comparison_free(comparison);
	return status;
}
