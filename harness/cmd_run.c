/* SPDX-License-Identifier: MIT
 *
 * halfopen run: cases from file to verdict.
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "command.h"
#include "execute.h"
#include "supervisor.h"

#define MOST_SYSCTLS 64

struct options {
	const char *kernel, *out;
	struct selection_filter filter;
	const char *sysctl[MOST_SYSCTLS + 1];
	int sysctl_count;
	int jobs;
	int64_t max_real_ns, wall_limit_ns;
	char **what; /* FILE ..., as selection_make() takes them */
	int what_count;
};

enum { KEY_MAX_REAL = 256, KEY_CLAIM, KEY_SYSCTL, KEY_WALL_LIMIT };

static const struct argp_option option_table[] = {
    {"kernel", 'K', "KERNEL", 0,
     "`live`, or the path of a UML kernel; default: $HALFOPEN_UML, or else the newest that "
     "ci/build-kernel made, or else live",
     0},
    {"jobs", 'j', "N", 0, "so many runs at a time; default: as many as there are cores", 0},
    {"out", 'o', "FOLDER", 0, "leave results.json there, and a folder a run", 0},
    {"max-real", KEY_MAX_REAL, "TIME", 0,
     "on a real clock, skip what takes longer; default: 60s", 0},
    {"wall-limit", KEY_WALL_LIMIT, "TIME", 0,
     "give a run up after so much real time; default: 60s, and on a real clock what it takes "
     "in addition",
     0},
    {"filter", 'k', "GLOB", 0, "only runs with this in FILE:VARIANT", 0},
    {"claim", KEY_CLAIM, "ID", 0, "only cases that are about this claim", 0},
    {"sysctl", KEY_SYSCTL, "NAME=VALUE", 0,
     "set on every host, before what the case sets; may be repeated", 0},
    {0}};

static error_t take_duration(const char *arg, int64_t *ret_ns, struct argp_state *state)
{
	if (duration_parse(arg, ret_ns) < 0 || *ret_ns <= 0)
		argp_error(state, "'%s' is no time; write it as 90s, 1m30s or 500ms", arg);
	return 0;
}

static error_t take_sysctl(struct options *options, const char *arg, struct argp_state *state)
{
	if (!strchr(arg, '='))
		argp_error(state, "'%s' is not NAME=VALUE", arg);
	if (options->sysctl_count == MOST_SYSCTLS)
		argp_error(state, "more than %d sysctls", MOST_SYSCTLS);
	options->sysctl[options->sysctl_count++] = arg;
	return 0;
}

static error_t take_jobs(struct options *options, const char *arg, struct argp_state *state)
{
	char *end;
	long jobs = strtol(arg, &end, 10);

	if (*end || end == arg || jobs < 1 || jobs > 1024)
		argp_error(state, "'%s' is no number of jobs; it is 1 to 1024", arg);
	options->jobs = (int)jobs;
	return 0;
}

static error_t take(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'K':
		options->kernel = arg;
		return 0;
	case 'j':
		return take_jobs(options, arg, state);
	case 'o':
		options->out = arg;
		return 0;
	case 'k':
		options->filter.pattern = arg;
		return 0;
	case KEY_CLAIM:
		options->filter.claim = arg;
		return 0;
	case KEY_MAX_REAL:
		return take_duration(arg, &options->max_real_ns, state);
	case KEY_WALL_LIMIT:
		return take_duration(arg, &options->wall_limit_ns, state);
	case KEY_SYSCTL:
		return take_sysctl(options, arg, state);
	case ARGP_KEY_ARGS:
		options->what = state->argv + state->next;
		options->what_count = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
    .options = option_table,
    .parser = take,
    .args_doc = "[FILE | FOLDER | FILE:VARIANT | FILE:LINE ...]",
    .doc = "Runs cases, and tells what held. Without arguments: all that ship.\v"
	   "FILE:VARIANT means the runs that have these values: cases/a.yaml:ip=4,timers=short or "
	   "just cases/a.yaml:ip=4. FILE:LINE means those in which that line takes part.\n\n"
	   "Exit status: 0 all held; 1 an expectation failed; 2 bad case or usage; 3 could not "
	   "run; 77 all were skipped.",
};

static int run_selection(const struct options *options, const struct selection *selection)
{
	struct batch batch = {.selection = selection,
			      .extra_sysctl = options->sysctl,
			      .out = options->out,
			      .parallel = options->jobs,
			      .max_real_ns = options->max_real_ns,
			      .wall_limit_ns = options->wall_limit_ns};
	struct kernel kernel;
	struct err err;
	int ret;

	if (options->out && execute_make_folder(options->out, &err) < 0)
		return command_fail(STATUS_CANNOT, &err);
	if (kernel_find(options->kernel, &kernel, &err) < 0)
		return command_fail(STATUS_USAGE, &err);
	batch.kernel = &kernel;
	ret = kernel_probe(&kernel, &err);
	if (ret < 0) {
		err_add(&err, ret, "this kernel cannot run here");
		ret = command_fail(STATUS_CANNOT, &err);
	} else {
		ret = supervise(batch_run, &batch, &err);
		if (ret < 0)
			ret = command_fail(STATUS_CANNOT, &err);
	}
	kernel_done(&kernel);
	return ret;
}

int cmd_run(int argc, char **argv)
{
	struct options options = {.kernel = getenv("HALFOPEN_UML"),
				  .jobs = (int)sysconf(_SC_NPROCESSORS_ONLN),
				  .max_real_ns = 60 * NSEC_PER_SEC};
	struct selection selection;
	struct err err;
	int ret = 0;

	argp_parse(&parser, argc, argv, 0, NULL, &options);
	options.filter.extra_sysctl = options.sysctl;
	if (selection_make(options.what, options.what_count, &options.filter, &selection, &err) < 0)
		return command_fail(STATUS_USAGE, &err);
	fputs(selection.diagnostics, stderr);
	if (selection.errors) {
		ret = STATUS_USAGE;
	} else if (selection.run_count == 0) {
		err_set(&err, ENOENT, "no run is meant by this (%d case files were read)",
			selection.file_count);
		ret = command_fail(STATUS_USAGE, &err);
	} else {
		ret = run_selection(&options, &selection);
	}
	selection_done(&selection);
	return ret;
}
