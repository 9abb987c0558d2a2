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
#include "ladder.h"
#include "pager.h"
#include "terminal.h"

struct options {
	const char *a, *b, *html, *run;
	int64_t tolerance_ns;
	bool json;
	struct terminal terminal;
};

enum { KEY_FORMAT = 256, KEY_HTML, KEY_RUN, KEY_TOLERANCE };

static const struct argp_option argp_options[] = {
	{"format", KEY_FORMAT, "text|json", 0, "how to print it (default: text)", 0},
	{"html", KEY_HTML, "FILE", 0, "write a page as well; it is one file", 0},
	{"run", KEY_RUN, "RUN", 0,
	 "compare this one alone, and draw both in one picture; RUN as it is told without this "
	 "option, or its folder below A",
	 0},
	{"tolerance", KEY_TOLERANCE, "TIME", 0,
	 "times that are no further apart are the same (default: what the clocks need)", 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->terminal;
		return 0;
	case KEY_FORMAT:
		options->json = strcmp(arg, "json") == 0;
		if (!options->json && strcmp(arg, "text") != 0)
			argp_error(state, "there is no format '%s'; possible are text and json",
				   arg);
		return 0;
	case KEY_HTML:
		options->html = arg;
		return 0;
	case KEY_RUN:
		options->run = arg;
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

static int picture_print(const struct compared_pair *pair, const struct options *options,
			 struct err *err)
{
	const struct compare_side *a = &pair->side[0], *b = &pair->side[1];
	const struct tolerance *tolerance = &pair->comparison->run[0].tolerance;
	const struct ladder_options ladder = {.ascii = options->terminal.ascii,
					      .color = options->terminal.color,
					      .width = options->terminal.width};

	if (strcmp(a->record->source, b->record->source) != 0) {
		printf("\nNo picture of both: the case was another.\n");
		return 0;
	}
	putchar('\n');
	return ladder_print_two(a->plan, &(struct ladder_run){a->record, a->verdict, a->reason},
				&(struct ladder_run){b->record, b->verdict, b->reason},
				tolerance_at(tolerance, a->record->end_ns), &ladder, stdout, err);
}

static const struct argp_child children[] = {{&terminal_argp, 0, NULL, 0}, {0}};
const struct argp compare_argp = {
	argp_options,
	parse_option,
	"A B",
	"Says what differs between the runs that are in both folders of results, as "
	"`halfopen run --out` writes them: verdicts, results of calls, states, packets, "
	"times. The same change in many runs is told once.\v"
	"Exit status: 0 nothing differs, 1 something does, 2 bad usage, or one of them is "
	"no folder of results, 3 the page could not be written.\n\nExamples:\n\n    halfopen "
	"compare out-6.1 out-6.12\n    halfopen compare --run crash.yaml out-6.1 out-6.12",
	children,
	NULL,
	NULL};

static int compare_load(const struct options *options, struct compared_pair *ret_pair,
			struct err *err)
{
	if (options->run)
		return compared_pair_load(options->a, options->b, options->run,
					  options->tolerance_ns, ret_pair, err);
	return compared_folders(options->a, options->b, options->tolerance_ns,
				&ret_pair->comparison, err);
}

int cmd_compare(int argc, char **argv)
{
	struct options options = {.tolerance_ns = -1};
	struct compared_pair pair = {0};
	const struct comparison *comparison;
	struct err err = {0};
	int status;

	cmd_parse(&compare_argp, argc, argv, &options);
	if (compare_load(&options, &pair, &err) < 0) {
		cmd_complain("compare", &err);
		return EXIT_USAGE;
	}
	comparison = pair.comparison;
	status = comparison_differs(comparison) ? EXIT_FAILED : EXIT_HELD;
	terminal_look(&options.terminal, stdout);
	if (options.json) {
		comparison_print_json(comparison, stdout);
	} else {
		pager_begin();
		comparison_print_text(comparison, options.terminal.width, stdout);
		if (!options.run && status == EXIT_FAILED)
			printf("both of a run in one picture: halfopen compare --run RUN %s %s\n",
			       options.a, options.b);
		if (options.run && picture_print(&pair, &options, &err) < 0) {
			cmd_complain("compare", &err);
			status = EXIT_COULD_NOT;
		}
	}
	if (options.html && page_write(comparison, options.html, &err) < 0) {
		cmd_complain("compare", &err);
		status = EXIT_COULD_NOT;
	}
	compared_pair_done(&pair);
	return status;
}
