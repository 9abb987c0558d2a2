/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "label.h"
#include "text.h"
#include "verdict.h"

#define CONTEXT 6 /* events */

/* What happened at that moment, and CONTEXT events before and after. */
static void explain_context(FILE *out, const struct plan *plan, const struct record *record,
			    const struct record_event *events, int count, int64_t t_ns)
{
	char time[32], line[512];
	int at = 0, after;

	while (at < count && events[at].t_ns < t_ns)
		at++;
	after = at;
	while (after < count && after < at + 2 * CONTEXT && events[after].t_ns == t_ns)
		after++;
	fprintf(out, "    around it:\n");
	for (int i = at > CONTEXT ? at - CONTEXT : 0; i < count && i < after + CONTEXT; i++)
		fprintf(out, "    %c %14s  %s\n", events[i].t_ns == t_ns ? '>' : ' ',
			duration_clock(events[i].t_ns, time, sizeof(time)),
			label_event(plan, record, &events[i], line, sizeof(line)));
}

static void explain_finding(FILE *out, const struct plan *plan, const struct record *record,
			    const struct finding *finding, const struct record_event *events,
			    int count)
{
	const struct plan_place *place = &plan->expect[finding->expect].place;
	const struct plan_condition *on = &plan->expect[finding->expect].on;
	int size;
	const char *line = plan_source_line(plan, place->line, &size);

	fprintf(out, "  %s:%d:%d: %s\n", plan->file, place->line, place->column,
		finding->holding == UNDECIDED ? "this cannot be judged" : "this did not hold");
	fprintf(out, "    %5d | %.*s\n", place->line, size, line);
	fprintf(out, "    expected:   %s\n", finding->expected);
	fprintf(out, "    observed:   %s\n", finding->observed);
	fprintf(out, "    difference: %s\n", finding->difference);
	for (int i = 0; i < on->count; i++)
		fprintf(out, "    %s%s%s%s\n", i ? "            " : "on:         ", on->term[i],
			i + 1 == on->count ? ", because " : "",
			i + 1 == on->count ? on->because : "");
	if (events && finding->t_ns >= 0)
		explain_context(out, plan, record, events, count, finding->t_ns);
}

char *judgement_explain(const struct plan *plan, const struct record *record,
			const struct judgement *judgement, bool context)
{
	struct record_event *events = NULL;
	struct text text = {0};
	FILE *out = text_stream(&text);
	int count = 0;

	if (context)
		record_events(plan, record, &events, &count); /* without, if they can't be had */
	for (int i = 0; i < judgement->finding_count; i++)
		if (judgement->finding[i].holding != HOLDS)
			explain_finding(out, plan, record, &judgement->finding[i], events, count);
	free(events);
	text_stream_end(&text, out);
	return text_take(&text);
}

/* "line 11 (claims A1, A4): ..." */
static char *remark_text(const struct plan *plan, const struct finding *finding)
{
	static const char *const words[] = {
		[HOLDS] = "held", [FAILS] = "DID NOT HOLD", [UNDECIDED] = "CANNOT BE JUDGED"};
	struct text text = {0};

	text_add(&text, "line %d", plan->expect[finding->expect].place.line);
	for (int i = 0; i < plan->claim_count; i++)
		text_add(&text, "%s%s",
			 i                        ? ", "
			 : plan->claim_count == 1 ? " (claim "
						  : " (claims ",
			 plan->claims[i]);
	text_add(&text, "%s: expected: %s; %s: %s", plan->claim_count ? ")" : "", finding->expected,
		 words[finding->holding], finding->observed);
	if (finding->holding != HOLDS)
		text_add(&text, " (%s)", finding->difference);
	return text_take(&text);
}

struct record_remark *judgement_remarks(const struct plan *plan, const struct judgement *judgement,
					int *ret_count)
{
	struct record_remark *remarks = calloc((size_t)judgement->finding_count + 1,
					       sizeof(*remarks));
	int count = 0;

	for (int i = 0; remarks && i < judgement->finding_count; i++) {
		const struct finding *finding = &judgement->finding[i];
		char *text = finding->t_ns < 0 ? NULL : remark_text(plan, finding);

		if (text)
			remarks[count++] = (struct record_remark){finding->t_ns, text};
	}
	*ret_count = count;
	return remarks;
}

void remarks_free(struct record_remark *remarks, int count)
{
	for (int i = 0; i < count; i++)
		free(remarks[i].text);
	free(remarks);
}
