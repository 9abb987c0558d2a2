/* SPDX-License-Identifier: MIT */
#include "shard.h"

#include <stdlib.h>
#include <string.h>

#include "base_test.h"

static const struct {
	const char *environment[4]; /* NAME=VALUE */
	const char *text;           /* of --shard */
	int number, count;
	const char *complaint; /* or NULL */
} tries[] = {
	{{NULL}, "3/10", 3, 10, NULL},
	{{NULL}, "1/1", 1, 1, NULL},
	{{"CI_NODE_INDEX=2", "CI_NODE_TOTAL=4"}, "3/10", 3, 10, NULL},
	{{NULL}, "0/10", 0, 0, "'0/10': shards count from 1 to 10"},
	{{NULL}, "11/10", 0, 0, "'11/10': shards count from 1 to 10"},
	{{NULL}, "3", 0, 0, "'3' is no shard; write it as 3/10"},
	{{NULL}, "-1/3", 0, 0, "'-1/3' is no shard; write it as 3/10"},
	{{NULL}, "1/99999", 0, 0, "'1/99999' is no shard; write it as 3/10"},
	{{NULL}, "1/2/3", 0, 0, "'1/2/3' is no shard; write it as 3/10"},
	{{NULL}, "auto", 0, 0, NULL},
	{{"HALFOPEN_SHARD=2/5", "CI_NODE_INDEX=1", "CI_NODE_TOTAL=4"}, "auto", 2, 5, NULL},
	{{"HALFOPEN_SHARD=5/2"}, "auto", 0, 0, "HALFOPEN_SHARD: '5/2': shards count from 1 to 2"},
	/* GitLab, "parallel": from 1. */
	{{"CI_NODE_INDEX=1", "CI_NODE_TOTAL=4"}, "auto", 1, 4, NULL},
	{{"CI_NODE_INDEX=4", "CI_NODE_TOTAL=4"}, "auto", 4, 4, NULL},
	{{"CI_NODE_INDEX=0", "CI_NODE_TOTAL=4"},
	 "auto",
	 0,
	 0,
	 "GitLab: task 0 is none of 4 from 1 in steps of 1; say which shard this is with --shard "
	 "N/COUNT, or in HALFOPEN_SHARD"},
	{{"CI_NODE_INDEX=1"},
	 "auto",
	 0,
	 0,
	 "GitLab says which task this is, but CI_NODE_TOTAL is not set"},
	{{"BUILDKITE_PARALLEL_JOB=0", "BUILDKITE_PARALLEL_JOB_COUNT=3"}, "auto", 1, 3, NULL},
	{{"CIRCLE_NODE_INDEX=2", "CIRCLE_NODE_TOTAL=3"}, "auto", 3, 3, NULL},
	{{"JOB_COMPLETION_INDEX=7", "HALFOPEN_SHARDS=8"}, "auto", 8, 8, NULL},
	{{"JOB_COMPLETION_INDEX=7"},
	 "auto",
	 0,
	 0,
	 "Kubernetes says which task this is, but HALFOPEN_SHARDS is not set"},
	{{"JOB_COMPLETION_INDEX=x", "HALFOPEN_SHARDS=8"},
	 "auto",
	 0,
	 0,
	 "JOB_COMPLETION_INDEX is 'x', which is no number up to 10000"},
	/* sbatch --array=0-7, 1-8, and 0-14:2 */
	{{"SLURM_ARRAY_TASK_ID=0", "SLURM_ARRAY_TASK_MIN=0", "SLURM_ARRAY_TASK_COUNT=8"},
	 "auto",
	 1,
	 8,
	 NULL},
	{{"SLURM_ARRAY_TASK_ID=8", "SLURM_ARRAY_TASK_MIN=1", "SLURM_ARRAY_TASK_COUNT=8"},
	 "auto",
	 8,
	 8,
	 NULL},
	{{"SLURM_ARRAY_TASK_ID=4", "SLURM_ARRAY_TASK_MIN=0", "SLURM_ARRAY_TASK_STEP=2",
	  "SLURM_ARRAY_TASK_COUNT=8"},
	 "auto",
	 3,
	 8,
	 NULL},
	/* --array=1,5,9: which of the three this is cannot be told. */
	{{"SLURM_ARRAY_TASK_ID=9", "SLURM_ARRAY_TASK_MIN=1", "SLURM_ARRAY_TASK_COUNT=3"},
	 "auto",
	 0,
	 0,
	 "Slurm: task 9 is none of 3 from 1 in steps of 1; say which shard this is with --shard "
	 "N/COUNT, or in HALFOPEN_SHARD"},
};

START_TEST(tells_which_shard_this_is)
{
	struct shard shard = {0};
	struct err err = {0};

	clearenv();
	for (int i = 0; i < COUNT(tries[_i].environment) && tries[_i].environment[i]; i++) {
		const char *variable = tries[_i].environment[i];
		size_t length = strcspn(variable, "=");
		char *name = strndup(variable, length);

		setenv(name, variable + length + 1, 1);
		free(name);
	}
	if (tries[_i].complaint) {
		ck_assert_int_lt(shard_parse(tries[_i].text, &shard, &err), 0);
		ck_assert_str_eq(err.text, tries[_i].complaint);
	} else {
		ck_assert_int_eq(shard_parse(tries[_i].text, &shard, &err), 0);
	}
	ck_assert_int_eq(shard.number, tries[_i].number);
	ck_assert_int_eq(shard.count, tries[_i].count);
}
END_TEST

START_TEST(every_run_is_somebodys_and_no_shard_waits_long_for_another)
{
	enum { RUNS = 1000, SHARDS = 7 };
	double cost_s[RUNS], load_s[SHARDS + 1] = {0}, least_s = 1e9, most_s = 0;
	int whose[RUNS], again[RUNS];

	for (int i = 0; i < RUNS; i++)
		cost_s[i] = i % 10 == 0 ? -1 : 0.1 + i % 37 * 0.3;
	shard_costs_divide(cost_s, RUNS, SHARDS, whose);
	shard_costs_divide(cost_s, RUNS, SHARDS, again);
	ck_assert_mem_eq(whose, again, sizeof(whose));
	for (int i = 0; i < RUNS; i++) {
		ck_assert(whose[i] >= 1 && whose[i] <= SHARDS);
		load_s[whose[i]] += cost_s[i] < 0 ? 5.5 : cost_s[i];
	}
	for (int i = 1; i <= SHARDS; i++) {
		least_s = load_s[i] < least_s ? load_s[i] : least_s;
		most_s = load_s[i] > most_s ? load_s[i] : most_s;
	}
	ck_assert(most_s - least_s < 3); /* of about 780 */
}
END_TEST

START_TEST(what_nobody_knows_the_cost_of_goes_round)
{
	static const double unknown[7] = {-1, -1, -1, -1, -1, -1, -1};
	static const int expected[7] = {1, 2, 3, 1, 2, 3, 1};
	int whose[7];

	shard_costs_divide(unknown, 7, 3, whose);
	ck_assert_mem_eq(whose, expected, sizeof(whose));
	shard_costs_divide(unknown, 2, 3, whose); /* the third has none */
	ck_assert_mem_eq(whose, expected, 2 * sizeof(*whose));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shard");

	tcase_add_loop_test(tests, tells_which_shard_this_is, 0, COUNT(tries));
	tcase_add_test(tests, every_run_is_somebodys_and_no_shard_waits_long_for_another);
	tcase_add_test(tests, what_nobody_knows_the_cost_of_goes_round);
	return run_tests(tests);
}
