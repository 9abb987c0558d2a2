/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "commandline.h"
#include "commands.h"
#include "ladder.h"
#include "recorded.h"
#include "terminal.h"

struct options {
	const char *name;
	struct ladder_options ladder;
	bool normalised;
	struct terminal terminal;
};

enum { KEY_ALL = 256, KEY_NORMALISED };

static const struct argp_option argp_options[] = {
	{"all", KEY_ALL, NULL, 0, "every packet, of long transfers as well", 0},
	{"normalised", KEY_NORMALISED, NULL, 0,
	 "the record itself, as JSON Lines, with what is random replaced: two runs of a case in "
	 "virtual time then are the same",
	 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->terminal;
		return 0;
	case KEY_ALL:
		options->ladder.all = true;
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

static const struct argp_child children[] = {{&terminal_argp, 0, NULL, 0}, {0}};
const struct argp show_argp = {
	argp_options,
	parse_option,
	"FOLDER | RECORD",
	"Draws what happened in a recorded run: each host's calls, packets and socket "
	"states, and the faults, time downward.",
	children,
	NULL,
	NULL};

int cmd_show(int argc, char **argv)
{
	struct options options = {0};
	struct recorded recorded;
	struct err err = {0};
	int ret;

	cmd_parse(&show_argp, argc, argv, &options);
	if (recorded_load(options.name, &recorded, &err) < 0) {
		cmd_complain("show", &err);
		return EXIT_USAGE;
	}
	terminal_look(&options.terminal, stdout);
	options.ladder.ascii = options.terminal.ascii;
	options.ladder.color = options.terminal.color;
	if (options.normalised) {
		record_normalise(recorded.record);
		ret = record_write(recorded.record, recorded.plan, stdout, &err);
	} else {
		ret = draw(&recorded, &options.ladder, &err);
	}
	if (ret < 0)
		cmd_complain("show", &err);
	recorded_done(&recorded);
	return ret < 0 ? EXIT_COULD_NOT : EXIT_HELD;
}
