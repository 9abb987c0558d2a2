/* SPDX-License-Identifier: MIT
 *
 * judging: what the judges of the several kinds of expectation share: how things are said, and
 * ranges with the clock's slack.
 */
#ifndef HALFOPEN_JUDGING_H
#define HALFOPEN_JUDGING_H

#include "text.h"
#include "verdict.h"

/* Appends "; " first, unless it is the first. */
void say_also(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Times have one form in all messages, that of the ladder: milliseconds, as a clock shows them. */
void say_time(struct text *text, int64_t ns);                        /* a moment: "1:15.214" */
void say_span(struct text *text, int64_t ns);                        /* "0.204 s", "1:15.214" */
void say_times(struct text *text, const struct plan_range *range);   /* "1:15.000..1:17.000" */
void say_spans(struct text *text, const struct plan_range *range);   /* "0.200..0.210 s" */
void say_numbers(struct text *text, const struct plan_range *range); /* "5..7", "at least 5" */
void say_kinds(struct text *text, uint32_t kinds, const char *between);
void say_states(struct text *text, uint32_t states);
void say_host(struct text *text, const struct plan *plan, int host);
void say_incarnation(struct text *text, int incarnation); /* " after reboot 2: ", ": " */
void say_program(struct text *text, const struct plan *plan, int program, int incarnation);
/* ERR, where 0 is "no error", or one of OR_ERR, which has ERRNOS_MAX or a 0 at its end. */
void say_errnos(struct text *text, int err, const int *or_err);
bool is_errno(int is, int err, const int *or_err);
/* Where they are not set, nothing. */
void say_within(struct text *text, const struct plan_range *window); /* " within 3.000.." */
void say_first_at(struct text *text, const struct plan_range *at);   /* ", the first at 5.000" */

struct judging {
	const struct plan *plan;
	const struct record *record;
	struct text expected, observed, difference;
	int64_t t_ns;
};

/* A judge fills in the texts; the difference is empty exactly when it returns HOLDS. */
typedef enum holding judge_fn(struct judging *judging, const struct plan_expect *expect);

judge_fn judge_step, judge_program, judge_output, judge_calls, judge_socket, judge_conntrack,
	judge_wire, judge_order, judge_counter, judge_silence;

/* A time against a range: alone it is widened by the tolerance, and on a real clock by that
 * clock's slack. On failure says by how much in the difference, after WHAT. */
bool time_holds(struct judging *judging, const char *what, const struct plan_range *range,
		int64_t ns);
/* The same for the time between two events, of which either may have been seen late. */
bool span_holds(struct judging *judging, const char *what, const struct plan_range *range,
		int64_t ns);
bool number_holds(struct judging *judging, const char *what, const struct plan_range *range,
		  int64_t number);

/* The window that an expectation speaks of: a moment alone is widened by the tolerance. */
struct plan_range window_of(const struct judging *judging, const struct plan_range *asked);
/* By how much what is right may be seen too early or too late: on a real clock, and a busy machine.
 */
struct slack {
	int64_t early_ns, late_ns;
};
struct slack slack_of(const struct judging *judging);
/* Whether a moment lies in a window; the whole run where it is not set. EARLY and LATE widen
 * the window's edges (negative: narrow them). */
bool within(const struct plan_range *window, int64_t t_ns, int64_t early, int64_t late);

/* When PLACE, a host or the router, was looked at for that moment; -1: it was not. */
int64_t sample_time(const struct judging *judging, int place, int64_t wanted_ns);

/* Of those that an expectation selects, so many are in one of the STATES (bit 0: none is there)
 * that it asks for: COUNT, or where that is PLAN_ANY at least one, and all. */
void states_judge(struct judging *judging, uint32_t states, int count, int selected, int matching);

/* Whether the run lasted as long as the window, or as long as the case wanted; where the window
 * has no end, until it begins. Of
 * what did not happen in a time that was not observed nothing can be said: then says so, and
 * returns false. */
bool was_observed(struct judging *judging, const struct plan_range *window);

#endif
