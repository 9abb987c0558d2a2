/* SPDX-License-Identifier: MIT
 *
 * What was on the wire: how many packets of a kind, when, in which order; and silence.
 */
#include <stdlib.h>
#include <string.h>

#include "judging.h"
#include "label.h"
#include "tcp_words.h"

/* On a real clock the edges of a window that is to be empty do not count; something must be
 * left of it. */
static bool is_wide_enough(struct judging *judging, const struct plan_range *window)
{
	if (judging->record->kernel.virtual_clock || !window->set || window->hi == INT64_MAX ||
	    window->hi - window->lo > REAL_CLOCK_EARLY_NS + REAL_CLOCK_LATE_NS)
		return true;
	say_also(&judging->difference, "too short a time for a real clock");
	return false;
}

/* What netem makes on the way nobody sent, but it may arrive. */
static bool is_seen(enum expect_seen seen, const struct record_packet *packet)
{
	switch (seen) {
	case SEEN_SENT:
		return !packet->made_on_way;
	case SEEN_DELIVERED:
		return packet->arrived_ns >= 0;
	case SEEN_LOST:
		return !packet->made_on_way && packet->arrived_ns < 0;
	}
	return false;
}

static bool matches(const struct expect_wire *expect, const struct record_packet *packet)
{
	return (expect->from == PLAN_ANY || expect->from == packet->from) &&
	       (expect->to == PLAN_ANY || expect->to == packet->to) &&
	       (packet->kinds & expect->kinds) && !(packet->kinds & expect->not_kinds) &&
	       is_seen(expect->seen, packet) &&
	       (!expect->port || packet->sport == expect->port || packet->dport == expect->port) &&
	       (packet->flags & expect->flags) == expect->flags &&
	       (!expect->ecn ||
		(packet->kinds & 1u << KIND_TCP && expect->ecn & 1 << packet->ecn)) &&
	       (expect->icmp_type == PLAN_ANY || expect->icmp_type == packet->icmp_type) &&
	       (expect->icmp_code == PLAN_ANY || expect->icmp_code == packet->icmp_code);
}

static void say_option(struct text *text, const char *name, const struct plan_range *range)
{
	if (range->set && range->lo < 0)
		text_add(text, ", each without %s", name);
	else if (range->set) {
		text_add(text, ", each with %s ", name);
		say_numbers(text, range);
	}
}

