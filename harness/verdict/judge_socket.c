/* SPDX-License-Identifier: MIT
 *
 * Sockets at a moment, as the samples show them; and the host's counters.
 */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "judging.h"
#include "tcp_words.h"

/* Who asks for listening sockets alone means no others; else they do not count unless asked. */
static bool is_selected(const struct expect_socket *expect, const struct record_socket *socket)
{
	uint32_t listen = 1u << TCP_LISTEN;
	bool kind_is_asked = socket->state == TCP_LISTEN ? expect->states & listen
							 : (expect->states & ~1u) != listen;

	return kind_is_asked &&
	       (expect->local_port == PLAN_ANY || expect->local_port == socket->local_port) &&
	       (expect->remote_port == PLAN_ANY || expect->remote_port == socket->remote_port);
}

static void say_asked(struct text *text, const char *what, const struct plan_range *range,
		      bool times)
{
	if (!range->set)
		return;
	text_add(text, ", %s ", what);
	if (times)
		say_spans(text, range);
	else
		say_numbers(text, range);
}

static void socket_expected(struct judging *judging, const struct expect_socket *expect)
{
	struct text *text = &judging->expected;

	say_host(text, judging->plan, expect->host);
	text_add(text, ": ");
	if (expect->count != PLAN_ANY)
		text_add(text, "%d ", expect->count);
	if (expect->states == 1u) {
		text_add(text, "no ");
	} else if ((expect->states | 1u | 1u << TCP_LISTEN) != (1u << 13) - 1) {
		say_states(text, expect->states);
		text_add(text, " ");
	}
	text_add(text, expect->count != PLAN_ANY && expect->count != 1 ? "sockets" : "socket");
	if (expect->local_port != PLAN_ANY)
		text_add(text, " at port %d", expect->local_port);
	if (expect->remote_port != PLAN_ANY)
		text_add(text, " to port %d", expect->remote_port);
	if (expect->timer >= 0)
		text_add(text, ", timer %s", tcp_timer_name(expect->timer));
	if (expect->orphan >= 0)
		text_add(text, expect->orphan ? ", orphan" : ", not an orphan");
	say_asked(text, "expires", &expect->expires, true);
	say_asked(text, "rto", &expect->rto, true);
	say_asked(text, "retransmits", &expect->retransmits, false);
	say_asked(text, "backoff", &expect->backoff, false);
	say_asked(text, "probes", &expect->probes, false);
	say_asked(text, "rqueue", &expect->rqueue, false);
	say_asked(text, "wqueue", &expect->wqueue, false);
	say_asked(text, "unacked", &expect->unacked, false);
	if (expect->at_ns == INT64_MAX) {
		text_add(text, " at the end");
	} else {
		text_add(text, " at ");
		say_time(text, expect->at_ns);
	}
}

static void say_socket(struct text *text, const struct record_socket *socket)
{
	say_also(text, "%s %s - %s, timer %s", tcp_state_name(socket->state), socket->local,
		 socket->remote, tcp_timer_name(socket->timer));
	if (socket->timer) {
		text_add(text, " in ");
		say_span(text, socket->expires_ns);
	}
	text_add(text, ", queues %d/%d", socket->rqueue, socket->wqueue);
	if (socket->rto_ns >= 0) {
		text_add(text, ", rto ");
		say_span(text, socket->rto_ns);
		text_add(text, ", backoff %lld, probes %lld, unacked %lld, retransmits %d",
			 (long long)socket->backoff, (long long)socket->probes,
			 (long long)socket->unacked, socket->retrans);
	}
	if (socket->orphan)
		text_add(text, ", orphan");
}

