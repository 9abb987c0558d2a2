/* SPDX-License-Identifier: MIT
 *
 * What programs did: their steps, their beginnings and ends, what they wrote, their calls.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "call_words.h"
#include "collecting.h"
#include "list.h"

#define MOST_OUTPUT (64 << 10) /* bytes kept of what a command wrote */

void take_step(struct collecting *collecting, const struct raw_frame *frame, const uint8_t *payload)
{
	struct record_step *step;
	struct peer_event event;

	memcpy(&event, payload, sizeof(event));
	if (event.step >= (uint32_t)collecting->plan->program[frame->who].step_count)
		return;
	if (event.phase == PEER_START) {
		step = LIST_ADD(collecting->pool, collecting->record, step);
		step->program = frame->who;
		step->step = (int)event.step;
		step->incarnation = collecting->incarnation[frame->who];
		step->start_ns = frame->t_ns;
		step->end_ns = -1;
		return;
	}
	step = record_find_step(collecting->record, frame->who, (int)event.step,
				collecting->incarnation[frame->who]);
	if (!step)
		return;
	if (event.phase == PEER_CAUGHT) {
		step->caught_sigterm = true;
		return;
	}
	step->end_ns = frame->t_ns;
	step->ret = event.ret;
	step->bytes = event.bytes;
	step->err = event.err;
	step->revents = event.revents;
	step->intact = event.intact;
	step->local_port = event.local_port;
}

static struct record_program *program_last(struct record *record, int program)
{
	for (int i = record->program_count - 1; i >= 0; i--)
		if (record->program[i].program == program)
			return &record->program[i];
	return NULL;
}

static void line_end(struct collecting *collecting, int program, int64_t t_ns)
{
	struct record_times *lines = &collecting->lines[program];

	*LIST_ADD_TO(collecting->pool, lines->ns, lines->count) = t_ns;
}

void collecting_output_end(struct collecting *collecting, int program)
{
	struct record_program *last = program_last(collecting->record, program);
	struct text *output = &collecting->output[program];

	if (last && output->size) {
		last->output = pool_strdup(collecting->pool, text_string(output));
		if (output->bytes[output->size - 1] != '\n')
			line_end(collecting, program, collecting->output_last_ns[program]);
		last->output_ns = collecting->lines[program];
	}
	collecting->lines[program] = (struct record_times){0};
	text_done(output);
	collecting->output_bytes[program] = 0;
}

void take_program(struct collecting *collecting, const struct raw_frame *frame,
		  const uint8_t *payload)
{
	struct record_program *program;
	struct raw_program raw;

	memcpy(&raw, payload, sizeof(raw));
	if (raw.state == RAW_PROGRAM_STARTED) {
		collecting_output_end(collecting, frame->who);
		program = LIST_ADD(collecting->pool, collecting->record, program);
		program->program = frame->who;
		program->incarnation = collecting->incarnation[frame->who] = raw.incarnation;
		program->pid = raw.pid;
		program->start_ns = frame->t_ns;
		program->end_ns = -1;
		program->exit_status = -1;
		return;
	}
	program = program_last(collecting->record, frame->who);
	if (!program)
		return;
	program->end_ns = frame->t_ns;
	program->exit_status = WIFEXITED(raw.status) ? WEXITSTATUS(raw.status) : -1;
	program->signal = WIFSIGNALED(raw.status) ? WTERMSIG(raw.status) : 0;
}

/* A NUL would end the text: it is written out. */
void take_output(struct collecting *collecting, const struct raw_frame *frame,
		 const uint8_t *payload)
{
	struct text *output = &collecting->output[frame->who];
	size_t *bytes = &collecting->output_bytes[frame->who];

	if (!program_last(collecting->record, frame->who) || *bytes + frame->size > MOST_OUTPUT)
		return;
	*bytes += frame->size;
	collecting->output_last_ns[frame->who] = frame->t_ns;
	for (size_t i = 0; i < frame->size; i++) {
		text_put_n(output, payload[i] ? (const char *)&payload[i] : "\\0",
			   payload[i] ? 1 : 2);
		if (payload[i] == '\n')
			line_end(collecting, frame->who, frame->t_ns);
	}
}

void take_output_lost(struct collecting *collecting, const struct raw_frame *frame,
		      const uint8_t *payload)
{
	uint64_t lost;

	memcpy(&lost, payload, sizeof(lost));
	if (!program_last(collecting->record, frame->who))
		return;
	text_add(&collecting->output[frame->who], "\n[%" PRIu64 " bytes are left out here]\n",
		 lost);
	line_end(collecting, frame->who, collecting->output_last_ns[frame->who]);
	line_end(collecting, frame->who, -1);
}

/* The last that its thread began and did not end. */
static struct record_call *call_open(struct record *record, const struct raw_call *raw, int program)
{
	for (int i = record->call_count - 1; i >= 0; i--) {
		struct record_call *call = &record->call[i];

		if (call->program == program && call->thread == raw->thread)
			return call->end_ns < 0 ? call : NULL;
	}
	return NULL;
}

static struct record_call *call_add(struct collecting *collecting, const struct raw_call *raw,
				    const struct raw_frame *frame)
{
	struct record_call *call = LIST_ADD(collecting->pool, collecting->record, call);

	call->program = frame->who;
	call->incarnation = collecting->incarnation[frame->who];
	call->thread = raw->thread;
	call->fd = raw->fd;
	call->start_ns = frame->t_ns;
	call->end_ns = -1;
	call->name = pool_strdup(collecting->pool, raw->phase == RAW_CALLS_LOST
							   ? ""
							   : word_name(call_words, raw->kind));
	call->detail = call_detail(collecting->pool, collecting->plan, raw);
	return call;
}

void take_call(struct collecting *collecting, const struct raw_frame *frame, const uint8_t *payload)
{
	struct record_call *call = NULL;
	struct raw_call raw;

	memcpy(&raw, payload, sizeof(raw));
	if (raw.phase == RAW_CALL_ENDED)
		call = call_open(collecting->record, &raw, frame->who);
	else
		call = call_add(collecting, &raw, frame);
	if (!call || raw.phase == RAW_CALL_BEGUN)
		return;
	call->end_ns = frame->t_ns;
	call->ret = raw.ret;
	call->err = raw.err;
	call->detail = call_detail(collecting->pool, collecting->plan, &raw);
}
