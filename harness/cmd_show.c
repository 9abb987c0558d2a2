/* SPDX-License-Identifier: MIT */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "ladder.h"
#include "recorded.h"

struct options {
	const char *name;
	struct ladder_options ladder;
	bool normalised;
	const char *color;
};

enum { KEY_ASCII = 256, KEY_ALL, KEY_COLOR, KEY_NORMALISED };

static const struct argp_option argp_options[] = {
	{"ascii", KEY_ASCII, NULL, 0,
	 "no characters outside ASCII; so it is where the locale is not UTF-8", 0},
	{"all", KEY_ALL, NULL, 0, "every packet, of long transfers as well", 0},
	{"color", KEY_COLOR, "WHEN", 0, "auto, always or never (default: auto)", 0},
	{"normalised", KEY_NORMALISED, NULL, 0,
	 "the record itself, as JSON Lines, with what is random replaced: two runs of a case in "
	 "virtual time then are the same",
	 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_ASCII:
		options->ladder.ascii = true;
		return 0;
	case KEY_ALL:
		options->ladder.all = true;
		return 0;
	case KEY_COLOR:
		if (strcmp(arg, "auto") != 0 && strcmp(arg, "always") != 0 &&
		    strcmp(arg, "never") != 0)
			argp_error(state, "--color takes auto, always or never, not '%s'", arg);
		options->color = arg;
		return 0;
	case KEY_NORMALISED:
		options->normalised = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->name)
			argp_error(state, "one run at a time");
		options->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name the folder of a recorded run, or its record.jsonl");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool color_wanted(const char *when)
{
	const char *no_color = getenv("NO_COLOR");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

static int draw(const struct recorded *recorded, const struct ladder_options *options,
		struct err *err)
{
	struct judgement *judgement = NULL;
	int ret = judge(recorded->plan, recorded->record, &judgement, err);

	if (ret < 0)
		return ret;
	ret = ladder_print(recorded->plan, recorded->record, judgement, options, stdout, err);
	judgement_free(judgement);
	return ret;
}

int cmd_show(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options,
		parse_option,
		"FOLDER | RECORD",
		"Draws what happened in a recorded run: each host's calls, packets and socket "
		"states, and the faults, time downward.",
		NULL,
		NULL,
		NULL};
	struct options options = {.color = "auto"};
	struct recorded recorded;
	struct err err = {0};
	int ret;

	setlocale(LC_CTYPE, "");
	options.ladder.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	cmd_parse(&argp, argc, argv, &options);
	if (recorded_load(options.name, &recorded, &err) < 0) {
		fprintf(stderr, "halfopen show: %s\n", err.text);
		return EXIT_USAGE;
	}
	options.ladder.color = color_wanted(options.color);
	if (options.normalised) {
		record_normalise(recorded.record);
		ret = record_write(recorded.record, recorded.plan, stdout, &err);
	} else {
		ret = draw(&recorded, &options.ladder, &err);
	}
	if (ret < 0)
		fprintf(stderr, "halfopen show: %s\n", err.text);
	recorded_done(&recorded);
	return ret < 0 ? EXIT_COULD_NOT : EXIT_HELD;
}
