/* SPDX-License-Identifier: MIT */
#include "base_test.h"
#include "verdict_test.h"

enum { WORKER = 1 };

static struct record_printed lines[] = {
	{1 * S, WORKER, 0, false, (char *)"starting"},
	{2 * S, WORKER, 0, false, (char *)"retry 1"},
	{5 * S, WORKER, 0, false, (char *)"retry 2"},
	{9 * S, WORKER, 1, false, (char *)"retry of another start"},
	{18 * S, WORKER, 0, false, (char *)"timed \x1b[31mout"},
};

/* From 5 s to 18 s something is left out. */
static struct record_printed lines_with_gap[] = {
	{1 * S, WORKER, 0, false, (char *)"starting"},
	{5 * S, WORKER, 0, false, (char *)"retry"},
	{5 * S, WORKER, 0, true, (char *)"[7 bytes are left out here]"},
	{18 * S, WORKER, 0, false, (char *)"the end"},
};

static const struct judged rows[] = {
	{"worker: {output: starting}", HOLDS, "", "worker: at least 1 lines with \"starting\"",
	 "worker: 1 at 1.000"},
	{"worker: {output: [{line: retry, count: 2, at: 2s}]}", HOLDS, "",
	 "worker: 2 lines with \"retry\", the first at 2.000", "worker: 2 at 2.000, 5.000"},
	{"worker: {output: {line: retry, count: 3..}}", FAILS, "lines: 2 instead of at least 3",
	 NULL, "worker: 2 at 2.000, 5.000; another start wrote one at 9.000 (output@1)"},
	{"worker: {output: {line: retry, at: 5s}}", FAILS, "the first: 3.000 s too early", NULL,
	 NULL},
	{"worker: {output: {line: retry, at: 5s, within: 3s..}}", HOLDS, "",
	 "worker: at least 1 lines with \"retry\" within 3.000.., the first at 5.000",
	 "worker: 1 at 5.000"},
	{"worker: {output: {not: retry}}", FAILS, "lines: 2 instead of 0",
	 "worker: 0 lines with \"retry\"", "worker: 2 at 2.000, 5.000"},
	{"worker: {output: {not: retry, within: 6s..}}", HOLDS, "", NULL,
	 "worker: 0; its last line, at 18.000: \"timed \\x1b[31mout\""},
	{"worker: {output: panic}", FAILS, "lines: 0 instead of at least 1", NULL, NULL},
};

static const struct judged rows_of_gap[] = {
	{"worker: {output: starting}", HOLDS, "", NULL, NULL},
	{"worker: {output: {line: the end, at: 18s, within: 19s..}}", FAILS,
	 "lines: 0 instead of at least 1", NULL, NULL},
	{"worker: {output: {line: the end, at: 18s}}", UNDECIDED,
	 "what is left out may be what is meant", NULL, NULL},
	{"worker: {output: {not: panic}}", UNDECIDED, "what is left out may be what is meant", NULL,
	 "worker: 0; its last line, at 18.000: \"the end\"; a part of its output was not kept"},
	{"worker: {output: {not: panic, within: ..4s}}", HOLDS, "", NULL, NULL},
	{"worker: {output: {not: panic, within: 19s..}}", HOLDS, "", NULL, NULL},
	{"worker: {output: {not: retry}}", FAILS, "lines: 1 instead of 0", NULL, NULL},
	{"worker: {output: panic}", UNDECIDED, "what is left out may be what is meant", NULL, NULL},
};

START_TEST(what_was_written_is_held_against_what_is_expected)
{
	struct record record = story;

	record.line = lines;
	record.line_count = sizeof(lines) / sizeof(lines[0]);
	judge_row(&rows[_i], &record);
}
END_TEST

START_TEST(of_what_was_not_kept_nothing_is_said)
{
	struct record record = story;

	record.line = lines_with_gap;
	record.line_count = sizeof(lines_with_gap) / sizeof(lines_with_gap[0]);
	judge_row(&rows_of_gap[_i], &record);
}
END_TEST

START_TEST(who_wrote_nothing_is_told_so)
{
	static const struct judged silent = {"worker: {output: starting}", FAILS,
					     "lines: 0 instead of at least 1", NULL,
					     "worker: 0; it wrote nothing"};

	judge_row(&silent, &story);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("output");

	tcase_add_loop_test(tests, what_was_written_is_held_against_what_is_expected, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tests, of_what_was_not_kept_nothing_is_said, 0,
			    sizeof(rows_of_gap) / sizeof(rows_of_gap[0]));
	tcase_add_test(tests, who_wrote_nothing_is_told_so);
	return run_tests(tests);
}
