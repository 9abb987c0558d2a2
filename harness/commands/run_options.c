/* SPDX-License-Identifier: MIT */
#include "run_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commandline.h"
#include "commands.h"
#include "duration.h"

#define MOST_SEED  (UINT64_C(1) << 53) /* what any reader of JSON has exactly */
#define MOST_TIMES 100000

enum {
	KEY_OUT = 256,
	KEY_MAX_REAL,
	KEY_WALL_LIMIT,
	KEY_CLAIM,
	KEY_SYSCTL,
	KEY_REAL_TIME,
	KEY_AGAINST,
	KEY_SEED,
	KEY_PHASE,
	KEY_PHASES,
	KEY_REPEAT,
	KEY_ONE_KERNEL,
	KEY_SHARD,
	KEY_COSTS,
	KEY_FAIL_FAST,
	KEY_FAIL_ON_SKIP,
	KEY_LAST_FAILED,
	KEY_RETRIES,
	KEY_WATCH,
	KEY_UNDRAWN
};

static const struct argp_option argp_options[] = {
	{"kernel", 'K', "KERNEL", 0,
	 "`live`, a path, or a name that `halfopen kernel list` shows (default: $HALFOPEN_UML, or "
	 "else what `halfopen kernel use` chose); HOST=KERNEL: that host's (or the router's) own; "
	 "may be repeated",
	 0},
	{"real-time", KEY_REAL_TIME, NULL, 0, "a bzImage on a real clock: idle time is not skipped",
	 0},
	{"one-kernel", KEY_ONE_KERNEL, NULL, 0,
	 "on UML: not a kernel for each host, but one for all of them, which are namespaces of it "
	 "as on live: cheaper, and less (docs/kernels.md)",
	 0},
	{"seed", KEY_SEED, "N", 0,
	 "other ports, sequence numbers, ARP times and lost packets than without; the same with "
	 "the "
	 "same N",
	 0},
	{"phase", KEY_PHASE, "TIME", 0,
	 "start so much later by the kernels' timer wheels, which round timers otherwise then", 0},
	{"phases", KEY_PHASES, "N", 0,
	 "each run from N such starts, spread evenly over the timer wheel, and how many distinct "
	 "outcomes that gives",
	 0},
	{"repeat", KEY_REPEAT, "N", 0,
	 "each run N times, and how many distinct outcomes that gives: where each host is a "
	 "kernel, "
	 "by as many seeds, from 1 or --seed on",
	 0},
	{"jobs", 'j', "N", 0,
	 "so many runs at once (default: the cores; sixteen times that on live,"
	 " where runs mostly wait)",
	 0},
	{"out", KEY_OUT, "DIR", 0,
	 "keep the results: results.json, and a folder a run with record.jsonl, verdict.txt and "
	 "captures",
	 0},
	{"filter", 'k', "PATTERN", 0, "only runs with this text or glob in FILE:VARIANT", 0},
	{"claim", KEY_CLAIM, "ID", 0, "only cases about this claim, e.g. C4b", 0},
	{"against", KEY_AGAINST, "DIR", 0,
	 "compare with these results, as `halfopen compare DIR` does; the exit status is the worse "
	 "of both",
	 0},
	{"shard", KEY_SHARD, "N/COUNT|auto", 0,
	 "only this part of the runs, as 3/10; auto: as Slurm, Kubernetes, GitLab, Buildkite or "
	 "CircleCI say, or $HALFOPEN_SHARD (docs/fleet.md)",
	 0},
	{"costs", KEY_COSTS, "DIR", 0,
	 "divide the runs among the shards by what they cost in these results; the same for all",
	 0},
	{"quiet", 'q', NULL, 0, "no line for runs that held or were skipped", 0},
	{"fail-fast", KEY_FAIL_FAST, NULL, 0, "start no more runs when one has failed", 0},
	{"fail-on-skip", KEY_FAIL_ON_SKIP, NULL, 0, "a skipped run counts as a failed one", 0},
	{"last-failed", KEY_LAST_FAILED, NULL, 0,
	 "only runs that did not hold in the results that are in --out; the others stay there", 0},
	{"retries", KEY_RETRIES, "N", 0,
	 "make a run that fails up to N times again; each attempt is told, the last counts", 0},
	{"undrawn", KEY_UNDRAWN, NULL, OPTION_HIDDEN, "no picture under a run that failed", 0},
	{"watch", KEY_WATCH, NULL, 0,
	 "run again each time that a case named here is written, and draw the first run that did "
	 "not hold, or else the first; until Ctrl-C",
	 0},
	{"sysctl", KEY_SYSCTL, "NAME=VALUE|FILE", 0,
	 "set this on all hosts and the router first, before the case's own; FILE: as "
	 "sysctl.conf(5); may be "
	 "repeated",
	 0},
	{"max-real", KEY_MAX_REAL, "TIME", 0,
	 "skip runs that take longer on a real clock (default: 60s)", 0},
	{"wall-limit", KEY_WALL_LIMIT, "TIME", 0,
	 "a run that takes longer than this, whatever its clock says, is an error (default: 60s)",
	 0},
	{0}};

