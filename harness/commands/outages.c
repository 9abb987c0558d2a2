/* SPDX-License-Identifier: MIT
 *
 * halfopen outages: docs/outages.md: the cases that somebody reported, by what people see, with
 * what their runs showed for each cure, on the kernels of one or several folders of results.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "list.h"
#include "outage.h"
#include "recorded.h"
#include "results.h"
#include "text.h"
#include "visible.h"

#define AXIS "fix" /* whose values are the cures; "none" is the outage */

#define AT_ONCE_NS 10000000 /* a round trip or two */

struct column { /* one folder: one kernel */
	const char *folder;
	json_t *results;
	struct calls calls;
};

struct outage {
	const char *file; /* as in the results of the first folder that has it */
	char *name, *about, *symptom, *saw, *cost, *reports;
};

struct page {
	struct column *column;
	int column_count;
	struct outage *outage;
	int outage_count;
};

static char *reports_text(const struct plan_outage *outage)
{
	struct text text = {0};

	for (int i = 0; i < outage->report_count; i++)
		text_add(&text, "%s%s", i ? ", " : "", outage->reports[i]);
	return text_take(&text);
}

static char *copy(const char *text)
{
	return text_copy(text ? text : "");
}

static int outage_note(struct page *page, const struct column *column, const json_t *result,
		       struct err *err)
{
	const char *file = result_string(result, "file");
	struct recorded recorded;
	int ret;

	for (int i = 0; i < page->outage_count; i++)
		if (strcmp(page->outage[i].file, file) == 0)
			return 0;
	ret = recorded_load_run(column->folder, result, &recorded, err);
	if (ret < 0)
		return ret;
	if (recorded.plan->outage.symptom) {
		const struct plan *plan = recorded.plan;

		*LIST_ADD(NULL, page, outage) = (struct outage){
			file,
			copy(plan->name),
			copy(plan->about),
			copy(plan->outage.symptom),
			copy(plan->outage.saw),
			copy(plan->outage.cost),
			reports_text(&plan->outage),
		};
	}
	recorded_done(&recorded);
	return 0;
}

static int column_load(struct page *page, struct column *column, struct err *err)
{
	size_t at;
	json_t *result;
	int ret = results_load(column->folder, &column->results, err);

	json_array_foreach(column->results, at, result)
	{
		if (ret == 0 && strcmp(result_string(result, "verdict"), "pass") == 0)
			ret = outage_note(page, column, result, err);
	}
	return ret < 0 ? ret
		       : calls_collect(&column->calls, column->folder, column->results, AXIS,
				       CALLS_FROM_CALL, err);
}

/* TEXT in one paragraph, harmless. */
static void print_prose(const char *text)
{
	AUTO_FREE char *line = text_copy(text);

	for (char *at = line; *at; at++)
		if (*at == '\n')
			*at = at[1] ? ' ' : '\0';
	visible_print(line, true, stdout);
}

static void print_kernel(const struct column *column)
{
	const json_t *kernel = json_object_get(json_array_get(column->results, 0), "kernel");
	AUTO_FREE char *release = visible_copy(result_string(kernel, "release"), true);

	printf("Linux %s, HZ %d", release, (int)json_integer_value(json_object_get(kernel, "hz")));
}

static const struct call_result *call_of(const struct column *column,
					 const struct call_result *wanted)
{
	for (int i = 0; i < column->calls.call_count; i++) {
		const struct call_result *call = &column->calls.call[i];

		if (strcmp(call->file, wanted->file) == 0 &&
		    strcmp(call->what, wanted->what) == 0 &&
		    strcmp(call->group, wanted->group) == 0)
			return call;
	}
	return NULL;
}

static bool is_first(const struct page *page, int column, const struct call_result *call)
{
	for (int i = 0; i < column; i++)
		if (call_of(&page->column[i], call))
			return false;
	return true;
}

static void print_row(const struct page *page, const struct call_result *call)
{
	printf("| ");
	visible_print(*call->group ? call->group : "none", true, stdout);
	printf(" | ");
	visible_print(call->what, true, stdout);
	for (int i = 0; i < page->column_count; i++) {
		const struct call_result *there = call_of(&page->column[i], call);
		char span[160];

		printf(" | %s", !there                        ? "not so"
				: there->kind == CALL_BLOCKED ? "for ever"
				: there->most_ns < AT_ONCE_NS
					? "at once"
					: call_span(there, span, sizeof(span)));
	}
	puts(" |");
}

