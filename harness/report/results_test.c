/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "results.h"

static json_t *outcome(const char *verdict, const char *reason, const char *text)
{
	return json_pack("{s:s, s:s, s:s, s:[s], s:{s:s, s:s, s:i, s:b, s:b}, s:s, s:s?, s:f, s:f, "
			 "s:s?}",
			 "case", "a case", "file", "a.yaml", "variant", "ip=4", "claims", "A1",
			 "kernel", "name", "live", "release", "6.12.117", "hz", 250,
			 "virtual_clock", 0, "netem", 1, "verdict", verdict, "reason", reason,
			 "simulated_s", 75.0, "wall_s", 0.25, "text", text);
}

static char *printed(const json_t *result)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	result_print(result, "a.yaml:ip=4", out);
	fclose(out);
	return text;
}

START_TEST(one_line_a_run)
{
	json_t *result = outcome("pass", NULL, NULL);
	char *text = printed(result);

	ck_assert_str_eq(text, "PASS  a.yaml:ip=4  (75.0 s simulated in 0.25 s)\n");
	free(text);
	json_decref(result);
}
END_TEST

START_TEST(a_failure_says_why_and_explains_below)
{
	json_t *result = outcome("fail", "too late", "  expected: sooner\n");
	char *text = printed(result);

	ck_assert_str_eq(text, "FAIL  a.yaml:ip=4  (75.0 s simulated in 0.25 s): too late\n"
			       "  expected: sooner\n");
	free(text);
	json_decref(result);
}
END_TEST

START_TEST(the_file_is_an_array_without_the_texts)
{
	static const char *const members[] = {"case",   "file",        "variant",
					      "claims", "kernel",      "verdict",
					      "reason", "simulated_s", "wall_s"};
	json_t *results[] = {outcome("pass", NULL, NULL), outcome("fail", "too late", "text")};
	char folder[] = "/tmp/results-test-XXXXXX", path[64];
	struct err err;
	json_t *array;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(results_save(results, 2, folder, &err), 0);
	snprintf(path, sizeof(path), "%s/results.json", folder);
	array = json_load_file(path, 0, NULL);
	ck_assert_uint_eq(json_array_size(array), 2);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		ck_assert_ptr_nonnull(json_object_get(json_array_get(array, 1), members[i]));
	ck_assert_ptr_null(json_object_get(json_array_get(array, 1), "text"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
	ck_assert_int_lt(results_save(results, 2, folder, &err), 0);
	json_decref(array);
	json_decref(results[0]);
	json_decref(results[1]);
}
END_TEST

START_TEST(the_kernel_is_told_with_its_clock)
{
	json_t *results[] = {outcome("pass", NULL, NULL)};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	results_print_kernel(results, 1, out);
	fclose(out);
	ck_assert_str_eq(text, "kernel: live, Linux 6.12.117, HZ 250, real clock\n");
	free(text);
	json_decref(results[0]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("results");
	TCase *tcase = tcase_create("results");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, one_line_a_run);
	tcase_add_test(tcase, a_failure_says_why_and_explains_below);
	tcase_add_test(tcase, the_file_is_an_array_without_the_texts);
	tcase_add_test(tcase, the_kernel_is_told_with_its_clock);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
