/* SPDX-License-Identifier: MIT
 *
 * Calls and programs: what a step returned, when; how a program ended.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "errno_words.h"
#include "judging.h"
#include "label.h"
#include "poll_words.h"
#include "signal_words.h"

static void say_events(struct text *text, int events)
{
	if (!events)
		text_add(text, " none");
	for (const struct word *event = poll_event_words; event->name; event++)
		if (events & event->value)
			text_add(text, " %s", event->name);
}

static const char *step_name(const struct judging *judging, const struct expect_step *expect)
{
	return judging->plan->program[expect->program].step[expect->step].name;
}

static void say_step(struct text *text, const struct judging *judging,
		     const struct expect_step *expect)
{
	text_add(text, "%s.%s", judging->plan->program[expect->program].name,
		 step_name(judging, expect));
	say_incarnation(text, expect->incarnation);
}

/* What is asked of the step, each in its field's words; LIST is a text of its own. */
static void step_asked(struct text *list, const struct expect_step *expect)
{
	if (expect->outcome == OUTCOME_BLOCKED)
		text_put(list, "still blocked at the end");
	if (expect->outcome == OUTCOME_NOT_STARTED)
		text_put(list, "never started");
	if (expect->errno_set)
		say_errnos(list, expect->err, expect->or_err);
	if (expect->returns.set) {
		text_separate(list, ", ");
		text_put(list, "returns ");
		say_numbers(list, &expect->returns);
	}
	if (expect->bytes.set) {
		text_separate(list, ", ");
		text_put(list, "bytes ");
		say_numbers(list, &expect->bytes);
	}
	if (expect->at.set) {
		text_separate(list, ", ");
		text_put(list, "at ");
		say_times(list, &expect->at);
	}
	if (expect->took.set) {
		text_separate(list, ", ");
		text_put(list, "took ");
		say_spans(list, &expect->took);
	}
	if (expect->intact >= 0) {
		text_separate(list, ", ");
		text_put(list, expect->intact ? "every byte intact" : "not intact");
	}
	if (expect->revents >= 0) {
		text_separate(list, ", ");
		text_put(list, "events");
		say_events(list, expect->revents);
	}
}

static void step_expected(struct judging *judging, const struct expect_step *expect)
{
	AUTO_TEXT struct text list = {0};

	step_asked(&list, expect);
	say_step(&judging->expected, judging, expect);
	text_put(&judging->expected, list.size ? list.bytes : "ends");
}

/* Why nothing more of the program came: what it waits for did not. */
static void say_awaited(struct text *text, const struct judging *judging,
			const struct expect_step *expect)
{
	const struct plan_program *program = &judging->plan->program[expect->program];

	for (int i = 0; i < judging->record->step_count; i++) {
		const struct record_step *step = &judging->record->step[i];
		const struct plan_step *plan;

		if (step->program != expect->program || step->incarnation != expect->incarnation ||
		    step->start_ns < 0 || step->end_ns >= 0)
			continue;
		plan = &program->step[step->step];
		if (plan->peer.op != PEER_AFTER)
			continue;
		text_add(text, ", what its program waits for did not come: %s, since ", plan->text);
		say_time(text, step->start_ns);
	}
}

static void step_observed(struct judging *judging, const struct expect_step *expect,
			  const struct record_step *step)
{
	const struct record_program *program = record_find_program(judging->record, expect->program,
								   expect->incarnation);
	struct text *text = &judging->observed;
	char result[128];

	say_step(text, judging, expect);
	if (!step) {
		text_add(text, "never started");
		say_awaited(text, judging, expect);
	} else if (step->end_ns < 0 && program && program->signal > 0) {
		text_add(text, "the program was killed by SIG%s meanwhile, at ",
			 signal_abbreviation(program->signal));
		say_time(text, program->end_ns);
	} else if (step->end_ns < 0) {
		text_add(text, step->caught_sigterm ? "interrupted by SIGTERM, begun at "
						    : "still blocked at the end, since ");
		say_time(text, step->start_ns);
	} else {
		text_add(text, "%s at ", label_result(judging->plan, step, result, sizeof(result)));
		say_time(text, step->end_ns);
		if (expect->took.set) {
			text_add(text, ", took ");
			say_span(text, step->end_ns - step->start_ns);
		}
		if (expect->bytes.set)
			text_add(text, ", bytes %lld", (long long)step->bytes);
	}
}

