/* SPDX-License-Identifier: MIT
 *
 * What the command line means, in a folder made for it.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"
#include "runs.h"

static const char text[] = "case: a case\n"
			   "claims: [C4b]\n"
			   "matrix:\n"
			   "  ip: [4, 6]\n"
			   "  timers: {short: {}, default: {}}\n"
			   "hosts:\n"
			   "  client: {program: [pause]}\n"
			   "  server: {program: [pause]}\n"
			   "timeline:\n"
			   "  - {at: 70s, kill: client, when: {timers: default}}\n"
			   "expect:\n"
			   "  server: {pause: blocked}\n";

static const char *const files[] = {"a/one.yaml",      "a/.hidden.yaml",  "a/notes.txt",
				    "broken/bad.yaml", "b/deep/two.yaml", "b/.git/three.yaml"};
static char folder[] = "/tmp/runs-test-XXXXXX";

static void write_text(const char *path, const char *what)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(what, file);
	fclose(file);
}

static void set_up(void)
{
	static const char *const folders[] = {"a", "b", "b/deep", "b/.git", "broken"};

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		ck_assert_int_eq(mkdir(folders[i], 0700), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		write_text(files[i], i == 3 ? "case: [\n" : text);
}

static void tear_down(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static int collect(struct runs *runs, char *name)
{
	char *const names[] = {name, NULL};
	struct err err;

	return runs_collect(names, runs, &err);
}

static void expect_runs(char *name, int count, const char *first)
{
	struct runs runs;

	ck_assert_int_eq(collect(&runs, name), 0);
	ck_assert_int_eq(runs.run_count, count);
	ck_assert_str_eq(runs.run[0].name, first);
	runs_done(&runs);
}

static void expect_refused(char *name, int error)
{
	struct runs runs;

	ck_assert_int_eq(collect(&runs, name), -error);
	runs_done(&runs);
}

START_TEST(a_folder_means_its_cases_but_not_the_broken_ones)
{
	static char here[] = ".";

	expect_runs(here, 8, "./a/one.yaml:ip=4,timers=short");
}
END_TEST

/* In time, too: 2^40 ways lead to each case. */
START_TEST(links_that_make_a_circle_are_gone_once)
{
	static char here[] = ".", pipe[] = "pipe.yaml";

	ck_assert_int_eq(symlink(".", "x.yaml"), 0);
	ck_assert_int_eq(symlink(".", "y.yaml"), 0);
	ck_assert_int_eq(symlink("..", "b/deep/again.yml"), 0);
	expect_runs(here, 8, "./a/one.yaml:ip=4,timers=short");
	/* Nor does a pipe hold anybody up. */
	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	expect_refused(here, EINVAL);
	expect_refused(pipe, EINVAL);
	ck_assert(unlink(pipe) == 0 && unlink("x.yaml") == 0 && unlink("y.yaml") == 0 &&
		  unlink("b/deep/again.yml") == 0);
}
END_TEST

START_TEST(a_file_means_all_its_variants)
{
	static char hidden[] = "a/.hidden.yaml";

	expect_runs(hidden, 4, "a/.hidden.yaml:ip=4,timers=short");
}
END_TEST

START_TEST(what_is_named_twice_is_run_once)
{
	static char one[] = "a/one.yaml", part[] = "a/one.yaml:ip=4";
	char *const names[] = {one, part, one, NULL};
	struct runs runs;
	struct err err;

	ck_assert_int_eq(runs_collect(names, &runs, &err), 0);
	ck_assert_int_eq(runs.run_count, 4);
	runs_done(&runs);
}
END_TEST

START_TEST(what_selects_nothing_is_refused_wherever_it_stands)
{
	static char one[] = "a/one.yaml", two[] = "b/deep/two.yaml:nosuch=1",
		    line[] = "b/deep/two.yaml:99", again[] = "a/one.yaml:ip=5";
	char *const nothing[] = {two, line, again};

	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		char *const behind[] = {one, nothing[i], NULL}, *const before[] = {nothing[i], one,
										   NULL};
		struct runs runs;
		struct err err;

		ck_assert_int_eq(runs_collect(behind, &runs, &err), -ENOENT);
		ck_assert_ptr_nonnull(strstr(err.text, strchr(nothing[i], ':') + 1));
		runs_done(&runs);
		ck_assert_int_eq(runs_collect(before, &runs, &err), -ENOENT);
		runs_done(&runs);
	}
}
END_TEST