/* The number behind its name among the options that a packet had; -1: it had no such option. */
static int64_t option_of(const struct record_packet *packet, const char *name)
{
	const char *at = packet->options ? strstr(packet->options, name) : NULL;

	return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

static void option_judge(struct judging *judging, const struct record_packet *packet,
			 const char *name, const struct plan_range *range)
{
	if (range->set && !number_holds(judging, name, range, option_of(packet, name)) &&
	    judging->t_ns < 0)
		judging->t_ns = packet->sent_ns;
}

static void wire_expected(struct judging *judging, const struct expect_wire *expect,
			  const struct plan_range *count)
{
	static const char *const seen[] = {"", " delivered", " lost"};
	struct text *text = &judging->expected;

	say_numbers(text, count);
	text_add(text, " ");
	if (expect->kinds == KINDS_BUT_BACKGROUND)
		text_add(text, "packets");
	else
		say_kinds(text, expect->kinds, " or ");
	if (expect->icmp_type != PLAN_ANY)
		text_add(text, " type %d", expect->icmp_type);
	if (expect->icmp_code != PLAN_ANY)
		text_add(text, " code %d", expect->icmp_code);
	if (expect->not_kinds) {
		text_add(text, ", not ");
		say_kinds(text, expect->not_kinds, " or ");
	}
	text_add(text, "%s from ", seen[expect->seen]);
	say_host(text, judging->plan, expect->from);
	if (expect->to != PLAN_ANY) {
		text_add(text, " to ");
		say_host(text, judging->plan, expect->to);
	}
	if (expect->port)
		text_add(text, " at port %d", expect->port);
	for (const struct word *flag = tcp_flag_words; flag->name; flag++)
		if (expect->flags & flag->value)
			text_add(text, " +%s", flag->name);
	for (const struct word *ecn = tcp_ecn_words; ecn->name; ecn++)
		if (expect->ecn & ecn->value)
			text_add(text, " %s", ecn->name);
	say_within(text, &expect->within);
	if (expect->length.set) {
		text_add(text, ", each of length ");
		say_numbers(text, &expect->length);
	}
	say_option(text, "MSS", &expect->mss);
	say_option(text, "window scale", &expect->scale);
	if (expect->every.set) {
		text_add(text, ", every ");
		say_spans(text, &expect->every);
	}
	say_first_at(text, &expect->first);
	if (expect->last.set) {
		text_add(text, ", the last at ");
		say_times(text, &expect->last);
	}
}

#define TIMES_SHOWN 20

struct counting {
	int count;           /* in the window as it is */
	int least, most;     /* in the window with its edges blurred */
	int64_t first, last; /* -1 */
	struct text times;   /* the first ones, in words */
};

static void wire_count(struct judging *judging, const struct expect_wire *expect,
		       struct counting *counting)
{
	const struct slack slack = slack_of(judging);
	const struct plan_range window = window_of(judging, &expect->within);

	counting->first = counting->last = -1;
	for (int i = 0; i < judging->record->packet_count; i++) {
		const struct record_packet *packet = &judging->record->packet[i];
		int64_t t_ns = packet->sent_ns;

		if (!matches(expect, packet))
			continue;
		/* What happens late on a busy machine may slip over either edge. */
		counting->most += within(&window, t_ns, slack.early_ns, slack.late_ns);
		counting->least += within(&window, t_ns, -slack.late_ns, -slack.early_ns);
		if (!within(&window, t_ns, 0, 0))
			continue;
		if (expect->every.set && counting->count &&
		    !span_holds(judging, "spacing", &expect->every, t_ns - counting->last) &&
		    judging->t_ns < 0)
			judging->t_ns = t_ns;
		if (expect->length.set &&
		    !number_holds(judging, "length", &expect->length, packet->payload) &&
		    judging->t_ns < 0)
			judging->t_ns = t_ns;
		option_judge(judging, packet, "MSS", &expect->mss);
		option_judge(judging, packet, "window scale", &expect->scale);
		counting->count++;
		counting->first = counting->first < 0 ? t_ns : counting->first;
		counting->last = t_ns;
		if (counting->count <= TIMES_SHOWN) {
			text_add(&counting->times, counting->count > 1 ? ", " : " at ");
			say_time(&counting->times, t_ns);
		}
	}
}

/* What there is none of may only have been missed, when the run or the window was too short. */
static bool none_is_known(struct judging *judging, const struct expect_wire *expect,
			  const struct plan_range *count)
{
	const struct plan_range window = window_of(judging, &expect->within);

	if (count->hi == INT64_MAX && !expect->last.set)
		return true;
	if (!was_observed(judging, &window))
		return false;
	return count->lo > 0 || is_wide_enough(judging, &window);
}

enum holding judge_wire(struct judging *judging, const struct plan_expect *of)
{
	static const struct plan_range one_at_least = {true, 1, INT64_MAX};
	const struct expect_wire *expect = &of->wire;
	const struct plan_range *count = expect->count.set ? &expect->count : &one_at_least;
	char times[256];
	struct counting counting = {.times = text_over(times, sizeof(times))};

	wire_expected(judging, expect, count);
	wire_count(judging, expect, &counting);
	text_add(&judging->observed, "%d%s%s", counting.count, times,
		 counting.count > TIMES_SHOWN ? ", ..." : "");
	if (counting.most < count->lo || counting.least > count->hi)
		number_holds(judging, "count", count, counting.count);
	if (expect->every.set && counting.count < 2)
		say_also(&judging->difference, "no spacing: fewer than two");
	if ((expect->first.set || expect->last.set) && counting.count == 0 &&
	    !judging->difference.size)
		text_add(&judging->difference, "there is none");
	if (counting.count && expect->first.set &&
	    !time_holds(judging, "first", &expect->first, counting.first) && judging->t_ns < 0)
		judging->t_ns = counting.first;
	if (counting.count && expect->last.set)
		time_holds(judging, "last", &expect->last, counting.last);
	if (judging->t_ns < 0)
		judging->t_ns = counting.last >= 0   ? counting.last
				: expect->within.set ? expect->within.lo
						     : -1;
	if (judging->difference.size)
		return FAILS;
	return none_is_known(judging, expect, count) ? HOLDS : UNDECIDED;
}

static void say_item(struct text *text, const struct plan *plan, int from, uint32_t kinds)
{
	say_host(text, plan, from);
	text_add(text, " ");
	say_kinds(text, kinds, "+");
}

static void say_packet(struct text *text, const struct plan *plan,
		       const struct record_packet *packet)
{
	say_item(text, plan, packet->from, packet->kinds & ~(1u << KIND_TCP));
}

static void say_list(struct text *text, const struct plan *plan, const struct expect_order *expect)
{
	for (int i = 0; i < expect->item_count; i++) {
		text_add(text, i ? ", " : "");
		say_item(text, plan, expect->item[i].from, expect->item[i].kinds);
	}
	if (!expect->item_count)
		text_add(text, "no TCP packets");
	say_within(text, &expect->within);
}

static bool is_item(const struct expect_order *expect, int at, const struct record_packet *packet)
{
	return at < expect->item_count && packet->from == expect->item[at].from &&
	       (packet->kinds & expect->item[at].kinds) == expect->item[at].kinds;
}

/* The first packet that is not what it should be. */
static void order_differs(struct judging *judging, const struct expect_order *expect, int at,
			  const struct record_packet *packet)
{
	struct text *text = &judging->difference;

	judging->t_ns = packet->sent_ns;
	text_add(text, "number %d is ", at + 1);
	say_packet(text, judging->plan, packet);
	text_add(text, " at ");
	say_time(text, packet->sent_ns);
	if (at < expect->item_count) {
		text_add(text, " instead of ");
		say_item(text, judging->plan, expect->item[at].from, expect->item[at].kinds);
	} else {
		text_add(text, ", one too many");
	}
}

static bool is_ordered(const struct record_packet *packet)
{
	return packet->kinds & 1u << KIND_TCP && !packet->made_on_way;
}

/* Whether the list is in order from packet FIRST on. On a real clock, what is near an edge of
 * the window may be outside. */
static bool order_holds_from(const struct judging *judging, const struct expect_order *expect,
			     int first)
{
	const struct plan_range window = window_of(judging, &expect->within);
	struct plan_range head = {window.set, window.lo, INT64_MAX};
	struct plan_range tail = {window.set, 0, window.hi};
	const struct slack slack = slack_of(judging);
	int at = 0;

	for (int i = 0; i < judging->record->packet_count; i++) {
		const struct record_packet *packet = &judging->record->packet[i];
		int64_t t_ns = packet->sent_ns;

		if (!is_ordered(packet) || !within(&window, t_ns, slack.early_ns, slack.late_ns))
			continue;
		if (i < first                 ? within(&head, t_ns, -slack.late_ns, 0)
		    : at < expect->item_count ? !is_item(expect, at++, packet)
					      : within(&tail, t_ns, 0, -slack.early_ns))
			return false;
	}
	return at == expect->item_count;
}

static bool order_holds(const struct judging *judging, const struct expect_order *expect)
{
	int last = judging->record->kernel.virtual_clock ? 0 : judging->record->packet_count;

	for (int first = 0; first <= last; first++)
		if (order_holds_from(judging, expect, first))
			return true;
	return false;
}

static void order_observed(struct judging *judging, const struct expect_order *expect, bool holds)
{
	const struct plan_range window = window_of(judging, &expect->within);
	const struct plan *plan = judging->plan;
	int at = 0;

	for (int i = 0; i < judging->record->packet_count; i++) {
		const struct record_packet *packet = &judging->record->packet[i];

		if (!is_ordered(packet) || !within(&window, packet->sent_ns, 0, 0))
			continue;
		text_add(&judging->observed, at ? ", " : "");
		say_packet(&judging->observed, plan, packet);
		if (!holds && !judging->difference.size && !is_item(expect, at, packet))
			order_differs(judging, expect, at, packet);
		at++;
	}
	if (!at)
		text_add(&judging->observed, "no TCP packets");
	if (!holds && !judging->difference.size) {
		text_add(&judging->difference, "number %d is missing: ", at + 1);
		say_item(&judging->difference, plan, expect->item[at].from, expect->item[at].kinds);
	}
}

enum holding judge_order(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_order *expect = &of->order;
	const struct plan_range window = window_of(judging, &expect->within);
	bool holds = order_holds(judging, expect);

	judging->t_ns = expect->within.set ? expect->within.lo : 0;
	say_list(&judging->expected, judging->plan, expect);
	order_observed(judging, expect, holds);
	if (!holds)
		return FAILS;
	if (expect->item_count == 0 && !is_wide_enough(judging, &window))
		return UNDECIDED;
	return was_observed(judging, &window) ? HOLDS : UNDECIDED;
}

/* On a real clock the edges do not count: what belongs before or behind may be seen late. */
static bool disturbs(const struct judging *judging, const struct expect_silence *expect, int host,
		     int64_t t_ns)
{
	const struct slack slack = slack_of(judging);

	return (expect->host == PLAN_ANY || expect->host == host) &&
	       within(&expect->within, t_ns, -slack.late_ns, -slack.early_ns);
}

static const char *const what[] = {
	[EVENT_FAULT] = NULL, /* done by the case itself */
	[EVENT_FAILOVER] = NULL,
	[EVENT_HOST] = NULL,
	[EVENT_PROGRAM_START] = "a program started",
	[EVENT_PROGRAM_END] = "a program ended",
	[EVENT_STEP_START] = "a step began",
	[EVENT_STEP_END] = "a step ended",
	[EVENT_CALL_START] = NULL, /* a command works as it likes */
	[EVENT_CALL_END] = NULL,
	[EVENT_LINE] = NULL, /* what is written disturbs nobody */
	[EVENT_PACKET] = "a packet",
	[EVENT_SOCKET] = "a socket changed its state",
};

static void say_disturbance(struct judging *judging, const struct record_event *event)
{
	struct text *text = &judging->observed;
	char line[512];

	judging->t_ns = event->t_ns;
	text_add(&judging->difference, "%s at ", what[event->kind]);
	say_time(&judging->difference, event->t_ns);
	text_put(text, label_event(judging->plan, judging->record, event, line, sizeof(line)));
	if (event->kind == EVENT_PACKET) {
		text_add(text, " [");
		say_kinds(text, judging->record->packet[event->index].kinds, " ");
		text_add(text, "]");
	}
}

/* A packet that was sent before, or by another host, and comes in. */
static int count_arrivals(struct judging *judging, const struct expect_silence *expect)
{
	const struct record *record = judging->record;
	char packet_text[256];
	int count = 0;

	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];

		if (packet->arrived_ns < 0 || packet->kinds & 1u << KIND_OTHER ||
		    !disturbs(judging, expect, packet->to, packet->arrived_ns) ||
		    disturbs(judging, expect, packet->from, packet->sent_ns) || count++)
			continue;
		judging->t_ns = packet->arrived_ns;
		say_also(&judging->difference, "a packet came in at ");
		say_time(&judging->difference, packet->arrived_ns);
		say_host(&judging->observed, judging->plan, packet->from);
		text_add(&judging->observed, " > ");
		say_host(&judging->observed, judging->plan, packet->to);
		text_add(&judging->observed, ": %s",
			 label_packet(judging->plan, packet, packet_text, sizeof(packet_text)));
	}
	return count;
}

enum holding judge_silence(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_silence *expect = &of->silence;
	struct record_event *events;
	int count, disturbed = 0;

	text_add(&judging->expected, "silence of ");
	say_host(&judging->expected, judging->plan, expect->host);
	say_within(&judging->expected, &expect->within);
	if (record_events(judging->plan, judging->record, &events, &count) < 0) {
		text_add(&judging->observed, "the record is not of this case");
		text_add(&judging->difference, "it cannot be judged");
		return UNDECIDED;
	}
	for (int i = 0; i < count; i++) {
		const struct record_event *event = &events[i];

		if (what[event->kind] && disturbs(judging, expect, event->host, event->t_ns) &&
		    disturbed++ == 0)
			say_disturbance(judging, event);
	}
	free(events);
	if (!disturbed)
		disturbed = count_arrivals(judging, expect);
	if (disturbed > 1)
		text_add(&judging->observed, " and %d more", disturbed - 1);
	if (disturbed)
		return FAILS;
	text_add(&judging->observed, "nothing");
	return was_observed(judging, &expect->within) && is_wide_enough(judging, &expect->within)
		       ? HOLDS
		       : UNDECIDED;
}
