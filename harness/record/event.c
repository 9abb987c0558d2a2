/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "errno_words.h"
#include "packet.h"
#include "packet_words.h"
#include "poll_words.h"
#include "signal_words.h"
#include "tcp_words.h"

struct events {
	const struct plan *plan;
	const struct record *record;
	struct record_event *event;
	int count;
	bool failed; /* no memory */
};

__attribute__((format(printf, 6, 7))) static void add(struct events *events, int64_t t_ns,
						      enum record_event_kind kind, int host,
						      int index, const char *fmt, ...)
{
	struct record_event *event = &events->event[events->count];
	va_list ap;

	*event = (struct record_event){.t_ns = t_ns, .kind = kind, .host = host, .index = index};
	va_start(ap, fmt);
	if (vasprintf(&event->text, fmt, ap) < 0)
		events->failed = true;
	else
		events->count++;
	va_end(ap);
}

static size_t append(char *buf, size_t size, size_t used, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static size_t append(char *buf, size_t size, size_t used, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
	return n > 0 && used + (size_t)n < size ? used + (size_t)n : size - 1;
}

static const struct {
	int flag;
	const char *name;
} flag_names[] = {{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"}, {TCP_ACK, "ACK"}};

static size_t describe_tcp(const struct record_packet *packet, char *buf, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++)
		if (packet->flags & flag_names[i].flag)
			used = append(buf, size, used, "%s%s", used ? " " : "", flag_names[i].name);
	if (packet->rel_seq >= 0)
		used = append(buf, size, used, " seq %lld", (long long)packet->rel_seq);
	if (packet->rel_ack >= 0)
		used = append(buf, size, used, " ack %lld", (long long)packet->rel_ack);
	if (packet->payload)
		used = append(buf, size, used, " len %d", packet->payload);
	if (packet->kinds & 1u << KIND_ZERO_WINDOW)
		used = append(buf, size, used, " win 0");
	return used;
}

const char *record_packet_what(const struct record_packet *packet, char *buf, size_t size)
{
	static const enum packet_kind told[] = {KIND_RETRANSMISSION, KIND_KEEPALIVE_PROBE,
						KIND_WINDOW_PROBE,   KIND_KEEPALIVE_ACK,
						KIND_DUPLICATE_ACK,  KIND_ZERO_WINDOW};
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		if (!(packet->kinds & 1u << told[i]))
			continue;
		used = append(buf, size, used, "%s%s", used ? ", " : "", packet_kind_name(told[i]));
		if (packet->attempt && i < 3)
			used = append(buf, size, used, " %d", packet->attempt);
	}
	if (packet->note)
		append(buf, size, used, "%s(%s)", used ? " " : "", packet->note);
	return buf;
}

const char *record_packet_text(const struct record_packet *packet, char *buf, size_t size)
{
	char what[512];
	size_t used = 0;

	buf[0] = '\0';
	if (packet->kinds & 1u << KIND_TCP)
		used = describe_tcp(packet, buf, size);
	else if (packet->kinds & 1u << KIND_ICMP)
		used = append(buf, size, used, "ICMP type %d code %d", packet->icmp_type,
			      packet->icmp_code);
	else if (packet->kinds & 1u << KIND_ARP_REQUEST)
		used = append(buf, size, used, "who has %s?", packet->dst);
	else if (packet->kinds & 1u << KIND_ARP_REPLY)
		used = append(buf, size, used, "%s is here", packet->src);
	else
		used = append(buf, size, used, "other");
	record_packet_what(packet, what, sizeof(what));
	if (*what)
		append(buf, size, used, "%s%s", *what == '(' ? " " : ", ", what);
	return buf;
}

const char *record_spin_text(const struct record_spin *spin, char *buf, size_t size)
{
	char since[32];

	append(buf, size, 0, "time crept from %s on%s: %s",
	       duration_clock(spin->t_ns, since, sizeof(since)), spin->exact ? "" : ", not exactly",
	       spin->text);
	return buf;
}

/* A text is not the pattern, nor meant to be. */
static bool sends_texts(const struct plan *plan)
{
	for (int i = 0; i < plan->program_count; i++)
		for (int k = 0; k < plan->program[i].step_count; k++)
			if (*plan->program[i].step[k].peer.text)
				return true;
	return false;
}

const char *record_step_result(const struct plan *plan, const struct record_step *step, char *buf,
			       size_t size)
{
	const struct peer_step *peer = &plan->program[step->program].step[step->step].peer;
	size_t used = append(buf, size, 0, "%lld", (long long)step->ret);

	if (step->ret < 0)
		used = append(buf, size, used, " %s", errno_name(step->err));
	if (step->ret < 0 && step->bytes > 0)
		used = append(buf, size, used, " after %lld bytes", (long long)step->bytes);
	if (step->bytes > 0 && !step->intact && !sends_texts(plan) &&
	    (peer->op == PEER_RECV || peer->op == PEER_RECV_EXACT || peer->op == PEER_RECV_EOF))
		used = append(buf, size, used, " (not the pattern)");
	for (const struct word *event = poll_event_words; event->name; event++)
		if (step->revents & event->value)
			used = append(buf, size, used, " %s", event->name);
	return buf;
}

static const char *host_name(const struct plan *plan, int host)
{
	if (host >= 0 && host < plan->host_count)
		return plan->host[host].name;
	return host == -2 ? "router" : "somebody";
}

/* Whose it is: a program's number and boot, as "server" or "server (boot 2)". */
static const char *program_name(const struct plan *plan, int program, int incarnation, char buf[64])
{
	if (incarnation == 0)
		return plan->program[program].name;
	snprintf(buf, 64, "%s (start %d)", plan->program[program].name, incarnation + 1);
	return buf;
}

static void add_steps(struct events *events)
{
	const struct plan *plan = events->plan;

	for (int i = 0; i < events->record->step_count; i++) {
		const struct record_step *step = &events->record->step[i];
		const struct plan_program *program = &plan->program[step->program];
		const struct plan_step *planned = &program->step[step->step];
		char who[64], result[128];

		add(events, step->start_ns, EVENT_STEP_START, program->host, i, "%s: %s ...",
		    program_name(plan, step->program, step->incarnation, who), planned->text);
		if (step->caught_sigterm)
			add(events, step->start_ns, EVENT_STEP_END, program->host, i,
			    "%s: SIGTERM during %s", program->name, planned->name);
		if (step->end_ns >= 0)
			add(events, step->end_ns, EVENT_STEP_END, program->host, i, "%s: %s = %s",
			    program_name(plan, step->program, step->incarnation, who),
			    planned->name, record_step_result(plan, step, result, sizeof(result)));
	}
}

static void add_programs(struct events *events)
{
	for (int i = 0; i < events->record->program_count; i++) {
		const struct record_program *program = &events->record->program[i];
		const struct plan_program *planned = &events->plan->program[program->program];
		char who[64];
		const char *name = program_name(events->plan, program->program,
						program->incarnation, who);

		add(events, program->start_ns, EVENT_PROGRAM_START, planned->host, i,
		    "%s: program started", name);
		if (program->end_ns < 0)
			continue;
		if (program->signal)
			add(events, program->end_ns, EVENT_PROGRAM_END, planned->host, i,
			    "%s: program killed by SIG%s", name,
			    signal_abbreviation(program->signal));
		else
			add(events, program->end_ns, EVENT_PROGRAM_END, planned->host, i,
			    "%s: program exited with %d", name, program->exit_status);
	}
}

static void add_packets(struct events *events)
{
	for (int i = 0; i < events->record->packet_count; i++) {
		const struct record_packet *packet = &events->record->packet[i];
		char text[512];

		if (packet->kinds & 1u << KIND_OTHER)
			continue;
		add(events, packet->sent_ns, EVENT_PACKET, packet->from, i, "%s > %s: %s%s",
		    host_name(events->plan, packet->from),
		    packet->to == PLAN_ANY ? packet->dst : host_name(events->plan, packet->to),
		    record_packet_text(packet, text, sizeof(text)),
		    packet->arrived_ns < 0 ? ", lost" : "");
	}
}

static void add_sockets(struct events *events)
{
	const struct plan *plan = events->plan;

	for (int i = 0; i < events->record->socket_count; i++) {
		const struct record_socket *socket = &events->record->socket[i];

		if (!socket->sample)
			add(events, socket->t_ns, EVENT_SOCKET, socket->host, i,
			    "%s: socket %s%s%s %s", host_name(plan, socket->host), socket->local,
			    socket->remote_port ? " - " : "",
			    socket->remote_port ? socket->remote : "",
			    socket->state ? tcp_state_name(socket->state) : "is gone");
	}
}

static void add_faults(struct events *events)
{
	for (int i = 0; i < events->record->fault_count; i++) {
		const struct record_fault *fault = &events->record->fault[i];

		add(events, fault->begun_ns, EVENT_FAULT, -1, i, "*** %s",
		    events->plan->fault[fault->fault].text);
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
			add(events, change->t_ns, EVENT_HOST, change->host, i, "*** %s is %s",
			    host_name(events->plan, change->host), change->up ? "up again" : "off");
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
	size_t most;

	if (!record_fits(record, plan))
		return -EINVAL;
	most = 3 * (size_t)record->step_count + 2 * (size_t)record->program_count +
	       (size_t)record->packet_count + (size_t)record->socket_count +
	       (size_t)record->fault_count + (size_t)record->host_count;

	events.event = calloc(most + 1, sizeof(*events.event));
	if (!events.event)
		return -ENOMEM;
	add_faults(&events);
	add_hosts(&events);
	add_programs(&events);
	add_steps(&events);
	add_packets(&events);
	add_sockets(&events);
	if (events.failed) {
		record_events_free(events.event, events.count);
		return -ENOMEM;
	}
	qsort(events.event, (size_t)events.count, sizeof(*events.event), by_time);
	*ret_events = events.event;
	*ret_count = events.count;
	return 0;
}

void record_events_free(struct record_event *events, int count)
{
	for (int i = 0; i < count; i++)
		free(events[i].text);
	free(events);
}
