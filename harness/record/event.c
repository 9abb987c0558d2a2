/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <errno.h>
#include <stdlib.h>

#include "list.h"
#include "packet_words.h"

struct events {
	const struct plan *plan;
	const struct record *record;
	struct record_event *event;
	int event_count;
};

static void add(struct events *events, int64_t t_ns, enum record_event_kind kind, int host,
		int index)
{
	*LIST_ADD(NULL, events, event) = (struct record_event){
		.t_ns = t_ns, .kind = kind, .host = host, .index = index};
}

static void add_steps(struct events *events)
{
	const struct record *record = events->record;

	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->step[i];
		const struct record_program *program = record_find_program(record, step->program,
									   step->incarnation);
		int host = events->plan->program[step->program].host;

		add(events, step->start_ns, EVENT_STEP_START, host, i);
		/* The peer exits at once, without a word more. */
		if (step->caught_sigterm && program && program->end_ns >= 0)
			add(events, program->end_ns, EVENT_STEP_END, host, i);
		if (step->end_ns >= 0)
			add(events, step->end_ns, EVENT_STEP_END, host, i);
	}
}

static void add_programs(struct events *events)
{
	for (int i = 0; i < events->record->program_count; i++) {
		const struct record_program *program = &events->record->program[i];
		int host = events->plan->program[program->program].host;

		add(events, program->start_ns, EVENT_PROGRAM_START, host, i);
		if (program->end_ns >= 0)
			add(events, program->end_ns, EVENT_PROGRAM_END, host, i);
	}
}

static void add_calls(struct events *events)
{
	for (int i = 0; i < events->record->call_count; i++) {
		const struct record_call *call = &events->record->call[i];
		int host = events->plan->program[call->program].host;

		add(events, call->start_ns, EVENT_CALL_START, host, i);
		if (call->end_ns >= 0)
			add(events, call->end_ns, EVENT_CALL_END, host, i);
	}
}

static void add_lines(struct events *events)
{
	for (int i = 0; i < events->record->line_count; i++) {
		const struct record_printed *line = &events->record->line[i];

		add(events, line->t_ns, EVENT_LINE, events->plan->program[line->program].host, i);
	}
}

static void add_packets(struct events *events)
{
	for (int i = 0; i < events->record->packet_count; i++) {
		const struct record_packet *packet = &events->record->packet[i];

		if (!(packet->kinds & 1u << KIND_OTHER))
			add(events, packet->sent_ns, EVENT_PACKET, packet->from, i);
	}
}

static void add_sockets(struct events *events)
{
	for (int i = 0; i < events->record->socket_count; i++) {
		const struct record_socket *socket = &events->record->socket[i];

		if (!socket->sample)
			add(events, socket->t_ns, EVENT_SOCKET, socket->host, i);
	}
}

static void add_faults(struct events *events)
{
	for (int i = 0; i < events->record->fault_count; i++)
		add(events, events->record->fault[i].begun_ns, EVENT_FAULT, PLACE_UNKNOWN, i);
}

/* One that takes over at once does so as its fault begins. */
static void add_failovers(struct events *events)
{
	for (int i = 0; i < events->record->fault_count; i++) {
		const struct record_fault *fault = &events->record->fault[i];

		if (events->plan->fault[fault->fault].op == FAULT_FAILOVER &&
		    fault->done_ns != fault->begun_ns)
			add(events, fault->done_ns, EVENT_FAILOVER, PLACE_UNKNOWN, i);
	}
}

/* A host goes down when a fault begins that is about it, and there it is told already; or when
 * one goes on. */
static bool is_told_by_fault(const struct events *events, const struct record_host *change)
{
	const struct record_fault *by = NULL;

	for (int i = 0; i < events->record->fault_count && !change->up; i++) {
		const struct record_fault *fault = &events->record->fault[i];

		if (events->plan->fault[fault->fault].host == change->host &&
		    fault->begun_ns <= change->t_ns)
			by = fault;
	}
	return by && (by->done_ns == by->begun_ns || by->done_ns > change->t_ns);
}

static void add_hosts(struct events *events)
{
	for (int i = 0; i < events->record->host_count; i++) {
		const struct record_host *change = &events->record->host[i];

		if (!is_told_by_fault(events, change))
			add(events, change->t_ns, EVENT_HOST, change->host, i);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct record_event *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->kind != y->kind ? (int)x->kind - (int)y->kind : x->index - y->index;
}

int record_events(const struct plan *plan, const struct record *record,
		  struct record_event **ret_events, int *ret_count)
{
	struct events events = {.plan = plan, .record = record};

	if (!record_fits(record, plan))
		return -EINVAL;
	add_faults(&events);
	add_failovers(&events);
	add_hosts(&events);
	add_programs(&events);
	add_steps(&events);
	add_calls(&events);
	add_lines(&events);
	add_packets(&events);
	add_sockets(&events);
	if (events.event_count)
		qsort(events.event, (size_t)events.event_count, sizeof(*events.event), by_time);
	*ret_events = events.event;
	*ret_count = events.event_count;
	return 0;
}
