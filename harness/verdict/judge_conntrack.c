/* SPDX-License-Identifier: MIT
 *
 * What the router knows of connections at a moment, as its samples show it.
 */
#include <string.h>

#include "addresses.h"
#include "conntrack_words.h"
#include "judging.h"
#include "label.h"

static bool is_end(const struct plan *plan, const struct plan_end *end, const char *address,
		   int port)
{
	const char *wanted = end->address >= 0 ? plan_address_text(plan, end->address)
			     : end->host >= 0  ? plan_host_address(plan, end->host)
					       : address;

	return strcmp(wanted, address) == 0 && (!end->port || end->port == port);
}

static bool is_selected(const struct plan *plan, const struct expect_conntrack *expect,
			const struct record_conntrack *entry)
{
	return is_end(plan, &expect->from, entry->src, entry->sport) &&
	       is_end(plan, &expect->to, entry->dst, entry->dport) &&
	       is_end(plan, &expect->backend, entry->reply_src, entry->reply_sport);
}

static void say_end(struct text *text, const struct plan *plan, const char *what,
		    const struct plan_end *end)
{
	if (end->host < 0 && end->address < 0)
		return;
	text_add(text, "%s%s", what,
		 end->address >= 0 ? plan->address[end->address].name : plan->host[end->host].name);
	if (end->port)
		text_add(text, ":%d", end->port);
}

static void conntrack_expected(struct judging *judging, const struct expect_conntrack *expect)
{
	struct text *text = &judging->expected;
	bool any = expect->states == ~1u;

	text_add(text, "router knows ");
	if (expect->count != PLAN_ANY)
		text_add(text, "%d ", expect->count);
	if (expect->states == 1u)
		text_add(text, "no ");
	for (int state = 0, said = 0; !any && expect->states != 1u && state < CONNTRACK_STATES;
	     state++)
		if (expect->states & 1u << state)
			text_add(text, "%s%s", said++ ? " or " : "", conntrack_state_name(state));
	text_add(text, "%sconnection", any || expect->states == 1u ? "" : " ");
	if (expect->count != PLAN_ANY && expect->count != 1)
		text_add(text, "s");
	say_end(text, judging->plan, " from ", &expect->from);
	say_end(text, judging->plan, " to ", &expect->to);
	say_end(text, judging->plan, " with backend ", &expect->backend);
	if (expect->expires.set) {
		text_add(text, ", expires ");
		say_spans(text, &expect->expires);
	}
	if (expect->replied >= 0)
		text_add(text, expect->replied ? ", replied" : ", not replied");
	if (expect->assured >= 0)
		text_add(text, expect->assured ? ", assured" : ", not assured");
	text_add(text, expect->at_ns == INT64_MAX ? " at the end" : " at ");
	if (expect->at_ns != INT64_MAX)
		say_time(text, expect->at_ns);
}

static void attributes_judge(struct judging *judging, const struct expect_conntrack *expect,
			     const struct record_conntrack *entry)
{
	if (expect->expires.set)
		span_holds(judging, "expires", &expect->expires, entry->left_ns);
	if (expect->replied >= 0 && expect->replied != entry->replied)
		say_also(&judging->difference, entry->replied ? "replied" : "not replied");
	if (expect->assured >= 0 && expect->assured != entry->assured)
		say_also(&judging->difference, entry->assured ? "assured" : "not assured");
}

/* From a failover on, until another one takes over. */
static bool router_is_off(const struct judging *judging, int64_t t_ns)
{
	const struct record *record = judging->record;

	for (int i = 0; i < record->fault_count; i++) {
		const struct record_fault *fault = &record->fault[i];
		const struct plan_fault *plan = &judging->plan->fault[fault->fault];

		if (plan->op == FAULT_FAILOVER && fault->begun_ns <= t_ns &&
		    t_ns < fault->begun_ns + plan->down_ns)
			return true;
	}
	return false;
}

enum holding judge_conntrack(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_conntrack *expect = &of->conntrack;
	const struct record *record = judging->record;
	int64_t wanted = expect->at_ns == INT64_MAX ? record->end_ns : expect->at_ns;
	int64_t t_ns = sample_time(judging, PLACE_ROUTER, wanted);
	int selected = 0, matching = 0;
	char label[256];

	conntrack_expected(judging, expect);
	judging->t_ns = wanted;
	if (t_ns < 0 && !router_is_off(judging, wanted)) {
		text_add(&judging->observed,
			 "the router was not looked at then: the run ended at ");
		say_time(&judging->observed, record->end_ns);
		text_add(&judging->difference, "the record cannot tell");
		return UNDECIDED;
	}
	for (int i = 0; i < record->conntrack_count; i++) {
		const struct record_conntrack *entry = &record->conntrack[i];

		if (t_ns < 0 || entry->t_ns != t_ns || !is_selected(judging->plan, expect, entry))
			continue;
		selected++;
		say_also(&judging->observed, "%s",
			 label_conntrack(judging->plan, entry, label, sizeof(label)));
		if (!(expect->states & 1u << entry->state))
			continue;
		matching++;
		attributes_judge(judging, expect, entry);
	}
	if (!selected)
		text_add(&judging->observed, t_ns < 0 ? "no connection: the router has no power"
						      : "no such connection");
	states_judge(judging, expect->states, expect->count, selected, matching);
	return judging->difference.size ? FAILS : HOLDS;
}
