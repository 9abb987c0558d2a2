/* SPDX-License-Identifier: MIT */
#include "agenda.h"

#include "base_test.h"

START_TEST(what_is_earlier_comes_first_and_else_what_was_put_first)
{
	struct agenda agenda = {0};
	uint64_t state = 88172645463325252ULL;
	int64_t last_ns = -1;
	uint64_t last_number = 0;

	ck_assert_int_eq(agenda_first_ns(&agenda), AGENDA_NEVER);
	for (int i = 0; i < 5000; i++) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		agenda_add(&agenda, (struct event){.t_ns = (int64_t)(state % 100)});
	}
	for (int i = 0; i < 5000; i++) {
		int64_t first_ns = agenda_first_ns(&agenda);
		struct event event = agenda_take(&agenda);

		ck_assert_int_eq(event.t_ns, first_ns);
		ck_assert_int_ge(event.t_ns, last_ns);
		if (event.t_ns == last_ns)
			ck_assert_uint_gt(event.number, last_number);
		last_ns = event.t_ns;
		last_number = event.number;
	}
	ck_assert_int_eq(agenda_first_ns(&agenda), AGENDA_NEVER);
	agenda_done(&agenda);
}
END_TEST

START_TEST(taking_and_adding_mix)
{
	struct agenda agenda = {0};

	for (int64_t t = 0; t < 1000; t++) {
		agenda_add(&agenda, (struct event){.t_ns = t + 5});
		agenda_add(&agenda, (struct event){.t_ns = t});
		ck_assert_int_le(agenda_take(&agenda).t_ns, t);
	}
	ck_assert_int_eq(agenda.event_count, 1000);
	agenda_done(&agenda);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("agenda");

	tcase_add_test(tests, what_is_earlier_comes_first_and_else_what_was_put_first);
	tcase_add_test(tests, taking_and_adding_mix);
	return run_tests(tests);
}
