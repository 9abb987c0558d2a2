/* SPDX-License-Identifier: MIT
 *
 * A guest's frames come in the pieces in which it wrote them. They are taken for true only as far
 * as they are its own: of its host, its programs, and what it does of the timeline.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "parts.h"

#define MOST_FRAME (1 << 20)   /* counters are the largest, with some 30 KiB */
#define MOST_RAW   (256 << 20) /* of a run */

static bool is_own(const struct play *play, int host, const struct raw_frame *frame)
{
	const struct plan *plan = play->plan;

	switch ((enum raw_type)frame->type) {
	case RAW_STEP:
	case RAW_PROGRAM:
	case RAW_OUTPUT:
	case RAW_OUTPUT_LOST:
	case RAW_CALL:
	case RAW_READY:
		return frame->who >= 0 && frame->who < plan->program_count &&
		       plan->program[frame->who].host == host;
	case RAW_HOST:
	case RAW_SOCKET:
	case RAW_SAMPLE:
		return frame->who == host && host < plan->host_count;
	case RAW_TRACKED:
		return frame->who == host && host == plan->host_count;
	case RAW_SAMPLED:
	case RAW_COUNTERS:
	case RAW_SPIN:
	case RAW_START:
		return frame->who == host; /* or the router */
	case RAW_FAULT:
		return frame->who >= 0 && frame->who < plan->fault_count;
	case RAW_SKIP:
	case RAW_ERROR:
	case RAW_END:
		return true;
	case RAW_PACKET:
	case RAW_LOST:
	case RAW_CHANGED:
		return false;
	}
	return false;
}

uint32_t hear_is_so(const struct play *play)
{
	uint32_t ended = 0;

	for (int i = 0; i < play->plan->program_count; i++)
		ended |= play->program[i].ended ? 1u << i : 0;
	return play->ready | plan_ready_by_end(play->plan, ended);
}

int hear_tell_all(struct play *play, int host, struct err *err)
{
	int ret = 0;

	for (int i = 0; i < play->plan->ready_count && ret == 0; i++) {
		struct raw_order order = {.type = RAW_ORDER_READY, .who = i};

		if (play->ready & 1u << i &&
		    play->plan->program[play->plan->ready[i].program].host != host)
			ret = world_tell(play->world, host, &order, sizeof(order), err);
	}
	for (int i = 0; i < play->plan->program_count && ret == 0; i++) {
		struct raw_order order = {.type = RAW_ORDER_ENDED, .who = i};

		if (play->program[i].ended && plan_ready_of(play->plan, i) &&
		    play->plan->program[i].host != host)
			ret = world_tell(play->world, host, &order, sizeof(order), err);
	}
	return ret;
}

/* To the other hosts where a program waits for one of READY of PROGRAM. */
static void tell_waiting(struct play *play, int program, uint32_t ready, enum raw_order_type type,
			 int who)
{
	const struct plan *plan = play->plan;
	struct raw_order order = {.type = type, .who = who};
	uint32_t told = 1U << plan->program[program].host;

	for (int i = 0; i < plan->program_count; i++) {
		int host = plan->program[i].host;

		if (!((plan_awaited_by(plan, i) | plan_awaited_from(plan, i, 0)) & ready) ||
		    told & 1U << host || world_power(play->world, host) == WORLD_OFF)
			continue;
		told |= 1U << host;
		world_tell(play->world, host, &order, sizeof(order), NULL);
	}
}

/* Whether one of AWAITED is what a program of another host than PROGRAM's may still do. */
static bool may_come_from_elsewhere(const struct play *play, int program, uint32_t awaited)
{
	const struct plan *plan = play->plan;

	for (int i = 0; i < plan->ready_count; i++)
		if (awaited & ~play->ready & 1u << i &&
		    !play->program[plan->ready[i].program].ended &&
		    plan->program[plan->ready[i].program].host != plan->program[program].host)
			return true;
	return false;
}

bool hear_is_waiting(const struct play *play, int program)
{
	const struct plan_program *self = &play->plan->program[program];

	return may_come_from_elsewhere(play, program, plan_awaited_by(play->plan, program)) &&
	       !play->program[program].running && !play->program[program].ended &&
	       self->start_ns <= play_now_ns(play) &&
	       world_power(play->world, self->host) != WORLD_OFF;
}

/* Whether one of its steps from here on waits for what a program of another host may still do. */
static bool will_wait(const struct play *play, int index)
{
	const struct play_program *program = &play->program[index];

	return !program->ended &&
	       may_come_from_elsewhere(play, index,
				       plan_awaited_from(play->plan, index, program->next));
}

/* A fault that comes as soon as something is so finds nobody ahead of that. */
void hear_set_exact(struct play *play)
{
	bool exact[WORLD_HOSTS] = {false}, all = false;

	for (int i = 0; i < play->plan->ready_count; i++)
		all = all || (act_awaits(play) & 1u << i &&
			      !play->program[play->plan->ready[i].program].ended);
	for (int i = 0; i < play->plan->program_count; i++)
		if (hear_is_waiting(play, i) || will_wait(play, i))
			exact[play->plan->program[i].host] = true;
	for (int i = 0; i < play->host_count; i++)
		world_set_exact(play->world, i, all || exact[i]);
}

void hear_program_ended(struct play *play, int index)
{
	struct play_program *program = &play->program[index];

	program->running = program->idle = false;
	program->awaits = 0;
	program->ended = true;
	act_after(play);
	tell_waiting(play, index, plan_ready_of(play->plan, index) & ~play->ready, RAW_ORDER_ENDED,
		     index);
}

