/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdlib.h>
#include <string.h>

#include "case_test.h"

#define MS 1000000LL
#define S  NSEC_PER_SEC

static const struct {
	const char *text;
	int64_t ns;        /* -1: refused */
	const char *again; /* as duration_format() writes it; NULL: the same */
} durations[] = {
	{"0", 0, NULL},
	{"500ms", 500 * MS, NULL},
	{"75s", 75 * S, NULL},
	{"1m15s", 75 * S, "75s"},
	{"2h", 7200 * S, NULL},
	{"2h11m15s", 7875 * S, NULL},
	{"100us", 100000, NULL},
	{"7ns", 7, NULL},
	{"1.25s", 1250 * MS, NULL},
	{"1.5ms", 1500000, NULL},
	{"0s", 0, "0"},
	{"2m", 120 * S, NULL},
	{"119s", 119 * S, NULL},
	{"3m0.5s", 180 * S + 500 * MS, "3m500ms"},
	{"1000000h", 3600000000LL * 1000000 * 1000, NULL},
	{"5", -1, NULL},
	{"", -1, NULL},
	{"s", -1, NULL},
	{"-5s", -1, NULL},
	{"5x", -1, NULL},
	{"5 s", -1, NULL},
	{"5s1m", -1, NULL},
	{"5s5s", -1, NULL},
	{"1.s", -1, NULL},
	{"1.5ns", -1, NULL},
	{"0.0000000001s", -1, NULL},
	{"9999999h", -1, NULL},
	{"99999999999999999999s", -1, NULL},
	{"5S", -1, NULL},
};

START_TEST(reads_and_writes_durations)
{
	const char *text = durations[_i].text;
	char buf[64];
	int64_t ns = 42;

	if (durations[_i].ns < 0) {
		ck_assert_int_lt(duration_parse(text, &ns), 0);
		ck_assert_int_eq(ns, 42);
		return;
	}
	ck_assert_int_eq(duration_parse(text, &ns), 0);
	ck_assert_int_eq(ns, durations[_i].ns);
	ck_assert_str_eq(duration_format(ns, buf, sizeof(buf)),
			 durations[_i].again ? durations[_i].again : text);
	ck_assert_int_eq(duration_parse(buf, &ns), 0);
	ck_assert_int_eq(ns, durations[_i].ns);
}
END_TEST

START_TEST(writes_any_number)
{
	char buf[64];

	ck_assert_str_eq(duration_format(-1250 * MS, buf, sizeof(buf)), "-1.25s");
	ck_assert_str_eq(duration_format(75 * S + 1234, buf, sizeof(buf)), "75.000001234s");
	duration_format(INT64_MAX, buf, sizeof(buf));
	duration_format(INT64_MIN, buf, sizeof(buf));
	ck_assert_str_eq(duration_format(75 * S, buf, 3), "75");
}
END_TEST

static const struct {
	const char *text;
	bool times;
	bool good;
	int64_t lo, hi;
} ranges[] = {
	{"75s", true, true, 75 * S, 75 * S},
	{"75s..77s", true, true, 75 * S, 77 * S},
	{"75s .. 77s", true, true, 75 * S, 77 * S},
	{"75s..", true, true, 75 * S, INT64_MAX},
	{"..77s", true, true, 0, 77 * S},
	{"75s +- 1s", true, true, 74 * S, 76 * S},
	{"1s +- 5s", true, true, 0, 6 * S},
	{"77s..75s", true, false, 0, 0},
	{"..", true, false, 0, 0},
	{"+- 1s", true, false, 0, 0},
	{"75s +-", true, false, 0, 0},
	{"75..77s", true, false, 0, 0},
	{"5", false, true, 5, 5},
	{"5..7", false, true, 5, 7},
	{"5..", false, true, 5, INT64_MAX},
	{"..7", false, true, 0, 7},
	{"-3..-1", false, true, -3, -1},
	{"5...7", false, false, 0, 0},
	{"x", false, false, 0, 0},
	{"9223372036854775807 +- 9", false, false, 0, 0},
};

START_TEST(reads_ranges)
{
	struct plan_range range = {0};
	struct why why = {0};
	bool good = value_range(ranges[_i].text, ranges[_i].times ? value_duration : value_number,
				0, &range, &why);

	ck_assert_msg(good == ranges[_i].good, "%s: %s", ranges[_i].text, why.text);
	if (!good) {
		ck_assert(!range.set);
		ck_assert_str_ne(why.text, "");
		return;
	}
	ck_assert(range.set);
	ck_assert_int_eq(range.lo, ranges[_i].lo);
	ck_assert_int_eq(range.hi, ranges[_i].hi);
}
END_TEST

START_TEST(reads_sizes_rates_and_percentages)
{
	struct why why = {0};
	int64_t value;
	double percent;

	ck_assert(value_size("100", 3, &value, &why) && value == 100);
	ck_assert(value_size("64K", 3, &value, &why) && value == 65536);
	ck_assert(value_size("1M", 2, &value, &why) && value == 1 << 20);
	ck_assert(!value_size("1T", 2, &value, &why));
	ck_assert(!value_size("-1", 2, &value, &why));
	ck_assert(!value_size("", 0, &value, &why));
	ck_assert(!value_size("9999999999G", 11, &value, &why));
	ck_assert(value_rate("10mbit", 6, &value, &why) && value == 10000000);
	ck_assert(!value_rate("10", 2, &value, &why));
	ck_assert(value_percent("5%", &percent, &why) && percent == 5);
	ck_assert(value_percent("0.1%", &percent, &why) && percent == 0.1);
	ck_assert(value_percent("100%", &percent, &why) && percent == 100);
	ck_assert(!value_percent("100.1%", &percent, &why));
	ck_assert(!value_percent("5", &percent, &why));
	ck_assert_str_eq(why.help, "did you mean 5%?");
	ck_assert(!value_percent("%", &percent, &why));
	ck_assert(!value_percent("0.00000000001%", &percent, &why));
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))

int main(void)
{
	Suite *suite = suite_create("value");
	TCase *tests = tcase_create("value");

	tcase_add_loop_test(tests, reads_and_writes_durations, 0, COUNT(durations));
	tcase_add_test(tests, writes_any_number);
	tcase_add_loop_test(tests, reads_ranges, 0, COUNT(ranges));
	tcase_add_test(tests, reads_sizes_rates_and_percentages);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
