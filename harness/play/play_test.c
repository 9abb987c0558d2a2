/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/wait.h>

#include "base_test.h"
#include "play_fixture.h"

START_TEST(a_frame_in_pieces_is_one_frame)
{
	struct raw_program raw = {.state = RAW_PROGRAM_STARTED};

	for (size_t first = 0; first <= sizeof(struct raw_frame) + sizeof(raw); first++)
		say_part(SERVER, RAW_PROGRAM, SERVER, &raw, sizeof(raw), first);
	ck_assert_int_eq(play.failed, 0);
	ck_assert_int_eq(frames(RAW_PROGRAM), sizeof(struct raw_frame) + sizeof(raw) + 1);
}
END_TEST

START_TEST(a_guest_speaks_for_itself_alone)
{
	struct raw_program raw = {.state = RAW_PROGRAM_STARTED};

	say(CLIENT, RAW_PROGRAM, SERVER, &raw, sizeof(raw));
	ck_assert_int_ne(play.failed, 0);
	ck_assert(world.stopped);
	ck_assert_ptr_nonnull(strstr(play.failure.text, "client"));
	ck_assert_int_eq(frames(RAW_PROGRAM), 0);
}
END_TEST

START_TEST(no_guest_sees_packets)
{
	struct raw_packet packet = {0};

	say(CLIENT, RAW_PACKET, -1, &packet, sizeof(packet));
	ck_assert_int_ne(play.failed, 0);
}
END_TEST

START_TEST(a_frame_without_end_is_an_error)
{
	struct raw_frame frame = {.type = RAW_OUTPUT, .size = UINT32_MAX, .who = CLIENT};

	hear_bytes(&play, CLIENT, world.now_ns, &frame, sizeof(frame));
	ck_assert_int_ne(play.failed, 0);
}
END_TEST

START_TEST(one_start_of_each_host_is_enough)
{
	struct raw_start start = {0};

	say(CLIENT, RAW_START, CLIENT, &start, sizeof(start));
	say(SERVER, RAW_START, SERVER, &start, sizeof(start));
	say(SERVER, RAW_START, SERVER, &start, sizeof(start)); /* it was rebooted */
	ck_assert_int_eq(frames(RAW_START), 2);
}
END_TEST

START_TEST(who_waits_is_told_that_it_listens_and_until_then_does_not_run_ahead)
{
	hear_set_exact(&play);
	ck_assert(world.exact[CLIENT]);
	ck_assert(!world.exact[SERVER]);
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	ck_assert(world.exact[CLIENT]);
	say_listens();
	ck_assert(!world.exact[CLIENT]);
	ck_assert_int_eq(world.told_count, 1);
	ck_assert_int_eq(world.told[0].host, CLIENT);
	ck_assert_int_eq(world.told[0].order.type, RAW_ORDER_READY);
	ck_assert_int_eq(world.told[0].order.who, 0); /* of the plan's list */
}
END_TEST

START_TEST(who_waits_in_vain_is_told_so)
{
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_program(SERVER, RAW_PROGRAM_EXITED, W_EXITCODE(1, 0));
	ck_assert_int_eq(world.told_count, 1);
	ck_assert_int_eq(world.told[0].order.type, RAW_ORDER_ENDED);
}
END_TEST

START_TEST(who_comes_up_again_is_told_who_has_ended)
{
	struct err err = {0};

	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	say_program(SERVER, RAW_PROGRAM_EXITED, 0);
	world.told_count = 0;
	ck_assert_int_eq(hear_tell_all(&play, CLIENT, &err), 0);
	ck_assert_int_eq(world.told_count, 2);
	ck_assert_int_eq(world.told[0].order.type, RAW_ORDER_READY);
	ck_assert_int_eq(world.told[1].order.type, RAW_ORDER_ENDED);
	ck_assert_int_eq(world.told[1].order.who, SERVER);
}
END_TEST

START_TEST(a_step_that_waits_is_told_and_until_then_does_not_run_ahead)
{
	struct peer_step *step = &plan->program[CLIENT].step[1].peer;
	struct peer_event event = {.step = 1, .phase = PEER_START};

	*step = (struct peer_step){.op = PEER_AFTER, .amount = 0};
	plan->program[CLIENT].connected = -1;
	hear_set_exact(&play);
	ck_assert(world.exact[CLIENT]);
	ck_assert(!world.exact[SERVER]);
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
	say(CLIENT, RAW_STEP, CLIENT, &event, sizeof(event));
	ck_assert(world.exact[CLIENT]);
	say_listens();
	ck_assert(!world.exact[CLIENT]);
	ck_assert_int_eq(world.told[0].host, CLIENT);
	ck_assert_int_eq(world.told[0].order.type, RAW_ORDER_READY);
}
END_TEST