void hear_program_new(struct play *play, int index)
{
	uint32_t ready = plan_ready_of(play->plan, index);

	if (play->program[index].ended || play->ready & ready)
		tell_waiting(play, index, ready, RAW_ORDER_STARTED, index);
	play->ready &= ~ready;
	play->program[index] = (struct play_program){.starts = play->program[index].starts};
}

static void set_ready(struct play *play, int program, uint32_t ready)
{
	for (int i = 0; i < play->plan->ready_count; i++)
		if (ready & ~play->ready & 1u << i) {
			play->ready |= 1u << i;
			tell_waiting(play, program, 1u << i, RAW_ORDER_READY, i);
		}
	act_after(play);
	hear_set_exact(play);
}

static void note_ready(struct play *play, int program, const void *payload)
{
	int32_t ready;

	memcpy(&ready, payload, sizeof(ready));
	if (ready >= 0 && ready < play->plan->ready_count)
		set_ready(play, program, plan_ready_of(play->plan, program) & 1u << ready);
}

static void note_program(struct play *play, int index, const void *payload)
{
	struct raw_program raw;

	memcpy(&raw, payload, sizeof(raw));
	if (raw.state == RAW_PROGRAM_STARTED) {
		hear_program_new(play, index);
		play->program[index].running = true;
		play->program[index].starts++;
	} else {
		hear_program_ended(play, index);
	}
	hear_set_exact(play);
}

static void note_step(struct play *play, int index, const void *payload)
{
	struct play_program *program = &play->program[index];
	const struct peer_step *peer;
	struct peer_event event;
	uint32_t op;

	memcpy(&event, payload, sizeof(event));
	if (event.step >= (uint32_t)play->plan->program[index].step_count)
		return;
	peer = &play->plan->program[index].step[event.step].peer;
	op = peer->op;
	program->idle = event.phase == PEER_START && op == PEER_PAUSE;
	program->next = (int)event.step + (event.phase == PEER_END);
	program->awaits = event.phase == PEER_START && op == PEER_AFTER ? 1u << peer->amount : 0;
	if (event.phase == PEER_END)
		set_ready(play, index,
			  plan_ready_by_step(play->plan, index, (int)event.step, event.ret));
}

/* What it means for the run. True: it belongs into the stream. */
static bool note(struct play *play, int host, const struct raw_frame *frame, const void *payload)
{
	bool first = !(play->started & 1u << host);

	switch ((enum raw_type)frame->type) {
	case RAW_START:
		play->started |= 1u << host;
		return first;
	case RAW_PROGRAM:
		if (frame->size >= sizeof(struct raw_program))
			note_program(play, frame->who, payload);
		return true;
	case RAW_STEP:
		if (frame->size >= sizeof(struct peer_event))
			note_step(play, frame->who, payload);
		return true;
	case RAW_READY:
		if (frame->size >= sizeof(int32_t))
			note_ready(play, frame->who, payload);
		return false;
	case RAW_SKIP:
	case RAW_ERROR:
		world_stop(play->world);
		return true;
	case RAW_HOST:
		if (frame->size >= sizeof(struct raw_host) &&
		    !((const struct raw_host *)payload)->up)
			play->host[host].ends_by_plan = true;
		return true;
	case RAW_END: /* of this guest; the run's comes last */
		play->host[host].done = true;
		/* While others have still to say theirs, its programs do nothing more. */
		if (play->end_ns >= 0 && play_now_ns(play) >= play->end_ns)
			world_hang(play->world, host);
		else if (play->end_ns >= 0) /* its clock is ahead: at 300 Hz by a tenth of a ppm */
			world_at(play->world, play->zero_ns + play->end_ns, play_look_for_end,
				 play);
		return false;
	case RAW_PACKET:
	case RAW_LOST:
	case RAW_CHANGED:
	case RAW_OUTPUT:
	case RAW_OUTPUT_LOST:
	case RAW_CALL:
	case RAW_SOCKET:
	case RAW_SAMPLE:
	case RAW_SAMPLED:
	case RAW_TRACKED:
	case RAW_SPIN:
	case RAW_FAULT:
	case RAW_COUNTERS:
		return true;
	}
	return true;
}

/* The frames that are whole. -EPROTO: it is none. */
static int take(struct play *play, int host)
{
	struct text *said = &play->host[host].said;
	struct raw_frame frame;
	size_t at = 0;

	for (; said->size - at >= sizeof(frame); at += sizeof(frame) + frame.size) {
		const char *payload = said->bytes + at + sizeof(frame);

		memcpy(&frame, said->bytes + at, sizeof(frame));
		if (frame.size > MOST_FRAME || !is_own(play, host, &frame))
			return -EPROTO;
		if (frame.size > said->size - at - sizeof(frame))
			break;
		if (note(play, host, &frame, payload))
			play_frame(play, (enum raw_type)frame.type, frame.who,
				   play_time_of(play, host, frame.t_ns), payload, frame.size, NULL,
				   0);
	}
	if (at) {
		memmove(said->bytes, said->bytes + at, said->size - at);
		text_shrink(said, said->size - at);
	}
	return 0;
}

void hear_bytes(void *data, int host, int64_t t_ns, const void *bytes, size_t size)
{
	struct play *play = data;

	(void)t_ns;
	text_put_n(&play->host[host].said, bytes, size);
	if (take(play, host) < 0)
		play_fail(play, EPROTO, "host %s says what no guest of halfopen's says",
			  play_host_name(play, host));
	else if (play->raw.size > MOST_RAW)
		play_fail(play, EFBIG, "host %s says more than %d MiB", play_host_name(play, host),
			  MOST_RAW >> 20);
	play_end_find(play);
}
