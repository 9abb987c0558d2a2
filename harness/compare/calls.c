/* SPDX-License-Identifier: MIT
 *
 * What the calls returned and how the programs ended. Of a call that is the same in both, when
 * it returned; it began when the one before it returned.
 */
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "errno_words.h"
#include "label.h"

static const struct record_step *step_in(const struct record *record,
					 const struct record_step *like)
{
	return record_find_step(record, like->program, like->step, like->incarnation);
}

static const struct record_program *program_in(const struct record *record,
					       const struct record_program *like)
{
	return record_find_program(record, like->program, like->incarnation);
}

static char *result_text(struct changes *changes, const struct record_step *step)
{
	char result[256];

	if (!step || step->start_ns < 0)
		return pool_strdup(changes->pool, "never called");
	if (step->end_ns < 0)
		return pool_strdup(changes->pool, "still waits");
	label_result(changes->a->plan, step, result, sizeof(result));
	return pool_printf(changes->pool, "%s%s", result,
			   step->caught_sigterm ? ", ended by SIGTERM" : "");
}

static char *step_name(struct changes *changes, const struct record_step *step)
{
	const struct plan_program *program = &changes->a->plan->program[step->program];

	return pool_printf(changes->pool, "%s: %s%s", program->name, program->step[step->step].name,
			   step->incarnation ? ", after the reboot" : "");
}

/* Without the name of the program. */
static char *step_cause(struct changes *changes, const struct record_step *step, const char *text)
{
	const struct plan_program *program = &changes->a->plan->program[step->program];

	return pool_printf(changes->pool, "%s: %s", program->step[step->step].name, text);
}

/* TCP lost its patience. */
static bool gave_up(const struct record_step *step)
{
	if (!step || step->end_ns < 0 || step->ret >= 0)
		return false;
	for (const int *err = errno_given_up; *err; err++)
		if (step->err == *err)
			return true;
	return false;
}

static char *given_up(struct changes *changes, bool sooner)
{
	return pool_strdup(changes->pool, sooner ? "a connection is given up earlier"
						 : "a connection is given up later");
}

/* When the first of the two is seen to be another. */
static int64_t step_at_ns(const struct record_step *a, const struct record_step *b)
{
	if (!a || !b)
		return a ? a->start_ns : b->start_ns;
	return earlier(a->end_ns, b->end_ns);
}

static void change_step(struct changes *changes, const struct record_step *a,
			const struct record_step *b, char *name, const char *before,
			const char *after)
{
	char *text = pool_printf(changes->pool, "%s instead of %s", after, before);
	bool in_a = gave_up(a), in_b = gave_up(b);

	change_add(changes, CHANGE_RESULT, name, before, after,
		   in_a || in_b ? given_up(changes, !in_a || (in_b && b->end_ns < a->end_ns))
				: step_cause(changes, a ? a : b, text),
		   step_at_ns(a, b))
		->gives_up = in_a || in_b;
}

static void change_return(struct changes *changes, const struct record_step *a,
			  const struct record_step *b, const char *name)
{
	int before = changes->change_count;

	change_time(changes, name, a->end_ns, b->end_ns, step_cause(changes, a, "returns"));
	if (changes->change_count > before && gave_up(a)) {
		changes->change[before].cause = given_up(changes, b->end_ns < a->end_ns);
		changes->change[before].gives_up = true;
	}
}

static void compare_step(struct changes *changes, const struct record_step *a,
			 const struct record_step *b)
{
	char *name = step_name(changes, a ? a : b);
	char *before = result_text(changes, a), *after = result_text(changes, b);

	if (strcmp(before, after) != 0)
		change_step(changes, a, b, name, before, after);
	else if (a && b && (a->bytes != b->bytes || a->intact != b->intact))
		change_step(changes, a, b, name,
			    pool_printf(changes->pool, "%lld bytes%s", (long long)a->bytes,
					a->intact ? ", intact" : ""),
			    pool_printf(changes->pool, "%lld bytes%s", (long long)b->bytes,
					b->intact ? ", intact" : ""));
	else if (a && b && a->end_ns < 0)
		change_time(changes, pool_printf(changes->pool, "%s begins", name), a->start_ns,
			    b->start_ns, step_cause(changes, a, "begins"));
	else if (a && b)
		change_return(changes, a, b, name);
}

