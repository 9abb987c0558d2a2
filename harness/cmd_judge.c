/* SPDX-License-Identifier: MIT
 *
 * halfopen judge: the verdict again, from the record alone.
 */
#include <argp.h>
#include <stdio.h>

#include "command.h"
#include "execute.h"
#include "recorded.h"
#include "text.h"

static error_t take(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key == ARGP_KEY_NO_ARGS)
		argp_error(state, "which RUN?");
	return key == ARGP_KEY_NO_ARGS ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp parser = {
    .parser = take,
    .args_doc = "RUN ...",
    .doc = "Judges runs again, from their records alone. RUN is a run's folder, as `halfopen run "
	   "--out` leaves it, or its record.jsonl. Exit status as that of `halfopen run`.",
};

static int judge_one(const char *path, struct text_report *report, struct err *err)
{
	struct recorded recorded;
	struct result result;
	int ret = recorded_open(path, &recorded, err);

	if (ret < 0)
		return ret;
	result = execute_result_for(recorded.plan);
	ret = execute_judge(recorded.plan, recorded.record, &result, err);
	if (ret == 0)
		text_report_result(report, &result);
	result_done(&result);
	recorded_done(&recorded);
	return ret;
}

int cmd_judge(int argc, char **argv)
{
	struct text_report report;
	struct err err;
	int first;

	argp_parse(&parser, argc, argv, 0, &first, NULL);
	text_report_init(&report, stdout);
	for (int i = first; i < argc; i++)
		if (judge_one(argv[i], &report, &err) < 0)
			return command_fail(STATUS_USAGE, &err);
	text_report_end(&report, NULL);
	return text_report_exit_status(&report);
}
