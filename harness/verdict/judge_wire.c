/* SPDX-License-Identifier: MIT
 *
 * What was on the wire: how many packets of a kind, when, in which order; and silence.
 */
#include <string.h>

#include "event.h"
#include "judging.h"

static bool matches(const struct expect_wire *expect, const struct record_packet *packet)
{
	bool arrived = packet->arrived_ns >= 0;

	return (expect->from == PLAN_ANY || expect->from == packet->from) &&
	       (expect->to == PLAN_ANY || expect->to == packet->to) &&
	       (packet->kinds & expect->kinds) && !(packet->kinds & expect->not_kinds) &&
	       (expect->seen == SEEN_SENT || arrived == (expect->seen == SEEN_DELIVERED)) &&
	       (!expect->length.set ||
		(packet->payload >= expect->length.lo && packet->payload <= expect->length.hi)) &&
	       (expect->icmp_type == PLAN_ANY || expect->icmp_type == packet->icmp_type) &&
	       (expect->icmp_code == PLAN_ANY || expect->icmp_code == packet->icmp_code);
}

static void wire_expected(struct judging *judging, const struct expect_wire *expect,
			  const struct plan_range *count)
{
	static const char *const seen[] = {"", " delivered", " lost"};
	struct text *text = &judging->expected;

	say_numbers(text, count);
	say(text, " ");
	say_kinds(text, expect->kinds, " or ");
	if (expect->not_kinds) {
		say(text, ", not ");
		say_kinds(text, expect->not_kinds, " or ");
	}
	say(text, "%s from ", seen[expect->seen]);
	say_host(text, judging->plan, expect->from);
	if (expect->to != PLAN_ANY) {
		say(text, " to ");
		say_host(text, judging->plan, expect->to);
	}
	if (expect->within.set) {
		say(text, " within ");
		say_times(text, &expect->within);
	}
	if (expect->length.set) {
		say(text, ", each of length ");
		say_numbers(text, &expect->length);
	}
	if (expect->every.set) {
		say(text, ", every ");
		say_times(text, &expect->every);
	}
	if (expect->first.set) {
		say(text, ", the first at ");
		say_times(text, &expect->first);
	}
	if (expect->last.set) {
		say(text, ", the last at ");
		say_times(text, &expect->last);
	}
}

struct counting {
	int count;           /* in the window as it is */
	int least, most;     /* in the window with its edges blurred */
	int64_t first, last; /* -1 */
	struct text times;
};

static void wire_count(struct judging *judging, const struct expect_wire *expect,
		       struct counting *counting)
{
	bool real = !judging->record->kernel.virtual_clock;
	int64_t early = real ? REAL_CLOCK_EARLY_NS : 0, late = real ? REAL_CLOCK_LATE_NS : 0;

	counting->first = counting->last = -1;
	for (int i = 0; i < judging->record->packet_count; i++) {
		const struct record_packet *packet = &judging->record->packet[i];
		int64_t t_ns = packet->sent_ns;

		if (!matches(expect, packet))
			continue;
		/* What happens late on a busy machine may slip over either edge. */
		counting->most += within(&expect->within, t_ns, early, late);
		counting->least += within(&expect->within, t_ns, -late, -early);
		if (!within(&expect->within, t_ns, 0, 0))
			continue;
		if (expect->every.set && counting->count)
			time_holds(judging, "spacing", &expect->every, t_ns - counting->last);
		counting->count++;
		counting->first = counting->first < 0 ? t_ns : counting->first;
		counting->last = t_ns;
		if (counting->count <= 20) {
			say(&counting->times, counting->count > 1 ? ", " : " at ");
			say_time(&counting->times, t_ns);
		}
	}
}

enum holding judge_wire(struct judging *judging, const struct plan_expect *of)
{
	static const struct plan_range one_at_least = {true, 1, INT64_MAX};
	const struct expect_wire *expect = &of->wire;
	const struct plan_range *count = expect->count.set ? &expect->count : &one_at_least;
	struct counting counting = {0};

	wire_expected(judging, expect, count);
	wire_count(judging, expect, &counting);
	say(&judging->observed, "%d%s%s", counting.count, counting.times.buf,
	    counting.count > 20 ? ", ..." : "");
	judging->t_ns = counting.last >= 0   ? counting.last
			: expect->within.set ? expect->within.lo
					     : -1;
	if (counting.most < count->lo || counting.least > count->hi)
		number_holds(judging, "count", count, counting.count);
	if (expect->every.set && counting.count < 2)
		say_also(&judging->difference, "no spacing: fewer than two");
	if ((expect->first.set || expect->last.set) && counting.count == 0) {
		if (!judging->difference.used)
			say_also(&judging->difference, "there is none");
		return FAILS;
	}
	if (expect->first.set)
		time_holds(judging, "first", &expect->first, counting.first);
	if (expect->last.set)
		time_holds(judging, "last", &expect->last, counting.last);
	return judging->difference.used ? FAILS : HOLDS;
}

