/* SPDX-License-Identifier: MIT */
#include "visible.h"

#include <string.h>

#include "base_test.h"
#include "cleanup.h"

START_TEST(is_seen_and_harmless)
{
	static const struct {
		const char *text, *shown;
		bool line;
	} rows[] = {
		{"plain \xc3\xbc \xe2\x96\xb6", "plain \xc3\xbc \xe2\x96\xb6", true},
		{"", "", true},
		{"a\n\tb", "a\n\tb", false},
		{"a\n\tb", "a  b", true},
		{"\033[31m\r\a\x7f", "\\x1b[31m\\x0d\\x07\\x7f", false},
		/* CSI as one character; as a byte alone; what would be shown backwards */
		{"\xc2\x9b"
		 "31m",
		 "\\xc2\\x9b31m", true},
		{"\x9b"
		 "31m",
		 "\\x9b31m", true},
		{"cases/\xe2\x80\xaelmay", "cases/\\u202elmay", true},
		{"\xf0\x9f", "\\xf0\\x9f", true},
	};

	for (int i = 0; i < COUNT(rows); i++) {
		AUTO_FREE char *shown = visible_copy(rows[i].text, rows[i].line);

		ck_assert_str_eq(shown, rows[i].shown);
	}
}
END_TEST

START_TEST(commands_no_log)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"::error file=a::b", "\\x3a:error file=a::b"},
		{"ok\n  ::add-mask::x\nok", "ok\n  \\x3a:add-mask::x\nok"},
		{"::stop-commands::x\n::warning::y", "\\x3a:stop-commands::x\n\\x3a:warning::y"},
		{"\r::error::x", "\\x0d\\x3a:error::x"},
		{"a ##[error]b ##[group]", "a \\x23#[error]b \\x23#[group]"},
		{"##vso[task.x]##[y]", "\\x23#vso[task.x]\\x23#[y]"},
		{"###[error]", "#\\x23#[error]"},
		/* What is none stays readable. */
		{"::1 and fd00::1", "::1 and fd00::1"},
		{"::ffff:10.0.0.1", "::ffff:10.0.0.1"},
		{"a::b::c", "a::b::c"},
		{"## [x]", "## [x]"},
	};

	for (int i = 0; i < COUNT(rows); i++) {
		AUTO_FREE char *shown = visible_copy(rows[i].text, false);

		ck_assert_str_eq(shown, rows[i].shown);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("visible");

	tcase_add_test(tests, is_seen_and_harmless);
	tcase_add_test(tests, commands_no_log);
	return run_tests(tests);
}