/* The next line of PROGRAM's output from AT on, in RECORD's list; NULL: there is no more. */
static const struct record_printed *next_line(const struct record *record,
					      const struct record_program *program, int *at)
{
	while (*at < record->line_count) {
		const struct record_printed *line = &record->line[(*at)++];

		if (line->program == program->program && line->incarnation == program->incarnation)
			return line;
	}
	return NULL;
}

/* When the lines came, which are the same in both. The first that came at another time; those
 * behind it follow from it. */
static void compare_lines(struct changes *changes, const struct record_program *a,
			  const struct record_program *b, const char *name)
{
	const struct record_printed *in_a, *in_b;
	int at_a = 0, at_b = 0;

	while ((in_a = next_line(changes->a->record, a, &at_a)) &&
	       (in_b = next_line(changes->b->record, b, &at_b))) {
		if (in_a->gap || same_time(changes, in_a->t_ns, in_b->t_ns))
			continue;
		change_time(changes,
			    pool_printf(changes->pool, "%s writes \"%.200s\"", name, in_a->text),
			    in_a->t_ns, in_b->t_ns, "a program writes");
		return;
	}
}

static char *end_text(struct changes *changes, const struct record_program *program)
{
	char label[128];

	if (!program)
		return pool_strdup(changes->pool, "never started");
	if (program->end_ns < 0 && program->exit_status < 0 && program->signal == 0)
		return pool_strdup(changes->pool, "runs until the end");
	label_program(changes->a->plan, program, false, label, sizeof(label));
	return pool_strdup(changes->pool, label);
}

static void compare_program(struct changes *changes, const struct record_program *a,
			    const struct record_program *b)
{
	const struct record_program *known = a ? a : b;
	struct pool *pool = changes->pool;
	char *name = pool_printf(pool, "%s: the program%s",
				 changes->a->plan->program[known->program].name,
				 known->incarnation ? ", after the reboot" : "");
	char *before = end_text(changes, a), *after = end_text(changes, b);
	int64_t at_ns = earlier(a ? a->end_ns : -1, b ? b->end_ns : -1);

	if (at_ns < 0)
		at_ns = earlier(a ? a->start_ns : -1, b ? b->start_ns : -1);
	if (strcmp(before, after) != 0) {
		change_add(changes, CHANGE_RESULT, name, before, after,
			   pool_printf(pool, "a program %s instead of: %s", after, before), at_ns);
	} else if (a && b && strcmp(a->output ? a->output : "", b->output ? b->output : "") != 0) {
		change_add(changes, CHANGE_RESULT, name, a->output ? a->output : "no output",
			   b->output ? b->output : "no output",
			   pool_strdup(pool, "a program writes something else"), at_ns);
	} else if (a && b) {
		compare_lines(changes, a, b, name);
		change_time(changes, pool_printf(pool, "%s ends", name), a->end_ns, b->end_ns,
			    "a program ends");
	}
}

static void compare_fault(struct changes *changes, const struct record_fault *a)
{
	const char *text = changes->a->plan->fault[a->fault].text;

	for (int i = 0; i < changes->b->record->fault_count; i++) {
		const struct record_fault *b = &changes->b->record->fault[i];

		if (b->fault != a->fault)
			continue;
		change_time(changes, text, a->begun_ns, b->begun_ns, "a fault comes");
		change_time(changes, pool_printf(changes->pool, "%s is done", text), a->done_ns,
			    b->done_ns, "a fault is done");
	}
}

void compare_calls(struct changes *changes)
{
	const struct record *a = changes->a->record, *b = changes->b->record;

	for (int i = 0; i < a->step_count; i++)
		compare_step(changes, &a->step[i], step_in(b, &a->step[i]));
	for (int i = 0; i < b->step_count; i++)
		if (!step_in(a, &b->step[i]))
			compare_step(changes, NULL, &b->step[i]);
	for (int i = 0; i < a->program_count; i++)
		compare_program(changes, &a->program[i], program_in(b, &a->program[i]));
	for (int i = 0; i < b->program_count; i++)
		if (!program_in(a, &b->program[i]))
			compare_program(changes, NULL, &b->program[i]);
	for (int i = 0; i < a->fault_count; i++)
		compare_fault(changes, &a->fault[i]);
}