static void say_item(struct text *text, const struct plan *plan, int from, uint32_t kinds)
{
	say(text, "%s", text->used ? ", " : "");
	say_host(text, plan, from);
	say(text, " ");
	say_kinds(text, kinds, "+");
}

enum holding judge_order(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_order *expect = &of->order;
	const struct plan *plan = judging->plan;
	int at = 0;

	judging->t_ns = expect->within.set ? expect->within.lo : 0;
	for (int i = 0; i < expect->item_count; i++)
		say_item(&judging->expected, plan, expect->item[i].from, expect->item[i].kinds);
	for (int i = 0; i < judging->record->packet_count; i++) {
		const struct record_packet *packet = &judging->record->packet[i];
		const struct expect_order_item *item = &expect->item[at];
		bool fits = at < expect->item_count && packet->from == item->from &&
			    (packet->kinds & item->kinds) == item->kinds;

		if (!(packet->kinds & 1u << KIND_TCP) ||
		    !within(&expect->within, packet->sent_ns, 0, 0))
			continue;
		say_item(&judging->observed, plan, packet->from, packet->kinds & ~(1u << KIND_TCP));
		if (!fits && !judging->difference.used) {
			judging->t_ns = packet->sent_ns;
			say(&judging->difference, "number %d is another: ", at + 1);
			say_host(&judging->difference, plan, packet->from);
			say(&judging->difference, " ");
			say_kinds(&judging->difference, packet->kinds & ~(1u << KIND_TCP), "+");
			say(&judging->difference, " at ");
			say_time(&judging->difference, packet->sent_ns);
		}
		at++;
	}
	if (!judging->observed.used)
		say(&judging->observed, "no TCP packets");
	if (at < expect->item_count && !judging->difference.used)
		say(&judging->difference, "%d are missing", expect->item_count - at);
	return judging->difference.used ? FAILS : HOLDS;
}

/* On a real clock the edges do not count: what belongs before or behind may be seen late. */
static bool disturbs(const struct judging *judging, const struct expect_silence *expect, int host,
		     int64_t t_ns)
{
	int64_t late = judging->record->kernel.virtual_clock ? 0 : -REAL_CLOCK_LATE_NS;

	return (expect->host == PLAN_ANY || expect->host == host) &&
	       within(&expect->within, t_ns, late, late);
}

static const char *const what[] = {
    [EVENT_FAULT] = NULL, /* done by the case itself */
    [EVENT_PROGRAM_START] = "a program started",
    [EVENT_PROGRAM_END] = "a program ended",
    [EVENT_STEP_START] = "a step began",
    [EVENT_STEP_END] = "a step ended",
    [EVENT_PACKET] = "a packet",
    [EVENT_SOCKET] = "a socket changed its state",
};

enum holding judge_silence(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_silence *expect = &of->silence;
	struct record_event *events;
	int count, disturbed = 0;

	say(&judging->expected, "silence of ");
	say_host(&judging->expected, judging->plan, expect->host);
	if (expect->within.set) {
		say(&judging->expected, " within ");
		say_times(&judging->expected, &expect->within);
	}
	judging->t_ns = -1;
	if (record_events(judging->plan, judging->record, &events, &count) < 0 ||
	    (expect->within.set && expect->within.lo > judging->record->end_ns)) {
		say(&judging->observed, "the run ended before");
		say(&judging->difference, "the record cannot tell");
		return UNDECIDED;
	}
	for (int i = 0; i < count; i++) {
		const struct record_event *event = &events[i];

		if (!what[event->kind] || !disturbs(judging, expect, event->host, event->t_ns))
			continue;
		if (disturbed++)
			continue;
		judging->t_ns = event->t_ns;
		say(&judging->difference, "%s at ", what[event->kind]);
		say_time(&judging->difference, event->t_ns);
		say(&judging->observed, "%s", event->text);
		if (event->kind == EVENT_PACKET) {
			say(&judging->observed, " [");
			say_kinds(&judging->observed, judging->record->packet[event->index].kinds,
				  " ");
			say(&judging->observed, "]");
		}
	}
	record_events_free(events, count);
	if (!disturbed)
		say(&judging->observed, "nothing");
	else if (disturbed > 1)
		say(&judging->observed, " and %d more events", disturbed - 1);
	return disturbed ? FAILS : HOLDS;
}
