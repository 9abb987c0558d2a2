/* SPDX-License-Identifier: MIT
 *
 * What takes a host's power, or its time, and gives it back; and the router's.
 */
#include <string.h>

#include "base_test.h"
#include "cleanup.h"
#include "play_fixture.h"

START_TEST(what_ran_on_a_host_without_power_has_ended)
{
	say_both_run();
	world.now_ns = PLAY_ZERO_NS + 2 * NSEC_PER_SEC;
	world_power_off(&world, SERVER);
	play_host_off(&play, SERVER);
	ck_assert(play.program[SERVER].ended);
	ck_assert_int_eq(play.end_ns, -1);
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, 3 * NSEC_PER_SEC);
}
END_TEST

START_TEST(a_suspended_host_counts_its_own_time)
{
	play_load("case: a lid\nhosts: {a: {program: [pause]}, b: {}}\n"
		  "timeline:\n"
		  "  - {at: 5s, suspend: a}\n"
		  "  - {at: 12s, resume: a}\n"
		  "  - {at: 20s, suspend: a}\n"
		  "  - {at: 21s, resume: a}\n"
		  "until: 30s\n",
		  "switch");
	world.power[0] = WORLD_ON;
	play_calls();
	ck_assert_int_eq(play_time_of(&play, 0, 5 * NSEC_PER_SEC - 1), 5 * NSEC_PER_SEC - 1);
	ck_assert_int_eq(play_time_of(&play, 0, 5 * NSEC_PER_SEC), 12 * NSEC_PER_SEC);
	ck_assert_int_eq(play_time_of(&play, 0, 12 * NSEC_PER_SEC), 19 * NSEC_PER_SEC);
	ck_assert_int_eq(play_time_of(&play, 0, 13 * NSEC_PER_SEC), 21 * NSEC_PER_SEC);
	ck_assert_int_eq(play_time_of(&play, 1, 13 * NSEC_PER_SEC), 13 * NSEC_PER_SEC);
	ck_assert_int_eq(world.told_count, 2);
	ck_assert_int_eq(world.told[1].order.type, RAW_ORDER_LATE);
	ck_assert_int_eq(world.told[1].order.t_ns, 8 * NSEC_PER_SEC);
}
END_TEST

START_TEST(a_host_that_hangs_does_nothing_more_and_is_not_waited_for)
{
	say_both_run();
	world.now_ns = PLAY_ZERO_NS + 2 * NSEC_PER_SEC;
	world_hang(&world, SERVER);
	act_host_lost(&play, SERVER);
	ck_assert_int_eq(frames(RAW_HOST), 1);
	ck_assert(play.program[SERVER].ended);
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, 3 * NSEC_PER_SEC);
}
END_TEST

START_TEST(a_host_that_comes_up_again_is_waited_for)
{
	struct err err = {0};

	play_load("case: one goes down\n"
		  "hosts: {a: {program: [pause]}, b: {}}\n"
		  "timeline: [{at: 1s, reboot: {host: a, down: 1s}}]\n",
		  "switch");
	world.power[0] = world.power[1] = WORLD_ON;
	world.now_ns = world.call[0].t_ns;
	ck_assert_int_eq(world.call[0].call(&world, world.call[0].data, &err), 0);
	ck_assert_int_eq(world.power[0], WORLD_OFF);
	ck_assert_int_eq(play.end_ns, -1);
}
END_TEST

static void play_call(int call)
{
	struct err err = {0};

	world.now_ns = world.call[call].t_ns;
	ck_assert_msg(world.call[call].call(&world, world.call[call].data, &err) == 0, "%s",
		      err.text);
}

