/* SPDX-License-Identifier: MIT */
#include "why.h"

#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "errno_words.h"
#include "packet_words.h"
#include "page.h"

#define BEFORE      6 /* rows that are told before a failure */
#define MOST_GROUPS 12
#define MOST_TOLD   20 /* failures */

void why_print_row(const struct plan *plan, const struct record *record, const struct row *row,
		   FILE *out)
{
	const struct record_packet *packet;

	switch (row->kind) {
	case ROW_PACKET:
		packet = &record->packet[row->index];
		page_printf(out, "%s to %s: %s", label_host(plan, packet->from),
			    packet->to < 0 && packet->to != PLACE_ROUTER
				    ? packet->dst
				    : label_host(plan, packet->to),
			    row->text);
		if (row->note[0])
			page_printf(out, ", %s", row->note);
		if (packet->arrived_ns < 0)
			page_printf(out, ", lost%s%s%s",
				    packet->port_ns < 0 && packet->from >= 0 ? " on " : "",
				    packet->port_ns < 0 && packet->from >= 0
					    ? label_host(plan, packet->from)
					    : " on the way",
				    packet->port_ns < 0 && packet->from >= 0 ? "'s cable" : "");
		break;
	case ROW_PROGRAM:
	case ROW_CALL:
	case ROW_LINE:
	case ROW_STEP:
	case ROW_SOCKET:
		page_printf(out, "%s: %s", label_host(plan, row->host), row->text);
		break;
	case ROW_SILENCE:
		page_printf(out, "nothing for %s", row->text);
		break;
	case ROW_FAULT:
	case ROW_FOLDED:
	case ROW_FINDING:
	case ROW_END:
		page_text(out, row->text);
		break;
	}
}

/* ---- In words ---- */

static void say_duration(FILE *out, int64_t ns)
{
	char text[32];

	fputs(duration_round(ns, text, sizeof(text)), out);
}

static void say_range(FILE *out, const char *before, const char *single,
		      const struct plan_range *range)
{
	if (!range->set)
		return;
	fputs(before, out);
	if (range->lo == range->hi) {
		fputs(single, out);
		say_duration(out, range->lo);
	} else if (range->hi == INT64_MAX) {
		fputs("not before ", out);
		say_duration(out, range->lo);
	} else if (range->lo <= 0) {
		fputs("until ", out);
		say_duration(out, range->hi);
	} else {
		fputs("between ", out);
		say_duration(out, range->lo);
		fputs(" and ", out);
		say_duration(out, range->hi);
	}
}

static void say_errno(FILE *out, int err)
{
	page_printf(out, "%s (%s)", errno_name(err), strerrordesc_np(err));
}

static void say_wanted_step(FILE *out, const struct expect_step *expect)
{
	switch (expect->outcome) {
	case OUTCOME_BLOCKED:
		fputs("was to wait until the end of the run", out);
		return;
	case OUTCOME_NOT_STARTED:
		fputs("was never to begin", out);
		return;
	case OUTCOME_ANY:
	case OUTCOME_DONE:
		break;
	}
	if (expect->errno_set && expect->err) {
		fputs("was to fail with ", out);
		say_errno(out, expect->err);
	} else if (expect->errno_set || expect->returns.set) {
		fputs("was to succeed", out);
	} else {
		fputs("was to end", out);
	}
	if (expect->returns.set && expect->returns.lo == expect->returns.hi)
		fprintf(out, " and return %lld", (long long)expect->returns.lo);
	say_range(out, ", ", "at ", &expect->at);
	say_range(out, ", taking ", "", &expect->took);
}

static void say_returned(FILE *out, const struct record_step *step, bool tells_end)
{
	if (step->ret < 0) {
		fputs(" it failed with ", out);
		say_errno(out, step->err);
	} else if (step->ret == 0 && tells_end) {
		fputs(" it returned 0: the other side had closed the connection", out);
	} else {
		fprintf(out, " it succeeded and returned %lld", (long long)step->ret);
	}
}

static void say_lateness(FILE *out, const struct plan *plan, const struct plan_range *range,
			 int64_t ns)
{
	int64_t late_ns = range->hi == INT64_MAX ? -1 : ns - range->hi;

	if (!range->set)
		return;
	if (late_ns > plan->tolerance_ns || range->lo - ns > plan->tolerance_ns) {
		fputs(", ", out);
		say_duration(out, late_ns > 0 ? late_ns : range->lo - ns);
		fputs(late_ns > 0 ? " too late" : " too early", out);
	}
}

