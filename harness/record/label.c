/* SPDX-License-Identifier: MIT */
#include "label.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addresses.h"
#include "call_words.h"
#include "conntrack_words.h"
#include "duration.h"
#include "errno_words.h"
#include "icmp_words.h"
#include "packet_words.h"
#include "poll_words.h"
#include "signal_words.h"
#include "tcp_words.h"
#include "text.h"

/* What a packet is beyond its flags. */
static const struct {
	enum packet_kind kind;
	const char *name;
	bool is_counted; /* by `attempt` */
} notes[] = {
	{KIND_RETRANSMISSION, "retransmission", true},
	{KIND_KEEPALIVE_PROBE, "keepalive probe", true},
	{KIND_WINDOW_PROBE, "window probe", true},
	{KIND_KEEPALIVE_ACK, "keepalive answer", false},
	{KIND_DUPLICATE_ACK, "duplicate ACK", false},
	{KIND_ZERO_WINDOW, "window 0", false},
};

const char *label_host(const struct plan *plan, int host)
{
	if (host >= 0 && host < plan->host_count)
		return plan->host[host].name;
	return host == PLACE_ROUTER ? PLACE_ROUTER_NAME : "somebody";
}

/* A host's name has no dot. */
const char *label_tap(const struct plan *plan, int tap, char *buf, size_t size)
{
	int router = tap >= plan->host_count;

	snprintf(buf, size, "%s%s", router ? PLACE_ROUTER_NAME "." : "",
		 plan->host[tap - (router ? plan->host_count : 0)].name);
	return buf;
}

/* Of a segment whose numbers are not known, the flags are all. */
static void say_tcp(struct text *text, const struct record_packet *packet)
{
	char flags[24];

	text_put(text, tcp_flags_said(packet->flags, flags));
	if (packet->rel_seq >= 0) {
		text_separate(text, " ");
		text_add(text, "seq %lld", (long long)packet->rel_seq);
	}
	if (packet->rel_ack >= 0 && packet->flags & TCP_ACK)
		text_add(text, " ack %lld", (long long)packet->rel_ack);
	if (packet->payload) {
		text_separate(text, " ");
		text_add(text, "len %d", packet->payload);
	}
}

static void say_packet(struct text *text, const struct plan *plan,
		       const struct record_packet *packet)
{
	const char *icmp = icmp_name(plan->ip_version, packet->icmp_type, packet->icmp_code);

	if (packet->kinds & 1u << KIND_TCP)
		say_tcp(text, packet);
	else if (packet->kinds & 1u << KIND_ICMP && icmp)
		text_add(text, "ICMP %s", icmp);
	else if (packet->kinds & 1u << KIND_ICMP)
		text_add(text, "ICMP type %d code %d", packet->icmp_type, packet->icmp_code);
	else if (packet->kinds & 1u << KIND_ARP_REQUEST)
		text_add(text, "who has %s?", packet->dst);
	else if (packet->kinds & 1u << KIND_ARP_REPLY)
		text_add(text, "%s is here", packet->src);
	else
		text_put(text, "no TCP");
}

const char *label_packet(const struct plan *plan, const struct record_packet *packet, char *buf,
			 size_t size)
{
	struct text text = text_over(buf, size);

	say_packet(&text, plan, packet);
	return buf;
}

/* A comma stands before each but the first. */
static void say_notes(struct text *text, const struct record_packet *packet)
{
	const char *why = packet->note;

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		if (!(packet->kinds & 1u << notes[i].kind))
			continue;
		text_separate(text, ", ");
		text_put(text, notes[i].name);
		if (packet->attempt && notes[i].is_counted)
			text_add(text, " %d", packet->attempt);
	}
	if (why) {
		text_separate(text, ", ");
		text_put(text, strncmp(why, "RST: ", 5) == 0 ? why + 5 : why);
	}
}

const char *label_packet_note(const struct record_packet *packet, char *buf, size_t size)
{
	struct text text = text_over(buf, size);

	say_notes(&text, packet);
	return buf;
}

/* PLACE: the packet's sender or receiver. */
static void say_frame(struct text *text, const struct plan *plan, int64_t frame, int place,
		      bool router)
{
	char tap[64];

	if (frame <= 0 || place < 0 || place >= plan->host_count)
		return;
	text_put(text, text->size ? ", " : "frame ");
	text_add(text, "%" PRId64 " at %s", frame,
		 label_tap(plan, place + (router ? plan->host_count : 0), tap, sizeof(tap)));
}

