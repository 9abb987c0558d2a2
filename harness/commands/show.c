/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beneath.h"
#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "file.h"
#include "known.h"
#include "label.h"
#include "ladder.h"
#include "mermaid.h"
#include "pager.h"
#include "recorded.h"
#include "run_files.h"
#include "svg.h"
#include "terminal.h"
#include "text.h"

struct options {
	const char *name;
	struct ladder_options ladder;
	bool normalised;
	bool svg, mermaid; /* --format */
	const char *pcap;  /* the interface whose capture is wanted, instead of all that */
	struct terminal terminal;
};

enum { KEY_ALL = 256, KEY_NORMALISED, KEY_FORMAT, KEY_PCAP };

static const struct argp_option argp_options[] = {
	{"all", KEY_ALL, NULL, 0, "every packet, of long transfers as well", 0},
	{"format", KEY_FORMAT, "text|svg|mermaid", 0,
	 "the ladder as text (the default), as an image, or as a diagram that issues and wikis "
	 "draw",
	 0},
	{"normalised", KEY_NORMALISED, NULL, 0,
	 "the record itself, as JSON Lines, with what is random replaced: two runs of a case in "
	 "virtual time then are the same",
	 0},
	{"pcap", KEY_PCAP, "HOST", 0,
	 "what a tcpdump on HOST would have seen, as pcapng: pipe it to tshark or wireshark, or "
	 "redirect it; the run's folder has the same as capture-HOST.pcapng; router.HOST is the "
	 "router's interface towards HOST",
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
	case KEY_FORMAT:
		options->svg = strcmp(arg, "svg") == 0;
		options->mermaid = strcmp(arg, "mermaid") == 0;
		if (!options->svg && !options->mermaid && strcmp(arg, "text") != 0)
			argp_error(state,
				   "there is no format '%s'; possible are text, svg and mermaid",
				   arg);
		return 0;
	case KEY_NORMALISED:
		options->normalised = true;
		return 0;
	case KEY_PCAP:
		options->pcap = arg;
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

static int draw_rows(const struct recorded *recorded, const struct judgement *judgement,
		     const struct options *options, struct err *err)
{
	struct rows rows = {0};
	int ret = rows_make(recorded->plan, recorded->record, judgement, options->ladder.all, &rows,
			    err);

	if (ret == 0 && !options->ladder.all)
		ret = rows_thin(&rows, recorded->record, ROWS_MOST, err);
	if (ret == 0 && options->mermaid)
		mermaid_print(recorded->plan, recorded->record, &rows, stdout);
	else if (ret == 0)
		ret = svg_ladder_alone(recorded->plan, recorded->record, &rows, stdout, err);
	rows_done(&rows);
	return ret;
}

static int draw(const struct recorded *recorded, const struct options *options, struct err *err)
{
	struct judgement *judgement = NULL;
	int ret = judge(recorded->plan, recorded->record, &judgement, err);

	if (ret < 0)
		return ret;
	if (options->svg || options->mermaid)
		ret = draw_rows(recorded, judgement, options, err);
	else
		ret = ladder_print(recorded->plan, recorded->record, judgement, &options->ladder,
				   stdout, err);
	judgement_free(judgement);
	return ret;
}

static int tap_check(const struct plan *plan, const char *name, struct err *err)
{
	struct known known;
	const char *nearest;

	known_init(&known, name);
	for (int i = 0; i < record_tap_count(plan); i++) {
		char tap[64];

		if (strcmp(label_tap(plan, i, tap, sizeof(tap)), name) == 0)
			return 0;
		if (i < plan->host_count)
			known_add(&known, plan->host[i].name);
	}
	if (strcmp(name, PLACE_ROUTER_NAME) == 0 && record_tap_count(plan) > plan->host_count)
		return err_set(err, EINVAL,
			       "--pcap: the router has an interface to each host; say '%s.%s'",
			       name, plan->host[0].name);
	nearest = known_nearest(&known);
	return err_set(err, EINVAL, "--pcap: there is no host '%s'; did you mean '%s'?", name,
		       nearest ? nearest : plan->host[0].name);
}

/* It lies beside the record. */
static int capture_print(const struct recorded *recorded, const struct options *options,
			 struct err *err)
{
	AUTO_FREE char *name = text_format(CAPTURE_FILE_OF, options->pcap);
	const char *slash = strrchr(recorded->path, '/');
	AUTO_FREE char *folder = slash ? strndup(recorded->path, (size_t)(slash - recorded->path))
				       : text_copy(".");
	AUTO_FCLOSE FILE *file = NULL;
	int ret = tap_check(recorded->plan, options->pcap, err);

	if (ret < 0)
		return ret;
	if (options->terminal.interactive)
		return err_set(err, EINVAL,
			       "--pcap: this is for a file or a program, not for a terminal; open "
			       "%s/%s",
			       folder, name);
	file = beneath_stream(folder, name, &ret, err);
	if (!file)
		return ret;
	ret = file_copy(file, stdout);
	return ret < 0 ? err_sys(err, ret, "%s", name) : 0;
}

static const struct argp_child children[] = {{&terminal_argp, 0, NULL, 0}, {0}};
const struct argp show_argp = {
	argp_options,
	parse_option,
	"FOLDER | RECORD",
	"Draws what happened in a recorded run: each host's calls, packets and socket "
	"states, and the faults, time downward.\vExamples:\n\n    halfopen show out/crash\n    "
	"halfopen show --pcap client out/crash | tshark -r -",
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
	options.ladder.width = options.terminal.width;
	if (options.pcap) {
		ret = capture_print(&recorded, &options, &err);
	} else if (options.normalised) {
		record_normalise(recorded.record);
		ret = record_write(recorded.record, recorded.plan, stdout, &err);
	} else {
		if (!options.svg && !options.mermaid)
			pager_begin();
		ret = draw(&recorded, &options, &err);
	}
	if (ret < 0)
		cmd_complain("show", &err);
	recorded_done(&recorded);
	return ret < 0 ? EXIT_COULD_NOT : EXIT_HELD;
}