/* It is in that step for good when the server has ended without. */
START_TEST(a_step_that_waits_in_vain_keeps_no_run)
{
	struct peer_event event = {.step = 1, .phase = PEER_START};

	plan->program[CLIENT].step[1].peer = (struct peer_step){.op = PEER_AFTER, .amount = 0};
	plan->program[CLIENT].connected = -1;
	world.now_ns = PLAY_ZERO_NS + 5 * NSEC_PER_SEC;
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
	say(CLIENT, RAW_STEP, CLIENT, &event, sizeof(event));
	ck_assert_int_eq(play.end_ns, -1);
	say_program(SERVER, RAW_PROGRAM_EXITED, W_EXITCODE(1, 0));
	ck_assert_int_eq(play.end_ns, 6 * NSEC_PER_SEC);
}
END_TEST

START_TEST(the_run_ends_a_second_after_the_last_program)
{
	say_both_run();
	world.now_ns = PLAY_ZERO_NS + 5 * NSEC_PER_SEC;
	say_program(SERVER, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, -1);
	world.told_count = 0;
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, 6 * NSEC_PER_SEC);
	ck_assert_int_eq(world.told_count, 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(world.told[i].order.type, RAW_ORDER_END);
		ck_assert_int_eq(world.told[i].order.t_ns, 6 * NSEC_PER_SEC);
	}
	world.now_ns = PLAY_ZERO_NS + play.end_ns;
	say(CLIENT, RAW_END, -1, "", 0);
	ck_assert(!world.stopped);
	ck_assert_int_eq(world.power[CLIENT], WORLD_HUNG); /* what it does then is not the run's */
	ck_assert_int_eq(world.power[SERVER], WORLD_ON);
	say(SERVER, RAW_END, -1, "", 0);
	ck_assert(world.stopped);
	ck_assert_int_eq(frames(RAW_END), 0); /* the run's comes when all is over */
}
END_TEST

/* With HZ=300 a guest's clock is ahead of the world's. */
START_TEST(who_says_the_end_too_early_does_not_keep_the_run)
{
	const struct fake_call *last;

	play.end_ns = 6 * NSEC_PER_SEC;
	world.now_ns = PLAY_ZERO_NS + play.end_ns - 1;
	say(CLIENT, RAW_END, -1, "", 0);
	say(SERVER, RAW_END, -1, "", 0);
	ck_assert(!world.stopped);
	last = &world.call[world.call_count - 1];
	ck_assert_int_eq(last->t_ns, PLAY_ZERO_NS + play.end_ns);
	world.now_ns++;
	ck_assert_int_eq(last->call(&world, last->data, NULL), 0);
	ck_assert(world.stopped);
}
END_TEST

/* As in one kernel (run/conductor.c). */
START_TEST(a_program_of_which_nothing_is_expected_keeps_no_run)
{
	int expected = plan->expect_count;

	world.now_ns = PLAY_ZERO_NS + 5 * NSEC_PER_SEC;
	say_both_run();
	plan->expect_count = 1; /* of the client alone */
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, 6 * NSEC_PER_SEC);
	plan->expect_count = expected;
}
END_TEST

START_TEST(nothing_ends_before_the_timeline_does)
{
	say_both_run();
	say_program(SERVER, RAW_PROGRAM_EXITED, 0);
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, -1);
}
END_TEST

static const char three[] = "case: one of three\n"
			    "hosts: {a: {program: [pause]}, b: {}, c: {}}\n"
			    "timeline:\n"
			    "  - {at: 1s, impair: {to: c, delay: 500ms}}\n"
			    "  - {at: 2s, heal: {from: a, to: c}}\n"
			    "  - {at: 3s, blackhole: {to: c}}\n"
			    "  - {at: 4s, heal: {from: a, to: c}}\n"
			    "  - {at: 5s, heal: all}\n"
			    "until: 6s\n";

static void play_timeline(const char *text, const char *network)
{
	play_load(text, network);
	play_calls();
}

START_TEST(the_way_from_one_of_three_is_healed_alone)
{
	const struct fake_impaired *impaired = world.impaired;

	play_timeline(three, "switch");
	ck_assert_int_eq(impaired[0].card, 12);
	ck_assert(!impaired[0].of_one && !impaired[0].heals);
	ck_assert_int_eq(impaired[1].card, 12);
	ck_assert(impaired[1].of_one && impaired[1].heals);
	ck_assert_int_eq(impaired[1].sender.card, 10);
	ck_assert_int_eq(world.rule_count, 1);
	ck_assert_int_eq(world.exceptions[0], 1);
	ck_assert(!world.rule_is_there[0]); /* at the end */
}
END_TEST

START_TEST(behind_a_router_a_sender_is_its_address)
{
	static const uint8_t address[] = {10, 0, 1, 1};

	play_timeline(three, "router");
	ck_assert_int_eq(world.impaired[1].sender.card, WORLD_NONE);
	ck_assert_int_eq(world.impaired[1].sender.ip_version, 4);
	ck_assert_mem_eq(world.impaired[1].sender.address, address, sizeof(address));
	ck_assert_int_eq(world.rule_count, 0); /* the router's to do */
}
END_TEST

