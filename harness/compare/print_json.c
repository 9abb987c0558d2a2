/* SPDX-License-Identifier: MIT */
#include <jansson.h>

#include "compare.h"
#include "json.h"

static json_t *names_json(char *const *names, int count)
{
	json_t *array = json_array();

	for (int i = 0; i < count; i++)
		json_array_append_new(array, json_text(names[i]));
	return array;
}

static json_t *group_json(const struct comparison *comparison, const struct change_group *group)
{
	json_t *runs = json_array();

	for (int i = 0; i < group->run_count; i++)
		json_array_append_new(runs, json_text(comparison->run[group->run[i]].name));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "kind",
			 change_kind_name[group->change.kind], "what",
			 json_text(group->change.what), "a", json_text(group->change.before), "b",
			 json_text(group->change.after), "delta", json_text(group->change.delta),
			 "runs", runs);
}

static json_t *cause_json(const struct comparison *comparison, const struct cause *cause)
{
	json_t *runs = json_array(), *values = json_array();

	for (int i = 0; i < cause->run_count; i++)
		json_array_append_new(runs, json_text(comparison->run[cause->run[i]].name));
	for (int i = 0; i < cause->value_count; i++) {
		const struct cause_value *value = &cause->value[i];

		json_array_append_new(
			values, json_pack("{s:o, s:o, s:o, s:i}", "a", json_text(value->before),
					  "b", json_text(value->after), "delta",
					  json_text(value->delta), "runs", value->run_count));
	}
	return json_pack("{s:o, s:o, s:o}", "what", json_text(cause->text), "values", values,
			 "runs", runs);
}

static json_t *run_json(const struct compared_run *run)
{
	return json_pack("{s:o, s:b, s:b, s:I, s:i}", "name", json_text(run->name), "differs",
			 run->differs, "counters_differ", run->counters, "tolerance_ns",
			 (json_int_t)run->tolerance.fixed_ns, "wheel_step_hz",
			 run->tolerance.step_hz);
}

void comparison_print_json(const struct comparison *comparison, FILE *out)
{
	json_t *runs = json_array(), *changes = json_array(), *causes = json_array(), *all;

	for (int i = 0; i < comparison->run_count; i++)
		json_array_append_new(runs, run_json(&comparison->run[i]));
	for (int i = 0; i < comparison->group_count; i++)
		json_array_append_new(changes, group_json(comparison, &comparison->group[i]));
	for (int i = 0; i < comparison->cause_count; i++)
		json_array_append_new(causes, cause_json(comparison, &comparison->cause[i]));
	all = json_pack("{s:i, s:{s:o, s:o}, s:{s:o, s:o}, s:i, s:i, s:o, s:o, s:o, s:o, s:o}",
			"version", 1, "a", "folder", json_text(comparison->a), "kernel",
			json_text(comparison->kernel_a), "b", "folder", json_text(comparison->b),
			"kernel", json_text(comparison->kernel_b), "compared",
			comparison->run_count, "differing", comparison->differing, "causes", causes,
			"changes", changes, "runs", runs, "only_in_a",
			names_json(comparison->only_a, comparison->only_a_count), "only_in_b",
			names_json(comparison->only_b, comparison->only_b_count));
	json_print(all, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(all);
}
