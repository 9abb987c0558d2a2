/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <string.h>

#include "base_test.h"

START_TEST(grows)
{
	struct text text = {0};
	char *taken;

	ck_assert_str_eq(text_string(&text), "");
	for (int i = 0; i < 1000; i++) {
		text_separate(&text, ", ");
		text_add(&text, "%d", i % 10);
	}
	ck_assert_uint_eq(text.size, 1000 + 999 * 2);
	ck_assert(strncmp(text_string(&text), "0, 1, 2, ", 9) == 0);
	text_shrink(&text, 4);
	text_put_n(&text, "2345", 2);
	taken = text_take(&text);
	ck_assert_str_eq(taken, "0, 123");
	free(taken);
	taken = text_take(&text);
	ck_assert_str_eq(taken, "");
	free(taken);
}
END_TEST

START_TEST(cuts_off_what_a_buffer_cannot_hold)
{
	char buf[8];
	struct text text = text_over(buf, sizeof(buf));

	ck_assert_str_eq(buf, "");
	text_add(&text, "%s", "12345");
	ck_assert_str_eq(buf, "12345");
	text_put(&text, "6789");
	ck_assert_str_eq(buf, "1234567");
	text_add(&text, "%d", 8);
	ck_assert_str_eq(buf, "1234567");
	ck_assert_uint_eq(text.size, 7);
	text_done(&text);
}
END_TEST

/* What is cut in two is no UTF-8 for whoever reads it. */
START_TEST(cuts_no_character_in_two)
{
	char buf[6];
	struct text text = text_over(buf, sizeof(buf));

	text_add(&text, "%s", "abc\xe2\x82\xac");
	ck_assert_str_eq(buf, "abc");
	text = text_over(buf, sizeof(buf));
	text_put(&text, "ab\xe2\x82\xac\xe2\x82\xac");
	ck_assert_str_eq(buf, "ab\xe2\x82\xac");
}
END_TEST

START_TEST(takes_what_is_printed)
{
	struct text text = {0};
	FILE *stream = text_stream(&text);
	char *whole;

	fprintf(stream, "%s %d", "line", 1);
	text_stream_end(&text, stream);
	text_add(&text, "; %s", "more");
	whole = text_take(&text);
	ck_assert_str_eq(whole, "line 1; more");
	free(whole);
	whole = text_format("%s/%d", "a", 5);
	ck_assert_str_eq(whole, "a/5");
	free(whole);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("text");

	tcase_add_test(tests, grows);
	tcase_add_test(tests, cuts_off_what_a_buffer_cannot_hold);
	tcase_add_test(tests, cuts_no_character_in_two);
	tcase_add_test(tests, takes_what_is_printed);
	return run_tests(tests);
}
