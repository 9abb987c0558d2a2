/* SPDX-License-Identifier: MIT
 *
 * What a command that is traced did with its sockets: which calls, how many, when.
 */
#include <stdio.h>
#include <string.h>

#include "call_words.h"
#include "judging.h"
#include "label.h"

#define CALLS_SHOWN 6

static void calls_expected(struct text *text, const struct judging *judging,
			   const struct expect_calls *expect, const struct plan_range *count)
{
	say_program(text, judging->plan, expect->program, expect->incarnation);
	say_numbers(text, count);
	text_add(text, " %s", word_name(call_words, expect->call));
	if (expect->with)
		text_add(text, " %s", expect->with);
	if (expect->outcome == OUTCOME_BLOCKED)
		text_put(text, " that never returned");
	if (expect->errno_set) {
		text_put(text, ": ");
		say_errnos(text, expect->err, expect->or_err);
	}
	if (expect->returns.set) {
		text_put(text, " = ");
		say_numbers(text, &expect->returns);
	}
	say_within(text, &expect->within);
	say_first_at(text, &expect->at);
	if (expect->took.set) {
		text_put(text, ", which took ");
		say_spans(text, &expect->took);
	}
}

static bool is_meant(const struct expect_calls *expect, const struct record_call *call)
{
	const struct plan_range *returns = &expect->returns;
	bool ended = call->end_ns >= 0;

	return strcmp(call->name, word_name(call_words, expect->call)) == 0 &&
	       (!expect->with || strstr(call->detail, expect->with)) &&
	       ended == (expect->outcome != OUTCOME_BLOCKED) &&
	       (!expect->errno_set || is_errno(call->err, expect->err, expect->or_err)) &&
	       (!returns->set || (call->ret >= returns->lo && call->ret <= returns->hi));
}

struct counting {
	int count;       /* in the window as it is */
	int least, most; /* in the window with its edges blurred */
	int all;         /* calls of that name */
	bool gap;        /* some were not told */
	const struct record_call *first;
};

static void count_call(struct judging *judging, const struct expect_calls *expect,
		       const struct record_call *call, struct counting *counting)
{
	const struct slack slack = slack_of(judging);
	const struct plan_range window = window_of(judging, &expect->within);
	int64_t t_ns = call->end_ns >= 0 ? call->end_ns : call->start_ns;

	if (!*call->name)
		counting->gap = true;
	counting->all += strcmp(call->name, word_name(call_words, expect->call)) == 0;
	if (!is_meant(expect, call))
		return;
	counting->most += within(&window, t_ns, slack.early_ns, slack.late_ns);
	counting->least += within(&window, t_ns, -slack.late_ns, -slack.early_ns);
	if (!within(&window, t_ns, 0, 0))
		return;
	/* They are in the order in which they began. */
	if (!counting->first || (counting->first->end_ns > t_ns))
		counting->first = call;
	if (++counting->count > CALLS_SHOWN)
		return;
	text_put(&judging->observed, counting->count > 1 ? ", " : " at ");
	say_time(&judging->observed, t_ns);
}

/* What the last one of them did often says what happened instead. */
static void say_last(struct judging *judging, const struct expect_calls *expect)
{
	const struct record_call *last = NULL;
	char label[256];

	for (int i = 0; i < judging->record->call_count; i++) {
		const struct record_call *call = &judging->record->call[i];

		if (call->program == expect->program && call->incarnation == expect->incarnation &&
		    strcmp(call->name, word_name(call_words, expect->call)) == 0)
			last = call;
	}
	if (!last)
		return;
	label_call(judging->plan, last, last->end_ns < 0 ? LABEL_WAITING : LABEL_WHOLE, label,
		   sizeof(label));
	text_put(&judging->observed, "; the last one, at ");
	say_time(&judging->observed, last->end_ns < 0 ? last->start_ns : last->end_ns);
	text_add(&judging->observed, ": %s", label);
}

enum holding judge_calls(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_calls *expect = &of->calls;
	const struct plan_range some = {true, 1, INT64_MAX};
	const struct plan_range *count = expect->count.set ? &expect->count : &some;
	const struct record *record = judging->record;
	struct counting counting = {0};
	int64_t first_ns;

	calls_expected(&judging->expected, judging, expect, count);
	text_add(&judging->observed, "%s: ", judging->plan->program[expect->program].name);
	for (int i = 0; i < record->call_count; i++)
		if (record->call[i].program == expect->program &&
		    record->call[i].incarnation == expect->incarnation)
			count_call(judging, expect, &record->call[i], &counting);
	text_add(&judging->observed, "%s%d of %d", counting.count ? "; " : "", counting.count,
		 counting.all);
	if (counting.count == 0)
		say_last(judging, expect);
	if (counting.gap && expect->err == 0 &&
	    (counting.most < count->lo || counting.least > count->hi || count->hi != INT64_MAX)) {
		say_also(&judging->difference, "what is left out may be what is meant");
		return UNDECIDED;
	}
	if (counting.most < count->lo || counting.least > count->hi)
		number_holds(judging, "calls", count, counting.count);
	if (counting.first) {
		first_ns = judging->t_ns = counting.first->end_ns >= 0 ? counting.first->end_ns
								       : counting.first->start_ns;
		if (expect->at.set)
			time_holds(judging, "the first", &expect->at, first_ns);
		if (expect->took.set)
			span_holds(judging, "it took", &expect->took,
				   first_ns - counting.first->start_ns);
	}
	if (judging->difference.size)
		return FAILS;
	return count->hi == INT64_MAX || was_observed(judging, &expect->within) ? HOLDS : UNDECIDED;
}
