/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <string.h>

#include "base_test.h"
#include "case_test.h"

#define S NSEC_PER_SEC

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
	bool good = value_range(ranges[_i].text, ranges[_i].times ? duration_scan : value_number, 0,
				&range, &why);

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
	TCase *tests = tcase_create("value");

	tcase_add_loop_test(tests, reads_ranges, 0, COUNT(ranges));
	tcase_add_test(tests, reads_sizes_rates_and_percentages);
	return run_tests(tests);
}