START_TEST(a_shutdown_that_a_reboot_cut_short_is_waited_for_no_more)
{
	static const struct kernel_job job = {0};

	play_load("case: somebody is in a hurry\n"
		  "hosts: {a: {program: [sleep: 1s]}, b: {}}\n"
		  "timeline:\n"
		  "  - {at: 1s, shutdown: {host: a, grace: 5s}}\n"
		  "  - {at: 2s, reboot: {host: a, down: 1s}}\n",
		  "switch");
	play.job = &job;
	world.power[0] = world.power[1] = WORLD_ON;
	play_call(0);
	say_program(0, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, -1); /* its power is still on */
	play_call(1);
	ck_assert_int_eq(world.power[0], WORLD_OFF);
	ck_assert_int_eq(play.end_ns, -1); /* it comes up again */
	play_call(2);
	ck_assert_int_eq(world.power[0], WORLD_ON);
	say_program(0, RAW_PROGRAM_STARTED, 0);
	ck_assert_int_eq(play.end_ns, -1);
	say_program(0, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_ge(play.end_ns, 0);
}
END_TEST

/* What is due before T_NS, in the order of time. */
static int play_until(int64_t t_ns, struct err *err)
{
	bool done[FAKE_MOST] = {false};
	int next, ret = 0;

	do {
		next = -1;
		for (int i = 0; i < world.call_count; i++)
			if (!done[i] && world.call[i].t_ns >= world.now_ns &&
			    world.call[i].t_ns < t_ns &&
			    (next < 0 || world.call[i].t_ns < world.call[next].t_ns))
				next = i;
		if (next >= 0) {
			done[next] = true;
			world.now_ns = world.call[next].t_ns;
			ret = world.call[next].call(&world, world.call[next].data, err);
		}
	} while (next >= 0 && ret == 0);
	world.now_ns = t_ns;
	return ret;
}

static const char ordered_by_the_run[] = "case: one waits for what b does, at some time\n"
					 "hosts:\n"
					 "  a: {program: [pause]}\n"
					 "  b: {program: [listen: 80, pause]}\n"
					 "timeline:\n"
					 "  - {after: {b: listening 80}, %s}\n"
					 "  - {at: 3s, %s}\n";

static const struct {
	const char *after, *at;
	int64_t when_s;   /* b listens */
	const char *says; /* NULL: nothing is wrong */
} orders[] = {
	{"reboot: {host: a, down: 4s}", "reboot: a", 1,
	 "reboot a: line 8: its host is yet to come up again then, because of line 7: reboot"},
	{"reboot: a", "reboot: {host: a, down: 4s}", 5, "reboot a: line 7: its host is yet to"},
	{"panic: {host: a, reboot: 4s}", "crash: a", 1, "because of line 7: panic host=a"},
	{"shutdown: a", "reboot: {host: a, down: 4s}", 5, "shutdown a: line 7: its host is yet to"},
	{"panic: a", "reboot: {host: a, down: 4s}", 5, "panic a: line 7: its host is yet to"},
	{"reboot: {host: a, down: 1s}", "crash: a", 1, NULL},
	{"reboot: a", "reboot: {host: a, down: 4s}", 8, NULL},
	{"kill: a", "reboot: {host: a, down: 4s}", 5, NULL}};

START_TEST(who_is_yet_to_come_up_again_loses_no_power)
{
	static const struct kernel_job job = {0};
	AUTO_FREE char *text = text_format(ordered_by_the_run, orders[_i].after, orders[_i].at);
	struct err err = {""};
	int ret;

	play_load(text, "switch");
	play.job = &job;
	world.power[CLIENT] = world.power[SERVER] = WORLD_ON;
	ret = play_until(orders[_i].when_s * NSEC_PER_SEC, &err);
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	if (ret == 0)
		ret = play_until(20 * NSEC_PER_SEC, &err);
	ck_assert_int_eq(ret < 0, orders[_i].says != NULL);
	ck_assert_msg(!orders[_i].says || strstr(err.text, orders[_i].says), "%s", err.text);
}
END_TEST

START_TEST(what_a_host_refuses_is_gone_with_its_next_boot_and_what_the_path_drops_is_not)
{
	static const struct kernel_job job = {0};
	struct err err = {""};

	play_load("case: a filter of its own\n"
		  "hosts: {a: {program: [pause]}, b: {}, c: {}}\n"
		  "timeline:\n"
		  "  - {at: 1s, reject: {to: b, with: rst}}\n"
		  "  - {at: 1s, reject: {to: a, with: rst}}\n"
		  "  - {at: 1s, reject: {with: rst}}\n"
		  "  - {at: 1s, blackhole: {to: b}}\n"
		  "  - {at: 2s, reboot: {host: b, down: 1s}}\n"
		  "until: 6s\n",
		  "switch");
	play.job = &job;
	ck_assert_int_eq(play_until(6 * NSEC_PER_SEC, &err), 0);
	ck_assert_int_eq(world.rule_count, 4);
	ck_assert(!world.rule_is_there[0]);
	ck_assert(world.rule_is_there[1] && world.exceptions[1] == 0);
	ck_assert(world.rule_is_there[2] && world.exceptions[2] == 1);
	ck_assert(world.rule_is_there[3] && world.exceptions[3] == 0);
}
END_TEST

START_TEST(a_router_that_comes_up_again_is_waited_for)
{
	struct err err = {0};

	play_load("case: it fails over\n"
		  "hosts: {a: {program: [pause]}, b: {}}\n"
		  "timeline: [{at: 1s, failover: {after: 2s}}]\n",
		  "router");
	world.power[0] = world.power[1] = world.power[2] = WORLD_ON;
	world.now_ns = world.call[0].t_ns;
	ck_assert_int_eq(world.call[0].call(&world, world.call[0].data, &err), 0);
	ck_assert_int_eq(world.power[2], WORLD_OFF);
	ck_assert_int_eq(play.end_ns, -1);
	ck_assert_int_eq(frames(RAW_HOST), 0); /* it is no host */
	ck_assert_int_eq(frames(RAW_FAULT), 1);
	ck_assert_int_eq(world.call[world.call_count - 1].t_ns, world.now_ns + 2 * NSEC_PER_SEC);
}
END_TEST

START_TEST(a_router_that_is_off_for_good_is_not_waited_for)
{
	uint8_t bytes[64] = {0};
	struct world_packet packet = {.from = 10,
				      .to = 20,
				      .fate = WORLD_NO_POWER,
				      .frame = bytes,
				      .size = sizeof(bytes)};
	static const char off[] = "the router was off";
	struct err err = {0};
	int calls;

	play_load("case: it crashes\n"
		  "hosts: {a: {program: [pause]}, b: {}}\n"
		  "timeline: [{at: 1s, crash: router}]\n",
		  "router");
	world.power[0] = world.power[1] = world.power[2] = WORLD_ON;
	world.card_host[20] = 2;
	world.now_ns = world.call[0].t_ns;
	calls = world.call_count;
	ck_assert_int_eq(world.call[0].call(&world, world.call[0].data, &err), 0);
	ck_assert_int_eq(world.power[2], WORLD_OFF);
	ck_assert_int_eq(world.call_count, calls);
	carry_packet(&play, &packet);
	ck_assert_ptr_nonnull(memmem(play.raw.bytes, play.raw.size, off, strlen(off)));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("power");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, what_ran_on_a_host_without_power_has_ended);
	tcase_add_test(tests, a_suspended_host_counts_its_own_time);
	tcase_add_test(tests, a_host_that_hangs_does_nothing_more_and_is_not_waited_for);
	tcase_add_test(tests, a_host_that_comes_up_again_is_waited_for);
	tcase_add_test(tests, a_shutdown_that_a_reboot_cut_short_is_waited_for_no_more);
	tcase_add_loop_test(tests, who_is_yet_to_come_up_again_loses_no_power, 0,
			    sizeof(orders) / sizeof(orders[0]));
	tcase_add_test(
		tests,
		what_a_host_refuses_is_gone_with_its_next_boot_and_what_the_path_drops_is_not);
	tcase_add_test(tests, a_router_that_comes_up_again_is_waited_for);
	tcase_add_test(tests, a_router_that_is_off_for_good_is_not_waited_for);
	return run_tests(tests);
}
