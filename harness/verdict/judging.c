/* SPDX-License-Identifier: MIT */
#include "judging.h"

#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "duration.h"
#include "errno_words.h"
#include "tcp_words.h"

void say_also(struct text *text, const char *fmt, ...)
{
	va_list ap;

	text_separate(text, "; ");
	va_start(ap, fmt);
	text_add_args(text, fmt, ap);
	va_end(ap);
}

void say_time(struct text *text, int64_t ns)
{
	char buf[64];

	text_add(text, "%s%s", ns < 0 ? "-" : "",
		 duration_clock(ns < 0 ? -ns : ns, buf, sizeof(buf)));
}

void say_span(struct text *text, int64_t ns)
{
	char buf[64];

	/* What differs by less than a millisecond differs all the same. */
	if (ns < NSEC_PER_MSEC)
		text_add(text, "%s s", duration_exact(ns, buf, sizeof(buf)));
	else
		text_put(text, duration_span(ns, buf, sizeof(buf)));
}

/* What the author wrote, to the last digit. */
void say_times(struct text *text, const struct plan_range *range)
{
	char buf[64];

	if (range->lo == range->hi) {
		text_add(text, "%s", duration_exact(range->lo, buf, sizeof(buf)));
		return;
	}
	if (range->lo > INT64_MIN && range->lo != 0)
		text_add(text, "%s", duration_exact(range->lo, buf, sizeof(buf)));
	text_add(text, "..");
	if (range->hi != INT64_MAX)
		text_add(text, "%s", duration_exact(range->hi, buf, sizeof(buf)));
}

void say_spans(struct text *text, const struct plan_range *range)
{
	say_times(text, range);
	if ((range->hi != INT64_MAX ? range->hi : range->lo) < 60 * NSEC_PER_SEC)
		text_put(text, " s");
}

void say_numbers(struct text *text, const struct plan_range *range)
{
	if (range->lo == range->hi)
		text_add(text, "%lld", (long long)range->lo);
	else if (range->lo == INT64_MIN)
		text_add(text, "at most %lld", (long long)range->hi);
	else if (range->hi == INT64_MAX)
		text_add(text, "at least %lld", (long long)range->lo);
	else
		text_add(text, "%lld..%lld", (long long)range->lo, (long long)range->hi);
}

static void say_bits(struct text *text, uint32_t bits, const struct word *words,
		     const char *between)
{
	const char *before = "";

	for (; words->name; words++)
		if (bits & words->value) {
			text_add(text, "%s%s", before, words->name);
			before = between;
		}
}

void say_kinds(struct text *text, uint32_t kinds, const char *between)
{
	say_bits(text, kinds, packet_kind_words, between);
}

void say_states(struct text *text, uint32_t states)
{
	say_bits(text, states, tcp_state_words, " or ");
}

void say_host(struct text *text, const struct plan *plan, int host)
{
	if (host >= 0 && host < plan->host_count)
		text_add(text, "%s", plan->host[host].name);
	else
		text_add(text, host == PLACE_ROUTER ? PLACE_ROUTER_NAME : "anybody");
}

void say_incarnation(struct text *text, int incarnation)
{
	if (incarnation)
		text_add(text, " after reboot %d", incarnation);
	text_put(text, ": ");
}

void say_program(struct text *text, const struct plan *plan, int program, int incarnation)
{
	text_put(text, plan->program[program].name);
	say_incarnation(text, incarnation);
}

void say_errnos(struct text *text, int err, const int *or_err)
{
	text_put(text, err ? errno_name(err) : "no error");
	for (int i = 0; i < ERRNOS_MAX && or_err[i]; i++)
		text_add(text, " or %s", errno_name(or_err[i]));
}

bool is_errno(int is, int err, const int *or_err)
{
	bool among = is == err;

	for (int i = 0; i < ERRNOS_MAX && or_err[i]; i++)
		among = among || is == or_err[i];
	return among;
}

void say_within(struct text *text, const struct plan_range *window)
{
	if (!window->set)
		return;
	text_put(text, " within ");
	say_times(text, window);
}

void say_first_at(struct text *text, const struct plan_range *at)
{
	if (!at->set)
		return;
	text_put(text, ", the first at ");
	say_times(text, at);
}

static int64_t add_limited(int64_t a, int64_t b)
{
	int64_t sum;

	if (a == INT64_MAX || a == INT64_MIN)
		return a;
	return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX : INT64_MIN) : sum;
}