START_TEST(the_way_to_the_router_is_impaired_and_healed)
{
	play_load("case: before it\n"
		  "hosts: {a: {program: [pause]}, b: {}}\n"
		  "timeline:\n"
		  "  - {at: 1s, impair: {from: a, to: router, delay: 1s}}\n"
		  "  - {at: 2s, heal: all}\n"
		  "until: 6s\n",
		  "router");
	play.host[0].router_card = 20;
	play.host[1].router_card = 21;
	play_calls();
	ck_assert_int_eq(world.impaired[0].card, 20);
	ck_assert(!world.impaired[0].heals && !world.impaired[0].of_one);
	ck_assert_int_eq(world.impaired[1].card, 20);
	ck_assert_int_eq(world.impaired[2].card, 21);
	ck_assert(world.impaired[1].heals && world.impaired[2].heals);
	ck_assert_int_eq(world.impaired[3].card, 10); /* and to the hosts */
	ck_assert_int_eq(world.impaired_count, 5);
}
END_TEST

START_TEST(a_fault_that_waits_has_its_moment_by_what_a_program_does)
{
	struct err err = {0};

	play_load("case: one after the other\n"
		  "hosts: {a: {program: [pause]}, b: {program: [listen: 80, pause]}}\n"
		  "timeline: [{after: {b: listening 80}, then: 2s, kill: a}]\n",
		  "switch");
	world.power[CLIENT] = world.power[SERVER] = WORLD_ON;
	ck_assert_int_eq(world.call_count, 0);
	hear_set_exact(&play);
	ck_assert(world.exact[CLIENT]);
	ck_assert(world.exact[SERVER]);
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	ck_assert(!world.exact[SERVER]);
	ck_assert_int_eq(world.call_count, 1);
	ck_assert_int_eq(world.call[0].t_ns, world.now_ns + 2 * NSEC_PER_SEC);
	ck_assert_int_eq(play.end_ns, -1);
	world.now_ns = world.call[0].t_ns;
	ck_assert_int_eq(world.call[0].call(&world, world.call[0].data, &err), 0);
	ck_assert_int_eq(world.told[0].host, CLIENT);
	ck_assert_int_eq(world.told[0].order.type, RAW_ORDER_FAULT);
	ck_assert_int_eq(world.told[0].order.who, 0);
	ck_assert_int_eq(frames(RAW_FAULT), 0); /* whoever does it says so */
}
END_TEST

START_TEST(a_packet_is_seen_where_taps_would_have_seen_it)
{
	uint8_t bytes[64] = {0};
	struct world_packet packet = {.from = CLIENT,
				      .to = SERVER,
				      .sent_ns = world.now_ns,
				      .t_ns = world.now_ns + 1000000,
				      .frame = bytes,
				      .size = sizeof(bytes)};

	carry_sent(&play, CLIENT, 0, bytes, sizeof(bytes));
	ck_assert_int_eq(frames(RAW_PACKET), 2); /* the host's own, and the far end of its cable */
	packet.fate = WORLD_LOST;
	carry_packet(&play, &packet);
	ck_assert_int_eq(frames(RAW_PACKET), 2);
	ck_assert_int_eq(frames(RAW_LOST), 1);
	packet.fate = WORLD_NO_LIFE;
	carry_packet(&play, &packet);
	ck_assert_int_eq(frames(RAW_PACKET), 3);
	packet.fate = WORLD_DELIVERED;
	carry_packet(&play, &packet);
	ck_assert_int_eq(frames(RAW_PACKET), 5);
	ck_assert_int_eq(frames(RAW_LOST), 2);
	world.carrier[CLIENT] = false;
	carry_sent(&play, CLIENT, 1, bytes, sizeof(bytes));
	ck_assert_int_eq(frames(RAW_PACKET), 6);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("play");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_frame_in_pieces_is_one_frame);
	tcase_add_test(tests, a_guest_speaks_for_itself_alone);
	tcase_add_test(tests, no_guest_sees_packets);
	tcase_add_test(tests, a_frame_without_end_is_an_error);
	tcase_add_test(tests, one_start_of_each_host_is_enough);
	tcase_add_test(tests, who_waits_is_told_that_it_listens_and_until_then_does_not_run_ahead);
	tcase_add_test(tests, who_waits_in_vain_is_told_so);
	tcase_add_test(tests, who_comes_up_again_is_told_who_has_ended);
	tcase_add_test(tests, a_step_that_waits_is_told_and_until_then_does_not_run_ahead);
	tcase_add_test(tests, a_step_that_waits_in_vain_keeps_no_run);
	tcase_add_test(tests, the_run_ends_a_second_after_the_last_program);
	tcase_add_test(tests, who_says_the_end_too_early_does_not_keep_the_run);
	tcase_add_test(tests, a_program_of_which_nothing_is_expected_keeps_no_run);
	tcase_add_test(tests, nothing_ends_before_the_timeline_does);
	tcase_add_test(tests, the_way_from_one_of_three_is_healed_alone);
	tcase_add_test(tests, behind_a_router_a_sender_is_its_address);
	tcase_add_test(tests, the_way_to_the_router_is_impaired_and_healed);
	tcase_add_test(tests, a_fault_that_waits_has_its_moment_by_what_a_program_does);
	tcase_add_test(tests, a_packet_is_seen_where_taps_would_have_seen_it);
	return run_tests(tests);
}
