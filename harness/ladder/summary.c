/* SPDX-License-Identifier: MIT
 *
 * Why a connection was given up is read from its last segments: the kernel says ETIMEDOUT, or what
 * an ICMP error had told before, when what it sends again and again has had no answer for too often
 * or too long (net/ipv4/tcp_timer.c: tcp_write_timeout(), tcp_probe_timer(),
 * tcp_keepalive_timer()).
 */
#include "summary.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "errno_words.h"
#include "label.h"
#include "tcp_words.h"
#include "text.h"

struct telling {
	const struct plan *plan;
	const struct record *record;
	void (*tell)(void *arg, const char *line);
	void *arg;
};

static void tell(const struct telling *telling, struct text *text)
{
	if (text->size)
		telling->tell(telling->arg, text->bytes);
	text_done(text);
}

/* ---- Ends ---- */

/* What may limit tries of this kind: an option, or a sysctl where that is not set; and what the
 * kernel has where neither is. */
static const struct limit {
	enum packet_kind kind;
	unsigned flags; /* of TCP, that it has */
	int option;
	const char *option_name, *sysctl;
	int otherwise;
	const char *tries;
} limits[] = {
	{KIND_KEEPALIVE_PROBE, 0, TCP_KEEPCNT, "TCP_KEEPCNT", "net.ipv4.tcp_keepalive_probes", 9,
	 "probe"},
	{KIND_WINDOW_PROBE, 0, 0, NULL, "net.ipv4.tcp_retries2", 15, "probe"},
	{KIND_RETRANSMISSION, TCP_SYN, TCP_SYNCNT, "TCP_SYNCNT", "net.ipv4.tcp_syn_retries", 6,
	 "retransmission"},
	{KIND_RETRANSMISSION, 0, 0, NULL, "net.ipv4.tcp_retries2", 15, "retransmission"},
};

static const struct limit *limit_of(const struct record_packet *packet)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (packet->kinds & 1u << limits[i].kind &&
		    (packet->flags & (int)limits[i].flags) == (int)limits[i].flags)
			return &limits[i];
	return NULL;
}

/* What the program of STEP had set of OPTION by then; NULL: nothing. */
static const struct peer_option *option_of(const struct plan *plan, const struct record_step *step,
					   int option)
{
	const struct plan_program *program = &plan->program[step->program];
	const struct peer_option *found = NULL;

	for (int i = 0; i < step->step; i++)
		for (int k = 0; k < program->step[i].peer.option_count; k++)
			if (program->step[i].peer.option[k].level == IPPROTO_TCP &&
			    program->step[i].peer.option[k].name == option)
				found = &program->step[i].peer.option[k];
	return found && found->value ? found : NULL;
}

static const char *sysctl_of(const struct plan_host *host, const char *name)
{
	const char *value = NULL;

	for (int i = 0; i < host->sysctl_count; i++)
		if (strcmp(host->sysctl[i].name, name) == 0)
			value = host->sysctl[i].value;
	return value;
}

static void say_limit(struct text *text, const struct plan *plan, const struct record_step *step,
		      const struct limit *limit)
{
	const struct plan_host *host = &plan->host[plan->program[step->program].host];
	const struct peer_option *timeout = option_of(plan, step, TCP_USER_TIMEOUT);
	const struct peer_option *option = limit->option ? option_of(plan, step, limit->option)
							 : NULL;
	const char *set = sysctl_of(host, limit->sysctl);
	char time[32];

	if (timeout)
		text_add(text, "TCP_USER_TIMEOUT %s",
			 duration_format(timeout->value * (int64_t)1000000, time, sizeof(time)));
	else if (option)
		text_add(text, "%s %d", limit->option_name, option->value);
	else if (set)
		text_add(text, "%s %s", strrchr(limit->sysctl, '.') + 1, set);
	else
		text_add(text, "%s %d", strrchr(limit->sysctl, '.') + 1, limit->otherwise);
}

/* The port of STEP's connection, which the kernel no longer tells once it has given up; 0: not
 * known, as of a connect. */
static int port_of(const struct record *record, const struct record_step *step)
{
	int port = step->local_port;

	for (int i = 0; i < record->step_count && !step->local_port; i++) {
		const struct record_step *before = &record->step[i];

		if (before->program == step->program && before->incarnation == step->incarnation &&
		    before->step < step->step && before->local_port)
			port = before->local_port;
	}
	return port;
}

static bool is_port(int port, int wanted)
{
	return port == wanted || !wanted;
}

/* The tries that STEP's connection ended with: the last, and the first of them. NULL: it did not
 * end so, since something came in after it. */
static const struct record_packet *last_try(const struct plan *plan, const struct record *record,
					    const struct record_step *step,
					    const struct record_packet **ret_first)
{
	int host = plan->program[step->program].host, port = port_of(record, step);
	const struct record_packet *last = NULL;

	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];

		if (packet->sent_ns > step->end_ns)
			break;
		if (packet->made_on_way || !(packet->kinds & 1u << KIND_TCP))
			continue;
		if (packet->to == host && is_port(packet->dport, port) && packet->arrived_ns >= 0 &&
		    packet->arrived_ns <= step->end_ns)
			last = NULL;
		if (packet->from != host || !is_port(packet->sport, port) ||
		    packet->flags & TCP_RST)
			continue;
		last = packet->attempt ? packet : NULL;
		if (packet->attempt == 1)
			*ret_first = packet;
	}
	return last;
}

