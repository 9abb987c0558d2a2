/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "compare.h"
#include "json.h"
#include "label.h"
#include "visible.h"

#define MOST_NAMES    12 /* of runs, under one change; the JSON has all */
#define MOST_ONLY     4
#define MOST_COUNTERS 20

static void print_name(int indent, const char *name, FILE *out)
{
	fprintf(out, "%*s", indent, "");
	visible_print(name, true, out);
	fputc('\n', out);
}

static void print_names(const struct comparison *comparison, const struct change_group *group,
			FILE *out)
{
	for (int i = 0; i < group->run_count && i < MOST_NAMES; i++)
		print_name(6, comparison->run[group->run[i]].name, out);
	if (group->run_count > MOST_NAMES)
		fprintf(out, "      and %d more\n", group->run_count - MOST_NAMES);
}

static void print_group(const struct comparison *comparison, const struct change_group *group,
			FILE *out)
{
	fputs("  ", out);
	visible_print(group->change.what, true, out);
	fputs(": ", out);
	visible_print(group->change.before, true, out);
	fputs(" -> ", out);
	visible_print(group->change.after, true, out);
	fprintf(out, "   (%d run%s)\n", group->run_count, group->run_count == 1 ? "" : "s");
	if (group->change.kind != CHANGE_COUNTER)
		print_names(comparison, group, out);
}

static void print_only(char *const *names, int count, const char *folder, FILE *out)
{
	if (count == 0)
		return;
	fprintf(out, "\nOnly in %s: %d run%s, not compared\n", folder, count,
		count == 1 ? "" : "s");
	for (int i = 0; i < count && i < MOST_ONLY; i++)
		print_name(2, names[i], out);
	if (count > MOST_ONLY)
		fprintf(out, "  and %d more\n", count - MOST_ONLY);
}

static void print_differing(const struct comparison *comparison, FILE *out)
{
	if (!comparison->differing)
		return;
	fprintf(out, "\nRuns that differ\n");
	for (int i = 0; i < comparison->run_count; i++)
		if (comparison->run[i].differs)
			print_name(2, comparison->run[i].name, out);
}

static void print_side(const char *letter, const char *folder, const char *kernel, FILE *out)
{
	fprintf(out, "%s: ", letter);
	visible_print(folder, true, out);
	fputs("  ", out);
	visible_print(kernel, true, out);
	fputc('\n', out);
}

void comparison_print_text(const struct comparison *comparison, FILE *out)
{
	int kind = -1, counters = 0, same = comparison->run_count - comparison->differing;

	print_side("A", comparison->a, comparison->kernel_a, out);
	print_side("B", comparison->b, comparison->kernel_b, out);
	print_differing(comparison, out);
	for (int i = 0; i < comparison->group_count; i++) {
		const struct change_group *group = &comparison->group[i];

		if ((int)group->change.kind != kind) {
			kind = (int)group->change.kind;
			fprintf(out, "\n%s\n", change_kind_title[kind]);
		}
		counters += group->change.kind == CHANGE_COUNTER;
		if (counters <= MOST_COUNTERS)
			print_group(comparison, group, out);
	}
	if (counters > MOST_COUNTERS)
		fprintf(out, "  and %d more\n", counters - MOST_COUNTERS);
	print_only(comparison->only_a, comparison->only_a_count, comparison->a, out);
	print_only(comparison->only_b, comparison->only_b_count, comparison->b, out);
	fprintf(out, "\n%d of %d runs differ, %d are the same\n", comparison->differing,
		comparison->run_count, same);
}

/* ---- JSON ---- */

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
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "kind", change_kind_name[group->change.kind],
			 "what", json_text(group->change.what), "a",
			 json_text(group->change.before), "b", json_text(group->change.after),
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
	json_t *runs = json_array(), *changes = json_array(), *all;

	for (int i = 0; i < comparison->run_count; i++)
		json_array_append_new(runs, run_json(&comparison->run[i]));
	for (int i = 0; i < comparison->group_count; i++)
		json_array_append_new(changes, group_json(comparison, &comparison->group[i]));
	all = json_pack("{s:i, s:{s:o, s:o}, s:{s:o, s:o}, s:i, s:i, s:o, s:o, s:o, s:o}",
			"version", 1, "a", "folder", json_text(comparison->a), "kernel",
			json_text(comparison->kernel_a), "b", "folder", json_text(comparison->b),
			"kernel", json_text(comparison->kernel_b), "compared",
			comparison->run_count, "differing", comparison->differing, "changes",
			changes, "runs", runs, "only_in_a",
			names_json(comparison->only_a, comparison->only_a_count), "only_in_b",
			names_json(comparison->only_b, comparison->only_b_count));
	json_print(all, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(all);
}