static enum holding outcome_differs(struct judging *judging, const struct expect_step *expect,
				    const struct record_step *step)
{
	const char *is = !step              ? "it never started"
			 : step->end_ns < 0 ? "it never ended"
					    : "it ended";
	bool as_expected = expect->outcome == OUTCOME_NOT_STARTED ? !step
			   : expect->outcome == OUTCOME_BLOCKED   ? step && step->end_ns < 0
								  : step && step->end_ns >= 0;

	if (!as_expected)
		say_also(&judging->difference, "%s", is);
	return as_expected ? HOLDS : FAILS;
}

static void errno_differs(struct judging *judging, const struct expect_step *expect,
			  const struct record_step *step)
{
	int err = step->ret < 0 ? step->err : 0;

	if (is_errno(err, expect->err, expect->or_err))
		return;
	say_also(&judging->difference, "%s instead of ", err ? errno_name(err) : "success");
	if (expect->err)
		say_errnos(&judging->difference, expect->err, expect->or_err);
	else
		text_put(&judging->difference, "success");
}

enum holding judge_step(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_step *expect = &of->step;
	const struct record_step *step = record_find_step(judging->record, expect->program,
							  expect->step, expect->incarnation);

	step_expected(judging, expect);
	step_observed(judging, expect, step);
	judging->t_ns = step ? (step->end_ns >= 0 ? step->end_ns : step->start_ns) : -1;
	if (outcome_differs(judging, expect, step) == FAILS)
		return FAILS;
	if (!step || step->end_ns < 0)
		return HOLDS;
	if (expect->errno_set)
		errno_differs(judging, expect, step);
	if (expect->returns.set)
		number_holds(judging, "returned", &expect->returns, step->ret);
	if (expect->bytes.set)
		number_holds(judging, "bytes", &expect->bytes, step->bytes);
	if (expect->at.set)
		time_holds(judging, "at", &expect->at, step->end_ns);
	if (expect->took.set)
		span_holds(judging, "took", &expect->took, step->end_ns - step->start_ns);
	if (expect->intact >= 0 && step->bytes == 0)
		say_also(&judging->difference, "no byte came");
	else if (expect->intact >= 0 && expect->intact != step->intact)
		say_also(&judging->difference,
			 step->intact ? "the bytes are intact" : "the bytes are not intact");
	if (expect->revents >= 0 && expect->revents != step->revents) {
		say_also(&judging->difference, "events");
		say_events(&judging->difference, step->revents);
	}
	return judging->difference.size ? FAILS : HOLDS;
}

static void program_expected(struct judging *judging, const struct expect_program *expect)
{
	struct text *text = &judging->expected;

	say_program(text, judging->plan, expect->program, expect->incarnation);
	if (expect->outcome == OUTCOME_BLOCKED)
		text_add(text, "still running at the end");
	else
		text_add(text, "ends");
	if (expect->status >= 0)
		text_add(text, " with status %d", expect->status);
	if (expect->signal == 0)
		text_add(text, " by no signal");
	if (expect->signal > 0)
		text_add(text, " by SIG%s", signal_abbreviation(expect->signal));
	if (expect->at.set) {
		text_add(text, " at ");
		say_times(text, &expect->at);
	}
}

static void say_end(struct text *text, const struct record_program *program)
{
	if (program->signal)
		text_add(text, "killed by SIG%s", signal_abbreviation(program->signal));
	else
		text_add(text, "exited with status %d", program->exit_status);
}

static void program_observed(struct judging *judging, const struct expect_program *expect,
			     const struct record_program *program)
{
	struct text *text = &judging->observed;

	say_program(text, judging->plan, expect->program, expect->incarnation);
	if (!program) {
		text_add(text, "never started");
	} else if (program->end_ns < 0) {
		text_add(text, "still running at the end");
	} else {
		say_end(text, program);
		text_add(text, " at ");
		say_time(text, program->end_ns);
	}
}

enum holding judge_program(struct judging *judging, const struct plan_expect *of)
{
	const struct expect_program *expect = &of->program;
	const struct record_program *program = record_find_program(judging->record, expect->program,
								   expect->incarnation);
	bool running = program && program->end_ns < 0;

	program_expected(judging, expect);
	program_observed(judging, expect, program);
	judging->t_ns = program ? program->end_ns : -1;
	if (!program || running != (expect->outcome == OUTCOME_BLOCKED)) {
		say_also(&judging->difference, !program  ? "it never started"
					       : running ? "it never ended"
							 : "it ended");
		return FAILS;
	}
	if (running)
		return HOLDS;
	if ((expect->status >= 0 && expect->status != program->exit_status) ||
	    (expect->signal >= 0 && expect->signal != program->signal))
		say_end(&judging->difference, program);
	if (expect->at.set)
		time_holds(judging, "at", &expect->at, program->end_ns);
	return judging->difference.size ? FAILS : HOLDS;
}
