/* SPDX-License-Identifier: MIT */
#include "use.h"

#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compare.h"
#include "event.h"
#include "html.h"
#include "html_compare.h"
#include "html_run.h"
#include "ladder.h"
#include "load.h"
#include "record.h"
#include "results.h"
#include "text.h"
#include "utf8.h"
#include "verdict.h"
#include "writer.h"

enum use { USE_COMPARE, USE_DRAW, USE_PUBLISH, USE_CAPTURE, USE_WRITE, USES };

static enum use chosen;
static bool all = true;

void use_choose(const uint8_t *input, size_t size)
{
	uint64_t hash = 14695981039346656037ULL; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ input[i]) * 1099511628211ULL;
	all = !getenv("FUZZ_ONE_USE");
	chosen = (enum use)((hash >> 32) % USES);
}

static bool is_due(enum use use)
{
	return all || use == chosen;
}

static void draw(const struct plan *plan, const struct record *record,
		 const struct judgement *judgement)
{
	static const struct ladder_options drawn[] = {
		{.all = true}, {.ascii = true, .most = 60, .whole = "more"}, {.color = true}};

	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++)
		free(ladder_text(plan, record, judgement, &drawn[i]));
	free(judgement_explain(plan, record, judgement, true));
	free(judgement_explain(plan, record, judgement, false));
}

static void publish(const struct plan *plan, const struct record *record,
		    const struct judgement *judgement)
{
	struct result_facts facts = result_facts_of(plan, record, judgement);
	json_t *one = result_make(&facts);
	const struct outcomes outcomes = outcomes_of(&one, 1);
	const struct listing listing = {.outcomes = &outcomes, .count = 1, .version = "0"};
	struct html_run page = {.path = "runs/one.html",
				.result = one,
				.plan = plan,
				.record = record,
				.judgement = judgement,
				.record_name = "one.jsonl"};
	struct text text = {0};
	FILE *out = text_stream(&text);
	struct err err;

	json_object_set_new(one, "page", json_string(page.path));
	html_run_print(&page, out, &err);
	html_overview_print(&one, 1, -1, out);
	fflush(out);
	for (const struct writer *const *writer = writers; *writer; writer++) {
		if ((*writer)->begin)
			(*writer)->begin(&listing, out);
		if ((*writer)->one)
			(*writer)->one(one, &listing, 1, out);
		if ((*writer)->end)
			(*writer)->end(&listing, out);
	}
	text_stream_end(&text, out);
	assert(utf8_is_valid(text_string(&text), text.size));
	text_done(&text);
	json_decref(one);
}

static void capture(const struct plan *plan, const struct record *record,
		    const struct judgement *judgement)
{
	int count, event_count;
	struct record_remark *remarks = judgement_remarks(plan, judgement, &count);
	struct record_event *events;
	struct text text = {0};
	FILE *out = text_stream(&text);
	struct err err;

	if (record_fits(record, plan)) {
		record_write_pcapng(record, plan, RECORD_ALL_TAPS, remarks, count, out, &err);
		if (record_events(plan, record, &events, &event_count) == 0)
			free(events);
	}
	remarks_free(remarks, count);
	text_stream_end(&text, out);
	text_done(&text);
}

static struct text written(const struct plan *plan, const struct record *record)
{
	struct text text = {0};
	FILE *out = text_stream(&text);
	struct err err;

	assert(record_write(record, plan, out, &err) == 0);
	text_stream_end(&text, out);
	return text;
}

/* What was written is what is read. */
static void write_and_read(const struct plan *plan, struct record *record)
{
	struct text text, again;
	struct record *read;
	struct err err;
	FILE *file;

	record_normalise(record);
	text = written(plan, record);
	file = fmemopen(text.bytes, text.size, "r");
	assert(record_read(file, &read, &err) == 0);
	fclose(file);
	again = written(plan, read);
	assert(again.size == text.size && memcmp(again.bytes, text.bytes, text.size) == 0);
	text_done(&again);
	text_done(&text);
	record_free(read);
}

void use_record(const struct plan *plan, struct record *record)
{
	struct judgement *judgement;
	struct err err;

	if (judge(plan, record, &judgement, &err) == 0) {
		assert(record_fits(record, plan) || judgement->verdict == VERDICT_ERROR ||
		       judgement->verdict == VERDICT_SKIP);
		if (is_due(USE_DRAW))
			draw(plan, record, judgement);
		if (is_due(USE_PUBLISH))
			publish(plan, record, judgement);
		if (is_due(USE_CAPTURE))
			capture(plan, record, judgement);
		judgement_free(judgement);
	}
	if (is_due(USE_WRITE) && record_fits(record, plan))
		write_and_read(plan, record);
}

void use_two_records(const struct plan *plan_a, const struct record *a, const struct plan *plan_b,
		     const struct record *b)
{
	const struct compare_side side_a = {"pass", "", plan_a, a},
				  side_b = {"fail", "b", plan_b, b};
	struct comparison *comparison;
	struct text text = {0};
	FILE *out;

	if (!is_due(USE_COMPARE) || !record_fits(a, plan_a) || !record_fits(b, plan_b))
		return;
	comparison = comparison_new("a", "b");
	out = text_stream(&text);
	comparison->kernel_a = comparison->kernel_b = (char[]){""};
	comparison_add(comparison, "one", "one", &side_a, &side_b, -1);
	comparison_sort(comparison);
	comparison_print_text(comparison, 0, out);
	comparison_print_json(comparison, out);
	html_compare_print(comparison, NULL, out);
	text_stream_end(&text, out);
	text_done(&text);
	comparison_free(comparison);
}

struct plan *use_case(const char *text)
{
	struct diagnostics diagnostics;
	struct plan *plan;

	if (plan_load("fuzz.yaml", text, strlen(text), "", NULL, &plan, &diagnostics) < 0) {
		fputs(diagnostics.text, stderr);
		abort();
	}
	diagnostics_done(&diagnostics);
	return plan;
}
