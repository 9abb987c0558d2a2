/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <string.h>

#include "conntrack_words.h"
#include "list.h"
#include "pool.h"
#include "tcp_words.h"

void record_break(struct record *record, const char *reason)
{
	record->state = RECORD_BROKEN;
	record->reason = pool_strdup(record->memory, reason);
}

void record_free(struct record *record)
{
	if (record)
		pool_free(record->memory);
}

struct record_step *record_find_step(const struct record *record, int program, int step,
				     int incarnation)
{
	for (int i = 0; i < record->step_count; i++)
		if (record->step[i].program == program && record->step[i].step == step &&
		    record->step[i].incarnation == incarnation)
			return &record->step[i];
	return NULL;
}

struct record_program *record_find_program(const struct record *record, int program,
					   int incarnation)
{
	for (int i = 0; i < record->program_count; i++)
		if (record->program[i].program == program &&
		    record->program[i].incarnation == incarnation)
			return &record->program[i];
	return NULL;
}

const char *record_release_of(const struct record *record, int host)
{
	for (int i = 0; i < record->host_kernel_count; i++)
		if (record->host_kernel[i].host == host)
			return record->host_kernel[i].release;
	return record->kernel.release;
}

int record_hz_of(const struct record *record, int host)
{
	for (int i = 0; i < record->host_kernel_count; i++)
		if (record->host_kernel[i].host == host)
			return record->host_kernel[i].hz;
	return record->kernel.hz;
}

static void add_lines(struct record *record, const struct record_program *program)
{
	const char *at = program->output;

	for (int i = 0; at && *at && i < program->output_ns.count; i++) {
		struct record_printed *line = LIST_ADD((struct pool *)record->memory, record, line);
		size_t size = strcspn(at, "\n"), shown = size;
		int64_t t_ns = program->output_ns.ns[i];

		if (shown && at[shown - 1] == '\r')
			shown--;
		*line = (struct record_printed){
			.t_ns = t_ns < 0 && i > 0 ? program->output_ns.ns[i - 1] : t_ns,
			.program = program->program,
			.incarnation = program->incarnation,
			.gap = t_ns < 0,
			.text = pool_strndup(record->memory, at, shown)};
		at += size + (at[size] == '\n');
	}
}

void record_make_lines(struct record *record)
{
	for (int i = 0; i < record->program_count; i++)
		add_lines(record, &record->program[i]);
	LIST_SORT(record, line, t_ns);
}

bool record_host_is_up(const struct record *record, int host, int64_t t_ns)
{
	bool up = true;

	for (int i = 0; i < record->host_count && record->host[i].t_ns <= t_ns; i++)
		if (record->host[i].host == host)
			up = record->host[i].up;
	return up;
}

static bool is_index(int index, int count)
{
	return index >= 0 && index < count;
}

static bool is_place(int host, const struct plan *plan)
{
	return host >= PLACE_LEAST && host < plan->host_count;
}

static bool packets_fit(const struct record *record, const struct plan *plan)
{
	for (int i = 0; i < record->packet_count; i++)
		if (!is_place(record->packet[i].from, plan) ||
		    !is_place(record->packet[i].to, plan))
			return false;
	return true;
}

static bool programs_fit(const struct record *record, const struct plan *plan)
{
	for (int i = 0; i < record->program_count; i++)
		if (!is_index(record->program[i].program, plan->program_count))
			return false;
	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->step[i];

		if (!is_index(step->program, plan->program_count) ||
		    !is_index(step->step, plan->program[step->program].step_count))
			return false;
	}
	return true;
}

static bool calls_fit(const struct record *record, const struct plan *plan)
{
	for (int i = 0; i < record->call_count; i++)
		if (!is_index(record->call[i].program, plan->program_count))
			return false;
	return true;
}

static bool is_host_or_router(int place, const struct plan *plan)
{
	return is_index(place, plan->host_count) || place == PLACE_ROUTER;
}

static bool sockets_fit(const struct record *record, const struct plan *plan)
{
	for (int i = 0; i < record->socket_count; i++)
		if (!is_index(record->socket[i].host, plan->host_count) ||
		    !is_index(record->socket[i].state, TCP_STATES) || record->socket[i].timer < 0)
			return false;
	for (int i = 0; i < record->sampled_count; i++)
		if (!is_host_or_router(record->sampled[i].host, plan))
			return false;
	for (int i = 0; i < record->conntrack_count; i++)
		if (!is_index(record->conntrack[i].state, CONNTRACK_STATES))
			return false;
	for (int i = 0; i < record->host_count; i++)
		if (!is_index(record->host[i].host, plan->host_count))
			return false;
	for (int i = 0; i < record->spin_count; i++)
		if (!is_index(record->spin[i].host + 1, plan->host_count + 2)) /* the router too */
			return false;
	return true;
}

bool record_fits(const struct record *record, const struct plan *plan)
{
	for (int i = 0; i < record->fault_count; i++)
		if (!is_index(record->fault[i].fault, plan->fault_count))
			return false;
	for (int i = 0; i < record->counter_count; i++)
		if (!is_host_or_router(record->counter[i].host, plan))
			return false;
	return packets_fit(record, plan) && programs_fit(record, plan) && calls_fit(record, plan) &&
	       sockets_fit(record, plan);
}
