/* SPDX-License-Identifier: MIT
 *
 * What commands wrote: which lines, how many, when.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judging.h"
#include "visible.h"

#define TIMES_SHOWN 20

static void output_expected(struct judging *judging, const struct expect_output *expect,
			    const struct plan_range *count)
{
	struct text *text = &judging->expected;

	say_program(text, judging->plan, expect->program, expect->incarnation);
	say_numbers(text, count);
	text_add(text, " line%s with \"%s\"", count->lo == 1 && count->hi == 1 ? "" : "s",
		 expect->line);
	say_within(text, &expect->within);
	say_first_at(text, &expect->at);
}

struct counting {
	int count;         /* in the window as it is */
	int least, most;   /* in the window with its edges blurred */
	int64_t first_ns;  /* -1 */
	int all;           /* lines of any kind, anywhere */
	bool gap_opens;    /* the line before was one */
	bool gap;          /* in the window something is left out that may be meant */
	bool gap_in_front; /* and before the first */
	struct text times; /* the first ones, in words */
};

/* What is left out was written at some time from that of the line before it to that of the next. */
static void gap_note(struct counting *counting, const struct record_printed *line,
		     const struct plan_range *window)
{
	if (counting->gap_opens && window->set && line->t_ns < window->lo)
		counting->gap = counting->gap_in_front = false;
	counting->gap_opens = line->gap && (!window->set || line->t_ns <= window->hi);
	if (!counting->gap_opens)
		return;
	counting->gap = true;
	counting->gap_in_front = counting->first_ns < 0;
}

static void count_lines(struct judging *judging, const struct expect_output *expect,
			struct counting *counting)
{
	const struct slack slack = slack_of(judging);
	const struct plan_range window = window_of(judging, &expect->within);

	counting->first_ns = -1;
	for (int i = 0; i < judging->record->line_count; i++) {
		const struct record_printed *line = &judging->record->line[i];

		if (line->program != expect->program || line->incarnation != expect->incarnation)
			continue;
		counting->all++;
		gap_note(counting, line, &window);
		if (line->gap || !strstr(line->text, expect->line))
			continue;
		counting->most += within(&window, line->t_ns, slack.early_ns, slack.late_ns);
		counting->least += within(&window, line->t_ns, -slack.late_ns, -slack.early_ns);
		if (!within(&window, line->t_ns, 0, 0))
			continue;
		counting->first_ns = counting->first_ns < 0 ? line->t_ns : counting->first_ns;
		if (++counting->count > TIMES_SHOWN)
			continue;
		text_add(&counting->times, counting->count > 1 ? ", " : " at ");
		say_time(&counting->times, line->t_ns);
	}
}

/* The last thing that it wrote often says what happened instead. */
static void say_last(struct judging *judging, const struct expect_output *expect)
{
	const struct record_printed *last = NULL;
	char *shown;

	for (int i = 0; i < judging->record->line_count; i++) {
		const struct record_printed *line = &judging->record->line[i];

		if (line->program == expect->program && line->incarnation == expect->incarnation &&
		    line->text[0])
			last = line;
	}
	if (!last)
		return;
	shown = visible_copy(last->text, true);
	text_add(&judging->observed, "; its last line, at ");
	say_time(&judging->observed, last->t_ns);
	text_add(&judging->observed, ": \"%.200s\"", shown);
	free(shown);
}

/* Of a program that starts again each start is judged by itself. */
static void say_other_start(struct judging *judging, const struct expect_output *expect)
{
	for (int i = 0; i < judging->record->line_count; i++) {
		const struct record_printed *line = &judging->record->line[i];

		if (line->program != expect->program || line->incarnation == expect->incarnation ||
		    line->gap || !strstr(line->text, expect->line))
			continue;
		text_put(&judging->observed, "; another start wrote one at ");
		say_time(&judging->observed, line->t_ns);
		if (line->incarnation)
			text_add(&judging->observed, " (output@%d)", line->incarnation);
		return;
	}
}

static void output_observed(struct judging *judging, const struct expect_output *expect,
			    const struct counting *counting)
{
	struct text *text = &judging->observed;

	say_program(text, judging->plan, expect->program, expect->incarnation);
	text_add(text, "%d", counting->count);
	if (counting->times.size)
		text_put(text, counting->times.bytes);
	if (counting->count > TIMES_SHOWN)
		text_put(text, ", ...");
	if (!counting->all)
		text_put(text, "; it wrote nothing");
	else if (!counting->count)
		say_last(judging, expect);
	if (counting->gap)
		text_put(text, "; a part of its output was not kept");
}

enum holding judge_output(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_output *expect = &of->output;
	const struct plan_range some = {true, 1, INT64_MAX};
	const struct plan_range *count = expect->count.set ? &expect->count : &some;
	struct counting counting = {0};
	bool too_few, too_many;

	count_lines(judging, expect, &counting);
	output_expected(judging, expect, count);
	output_observed(judging, expect, &counting);
	text_done(&counting.times);
	judging->t_ns = counting.first_ns;
	too_few = counting.most < count->lo;
	too_many = counting.least > count->hi;
	if (counting.gap && !too_many &&
	    (too_few || count->hi != INT64_MAX || (expect->at.set && counting.gap_in_front))) {
		say_also(&judging->difference, "what is left out may be what is meant");
		return UNDECIDED;
	}
	if (too_few)
		say_other_start(judging, expect);
	if (too_few || too_many)
		number_holds(judging, "lines", count, counting.count);
	if (expect->at.set && counting.first_ns >= 0)
		time_holds(judging, "the first", &expect->at, counting.first_ns);
	if (judging->difference.size)
		return FAILS;
	return count->hi == INT64_MAX || was_observed(judging, &expect->within) ? HOLDS : UNDECIDED;
}