const char *label_packet_frames(const struct plan *plan, const struct record_packet *packet,
				char *buf, size_t size)
{
	struct text text = text_over(buf, size);

	say_frame(&text, plan, packet->frame_sent, packet->from, false);
	say_frame(&text, plan, packet->frame_router_in, packet->from, true);
	say_frame(&text, plan, packet->frame_router_out, packet->to, true);
	say_frame(&text, plan, packet->frame_arrived, packet->to, false);
	return buf;
}

/* An address of IPv6 stands in brackets before a port. */
static void say_end(struct text *text, const char *address, int port)
{
	bool brackets = port && strchr(address, ':');

	text_add(text, "%s%s%s", brackets ? "[" : "", address, brackets ? "]" : "");
	if (port)
		text_add(text, ":%d", port);
}

/* By the name of who has it. */
static const char *address_name(const struct plan *plan, const char *address)
{
	int vip = plan_address_of_text(plan, address);

	for (int i = 0; i < plan->host_count; i++) {
		if (strcmp(plan_host_address(plan, i), address) == 0)
			return plan->host[i].name;
		if (strcmp(plan_router_address(plan, i), address) == 0)
			return PLACE_ROUTER_NAME;
	}
	return vip >= 0 ? plan->address[vip].name : address;
}

const char *label_conntrack(const struct plan *plan, const struct record_conntrack *entry,
			    char *buf, size_t size)
{
	struct text text = text_over(buf, size);
	char left[32];

	text_add(&text, "%s ", conntrack_state_name(entry->state));
	say_end(&text, address_name(plan, entry->src), entry->sport);
	text_put(&text, " > ");
	say_end(&text, address_name(plan, entry->dst), entry->dport);
	if (strcmp(entry->reply_src, entry->dst) != 0 || entry->reply_sport != entry->dport) {
		text_put(&text, " (");
		say_end(&text, address_name(plan, entry->reply_src), entry->reply_sport);
		text_put(&text, ")");
	}
	if (strcmp(entry->reply_dst, entry->src) != 0 || entry->reply_dport != entry->sport) {
		text_put(&text, " as ");
		say_end(&text, address_name(plan, entry->reply_dst), entry->reply_dport);
	}
	text_add(&text, ", %s left", duration_format(entry->left_ns, left, sizeof(left)));
	if (!plan_router_balances(plan)) /* which does not tell */
		text_add(&text, "%s%s", entry->replied ? "" : ", not replied",
			 entry->assured ? "" : ", not assured");
	return buf;
}

