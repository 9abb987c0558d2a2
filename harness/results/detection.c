/* SPDX-License-Identifier: MIT */
#include "detection.h"

#include "cleanup.h"
#include "errno_words.h"
#include "json.h"
#include "text.h"

static bool notices(const struct plan *plan, const struct record_step *step, int64_t fault_ns)
{
	const struct step_kind *kind = plan->program[step->program].step[step->step].kind;

	return step->end_ns > fault_ns && (step->ret < 0 || (step->ret == 0 && kind->tells_end));
}

/* Whether the same start of the program had noticed before. */
static bool had_noticed(const struct plan *plan, const struct record *record, int index,
			int64_t fault_ns)
{
	const struct record_step *step = &record->step[index];

	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *other = &record->step[i];

		if (other->program == step->program && other->incarnation == step->incarnation &&
		    notices(plan, other, fault_ns) &&
		    (other->end_ns < step->end_ns || (other->end_ns == step->end_ns && i < index)))
			return true;
	}
	return false;
}

static char *say_who(const struct plan *plan, const struct record_step *step)
{
	const struct plan_program *program = &plan->program[step->program];
	AUTO_FREE char *start = step->incarnation
					? text_format(" (start %d)", step->incarnation + 1)
					: text_copy("");

	return text_format("%s%s.%s: %s", program->name, start, program->step[step->step].name,
			   step->ret < 0 ? errno_name(step->err) : "EOF");
}

json_t *detections_of(const struct plan *plan, const struct record *record)
{
	json_t *all = json_array();
	int64_t fault_ns = record->fault_count ? record->fault[0].begun_ns : INT64_MAX;

	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->step[i];
		AUTO_FREE char *who = NULL;

		if (!notices(plan, step, fault_ns) || had_noticed(plan, record, i, fault_ns))
			continue;
		who = say_who(plan, step);
		json_array_append_new(all,
				      json_pack("{s:o, s:I}", "who", json_text(who), "after_ns",
						(json_int_t)(step->end_ns - fault_ns)));
	}
	return all;
}