static void print_outage(const struct page *page, const struct outage *outage)
{
	const char *file = strstr(outage->file, "cases/");

	printf("\n### ");
	print_prose(outage->name);
	printf("\n\n");
	print_prose(outage->saw);
	if (*outage->reports) {
		printf(" (");
		visible_print(outage->reports, true, stdout);
		putchar(')');
	}
	printf("\n\n");
	print_prose(outage->about);
	printf("\n\n| fix | the program's call |");
	for (int i = 0; i < page->column_count; i++) {
		printf(" took, ");
		print_kernel(&page->column[i]);
		printf(" |");
	}
	printf("\n| --- | --- |");
	for (int i = 0; i < page->column_count; i++)
		printf(" --- |");
	putchar('\n');
	for (int i = 0; i < page->column_count; i++)
		for (int j = 0; j < page->column[i].calls.call_count; j++) {
			const struct call_result *call = &page->column[i].calls.call[j];

			if (strcmp(call->file, outage->file) == 0 && is_first(page, i, call))
				print_row(page, call);
		}
	if (*outage->cost) {
		printf("\nWhat it costs: ");
		print_prose(outage->cost);
		putchar('\n');
	}
	printf("\n[");
	visible_print(file ? file : outage->file, true, stdout);
	printf("](../");
	visible_print(file ? file : outage->file, true, stdout);
	puts(")");
}

static bool has_symptom(const struct page *page, const char *symptom)
{
	for (int i = 0; i < page->outage_count; i++)
		if (strcmp(page->outage[i].symptom, symptom) == 0)
			return true;
	return false;
}

static void print_page(const struct page *page)
{
	fputs("# Outages that were reported\n\n"
	      "What people saw, what it is, what cures it, and what the cure costs. Made by\n"
	      "`halfopen outages` from the cases and their results. Times are how long a call "
	      "took;\nof a command's end, since the first fault.\n"
	      "`halfopen list --symptom WORD` finds the cases of a symptom.\n\n"
	      "| they say | `--symptom` |\n| --- | --- |\n",
	      stdout);
	for (const struct word *word = outage_symptoms; word->name; word++)
		if (has_symptom(page, word->name))
			printf("| %s | [%s](#%s) |\n", word->help, word->name, word->name);
	for (const struct word *word = outage_symptoms; word->name; word++) {
		if (!has_symptom(page, word->name))
			continue;
		printf("\n<a id=\"%s\"></a>\n\n## %s\n", word->name, word->help);
		for (int i = 0; i < page->outage_count; i++)
			if (strcmp(page->outage[i].symptom, word->name) == 0)
				print_outage(page, &page->outage[i]);
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct page *page = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		LIST_ADD(NULL, page, column)->folder = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name a folder that `halfopen run --out` made");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp outages_argp = {
	NULL,
	parse_option,
	"FOLDER...",
	"Prints the outages that somebody reported, by what people see: what "
	"each is, what its runs showed for each value of the axis fix, and "
	"what that costs, as Markdown. Each folder of results is a kernel.\vExamples:\n\n"
	"    halfopen outages out",
	NULL,
	NULL,
	NULL};

static void page_done(struct page *page)
{
	for (int i = 0; i < page->column_count; i++) {
		calls_done(&page->column[i].calls);
		json_decref(page->column[i].results);
	}
	for (int i = 0; i < page->outage_count; i++) {
		const struct outage *outage = &page->outage[i];

		free(outage->name);
		free(outage->about);
		free(outage->symptom);
		free(outage->saw);
		free(outage->cost);
		free(outage->reports);
	}
	free(page->outage);
	free(page->column);
}

int cmd_outages(int argc, char **argv)
{
	struct page page = {0};
	struct err err = {0};
	int ret = 0;

	cmd_parse(&outages_argp, argc, argv, &page);
	for (int i = 0; i < page.column_count && ret == 0; i++)
		ret = column_load(&page, &page.column[i], &err);
	if (ret < 0)
		cmd_complain("outages", &err);
	else
		print_page(&page);
	page_done(&page);
	return ret < 0 ? EXIT_USAGE : EXIT_HELD;
}