static int64_t duration_option(const char *arg, struct argp_state *state)
{
	int64_t ns = 0;

	if (duration_parse(arg, &ns) < 0 || ns <= 0)
		argp_error(state, "'%s' is no time; write it as 500ms, 30s, 5m or 1m30s", arg);
	return ns;
}

static int times_option(const char *arg, struct argp_state *state)
{
	char *end;
	long times = strtol(arg, &end, 10);

	if (*end || times < 1 || times > MOST_TIMES)
		argp_error(state, "'%s' is no number of times from 1 to %d", arg, MOST_TIMES);
	return (int)times;
}

/* HOST=KERNEL, where HOST could be a host's name; else a kernel for all. */
static void parse_kernel(struct run_options *options, char *arg, struct argp_state *state)
{
	size_t length = strspn(arg, "abcdefghijklmnopqrstuvwxyz0123456789-");
	int i = options->kernel_of_count;

	if (!length || arg[length] != '=') {
		options->kernel = arg;
		return;
	}
	if (i > HOSTS_MAX)
		argp_error(state, "a case has at most %d hosts", HOSTS_MAX);
	snprintf(options->kernel_host[i], sizeof(options->kernel_host[i]), "%.*s", (int)length,
		 arg);
	for (int before = 0; before < i; before++)
		if (strcmp(options->kernel_host[before], options->kernel_host[i]) == 0)
			argp_error(state, "--kernel %s= is given twice", options->kernel_host[i]);
	options->kernel_of[i].host = options->kernel_host[i];
	options->kernel_arg[i] = arg + length + 1;
	options->kernel_of_count++;
	options->for_own_kernels = "--kernel HOST=KERNEL";
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *options = state->input;
	struct err err = {0};
	char *end;

	switch (key) {
	case 'K':
		parse_kernel(options, arg, state);
		return 0;
	case 'j':
		options->jobs = (int)strtol(arg, &end, 10);
		if (*end || options->jobs < 1 || options->jobs > 1000)
			argp_error(state, "'%s' is no number of jobs from 1 to 1000", arg);
		return 0;
	case KEY_REAL_TIME:
		options->real_time = true;
		return 0;
	case KEY_SEED:
		options->repeat.chance.seed = strtoull(arg, &end, 10);
		if (*end || !options->repeat.chance.seed || options->repeat.chance.seed > MOST_SEED)
			argp_error(state, "'%s' is no seed: a number from 1 to 2^53", arg);
		options->for_own_kernels = "--seed";
		return 0;
	case KEY_PHASE:
		if (duration_parse(arg, &options->repeat.chance.phase_ns) < 0)
			argp_error(state, "'%s' is no time; write it as 500ms, 30s or 1m30s", arg);
		options->for_own_kernels = "--phase";
		return 0;
	case KEY_PHASES:
		options->repeat.phases = times_option(arg, state);
		options->for_own_kernels = "--phases";
		return 0;
	case KEY_REPEAT:
		options->repeat.times = times_option(arg, state);
		return 0;
	case KEY_ONE_KERNEL:
		options->one_kernel = true;
		return 0;
	case KEY_OUT:
		options->out = arg;
		return 0;
	case 'k':
		options->filter = arg;
		return 0;
	case KEY_CLAIM:
		options->claim = arg;
		return 0;
	case KEY_SYSCTL:
		if (sysctls_add(&options->sysctls, arg, &err) < 0) {
			if (*err.text)
				cmd_complain("run", &err);
			exit(EXIT_USAGE);
		}
		return 0;
	case KEY_SHARD:
		if (shard_parse(arg, &options->shard, &err) < 0)
			argp_error(state, "--shard: %s", err.text);
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case KEY_UNDRAWN:
		options->undrawn = true;
		return 0;
	case KEY_WATCH:
		options->watch = true;
		return 0;
	case KEY_FAIL_FAST:
		options->fail_fast = true;
		return 0;
	case KEY_FAIL_ON_SKIP:
		options->fail_on_skip = true;
		return 0;
	case KEY_LAST_FAILED:
		options->last_failed = true;
		return 0;
	case KEY_RETRIES:
		options->retries = (int)strtol(arg, &end, 10);
		if (*end || options->retries < 0 || options->retries > 100)
			argp_error(state, "'%s' is no number of retries from 0 to 100", arg);
		return 0;
	case KEY_COSTS:
		options->costs = arg;
		return 0;
	case KEY_AGAINST:
		options->against = arg;
		return 0;
	case KEY_MAX_REAL:
		options->max_real_ns = duration_option(arg, state);
		return 0;
	case KEY_WALL_LIMIT:
		options->wall_limit_ns = duration_option(arg, state);
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->outputs;
		state->child_inputs[1] = &options->terminal;
		return 0;
	case ARGP_KEY_END:
		if (options->last_failed && (!options->out || options->shard.count))
			argp_error(state, "--last-failed needs --out, and goes with no --shard");
		if (options->one_kernel && options->for_own_kernels)
			argp_error(state, "%s is for kernels of the hosts; --one-kernel has none",
				   options->for_own_kernels);
		if (options->watch && !options->names)
			argp_error(state, "--watch needs the name of a case");
		return 0;
	case ARGP_KEY_ARGS:
		options->names = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{&outputs_argp, 0, NULL, 0}, {&terminal_argp, 0, NULL, 0}, {0}};
const struct argp run_argp = {
	argp_options,
	parse_option,
	"[FILE | FOLDER | FILE:VARIANT | FILE:LINE]...",
	"Runs cases and judges them: the shipped ones, or those named. Nothing is started "
	"before all of them were read and found right.\v"
	"FILE:VARIANT means the runs that have these values, as a.yaml:ip=4 or "
	"a.yaml:ip=4,timers=short; FILE:LINE those in which that line takes part.\n\n"
	"The last line is `N passed, N failed, N skipped`, and how many of these a kernel for each "
	"host would run; but with --against what differs. Exit "
	"status: 0 all held, 1 an expectation failed, --against differs, or a run was skipped with "
	"--fail-on-skip, 2 a bad case or bad usage, 3 could not run, 77 all "
	"skipped.\n\nExamples:\n\n    halfopen run crash.yaml\n    halfopen run --out out "
	"cases/keepalive\n    halfopen run keepalive.yaml:keepalive=on\n    "
	"halfopen run --watch crash.yaml\n    halfopen run --one-kernel crash.yaml\n    halfopen "
	"run --against out crash.yaml\n    halfopen run --kernel live crash.yaml",
	children,
	NULL,
	NULL};
