/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "repeat.h"
#include "text.h"

#define MS 1000000LL

/* Every level of the wheel is passed evenly: of 64 phases eight lie in each eighth of 8, 64, 512,
 * 4096 and 32768 ticks, and no two at the same part of a tick. */
START_TEST(phases_are_spread_evenly)
{
	static const int64_t hz[] = {100, 250, 300, 1000};
	int64_t tick_ns = 1000 * MS / hz[_i];

	for (int64_t granule = 8; granule <= 32768; granule *= 8) {
		int in[8] = {0};

		for (int i = 0; i < 64; i++) {
			int64_t ticks = repeat_phase_ns(i, 64, (int)hz[_i]) / tick_ns;

			in[ticks % granule * 8 / granule]++;
		}
		for (int i = 0; i < 8; i++)
			ck_assert_msg(in[i] == 8, "%d in part %d of %ld", in[i], i, (long)granule);
	}
	for (int i = 1; i < 64; i++)
		ck_assert_int_eq(repeat_phase_ns(i, 64, (int)hz[_i]) % tick_ns, tick_ns * i / 64);
}
END_TEST

START_TEST(few_phases_are_spread_as_well)
{
	for (int count = 1; count <= 8; count++) {
		ck_assert_int_eq(repeat_phase_ns(0, count, 250), 0);
		for (int i = 1; i < count; i++)
			ck_assert_int_ge(repeat_phase_ns(i, count, 250) -
						 repeat_phase_ns(i - 1, count, 250),
					 64 / count * 512 * 4 * MS - 512 * 4 * MS);
	}
}
END_TEST

static struct runs one_run(void)
{
	struct runs runs = {.run = calloc(1, sizeof(struct run)), .run_count = 1};

	runs.run[0].name = text_copy("a.yaml:ip=4");
	runs.run[0].folder = text_copy("cases/a/ip=4");
	runs.run[0].variant = "ip=4";
	return runs;
}

static void is_run(const struct runs *runs, int at, const char *name, const char *folder,
		   uint64_t seed)
{
	ck_assert_int_lt(at, runs->run_count);
	ck_assert_str_eq(runs->run[at].name, name);
	ck_assert_str_eq(runs->run[at].folder, folder);
	ck_assert_uint_eq(runs->run[at].chance.seed, seed);
}

START_TEST(each_repetition_is_a_run)
{
	struct runs runs = one_run();

	repeat_runs(&runs, &(struct repeat){0});
	is_run(&runs, 0, "a.yaml:ip=4", "cases/a/ip=4", 0);
	ck_assert_ptr_null(runs.run[0].repetition);
	runs_done(&runs);

	runs = one_run();
	repeat_runs(&runs, &(struct repeat){.times = 2, .own_kernels = true});
	is_run(&runs, 0, "a.yaml:ip=4 seed=1", "cases/a/ip=4/seed=1", 1);
	is_run(&runs, 1, "a.yaml:ip=4 seed=2", "cases/a/ip=4/seed=2", 2);
	ck_assert_int_eq(runs.run_count, 2);
	runs_done(&runs);

	runs = one_run(); /* where there are no seeds */
	repeat_runs(&runs, &(struct repeat){.times = 2});
	is_run(&runs, 1, "a.yaml:ip=4 repetition=2", "cases/a/ip=4/repetition=2", 0);
	runs_done(&runs);

	runs = one_run();
	repeat_runs(&runs, &(struct repeat){.times = 2,
					    .phases = 64,
					    .own_kernels = true,
					    .hz = 250,
					    .chance = {.seed = 7, .phase_ns = 1000 * MS}});
	ck_assert_int_eq(runs.run_count, 128);
	is_run(&runs, 0, "a.yaml:ip=4 seed=7,phase=1s", "cases/a/ip=4/seed=7,phase=1s", 7);
	is_run(&runs, 65, "a.yaml:ip=4 seed=8,phase=4.0760625s",
	       "cases/a/ip=4/seed=8,phase=4.0760625s", 8);
	ck_assert_int_eq(runs.run[65].chance.phase_ns,
			 1000 * MS + (512 + 32 * 8 + 1) * 4 * MS + 62500);
	runs_done(&runs);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("repeat");

	tcase_add_loop_test(tcase, phases_are_spread_evenly, 0, 4);
	tcase_add_test(tcase, few_phases_are_spread_as_well);
	tcase_add_test(tcase, each_repetition_is_a_run);
	return run_tests(tcase);
}
