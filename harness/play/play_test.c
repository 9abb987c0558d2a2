/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base_test.h"
#include "cleanup.h"
#include "fake_world.h"
#include "load.h"
#include "parts.h"

static const char source[] = "case: two hosts, where one waits for the other\n"
			     "hosts:\n"
			     "  client:\n"
			     "    program: [connect: 'server:8081', recv]\n"
			     "  server:\n"
			     "    program: [listen: 8081, accept, recv]\n"
			     "timeline:\n"
			     "  - {at: 2s, crash: server}\n"
			     "expect:\n"
			     "  client: {recv: {blocked: true}}\n"
			     "  server: {accept: ok}\n";

enum { CLIENT, SERVER };

static struct world world;
static struct play play;
static struct plan *plan;

static void set_up(void)
{
	struct diagnostics diagnostics;

	ck_assert_int_eq(
		plan_load("test.yaml", source, strlen(source), "", NULL, &plan, &diagnostics), 0);
	diagnostics_done(&diagnostics);
	world = (struct world){.now_ns = PLAY_ZERO_NS, .power = {WORLD_ON, WORLD_ON}};
	play = (struct play){.plan = plan,
			     .world = &world,
			     .zero_ns = PLAY_ZERO_NS,
			     .host_count = 2,
			     .last_ns = 2 * NSEC_PER_SEC,
			     .end_ns = -1};
	play.fault = calloc(1, sizeof(*play.fault));
	for (int i = 0; i < 2; i++) {
		play.host[i].card = i;
		world.card_host[i] = i;
		world.carrier[i] = true;
	}
}

static void tear_down(void)
{
	text_done(&play.raw);
	for (int i = 0; i < 2; i++) {
		text_done(&play.host[i].said);
		free(play.host[i].pause);
	}
	free(play.fault);
	plan_free(plan);
}

static void say_part(int host, enum raw_type type, int who, const void *payload, size_t size,
		     size_t first)
{
	char bytes[4096];
	struct raw_frame frame = {
		.type = type, .size = (uint32_t)size, .who = who, .t_ns = play_now_ns(&play)};

	memcpy(bytes, &frame, sizeof(frame));
	memcpy(bytes + sizeof(frame), payload, size);
	hear_bytes(&play, host, world.now_ns, bytes, first);
	hear_bytes(&play, host, world.now_ns, bytes + first, sizeof(frame) + size - first);
}

static void say(int host, enum raw_type type, int who, const void *payload, size_t size)
{
	say_part(host, type, who, payload, size, 0);
}

static void say_program(int program, enum raw_program_state state, int status)
{
	struct raw_program raw = {.state = state, .status = status};

	say(program, RAW_PROGRAM, program, &raw, sizeof(raw));
}

static void say_listens(void)
{
	struct peer_event event = {.step = 0, .phase = PEER_END, .ret = 0};

	say(SERVER, RAW_STEP, SERVER, &event, sizeof(event));
}

/* How many frames of TYPE are in the stream. */
static int frames(enum raw_type type)
{
	struct raw_frame frame;
	int count = 0;

	for (size_t at = 0; at < play.raw.size; at += sizeof(frame) + frame.size) {
		memcpy(&frame, play.raw.bytes + at, sizeof(frame));
		count += frame.type == type;
	}
	return count;
}

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
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
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
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
	plan->expect_count = 1; /* of the client alone */
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, 6 * NSEC_PER_SEC);
	plan->expect_count = expected;
}
END_TEST

START_TEST(nothing_ends_before_the_timeline_does)
{
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
	say_program(SERVER, RAW_PROGRAM_EXITED, 0);
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, -1);
}
END_TEST

START_TEST(what_ran_on_a_host_without_power_has_ended)
{
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
	world.now_ns = PLAY_ZERO_NS + 2 * NSEC_PER_SEC;
	world_power_off(&world, SERVER);
	play_host_off(&play, SERVER);
	ck_assert(play.program[SERVER].ended);
	ck_assert_int_eq(play.end_ns, -1);
	say_program(CLIENT, RAW_PROGRAM_EXITED, 0);
	ck_assert_int_eq(play.end_ns, 3 * NSEC_PER_SEC);
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

/* TEXT on NETWORK, alone, without a timeline that has begun. */
static void play_load(const char *text, const char *network)
{
	AUTO_FREE char *whole = text_format("network: %s\n%s", network, text);
	struct diagnostics diagnostics;
	struct err err = {0};

	tear_down();
	play = (struct play){.world = &world, .zero_ns = PLAY_ZERO_NS, .end_ns = -1};
	world = (struct world){0};
	ck_assert_msg(plan_load("test.yaml", whole, strlen(whole), "", NULL, &plan, &diagnostics) ==
			      0,
		      "%s", diagnostics.text);
	diagnostics_done(&diagnostics);
	play.plan = plan;
	play.host_count = plan->host_count + play_has_router(&play);
	for (int i = 0; i < plan->host_count; i++)
		play.host[i].card = 10 + i;
	ck_assert_int_eq(act_plan(&play, &err), 0);
}

static void play_calls(void)
{
	struct err err = {0};

	for (int i = 0; i < world.call_count; i++) {
		world.now_ns = world.call[i].t_ns;
		ck_assert_int_eq(world.call[i].call(&world, world.call[i].data, &err), 0);
	}
}

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
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
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

START_TEST(a_question_to_all_is_lost_where_all_are_one)
{
	uint8_t bytes[64] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct world_packet packet = {.from = CLIENT,
				      .to = SERVER,
				      .fate = WORLD_FILTERED,
				      .frame = bytes,
				      .size = sizeof(bytes)};

	play_load("case: two\nhosts: {a: {program: [pause]}, b: {}}\n", "switch");
	carry_packet(&play, &packet);
	ck_assert_int_eq(frames(RAW_LOST), 1);
	play_load("case: three\nhosts: {a: {program: [pause]}, b: {}, c: {}}\n", "switch");
	carry_packet(&play, &packet);
	ck_assert_int_eq(frames(RAW_LOST), 0);
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
	tcase_add_test(tests, what_ran_on_a_host_without_power_has_ended);
	tcase_add_test(tests, the_way_from_one_of_three_is_healed_alone);
	tcase_add_test(tests, behind_a_router_a_sender_is_its_address);
	tcase_add_test(tests, the_way_to_the_router_is_impaired_and_healed);
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
	tcase_add_test(tests, a_fault_that_waits_has_its_moment_by_what_a_program_does);
	tcase_add_test(tests, a_question_to_all_is_lost_where_all_are_one);
	tcase_add_test(tests, a_packet_is_seen_where_taps_would_have_seen_it);
	return run_tests(tests);
}