static void attributes_judge(struct judging *judging, const struct expect_socket *expect,
			     const struct record_socket *socket)
{
	const struct {
		const char *name;
		const struct plan_range *range;
		int64_t value;
	} numbers[] = {/* of other timers, sock_diag counts the probes there */
		       {"retransmits", &expect->retransmits,
			socket->timer == TIMER_RETRANSMISSION ? socket->retrans : 0},
		       {"backoff", &expect->backoff, socket->backoff},
		       {"probes", &expect->probes, socket->probes},
		       {"rqueue", &expect->rqueue, socket->rqueue},
		       {"wqueue", &expect->wqueue, socket->wqueue},
		       {"unacked", &expect->unacked, socket->unacked}};

	if (expect->timer >= 0 && expect->timer != socket->timer)
		say_also(&judging->difference, "timer %s", tcp_timer_name(socket->timer));
	if (expect->orphan >= 0 && expect->orphan != socket->orphan)
		say_also(&judging->difference, socket->orphan ? "an orphan" : "not an orphan");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].range->set)
			number_holds(judging, numbers[i].name, numbers[i].range, numbers[i].value);
	if (expect->expires.set && !socket->timer)
		say_also(&judging->difference, "expires: no timer runs");
	else if (expect->expires.set)
		span_holds(judging, "expires", &expect->expires, socket->expires_ns);
	if (expect->rto.set && socket->rto_ns < 0)
		say_also(&judging->difference, "rto: there is none in this state");
	else if (expect->rto.set)
		span_holds(judging, "rto", &expect->rto, socket->rto_ns);
}

enum holding judge_socket(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_socket *expect = &of->socket;
	const struct record *record = judging->record;
	int64_t wanted = expect->at_ns == INT64_MAX ? record->end_ns : expect->at_ns;
	int64_t t_ns = sample_time(judging, expect->host, wanted);
	int selected = 0, matching = 0;

	socket_expected(judging, expect);
	judging->t_ns = wanted;
	if (t_ns < 0 && record_host_is_up(judging->record, expect->host, wanted)) {
		text_add(&judging->observed,
			 "the sockets were not looked at then: the run ended at ");
		say_time(&judging->observed, record->end_ns);
		text_add(&judging->difference, "the record cannot tell");
		return UNDECIDED;
	}
	for (int i = 0; i < record->socket_count; i++) {
		const struct record_socket *socket = &record->socket[i];

		if (!socket->sample || socket->host != expect->host || socket->t_ns != t_ns ||
		    !is_selected(expect, socket))
			continue;
		selected++;
		say_socket(&judging->observed, socket);
		if (!(expect->states & 1u << socket->state))
			continue;
		matching++;
		attributes_judge(judging, expect, socket);
	}
	if (!selected)
		text_add(&judging->observed,
			 t_ns < 0 ? "no socket: the host has no power" : "no socket");
	states_judge(judging, expect->states, expect->count, selected, matching);
	return judging->difference.size ? FAILS : HOLDS;
}

enum holding judge_counter(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_counter *expect = &of->counter;
	const struct record *record = judging->record;
	int64_t change = 0, unread = 0;
	bool any = false, known = false;

	for (int i = 0; i < record->counter_count; i++) {
		const struct record_counter *counter = &record->counter[i];

		if (counter->host != expect->host)
			continue;
		any = true;
		if (strcmp(counter->name, expect->name) != 0)
			continue;
		known = true;
		change += counter->after - counter->before;
		unread += counter->unread;
	}
	say_host(&judging->expected, judging->plan, expect->host);
	text_add(&judging->expected, ": %s changes by ", expect->name);
	say_numbers(&judging->expected, &expect->change);
	judging->t_ns = -1;
	if (!known) { /* record_collect() keeps what is asked for, also when it did not move */
		text_add(&judging->observed, any ? "that host's kernel has no such counter"
						 : "no counter of that host was recorded");
		text_add(&judging->difference, "the record cannot tell");
		return UNDECIDED;
	}
	say_host(&judging->observed, judging->plan, expect->host);
	text_add(&judging->observed, ": %s changed by %lld", expect->name, (long long)change);
	if (unread) {
		text_add(&judging->observed,
			 ", without what %s counted that ended before it was read",
			 unread == 1 ? "a boot" : "boots");
		text_add(&judging->difference, "the record cannot tell");
		return UNDECIDED;
	}
	return number_holds(judging, "change", &expect->change, change) ? HOLDS : FAILS;
}