static void say_step(FILE *out, const struct plan *plan, const struct record *record,
		     const struct expect_step *expect)
{
	const struct plan_program *program = &plan->program[expect->program];
	const struct plan_step *planned = &program->step[expect->step];
	const struct record_step *step = record_find_step(record, expect->program, expect->step,
							  expect->incarnation);

	page_printf(out, "The call %s on %s ", planned->name, plan->host[program->host].name);
	say_wanted_step(out, expect);
	fputs(". ", out);
	if (!step) {
		fputs("It was never made.", out);
		return;
	}
	if (step->end_ns < 0) {
		fputs("It had not ended when the run, or its program, did.", out);
		return;
	}
	if (step->ret < 0 && expect->errno_set && step->err == expect->err) {
		fputs("So it did, but at ", out);
		say_duration(out, step->end_ns);
	} else {
		fputs("At ", out);
		say_duration(out, step->end_ns);
		say_returned(out, step, planned->kind->tells_end);
	}
	say_lateness(out, plan, &expect->at, step->end_ns);
	fputs(".", out);
}

struct group { /* packets that are of the same kinds */
	uint32_t kinds;
	int count, lost;
};

static void say_group(FILE *out, const struct group *group)
{
	const char *before = "";

	fprintf(out, "%d ", group->count);
	for (int i = 0; i < KIND_COUNT; i++) {
		if (!(group->kinds & 1u << i))
			continue;
		fprintf(out, "%s%s", before, packet_kind_name(i));
		before = " ";
	}
	if (group->lost)
		fprintf(out, " (%d lost)", group->lost);
}

/* What else was sent by whom the expectation speaks of, in the time of which it does. */
static void say_packets(FILE *out, const struct plan *plan, const struct record *record,
			const struct expect_wire *expect)
{
	struct group group[MOST_GROUPS];
	int groups = 0, others = 0;

	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];
		uint32_t kinds = packet->kinds & ~(1u << KIND_TCP);
		int k;

		if ((expect->from != PLAN_ANY && packet->from != expect->from) ||
		    packet->kinds & 1u << KIND_OTHER ||
		    (expect->within.set &&
		     (packet->sent_ns < expect->within.lo || packet->sent_ns > expect->within.hi)))
			continue;
		for (k = 0; k < groups && group[k].kinds != kinds;)
			k++;
		if (k == MOST_GROUPS) {
			others++;
			continue;
		}
		if (k == groups)
			group[groups++] = (struct group){.kinds = kinds};
		group[k].count++;
		group[k].lost += packet->arrived_ns < 0;
	}
	page_printf(out, "All that %s sent",
		    expect->from == PLAN_ANY ? "anybody" : label_host(plan, expect->from));
	fputs(expect->within.set ? " in that time: " : ": ", out);
	for (int i = 0; i < groups; i++) {
		fputs(i ? ", " : "", out);
		say_group(out, &group[i]);
	}
	if (others)
		fprintf(out, ", %d others", others);
	fputs(groups ? "." : "nothing.", out);
}

/* ---- A failure ---- */

static int finding_row(const struct rows *rows, int finding)
{
	for (int i = 0; i < rows->count; i++)
		if (rows->row[i].kind == ROW_FINDING && rows->row[i].index == finding)
			return i;
	return -1;
}

static void around_row(FILE *out, const struct plan *plan, const struct record *record,
		       const struct row *row, bool now)
{
	char time[32];

	fprintf(out, "<li class=\"%s%s\"><span class=\"t\">%s</span><span>",
		row->kind == ROW_FAULT ? "fault" : "", now ? " now" : "",
		duration_clock(row->t_ns, time, sizeof(time)));
	why_print_row(plan, record, row, out);
	fputs("</span></li>\n", out);
}

/* The rows before the one at LAST, and the last fault before them, which is what it is about. */
static void around(FILE *out, const struct plan *plan, const struct record *record,
		   const struct rows *rows, int last, int64_t t_ns)
{
	int first = last, fault;

	for (int left = BEFORE; first > 0 && left > 0; first--)
		left -= rows->row[first - 1].kind != ROW_SILENCE &&
			rows->row[first - 1].kind != ROW_FINDING;
	for (fault = first - 1; fault >= 0 && rows->row[fault].kind != ROW_FAULT;)
		fault--;
	fputs("<h3>What happened just before</h3>\n<ol class=\"around mono\">\n", out);
	if (fault >= 0)
		around_row(out, plan, record, &rows->row[fault], false);
	if (fault >= 0 && fault < first - 1)
		fputs("<li><span class=\"t\">&#8230;</span></li>\n", out);
	for (int i = first; i < last; i++)
		if (rows->row[i].kind != ROW_FINDING)
			around_row(out, plan, record, &rows->row[i],
				   rows->row[i].t_ns == t_ns && rows->row[i].kind != ROW_SILENCE);
	fputs("</ol>\n", out);
}

