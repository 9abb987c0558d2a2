/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"

START_TEST(any_text_has_a_form)
{
	static const struct {
		const char *text, *string;
	} rows[] = {{"plain", "plain"},
		    {"\xc3\xbc", "\xc3\xbc"},
		    {"a\xff", "a\xef\xbf\xbd"},
		    {"\xc3", "\xef\xbf\xbd"},
		    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = json_text(rows[i].text);

		ck_assert_str_eq(json_string_value(json), rows[i].string);
		json_decref(json);
	}
	ck_assert(json_is_null(json_text(NULL)));
}
END_TEST

/* Nothing that a terminal or a log acts upon, and the same when it is read. */
START_TEST(nothing_happens_by_it)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {{"\033[31m\n", "\"\\u001B[31m\\n\""},
		    {"\x7f", "\"\\u007F\""},
		    {"\xc2\x9b"
		     "31m",
		     "\"\\u009B31m\""},
		    {"\xe2\x80\xae"
		     "a",
		     "\"\\u202Ea\""},
		    {"a ##[error]b", "\"a \\u0023#[error]b\""},
		    {"#\xc3\xbc#", "\"#\xc3\xbc#\""}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = json_string(rows[i].text), *again;
		char *printed = NULL;
		size_t size;
		FILE *out = open_memstream(&printed, &size);

		ck_assert_int_eq(json_print(json, out, JSON_ENCODE_ANY), 0);
		fclose(out);
		ck_assert_str_eq(printed, rows[i].printed);
		again = json_loads(printed, JSON_DECODE_ANY, NULL);
		ck_assert_str_eq(json_string_value(again), rows[i].text);
		json_decref(json);
		json_decref(again);
		free(printed);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("json");

	tcase_add_test(tests, any_text_has_a_form);
	tcase_add_test(tests, nothing_happens_by_it);
	return run_tests(tests);
}
