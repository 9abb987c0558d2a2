/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "duration.h"
#include "errno_words.h"
#include "list.h"
#include "recorded.h"
#include "results.h"
#include "signal_words.h"
#include "text.h"

char *variant_value(const char *variant, const char *axis)
{
	size_t size = axis ? strlen(axis) : 0;

	for (const char *at = variant; axis && at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, axis, size) == 0 && at[size] == '=')
			return text_format("%.*s", (int)strcspn(at + size + 1, ","), at + size + 1);
	}
	return text_copy("");
}

static void call_add(struct calls *calls, const struct call_result *seen)
{
	for (int i = 0; i < calls->call_count; i++) {
		struct call_result *call = &calls->call[i];

		if (strcmp(call->file, seen->file) != 0 || strcmp(call->what, seen->what) != 0 ||
		    strcmp(call->group, seen->group) != 0)
			continue;
		call->least_ns = seen->least_ns < call->least_ns ? seen->least_ns : call->least_ns;
		call->most_ns = seen->most_ns > call->most_ns ? seen->most_ns : call->most_ns;
		return;
	}
	*LIST_ADD(NULL, calls, call) = *seen;
	calls->call[calls->call_count - 1].what = text_copy(seen->what);
	calls->call[calls->call_count - 1].group = text_copy(seen->group);
}

/* When the timeline said; of one that came after something, when it did. */
static int64_t first_fault_ns(const struct plan *plan, const struct record *record)
{
	if (!plan_fault_waits(&plan->fault[0]))
		return plan->fault[0].at_ns;
	return record->fault_count ? record->fault[0].begun_ns : 0;
}

static void step_call(struct calls *calls, const struct call_result *start, const struct plan *plan,
		      const struct record *record, const struct record_step *step,
		      enum calls_from from)
{
	const struct plan_program *program = &plan->program[step->program];
	struct call_result call = *start;
	AUTO_FREE char *what = NULL;
	int64_t from_ns = 0;

	call.kind = step->end_ns < 0 ? CALL_BLOCKED : step->ret < 0 ? CALL_ERROR : CALL_SUCCESS;
	what = text_format("%s.%s %s", program->name, program->step[step->step].name,
			   call.kind == CALL_BLOCKED   ? "blocked"
			   : call.kind == CALL_SUCCESS ? "no error"
						       : errno_name(step->err));
	call.what = what;
	if (from == CALLS_FROM_CALL)
		from_ns = step->start_ns;
	else if (plan->fault_count)
		from_ns = first_fault_ns(plan, record);
	call.least_ns = call.most_ns = step->end_ns - from_ns;
	call_add(calls, &call);
}

static const char *end_said(const struct record_program *program, char *buf, size_t size)
{
	if (program->signal)
		snprintf(buf, size, "killed by SIG%s", signal_abbreviation(program->signal));
	else
		snprintf(buf, size, "exits with %d", program->exit_status);
	return buf;
}

/* A command's end, which is not said to begin when it starts: since the first fault. */
static void program_call(struct calls *calls, const struct call_result *start,
			 const struct plan *plan, const struct record *record,
			 const struct record_program *program)
{
	int64_t from_ns = plan->fault_count ? first_fault_ns(plan, record) : program->start_ns;
	struct call_result call = *start;
	char label[64];
	AUTO_FREE char *what = NULL;

	call.kind = program->end_ns < 0 ? CALL_BLOCKED : CALL_SUCCESS;
	if (call.kind == CALL_SUCCESS && program->exit_status != 0)
		call.kind = CALL_ERROR;
	what = text_format("%s %s", plan->program[program->program].name,
			   call.kind == CALL_BLOCKED ? "runs on"
						     : end_said(program, label, sizeof(label)));
	call.what = what;
	if (program->end_ns >= 0 && program->end_ns < from_ns)
		from_ns = program->start_ns;
	call.least_ns = call.most_ns = program->end_ns - from_ns;
	call_add(calls, &call);
}

static void run_programs(struct calls *calls, const struct call_result *start,
			 const struct recorded *recorded)
{
	const struct plan *plan = recorded->plan;

	for (int i = 0; i < recorded->record->program_count; i++) {
		const struct record_program *program = &recorded->record->program[i];
		bool asked = false;

		for (int j = 0; j < plan->expect_count && plan->program[program->program].command;
		     j++)
			asked = asked ||
				(plan->expect[j].kind == EXPECT_PROGRAM &&
				 plan->expect[j].program.program == program->program &&
				 plan->expect[j].program.incarnation == program->incarnation);
		if (asked)
			program_call(calls, start, plan, recorded->record, program);
	}
}

static void run_calls(struct calls *calls, const struct call_result *start,
		      const struct recorded *recorded, enum calls_from from)
{
	const struct plan *plan = recorded->plan;
	const struct record *record = recorded->record;

	for (int i = 0; i < plan->expect_count; i++) {
		const struct expect_step *expect = &plan->expect[i].step;

		if (plan->expect[i].kind != EXPECT_STEP)
			continue;
		for (int j = 0; j < record->step_count; j++) {
			const struct record_step *step = &record->step[j];

			if (step->program == expect->program && step->step == expect->step &&
			    step->incarnation == expect->incarnation)
				step_call(calls, start, plan, record, step, from);
		}
	}
}

int calls_collect(struct calls *calls, const char *folder, const json_t *results, const char *axis,
		  enum calls_from from, struct err *err)
{
	size_t at;
	json_t *result;

	json_array_foreach(results, at, result)
	{
		AUTO_FREE char *group = variant_value(result_string(result, "variant"), axis);
		struct call_result start = {.file = result_string(result, "file"), .group = group};
		struct recorded recorded;
		int ret;

		if (strcmp(result_string(result, "verdict"), "pass") != 0)
			continue;
		ret = recorded_load_run(folder, result, &recorded, err);
		if (ret < 0)
			return ret;
		run_calls(calls, &start, &recorded, from);
		if (from == CALLS_FROM_CALL)
			run_programs(calls, &start, &recorded);
		recorded_done(&recorded);
	}
	return 0;
}

void calls_done(struct calls *calls)
{
	for (int i = 0; i < calls->call_count; i++) {
		free(calls->call[i].what);
		free(calls->call[i].group);
	}
	free(calls->call);
	*calls = (struct calls){0};
}

const char *call_span(const struct call_result *call, char *buf, size_t size)
{
	char least[64], most[64];

	duration_short(call->least_ns, least, sizeof(least));
	duration_short(call->most_ns, most, sizeof(most));
	if (strcmp(least, most) == 0)
		snprintf(buf, size, "%s", least);
	else
		snprintf(buf, size, "%s to %s", least, most);
	return buf;
}
