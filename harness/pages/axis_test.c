/* SPDX-License-Identifier: MIT
 *
 * Where times are on the axis of a chart.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "base_test.h"
#include "handmade.h"

static struct record_packet packets[64];

/* The axis of a run in which segments are sent at these times, of END_NS. */
static struct time_axis axis_of(struct plan *plan, struct record *record, const int64_t *times,
				int count, int64_t end_ns)
{
	struct time_axis axis;

	for (int i = 0; i < count; i++)
		packets[i] = handmade_segment(0, times[i], 0, 0);
	*record = handmade_record(plan);
	record->end_ns = end_ns;
	record->packet = packets;
	record->packet_count = count;
	axis_init(&axis, plan, record, NULL, NULL);
	return axis;
}

START_TEST(time_is_even)
{
	const int64_t times[] = {2 * S, 4 * S, 6 * S, 8 * S};
	struct plan *plan = handmade_plan(handmade_case);
	struct record record;
	struct time_axis axis = axis_of(plan, &record, times, 4, 10 * S);

	ck_assert_int_eq(axis.breaks, 0);
	ck_assert_double_eq_tol(axis_x(&axis, 0), AXIS_LEFT, 0.01);
	ck_assert_double_eq_tol(axis_x(&axis, 10 * S), AXIS_RIGHT, 0.01);
	ck_assert_double_eq_tol(axis_x(&axis, 5 * S), (AXIS_LEFT + AXIS_RIGHT) / 2.0, 0.01);
	plan_free(plan);
}
END_TEST

START_TEST(a_long_silence_is_short)
{
	/* Two hours, and then probes 75 s apart. */
	const int64_t times[] = {S, 7201 * S, 7276 * S, 7351 * S, 7426 * S, 7501 * S};
	struct plan *plan = handmade_plan(handmade_case);
	struct record record;
	struct time_axis axis = axis_of(plan, &record, times, 6, 7576 * S);
	double probe = axis_x(&axis, 7276 * S) - axis_x(&axis, 7201 * S);

	ck_assert_int_eq(axis.breaks, 1);
	ck_assert_int_eq(axis.broken[0].from_ns, S);
	ck_assert_int_eq(axis.broken[0].to_ns, 7201 * S);
	/* All probes are as far apart, and farther than they were on an even axis. */
	ck_assert_double_eq_tol(axis_x(&axis, 7501 * S) - axis_x(&axis, 7426 * S), probe, 0.01);
	ck_assert_double_gt(probe, (AXIS_RIGHT - AXIS_LEFT) / 10.0);
	ck_assert_double_eq_tol(axis_x(&axis, 7576 * S), AXIS_RIGHT, 0.01);
	for (int64_t t_ns = 10 * S; t_ns <= 7576 * S; t_ns += 10 * S)
		ck_assert_double_gt(axis_x(&axis, t_ns), axis_x(&axis, t_ns - 10 * S));
	plan_free(plan);
}
END_TEST

START_TEST(waiting_before_and_after_is_short_too)
{
	const int64_t times[] = {1000000, 2000000, 3600 * S, 3600 * S + 1000000};
	struct plan *plan = handmade_plan(handmade_case);
	struct record record;
	struct time_axis axis = axis_of(plan, &record, times, 4, 7000 * S);

	ck_assert_int_eq(axis.breaks, 2);
	ck_assert_int_eq(axis.broken[0].from_ns, 2000000);
	ck_assert_int_eq(axis.broken[1].to_ns, 7000 * S);
	ck_assert_double_gt(axis_x(&axis, 1000000) - axis_x(&axis, 0), 50);
	plan_free(plan);
}
END_TEST

START_TEST(times_that_double_are_even)
{
	const int64_t times[] = {S, 2 * S, 4 * S, 8 * S, 16 * S, 32 * S, 64 * S};
	struct plan *plan = handmade_plan(handmade_case);
	struct record record;
	struct time_axis axis = axis_of(plan, &record, times, 7, 65 * S);

	ck_assert_int_eq(axis.breaks, 0);
	axis = axis_of(plan, &record, times, 0, 0); /* a run of no length is one as well */
	ck_assert_double_eq_tol(axis_x(&axis, 0), AXIS_LEFT, 0.01);
	plan_free(plan);
}
END_TEST

static void axis_shows(int64_t last_ns, const char *has, const char *has_not)
{
	const int64_t times[] = {S, last_ns};
	struct plan *plan = handmade_plan(handmade_case);
	struct record record;
	struct time_axis axis = axis_of(plan, &record, times, 2, last_ns + 15 * S);
	char *text = NULL;
	size_t size;

	axis.out = open_memstream(&text, &size);
	axis_begin(&axis, "id", "title", "desc", 100);
	axis_end(&axis, 100);
	fclose(axis.out);
	ck_assert_msg(strstr(text, has), "no %s in %s", has, text);
	ck_assert_msg(!strstr(text, has_not), "%s in %s", has_not, text);
	free(text);
	plan_free(plan);
}

START_TEST(ticks_have_one_form)
{
	axis_shows(5 * S, ">15 s<", ":");
	axis_shows(300 * S, ">5:00<", " s<");
	axis_shows(86400 * S, ">24:00:", " s<");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("axis");

	tcase_add_test(tcase, time_is_even);
	tcase_add_test(tcase, a_long_silence_is_short);
	tcase_add_test(tcase, waiting_before_and_after_is_short_too);
	tcase_add_test(tcase, times_that_double_are_even);
	tcase_add_test(tcase, ticks_have_one_form);
	return run_tests(tcase);
}
