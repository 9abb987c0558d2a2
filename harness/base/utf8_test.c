/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <string.h>

#include "base_test.h"
#include "text.h"

START_TEST(every_character_comes_back)
{
	for (uint32_t c = 0; c < 0x110010; c++) {
		char bytes[4];
		size_t n = utf8_encode(c, bytes);
		uint32_t again = 0;
		bool good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

		/* A million times: ck_assert() itself is slow. */
		if (utf8_decode(bytes, n, &again) != (good ? n : 0) || again != (good ? c : 0) ||
		    utf8_decode(bytes, n - 1, NULL) != 0)
			ck_abort_msg("U+%04X", c);
	}
}
END_TEST

static const char *const bad[] = {
	"\x80",
	"\xff",
	"\xc0\x80",
	"\xc1\xbf",
	"\xe0\x80\x80",
	"\xe0\x9f\xbf",
	"\xed\xa0\x80",
	"\xf0\x80\x80\x80",
	"\xf0\x8f\xbf\xbf",
	"\xf4\x90\x80\x80",
	"\xf5\x80\x80",
	"\xe2\x82",
	"\xe2\x28\xa1",
	"\xc3(",
};

START_TEST(what_is_none_is_none)
{
	const char *text = bad[_i];
	char *repaired = text_repair(text, strlen(text));

	ck_assert_uint_eq(utf8_decode(text, strlen(text), NULL), 0);
	ck_assert(!utf8_is_valid(text, strlen(text)));
	ck_assert(utf8_is_valid(repaired, strlen(repaired)));
	ck_assert(strncmp(repaired, UTF8_REPLACEMENT, 3) == 0);
	free(repaired);
}
END_TEST

START_TEST(is_cut_between_characters)
{
	const char *text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
	static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};

	for (size_t i = 0; i <= strlen(text); i++)
		ck_assert_uint_eq(utf8_whole(text, i), whole[i]);
	ck_assert_uint_eq(utf8_whole("\x80\x80\x80\x80", 4), 4);
}
END_TEST

START_TEST(knows_what_acts)
{
	ck_assert(utf8_is_control('\033') && utf8_is_control(0x7f) && utf8_is_control(0x9b));
	ck_assert(!utf8_is_control(' ') && !utf8_is_control(0xa0));
	ck_assert(utf8_is_turning(0x202e) && utf8_is_turning(0x2066) && !utf8_is_turning(0x2065));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("utf8");

	tcase_add_test(tests, every_character_comes_back);
	tcase_add_loop_test(tests, what_is_none_is_none, 0, COUNT(bad));
	tcase_add_test(tests, is_cut_between_characters);
	tcase_add_test(tests, knows_what_acts);
	return run_tests(tests);
}
