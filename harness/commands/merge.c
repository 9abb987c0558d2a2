/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beneath.h"
#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "folder.h"
#include "merged.h"
#include "results.h"
#include "visible.h"

struct options {
	char **folders;
	const char *out;
};

enum { KEY_OUT = 256 };

static const struct argp_option argp_options[] = {
	{"out", KEY_OUT, "DIR", 0,
	 "the folder to make (default: the one that is named, if the shards wrote into one)", 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_OUT:
		options->out = arg;
		return 0;
	case ARGP_KEY_ARGS:
		options->folders = state->argv + state->next;
		if (!options->out && options->folders[1])
			argp_error(state, "--out DIR is missing: the folder to make of these");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name the folders that `halfopen run --out` wrote");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp merge_argp = {
	argp_options,
	parse_option,
	"FOLDER...",
	"Makes one folder of the results of many: of `halfopen run --shard` on many machines, or "
	"of "
	"runs of several cases. `judge`, `report` and `compare` take it as if one machine had made "
	"it.\v"
	"What does not belong together is refused: another version of a case, another kernel, "
	"other "
	"settings, a run that is there twice. What was recorded is linked, not copied, where that "
	"is "
	"possible.\n\n"
	"Exit status: as that of `run`; 2 if they do not belong together, 3 if shards are missing, "
	"which are named, and what is there is merged.\n\nExamples:\n\n    halfopen merge --out "
	"out part-*",
	NULL,
	NULL,
	NULL};

/* The exit status of what is there. */
static int tell(const struct merged *merged, const char *out)
{
	int tally[VERDICT_COUNT] = {0};

	for (int i = 0; i < merged->run_count; i++) {
		const json_t *result = merged->run[i].result;
		enum verdict verdict = result_verdict(result);
		AUTO_FREE char *name = result_name(result);

		tally[verdict]++;
		if (verdict != VERDICT_FAIL && verdict != VERDICT_ERROR)
			continue;
		fputs(verdict == VERDICT_FAIL ? "FAIL  " : "ERROR ", stdout);
		visible_print(name, true, stdout);
		fputs(": ", stdout);
		visible_print(result_string(result, "reason"), true, stdout);
		putchar('\n');
	}
	printf("%d runs", merged->run_count);
	if (merged->shards)
		printf(" of %d of %d shards", merged->seen_count, merged->shards);
	printf(" in %s\n%d passed, %d failed, %d skipped\n", out, tally[VERDICT_PASS],
	       tally[VERDICT_FAIL] + tally[VERDICT_ERROR], tally[VERDICT_SKIP]);
	return tally[VERDICT_ERROR]  ? EXIT_COULD_NOT
	       : tally[VERDICT_FAIL] ? EXIT_FAILED
	       : tally[VERDICT_PASS] ? EXIT_HELD
				     : EXIT_SKIPPED;
}

static int merge(struct merged *merged, const struct options *options, struct err *err)
{
	const char *out = options->out ? options->out : options->folders[0];
	int ret = 0;

	for (char **folder = options->folders; ret == 0 && *folder; folder++)
		ret = merged_add(merged, *folder, err);
	if (ret == 0 && !merged->shards && !merged->run_count)
		ret = err_set(err, ENOENT, "%s: no shard has ended here", out);
	if (ret < 0)
		return EXIT_USAGE;
	if (options->out)
		ret = folder_claim(out, RESULTS_FILE, RESULTS_BEGUN, err);
	if (ret == 0)
		ret = merged_save(merged, out, RESULTS_BEGUN, err);
	return ret < 0 ? EXIT_COULD_NOT : EXIT_HELD;
}

int cmd_merge(int argc, char **argv)
{
	struct options options = {0};
	struct err err = {0};
	struct merged merged;
	int status;

	cmd_parse(&merge_argp, argc, argv, &options);
	merged_init(&merged);
	status = merge(&merged, &options, &err);
	if (status == EXIT_HELD) {
		AUTO_FREE char *missing = merged_missing(&merged);

		status = tell(&merged, options.out ? options.out : options.folders[0]);
		if (missing) {
			fprintf(stderr, "halfopen merge: missing: shard%s %s of %d\n",
				strpbrk(missing, ", ") ? "s" : "", missing, merged.shards);
			status = EXIT_COULD_NOT;
		}
	} else {
		cmd_complain("merge", &err);
	}
	merged_done(&merged);
	return status;
}