const char *label_packet_header(const struct record_packet *packet, char *buf, size_t size)
{
	struct text text = text_over(buf, size);

	say_end(&text, packet->src, packet->sport);
	text_put(&text, " > ");
	say_end(&text, packet->dst, packet->dport);
	if (packet->kinds & 1u << KIND_TCP) {
		text_add(&text, ", seq %u", packet->seq);
		if (packet->flags & TCP_ACK)
			text_add(&text, ", ack %u", packet->ack);
		text_add(&text, ", window %d", packet->window);
	}
	if (packet->ttl)
		text_add(&text, ", ttl %" PRId64, packet->ttl);
	if (packet->ip_id)
		text_add(&text, ", id 0x%04" PRIx64, (uint64_t)packet->ip_id);
	if (packet->ts_value || packet->ts_echo)
		text_add(&text, ", timestamps %" PRId64 " %" PRId64, packet->ts_value,
			 packet->ts_echo);
	if (packet->options)
		text_add(&text, ", %s", packet->options);
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

static const struct plan_step *step_planned(const struct plan *plan, const struct record_step *step)
{
	return &plan->program[step->program].step[step->step];
}

static void say_error(struct text *text, const struct record_step *step)
{
	text_put(text, errno_name(step->err));
	if (step->bytes > 0)
		text_add(text, " after %lld bytes", (long long)step->bytes);
}

static void say_returned(struct text *text, const struct plan *plan, const struct record_step *step)
{
	text_add(text, "%lld", (long long)step->ret);
	if (step->ret < 0) {
		text_put(text, " ");
		say_error(text, step);
	}
	if (step->bytes > 0 && !step->intact && step_planned(plan, step)->kind->receives &&
	    !sends_texts(plan))
		text_put(text, " (not the pattern)");
	for (const struct word *event = poll_event_words; event->name; event++)
		if (step->revents & event->value)
			text_add(text, " %s", event->name);
}

const char *label_result(const struct plan *plan, const struct record_step *step, char *buf,
			 size_t size)
{
	struct text text = text_over(buf, size);

	say_returned(&text, plan, step);
	return buf;
}

static void say_outcome(struct text *text, const struct plan *plan, const struct record_step *step,
			bool whole)
{
	const struct step_kind *kind = step_planned(plan, step)->kind;

	if (step->ret < 0) {
		text_put(text, ": ");
		say_error(text, step);
	} else if (step->ret == 0 && kind->tells_end) {
		text_put(text, ": EOF");
	} else if (kind->returns) {
		text_put(text, " = ");
		say_returned(text, plan, step);
	} else if (!whole) {
		text_put(text, ": done");
	}
}

static void say_step(struct text *text, const struct plan *plan, const struct record_step *step,
		     enum label_part part)
{
	const struct plan_step *planned = step_planned(plan, step);

	text_put(text, part == LABEL_END || part == LABEL_WAITING ? planned->name : planned->text);
	if (part == LABEL_START)
		text_put(text, " ...");
	else if (part == LABEL_WAITING)
		text_put(text, " still waits");
	else if (step->caught_sigterm)
		text_put(text, ": SIGTERM");
	else
		say_outcome(text, plan, step, part == LABEL_WHOLE);
}

/* A host's only program needs no name: it stands in the host's column. */
static void say_column(struct text *text, const struct plan *plan, int program)
{
	const struct plan_program *planned = &plan->program[program];

	if (strcmp(planned->name, plan->host[planned->host].name) != 0)
		text_add(text, "%s: ", planned->name);
}

const char *label_step(const struct plan *plan, const struct record_step *step,
		       enum label_part part, char *buf, size_t size)
{
	struct text text = text_over(buf, size);

	say_column(&text, plan, step->program);
	say_step(&text, plan, step, part);
	return buf;
}

static void say_program(struct text *text, const struct record_program *program, bool start)
{
	if (start)
		text_put(text, program->incarnation ? "starts again" : "starts");
	else if (program->signal)
		text_add(text, "killed by SIG%s", signal_abbreviation(program->signal));
	else
		text_add(text, "exits with %d", program->exit_status);
}

const char *label_program(const struct plan *plan, const struct record_program *program, bool start,
			  char *buf, size_t size)
{
	struct text text = text_over(buf, size);

	say_column(&text, plan, program->program);
	say_program(&text, program, start);
	return buf;
}

static void say_call(struct text *text, const struct record_call *call, enum label_part part)
{
	if (!*call->name) {
		text_add(text, "... %lld sends and receives are left out ...",
			 (long long)call->ret);
		return;
	}
	text_add(text, "%s(%d)", call->name, call->fd);
	/* Who it is that connects is known when it has. */
	if (*call->detail && part != LABEL_WAITING &&
	    (part != LABEL_START || strcmp(call->name, word_name(call_words, CALL_ACCEPT)) != 0))
		text_add(text, " %s", call->detail);
	if (part == LABEL_START)
		text_put(text, " ...");
	else if (part == LABEL_WAITING)
		text_put(text, " still waits");
	else if (call->ret < 0)
		text_add(text, ": %s", errno_name(call->err));
	else if (call->ret == 0 && strcmp(call->name, word_name(call_words, CALL_RECV)) == 0)
		text_put(text, ": EOF");
	else if (call->ret > 0)
		text_add(text, " = %lld", (long long)call->ret);
	else if (part == LABEL_END)
		text_put(text, ": done");
}

const char *label_call(const struct plan *plan, const struct record_call *call,
		       enum label_part part, char *buf, size_t size)
{
	struct text text = text_over(buf, size);

	say_column(&text, plan, call->program);
	say_call(&text, call, part);
	return buf;
}

/* Of a long line the beginning. */
static void say_line(struct text *text, const struct record_printed *line)
{
	const int most = 400;
	const char *mark = line->gap ? "" : "\"";

	text_add(text, "%s%.*s%s%s", mark, most, line->text,
		 strlen(line->text) > (size_t)most ? "..." : "", mark);
}

const char *label_line(const struct plan *plan, const struct record_printed *line, char *buf,
		       size_t size)
{
	struct text text = text_over(buf, size);

	say_column(&text, plan, line->program);
	say_line(&text, line);
	return buf;
}

const char *label_state(const struct record_socket *socket)
{
	if (tcp_is_full(socket->state, socket->rqueue, socket->wqueue))
		return "LISTEN, full";
	return socket->state ? tcp_state_name(socket->state) : "gone";
}

const char *label_socket(const struct record_socket *socket, bool with_port, char *buf, size_t size)
{
	const char *state = label_state(socket);

	if (with_port || !socket->remote_port)
		snprintf(buf, size, "[%s :%d]", state, socket->local_port);
	else
		snprintf(buf, size, "[%s]", state);
	return buf;
}

const char *label_host_change(const struct plan *plan, const struct record_host *change, char *buf,
			      size_t size)
{
	snprintf(buf, size, "%s is %s", label_host(plan, change->host),
		 change->up ? "up again" : "off");
	return buf;
}

const char *label_chance(const struct record *record, char *buf, size_t size)
{
	struct text text = text_over(buf, size);
	char phase[32];

	if (record->seed)
		text_add(&text, "seed %" PRId64, record->seed);
	if (record->phase_ns)
		text_add(&text, "%sphase %s", record->seed ? ", " : "",
			 duration_format(record->phase_ns, phase, sizeof(phase)));
	return buf;
}

const char *label_spin(const struct record_spin *spin, char *buf, size_t size)
{
	char since[32];

	snprintf(buf, size, "time crept from %s on%s: %s",
		 duration_clock(spin->t_ns, since, sizeof(since)),
		 spin->exact ? "" : ", not exactly", spin->text);
	return buf;
}

/* Whose it is: "server", "server (start 2)". */
static void say_who(struct text *text, const struct plan *plan, int program, int incarnation)
{
	text_put(text, plan->program[program].name);
	if (incarnation)
		text_add(text, " (start %d)", incarnation + 1);
	text_put(text, ": ");
}

static void say_sent(struct text *text, const struct plan *plan, const struct record_packet *packet)
{
	char note[256];

	text_add(text, "%s > %s: ", label_host(plan, packet->from),
		 packet->to == PLAN_ANY ? packet->dst : label_host(plan, packet->to));
	say_packet(text, plan, packet);
	if (*label_packet_note(packet, note, sizeof(note)))
		text_add(text, ", %s", note);
	if (packet->arrived_ns < 0)
		text_put(text, ", lost");
}

static void say_socket(struct text *text, const struct plan *plan,
		       const struct record_socket *socket)
{
	text_add(text, "%s: socket %s%s%s %s", label_host(plan, socket->host), socket->local,
		 socket->remote_port ? " - " : "", socket->remote_port ? socket->remote : "",
		 socket->state ? tcp_state_name(socket->state) : "is gone");
}

const char *label_event(const struct plan *plan, const struct record *record,
			const struct record_event *event, char *buf, size_t size)
{
	const struct record_program *program;
	const struct record_step *step;
	const struct record_printed *line;
	const struct record_call *call;
	struct text text = text_over(buf, size);
	char change[64];

	switch (event->kind) {
	case EVENT_FAULT:
		text_add(&text, "*** %s", plan->fault[record->fault[event->index].fault].text);
		break;
	case EVENT_FAILOVER:
		text_put(&text, "*** " LABEL_FAILOVER);
		break;
	case EVENT_HOST:
		text_add(&text, "*** %s",
			 label_host_change(plan, &record->host[event->index], change,
					   sizeof(change)));
		break;
	case EVENT_PROGRAM_START:
	case EVENT_PROGRAM_END:
		program = &record->program[event->index];
		say_who(&text, plan, program->program, program->incarnation);
		say_program(&text, program, event->kind == EVENT_PROGRAM_START);
		break;
	case EVENT_STEP_START:
	case EVENT_STEP_END:
		step = &record->step[event->index];
		say_who(&text, plan, step->program, step->incarnation);
		say_step(&text, plan, step,
			 event->kind == EVENT_STEP_START ? LABEL_START : LABEL_END);
		break;
	case EVENT_CALL_START:
	case EVENT_CALL_END:
		call = &record->call[event->index];
		say_who(&text, plan, call->program, call->incarnation);
		say_call(&text, call, event->kind == EVENT_CALL_START ? LABEL_START : LABEL_END);
		break;
	case EVENT_LINE:
		line = &record->line[event->index];
		say_who(&text, plan, line->program, line->incarnation);
		say_line(&text, line);
		break;
	case EVENT_PACKET:
		say_sent(&text, plan, &record->packet[event->index]);
		break;
	case EVENT_SOCKET:
		say_socket(&text, plan, &record->socket[event->index]);
		break;
	}
	return buf;
}

const char *label_kernel(const char *path, char *buf, size_t size)
{
	static const char *const common[] = {"live",    "linux",   "vmlinux",
					     "vmlinuz", "bzImage", "kernel"};
	const char *end = path + strlen(path), *base = path;

	for (const char *at = path; *at; at++)
		if (*at == '/' && at[1])
			base = at + 1;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (strcmp(base, common[i]) != 0)
			continue;
		end = base > path ? base - 1 : path;
		for (base = end; base > path && base[-1] != '/';)
			base--;
		break;
	}
	snprintf(buf, size, "%.*s", (int)(end - base), base);
	return buf;
}