START_TEST(a_variant_can_be_named_in_part_and_in_any_order)
{
	static char whole[] = "a/one.yaml:ip=6,timers=short", part[] = "a/one.yaml:ip=6",
		    turned[] = "a/one.yaml:timers=default,ip=4", none[] = "a/one.yaml:ip=5",
		    begun[] = "a/one.yaml:timers=def";

	expect_runs(whole, 1, "a/one.yaml:ip=6,timers=short");
	expect_runs(part, 2, "a/one.yaml:ip=6,timers=short");
	expect_runs(turned, 1, "a/one.yaml:ip=4,timers=default");
	expect_refused(none, ENOENT);
	expect_refused(begun, ENOENT);
}
END_TEST

START_TEST(a_line_means_the_runs_that_it_takes_part_in)
{
	static char fault[] = "a/one.yaml:10", message[] = "a/one.yaml:10:5: this did not hold",
		    expectation[] = "a/one.yaml:12", nothing[] = "a/one.yaml:2";

	expect_runs(fault, 2, "a/one.yaml:ip=4,timers=default");
	expect_runs(message, 2, "a/one.yaml:ip=4,timers=default");
	expect_runs(expectation, 4, "a/one.yaml:ip=4,timers=short");
	expect_refused(nothing, ENOENT);
}
END_TEST

START_TEST(what_is_wrong_is_refused)
{
	static char bad[] = "broken/bad.yaml", missing[] = "nothing.yaml", notes[] = "a/notes";

	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	expect_refused(bad, EINVAL);
	expect_refused(missing, ENOENT);
	expect_refused(notes, ENOENT);
}
END_TEST

START_TEST(runs_are_selected_by_name_and_claim)
{
	static const struct {
		const char *filter, *claim;
		int count;
	} table[] = {{NULL, NULL, 8},    {"ip=6", NULL, 4}, {"*two.yaml:*short", NULL, 2},
		     {"three", NULL, 0}, {NULL, "C4b", 8},  {NULL, "c4b", 8},
		     {NULL, "C4", 0},    {"one", "C4b", 4}, {"one*ip=4", NULL, 2}};
	static char here[] = ".";

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct runs runs;

		ck_assert_int_eq(collect(&runs, here), 0);
		runs_select(&runs, table[i].filter, table[i].claim, NULL);
		ck_assert_int_eq(runs.run_count, table[i].count);
		runs_done(&runs);
	}
}
END_TEST

START_TEST(the_duration_is_when_the_last_thing_happens)
{
	struct diagnostics diagnostics;
	struct plan *plan;

	ck_assert_int_eq(plan_load("t", text, sizeof(text) - 1, "ip=4,timers=default", NULL, &plan,
				   &diagnostics),
			 0);
	ck_assert_int_ge(plan_duration_ns(plan), 70 * NSEC_PER_SEC);
	ck_assert_int_le(plan_duration_ns(plan), 72 * NSEC_PER_SEC);
	diagnostics_done(&diagnostics);
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("runs");

	tcase_add_unchecked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_folder_means_its_cases_but_not_the_broken_ones);
	tcase_add_test(tcase, links_that_make_a_circle_are_gone_once);
	tcase_add_test(tcase, a_file_means_all_its_variants);
	tcase_add_test(tcase, what_is_named_twice_is_run_once);
	tcase_add_test(tcase, what_selects_nothing_is_refused_wherever_it_stands);
	tcase_add_test(tcase, a_variant_can_be_named_in_part_and_in_any_order);
	tcase_add_test(tcase, a_line_means_the_runs_that_it_takes_part_in);
	tcase_add_test(tcase, what_is_wrong_is_refused);
	tcase_add_test(tcase, runs_are_selected_by_name_and_claim);
	tcase_add_test(tcase, the_duration_is_when_the_last_thing_happens);
	return run_tests(tcase);
}
