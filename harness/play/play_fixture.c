/* SPDX-License-Identifier: MIT */
#include "play_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "cleanup.h"
#include "load.h"

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

struct world world;
struct play play;
struct plan *plan;

void set_up(void)
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

void tear_down(void)
{
	text_done(&play.raw);
	for (int i = 0; i < 2; i++) {
		text_done(&play.host[i].said);
		free(play.host[i].pause);
	}
	free(play.fault);
	plan_free(plan);
}

void say_part(int host, enum raw_type type, int who, const void *payload, size_t size, size_t first)
{
	char bytes[4096];
	struct raw_frame frame = {
		.type = type, .size = (uint32_t)size, .who = who, .t_ns = play_now_ns(&play)};

	memcpy(bytes, &frame, sizeof(frame));
	memcpy(bytes + sizeof(frame), payload, size);
	hear_bytes(&play, host, world.now_ns, bytes, first);
	hear_bytes(&play, host, world.now_ns, bytes + first, sizeof(frame) + size - first);
}

void say(int host, enum raw_type type, int who, const void *payload, size_t size)
{
	say_part(host, type, who, payload, size, 0);
}

void say_program(int program, enum raw_program_state state, int status)
{
	struct raw_program raw = {.state = state, .status = status};

	say(program, RAW_PROGRAM, program, &raw, sizeof(raw));
}

void say_listens(void)
{
	struct peer_event event = {.step = 0, .phase = PEER_END, .ret = 0};

	say(SERVER, RAW_STEP, SERVER, &event, sizeof(event));
}

void say_both_run(void)
{
	say_program(SERVER, RAW_PROGRAM_STARTED, 0);
	say_listens();
	say_program(CLIENT, RAW_PROGRAM_STARTED, 0);
}

int frames(enum raw_type type)
{
	struct raw_frame frame;
	int count = 0;

	for (size_t at = 0; at < play.raw.size; at += sizeof(frame) + frame.size) {
		memcpy(&frame, play.raw.bytes + at, sizeof(frame));
		count += frame.type == type;
	}
	return count;
}

void play_load(const char *text, const char *network)
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

void play_calls(void)
{
	struct err err = {0};

	for (int i = 0; i < world.call_count; i++) {
		world.now_ns = world.call[i].t_ns;
		ck_assert_int_eq(world.call[i].call(&world, world.call[i].data, &err), 0);
	}
}
