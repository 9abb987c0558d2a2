/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <stdio.h>
#include <string.h>

#include "base_test.h"

START_TEST(numbers_each_once)
{
	struct names names = {0};
	char text[32];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 10000; i++) {
			snprintf(text, sizeof(text), "%d", i);
			ck_assert_int_eq(names_add(&names, text, strlen(text)), i);
		}
	ck_assert_int_eq(names.name_count, 10000);
	ck_assert_str_eq(names.name[77], "77");
	names_done(&names);
}
END_TEST

START_TEST(takes_no_more_than_the_size_says)
{
	struct names names = {0};

	ck_assert_int_eq(names_add(&names, "crash.yaml", 5), 0);
	ck_assert_int_eq(names_add(&names, "crash", 5), 0);
	ck_assert_int_eq(names_add(&names, "crash", 4), 1);
	ck_assert_int_eq(names_add(&names, "", 0), 2);
	names_done(&names);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("names");

	tcase_add_test(tests, numbers_each_once);
	tcase_add_test(tests, takes_no_more_than_the_size_says);
	return run_tests(tests);
}