/* It fails in the moment in which the kernel gives up, or where a call before it did. */
static void tell_end(const struct telling *telling, const struct record_step *step)
{
	const struct record_packet *first = NULL;
	const struct record_packet *last = last_try(telling->plan, telling->record, step, &first);
	const struct limit *limit = last && first ? limit_of(last) : NULL;
	struct text text = {0};
	char label[256], span[32];

	if (!limit)
		return;
	text_add(&text, "%s: ", label_step(telling->plan, step, LABEL_END, label, sizeof(label)));
	say_limit(&text, telling->plan, step, limit);
	text_add(&text, ": given up %s after the first %s",
		 duration_span(step->end_ns - first->sent_ns, span, sizeof(span)), limit->tries);
	if (last->attempt > 1)
		text_add(&text, " of %d", last->attempt);
	tell(telling, &text);
}

static void tell_ends(const struct telling *telling)
{
	for (int i = 0; i < telling->record->step_count; i++) {
		const struct record_step *step = &telling->record->step[i];

		if (step->ret < 0 && step->end_ns >= 0 && step->err != EPIPE &&
		    step->err != EAGAIN && step->err != EINPROGRESS)
			tell_end(telling, step);
	}
}

/* ---- Losses ---- */

static const char *fate(const struct record_packet *packet)
{
	if (packet->lost)
		return packet->lost;
	return packet->from >= 0 && packet->port_ns < 0 && !packet->made_on_way
		       ? "lost in the sender's cable"
		       : "lost on the way";
}

static bool is_lost(const struct record_packet *packet)
{
	return packet->arrived_ns < 0 && packet->to != PLAN_ANY;
}

/* How many packets met which fate, each where it is met first. */
static void tell_losses(const struct telling *telling)
{
	const struct record *record = telling->record;
	struct text text = {0};
	bool *told = calloc((size_t)record->packet_count + 1, sizeof(*told));

	if (!told)
		abort();
	for (int i = 0; i < record->packet_count; i++) {
		int count = 0;

		if (told[i] || !is_lost(&record->packet[i]))
			continue;
		for (int k = i; k < record->packet_count; k++) {
			if (!is_lost(&record->packet[k]) ||
			    strcmp(fate(&record->packet[k]), fate(&record->packet[i])) != 0)
				continue;
			told[k] = true;
			count++;
		}
		text_add(&text, "%s%d: %s",
			 text.size ? "; " : "packets that never arrived: ", count,
			 fate(&record->packet[i]));
	}
	free(told);
	tell(telling, &text);
}

/* ---- Settings and counters ---- */

static void tell_sysctls(const struct telling *telling)
{
	for (int i = 0; i < telling->plan->host_count; i++) {
		const struct plan_host *host = &telling->plan->host[i];
		struct text text = {0};

		for (int k = 0; k < host->sysctl_count; k++)
			text_add(&text, "%s%s %s=%s", k ? "," : host->name,
				 k ? "" : "'s sysctls:", host->sysctl[k].name,
				 host->sysctl[k].value);
		tell(telling, &text);
	}
}

/* Of IP and UDP they say little of a connection. */
static bool is_told(const struct record_counter *counter)
{
	return counter->after != counter->before &&
	       (strncmp(counter->name, "Tcp", 3) == 0 || strncmp(counter->name, "Icmp", 4) == 0 ||
		counter->host == PLACE_ROUTER);
}

static void tell_counters_of(const struct telling *telling, int place)
{
	const struct record *record = telling->record;
	struct text text = {0};

	for (int i = 0; i < record->counter_count; i++) {
		const struct record_counter *counter = &record->counter[i];

		if (counter->host != place || !is_told(counter))
			continue;
		if (!text.size)
			text_add(&text, "%s counted:", label_host(telling->plan, place));
		else
			text_put(&text, ",");
		text_add(&text, " %s %lld", counter->name,
			 (long long)(counter->after - counter->before));
	}
	tell(telling, &text);
}

static void tell_counters(const struct telling *telling)
{
	for (int i = 0; i < telling->plan->host_count; i++)
		tell_counters_of(telling, i);
	tell_counters_of(telling, PLACE_ROUTER);
}

#define ENTRIES_TOLD 8

/* At the end; of a run that ended otherwise, when it was looked at last. */
static void tell_conntrack(const struct telling *telling)
{
	const struct record *record = telling->record;
	int first = record->conntrack_count;

	while (first > 0 && record->conntrack[first - 1].t_ns ==
				    record->conntrack[record->conntrack_count - 1].t_ns)
		first--;
	for (int i = 0; i < record->sampled_count; i++)
		if (first < record->conntrack_count && record->sampled[i].host == PLACE_ROUTER &&
		    record->sampled[i].t_ns > record->conntrack[first].t_ns)
			return;
	for (int i = first; i < record->conntrack_count && i <= first + ENTRIES_TOLD; i++) {
		struct text text = {0};
		char label[256];

		text_put(&text, "router knew: ");
		if (i < first + ENTRIES_TOLD)
			text_put(&text, label_conntrack(telling->plan, &record->conntrack[i], label,
							sizeof(label)));
		else
			text_add(&text, "%d more", record->conntrack_count - i);
		tell(telling, &text);
	}
}

void summary_tell(const struct plan *plan, const struct record *record,
		  void (*tell_line)(void *arg, const char *line), void *arg)
{
	const struct telling telling = {plan, record, tell_line, arg};

	tell_ends(&telling);
	tell_losses(&telling);
	tell_sysctls(&telling);
	tell_conntrack(&telling);
	tell_counters(&telling);
}
