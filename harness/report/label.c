/* SPDX-License-Identifier: MIT */
#include "label.h"

#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "errno_words.h"
#include "event.h"
#include "icmp_words.h"
#include "signal_words.h"
#include "tcp_words.h"

static const struct {
	int flag;
	const char *name;
} flags[] = {{TCP_SYN, "SYN "}, {TCP_FIN, "FIN "}, {TCP_RST, "RST "}, {TCP_ACK, "ACK "}};

static const struct {
	enum packet_kind kind;
	const char *name;
} noted[] = {
	{KIND_RETRANSMISSION, "retransmission"}, {KIND_KEEPALIVE_PROBE, "keepalive probe"},
	{KIND_WINDOW_PROBE, "window probe"},     {KIND_KEEPALIVE_ACK, "keepalive answer"},
	{KIND_DUPLICATE_ACK, "duplicate ACK"},   {KIND_ZERO_WINDOW, "window 0"},
};

static void label_tcp(const struct record_packet *packet, FILE *out)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (packet->flags & flags[i].flag)
			fputs(flags[i].name, out);
	if (packet->rel_seq >= 0)
		fprintf(out, "seq %lld", (long long)packet->rel_seq);
	if (packet->rel_ack >= 0 && packet->flags & TCP_ACK)
		fprintf(out, "%sack %lld", packet->rel_seq >= 0 ? " " : "",
			(long long)packet->rel_ack);
	if (packet->payload)
		fprintf(out, " len %d", packet->payload);
}

static void label_icmp(int version, const struct record_packet *packet, FILE *out)
{
	const char *name = icmp_name(version, packet->icmp_type, packet->icmp_code);

	if (name)
		fprintf(out, "ICMP %s", name);
	else
		fprintf(out, "ICMP type %d code %d", packet->icmp_type, packet->icmp_code);
}

const char *label_host(const struct plan *plan, int host)
{
	if (host >= 0 && host < plan->host_count)
		return plan->host[host].name;
	return host == -2 ? "router" : "somebody";
}

const char *label_packet(const struct plan *plan, const struct record_packet *packet, char *buf,
			 size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	buf[0] = '\0';
	if (!out)
		return buf;
	if (packet->kinds & 1u << KIND_TCP)
		label_tcp(packet, out);
	else if (packet->kinds & 1u << KIND_ICMP)
		label_icmp(plan->ip_version, packet, out);
	else if (packet->kinds & 1u << KIND_ARP_REQUEST)
		fprintf(out, "who has %s?", packet->dst);
	else if (packet->kinds & 1u << KIND_ARP_REPLY)
		fprintf(out, "%s is here", packet->src);
	else
		fputs("no TCP", out);
	fclose(out);
	/* Of a segment whose numbers are not known, the flags are all. */
	if (buf[0] && buf[strlen(buf) - 1] == ' ')
		buf[strlen(buf) - 1] = '\0';
	return buf;
}

const char *label_packet_note(const struct record_packet *packet, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");
	const char *between = "";

	buf[0] = '\0';
	if (!out)
		return buf;
	for (size_t i = 0; i < sizeof(noted) / sizeof(noted[0]); i++) {
		if (!(packet->kinds & 1u << noted[i].kind))
			continue;
		fprintf(out, "%s%s", between, noted[i].name);
		if (packet->attempt && i < 3)
			fprintf(out, " %d", packet->attempt);
		between = ", ";
	}
	if (packet->note)
		fprintf(out, "%s%s", between,
			strncmp(packet->note, "RST: ", 5) == 0 ? packet->note + 5 : packet->note);
	fclose(out);
	return buf;
}

/* Whether what a step returns is worth a look when it went well. */
static bool returns_something(enum peer_op op)
{
	switch (op) {
	case PEER_SEND:
	case PEER_SEND_ONCE:
	case PEER_RECV:
	case PEER_RECV_EXACT:
	case PEER_RECV_EOF:
	case PEER_POLL:
	case PEER_SELECT:
	case PEER_HEARTBEAT:
	case PEER_ECHO:
		return true;
	case PEER_CONNECT:
	case PEER_LISTEN:
	case PEER_ACCEPT:
	case PEER_CLOSE:
	case PEER_CLOSE_LISTENER:
	case PEER_SHUTDOWN:
	case PEER_ABORT:
	case PEER_EXIT:
	case PEER_SETSOCKOPT:
	case PEER_SO_ERROR:
	case PEER_SLEEP:
	case PEER_WAIT:
	case PEER_PAUSE:
	case PEER_ON_SIGTERM:
	case PEER_SIGPIPE:
	case PEER_OP_COUNT:
		break;
	}
	return false;
}

static void step_result(const struct plan *plan, const struct record_step *step, bool whole,
			FILE *out)
{
	enum peer_op op = plan->program[step->program].step[step->step].peer.op;
	char result[128];

	if (step->ret < 0) {
		fprintf(out, ": %s", errno_name(step->err));
		if (step->bytes > 0)
			fprintf(out, " after %lld bytes", (long long)step->bytes);
	} else if (step->ret == 0 && (op == PEER_RECV || op == PEER_RECV_EXACT)) {
		fputs(": EOF", out);
	} else if (returns_something(op)) {
		fprintf(out, " = %s", record_step_result(plan, step, result, sizeof(result)));
	} else if (!whole) {
		fputs(": done", out);
	}
}

/* A host's only program needs no name: it stands in the host's column. */
static void program_prefix(const struct plan *plan, int program, FILE *out)
{
	const struct plan_program *planned = &plan->program[program];

	if (strcmp(planned->name, plan->host[planned->host].name) != 0)
		fprintf(out, "%s: ", planned->name);
}

const char *label_step(const struct plan *plan, const struct record_step *step,
		       enum label_part part, char *buf, size_t size)
{
	const struct plan_step *planned = &plan->program[step->program].step[step->step];
	FILE *out = fmemopen(buf, size, "w");

	buf[0] = '\0';
	if (!out)
		return buf;
	program_prefix(plan, step->program, out);
	fputs(part == LABEL_END || part == LABEL_WAITING ? planned->name : planned->text, out);
	if (part == LABEL_START)
		fputs(" ...", out);
	else if (part == LABEL_WAITING)
		fputs(" still waits", out);
	else
		step_result(plan, step, part == LABEL_WHOLE, out);
	fclose(out);
	return buf;
}

const char *label_program(const struct plan *plan, const struct record_program *program, bool start,
			  char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	buf[0] = '\0';
	if (!out)
		return buf;
	program_prefix(plan, program->program, out);
	if (start)
		fputs(program->incarnation ? "starts again" : "starts", out);
	else if (program->signal)
		fprintf(out, "killed by SIG%s", signal_abbreviation(program->signal));
	else
		fprintf(out, "exits with %d", program->exit_status);
	fclose(out);
	return buf;
}

const char *label_socket(const struct record_socket *socket, bool with_port, char *buf, size_t size)
{
	const char *state = socket->state ? tcp_state_name(socket->state) : "gone";

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