/* EARLY_NS: how much too early it may be on a real clock. */
static bool ns_holds(struct judging *judging, const char *what, const struct plan_range *range,
		     int64_t ns, int64_t early_ns, const char *less, const char *more)
{
	bool real = !judging->record->kernel.virtual_clock;
	int64_t tolerance = range->lo == range->hi ? judging->plan->tolerance_ns : 0;
	int64_t lo = add_limited(range->lo, -tolerance - (real ? early_ns : 0));
	int64_t hi = add_limited(range->hi, tolerance + (real ? REAL_CLOCK_LATE_NS : 0));

	if (ns >= lo && ns <= hi)
		return true;
	say_also(&judging->difference, "%s: ", what);
	say_span(&judging->difference, ns < lo ? range->lo - ns : ns - range->hi);
	text_add(&judging->difference, " too %s", ns < lo ? less : more);
	return false;
}

bool time_holds(struct judging *judging, const char *what, const struct plan_range *range,
		int64_t ns)
{
	return ns_holds(judging, what, range, ns, REAL_CLOCK_EARLY_NS, "early", "late");
}

bool span_holds(struct judging *judging, const char *what, const struct plan_range *range,
		int64_t ns)
{
	return ns_holds(judging, what, range, ns, REAL_CLOCK_LATE_NS, "short", "long");
}

bool number_holds(struct judging *judging, const char *what, const struct plan_range *range,
		  int64_t number)
{
	if (number >= range->lo && number <= range->hi)
		return true;
	say_also(&judging->difference, "%s: %lld instead of ", what, (long long)number);
	say_numbers(&judging->difference, range);
	return false;
}

struct plan_range window_of(const struct judging *judging, const struct plan_range *asked)
{
	int64_t tolerance = judging->plan->tolerance_ns;

	if (!asked->set || asked->lo != asked->hi)
		return *asked;
	return (struct plan_range){true, asked->lo > tolerance ? asked->lo - tolerance : 0,
				   add_limited(asked->hi, tolerance)};
}

struct slack slack_of(const struct judging *judging)
{
	return judging->record->kernel.virtual_clock
		       ? (struct slack){0, 0}
		       : (struct slack){REAL_CLOCK_EARLY_NS, REAL_CLOCK_LATE_NS};
}

bool within(const struct plan_range *window, int64_t t_ns, int64_t early, int64_t late)
{
	if (!window->set)
		return true;
	return t_ns >= (window->lo ? window->lo - early : 0) &&
	       t_ns <= add_limited(window->hi, late);
}

bool was_observed(struct judging *judging, const struct plan_range *window)
{
	int64_t last_ns = window->hi == INT64_MAX ? window->lo : window->hi;

	if (judging->plan->until_ns && last_ns > judging->plan->until_ns)
		last_ns = judging->plan->until_ns;
	if (!window->set || last_ns <= judging->record->end_ns)
		return true;
	say_also(&judging->observed, "the run ended at ");
	say_time(&judging->observed, judging->record->end_ns);
	say_also(&judging->difference, "the record cannot tell");
	return false;
}

int64_t sample_time(const struct judging *judging, int place, int64_t wanted_ns)
{
	const struct record *record = judging->record;
	int64_t near = record->kernel.virtual_clock ? SAMPLE_NEAR_NS : REAL_CLOCK_LATE_NS;
	int64_t best = -1;

	for (int i = 0; i < record->sampled_count; i++) {
		int64_t t_ns = record->sampled[i].t_ns;

		if (record->sampled[i].host != place || t_ns < wanted_ns - SAMPLE_NEAR_NS ||
		    t_ns > wanted_ns + near)
			continue;
		if (best < 0 || llabs(t_ns - wanted_ns) < llabs(best - wanted_ns))
			best = t_ns;
	}
	return best;
}

void states_judge(struct judging *judging, uint32_t states, int count, int selected, int matching)
{
	if (count != PLAN_ANY) {
		if (matching != count)
			say_also(&judging->difference, "%d instead of %d", matching, count);
	} else if (selected == 0 && !(states & 1u)) {
		say_also(&judging->difference, "there is none");
	} else if (matching < selected) {
		say_also(&judging->difference, "%d %s", selected - matching,
			 states == 1u ? "there" : "in another state");
	}
}
