/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdint.h>

#include "base_test.h"
#include "tcp_options.h"

/* What is said of the bytes; blocks of a SACK relative to 1000. */
static const char *said(const uint8_t *bytes, size_t size, bool numbered)
{
	static char buf[256];
	struct text text = text_over(buf, sizeof(buf));

	tcp_options_say(&text, bytes, size, numbered, 1000);
	return buf;
}

#define SAID(...) said((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), true)

/* As Linux has them in a SYN: MSS, SACK permitted, timestamps, padding, window scale. */
START_TEST(options_of_a_syn)
{
	ck_assert_str_eq(SAID(2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7),
			 "MSS 1460, SACK permitted, window scale 7");
	ck_assert_str_eq(SAID(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2), "");
	ck_assert_str_eq(SAID(0, 2, 4, 5, 180), "");
}
END_TEST

/* RFC 2018, 3: left edge, and the number behind the right one. */
START_TEST(blocks_of_a_sack)
{
	const uint8_t two[] = {1,    1,    5, 18, 0,    0,    0x04, 0x4c, 0, 0,
			       0x04, 0xb0, 0, 0,  0x07, 0xd0, 0,    0,    8, 0x34};

	ck_assert_str_eq(said(two, sizeof(two), true), "SACK 100-200 1000-1100");
	ck_assert_str_eq(said(two, sizeof(two), false), "SACK");
}
END_TEST

/* Cookies are random; of what is unknown its number is told; what is damaged ends it. */
START_TEST(options_that_are_rare_or_damaged)
{
	ck_assert_str_eq(SAID(34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 254, 4, 9, 9),
			 "Fast Open cookie, option 254");
	ck_assert_str_eq(SAID(2, 3, 5), "option 2");
	ck_assert_str_eq(SAID(4, 2, 2, 1), "SACK permitted");
	ck_assert_str_eq(SAID(4, 2, 2, 40, 1), "SACK permitted");
	ck_assert_str_eq(SAID(4, 2, 2), "SACK permitted");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("tcp_options");

	tcase_add_test(tests, options_of_a_syn);
	tcase_add_test(tests, blocks_of_a_sack);
	tcase_add_test(tests, options_that_are_rare_or_damaged);
	return run_tests(tests);
}
