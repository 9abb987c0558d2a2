/* SPDX-License-Identifier: MIT */
#include "duration.h"

#include "base_test.h"
#include "clock.h"

#define MS NSEC_PER_MSEC
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
	{"2h1m53s", 7313 * S, NULL},
	{"1h15s", 3615 * S, NULL},
	{"2h113s", 7313 * S, "2h1m53s"},
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

START_TEST(rounds_for_people)
{
	char buf[64];

	ck_assert_str_eq(duration_round(40 * MS, buf, sizeof(buf)), "0.04 s");
	ck_assert_str_eq(duration_round(15240 * MS, buf, sizeof(buf)), "15.2 s");
	ck_assert_str_eq(duration_round(75 * S, buf, sizeof(buf)), "1:15");
	ck_assert_str_eq(duration_round(59960 * MS, buf, sizeof(buf)), "1:00.0");
	ck_assert_str_eq(duration_round(60500 * MS, buf, sizeof(buf)), "1:01");
	ck_assert_str_eq(duration_short(942129 * MS, buf, sizeof(buf)), "15:42.12");
	ck_assert_str_eq(duration_short(16429 * MS, buf, sizeof(buf)), "16.42 s");
	ck_assert_str_eq(duration_round(7875 * S, buf, sizeof(buf)), "2:11:15");
	ck_assert_str_eq(duration_clock(1 * MS, buf, sizeof(buf)), "0.001");
	ck_assert_str_eq(duration_clock(75214 * MS, buf, sizeof(buf)), "1:15.214");
	ck_assert_str_eq(duration_clock(7875004 * MS, buf, sizeof(buf)), "2:11:15.004");
	ck_assert_str_eq(duration_span(59999 * MS, buf, sizeof(buf)), "59.999 s");
	ck_assert_str_eq(duration_span(60 * 1000 * MS, buf, sizeof(buf)), "1:00.000");
	ck_assert_str_eq(duration_seconds(15.0004, buf, sizeof(buf)), "15.000 s");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("duration");

	tcase_add_loop_test(tests, reads_and_writes_durations, 0, COUNT(durations));
	tcase_add_test(tests, writes_any_number);
	tcase_add_test(tests, rounds_for_people);
	return run_tests(tests);
}