static void failure(FILE *out, const struct plan *plan, const struct record *record,
		    const struct judgement *judgement, const struct rows *rows, int index)
{
	const struct finding *finding = &judgement->finding[index];
	const struct plan_expect *expect = &plan->expect[finding->expect];
	int row = finding_row(rows, index), size, blank;
	const char *line = plan_source_line(plan, expect->place.line, &size);

	fprintf(out, "<div class=\"why%s\">\n", judgement->verdict == VERDICT_PASS ? " held" : "");
	if (expect->kind == EXPECT_STEP) {
		fputs("<p class=\"words\">", out);
		say_step(out, plan, record, &expect->step);
		fputs("</p>\n", out);
	}
	fprintf(out, "<dl>\n<dt>The case says</dt><dd><a href=\"#L%d\">line %d</a>: ",
		expect->place.line, expect->place.line);
	blank = (int)strspn(line, " ");
	page_text_n(out, line + blank, (size_t)(size - blank));
	fputs("</dd>\n<dt>Expected</dt><dd>", out);
	page_text(out, finding->expected);
	fputs("</dd>\n<dt>Observed</dt><dd>", out);
	page_text(out, finding->observed);
	fputs("</dd>\n<dt>Difference</dt><dd class=\"difference\">", out);
	page_text(out, finding->difference);
	fputs("</dd>\n", out);
	if (expect->kind == EXPECT_WIRE) {
		fputs("<dt>All in all</dt><dd class=\"plain\">", out);
		say_packets(out, plan, record, &expect->wire);
		fputs("</dd>\n", out);
	}
	fputs("</dl>\n", out);
	if (row > 0 && finding->t_ns >= 0)
		around(out, plan, record, rows, row, finding->t_ns);
	if (row >= 0)
		fprintf(out, "<p><a href=\"#f%d\">Show it in the picture</a></p>\n", index);
	fputs("</div>\n", out);
}

static void console_print(FILE *out, const char *console)
{
	if (!console || !*console)
		return;
	fputs("<details open><summary>The last that the kernel said</summary>"
	      "<pre class=\"output\">",
	      out);
	page_text(out, console);
	fputs("</pre></details>\n", out);
}

void why_print_missing(enum verdict verdict, const char *reason, const char *console, FILE *out)
{
	fprintf(out, "<section class=\"why%s\" aria-labelledby=\"why\"><h2 id=\"why\">%s</h2>\n<p>",
		verdict == VERDICT_SKIP ? " passed-over" : "",
		verdict == VERDICT_SKIP ? "This run was skipped"
					: "This run could not be made or judged");
	page_text(out, reason && *reason ? reason : "No reason was recorded.");
	fputs("</p>\n", out);
	console_print(out, console);
	fputs("</section>\n", out);
}

static void headline(FILE *out, const struct plan *plan, const struct judgement *judgement,
		     int failed)
{
	int count = judgement->finding_count;

	if (judgement->verdict == VERDICT_PASS && plan->must_fail)
		fputs("This case is here to fail, and it failed for the reason that it names", out);
	else if (judgement->verdict == VERDICT_PASS)
		fprintf(out, count == 1 ? "The one expectation held" : "All %d expectations held",
			count);
	else if (judgement->verdict == VERDICT_ERROR)
		fputs("Why this run cannot be judged", out);
	else if (failed)
		fprintf(out,
			count == 1 ? "Why it failed: its one expectation did not hold"
				   : "Why it failed: %d of %d expectations did not hold",
			failed, count);
	else
		fputs("Why it failed", out);
}

void why_print(const struct plan *plan, const struct record *record,
	       const struct judgement *judgement, const struct rows *rows, const char *console,
	       FILE *out)
{
	int failed = 0, told = 0;

	for (int i = 0; i < judgement->finding_count; i++)
		failed += judgement->finding[i].holding != HOLDS;
	if (judgement->verdict == VERDICT_SKIP ||
	    (judgement->verdict == VERDICT_ERROR && !failed)) {
		why_print_missing(judgement->verdict, judgement->reason, console, out);
		return;
	}
	fputs("<section aria-labelledby=\"why\"><h2 id=\"why\">", out);
	headline(out, plan, judgement, failed);
	fputs("</h2>\n", out);
	if (judgement->verdict == VERDICT_FAIL && plan->must_fail) {
		fputs("<p>This case is here to fail: ", out);
		page_text(out, judgement->reason);
		fputs("</p>\n", out);
	}
	for (int i = 0; i < judgement->finding_count && told < MOST_TOLD; i++)
		if (judgement->finding[i].holding != HOLDS) {
			failure(out, plan, record, judgement, rows, i);
			told++;
		}
	if (failed > told)
		fprintf(out, "<p>%d more are beside their lines of the case.</p>\n", failed - told);
	console_print(out, console);
	fputs("</section>\n", out);
}
