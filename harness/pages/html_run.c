/* SPDX-License-Identifier: MIT */
#include "html_run.h"

#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "badge.h"
#include "chart.h"
#include "cleanup.h"
#include "connections.h"
#include "duration.h"
#include "page.h"
#include "results.h"
#include "rows.h"
#include "svg.h"
#include "why.h"

#define MOST_SOURCE      200000 /* bytes */
#define MOST_CONNECTIONS 24

/* WHOLE: there is a picture. What would be empty has no section. */
static void contents(const struct html_run *run, bool whole, FILE *out)
{
	const struct {
		const char *id, *name;
		bool there;
	} parts[] = {{"why", "Verdict", true},
		     {"ladder", "Ladder", whole},
		     {"states", "States", whole},
		     {"sequence", "Sequence numbers",
		      whole && chart_sequence(run->plan, run->record, NULL)},
		     {"timers", "Timers", whole && chart_has_timers(run->record)},
		     {"case", "Case", true},
		     {"counters", "Counters", whole},
		     {"events", "All events", whole},
		     {"files", "Files", run->path != NULL}};

	fputs("<nav aria-label=\"On this page\"><ul class=\"keys\">", out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].there)
			fprintf(out, "<li><a href=\"#%s\">%s</a></li>", parts[i].id, parts[i].name);
	fputs("</ul></nav>\n", out);
}

static enum verdict verdict_of(const struct html_run *run)
{
	return run->judgement ? run->judgement->verdict : result_verdict(run->result);
}

static void heading(const struct html_run *run, FILE *out)
{
	AUTO_FREE char *name = result_run(run->result);

	fputs("<h1>", out);
	page_text(out, result_string(run->result, "case"));
	fputs("</h1>\n<p>", out);
	badge_print(out, verdict_of(run));
	fputs(" <span class=\"mono\">", out);
	page_text(out, name);
	fputs("</span></p>\n", out);
}

static void again(const struct html_run *run, FILE *out)
{
	AUTO_FREE char *command = result_command(run->result);

	fputs("<p class=\"again\">To make it again: <code class=\"copied\">", out);
	page_text(out, command);
	fputs("</code></p>\n", out);
}

static void kernel(const struct html_run *run, FILE *out)
{
	AUTO_FREE char *kernel = result_kernel(run->result, true);
	char ran[32], took[32], text[256];

	fputs("<p>", out);
	page_text(out, kernel);
	if (*label_chance(run->record, text, sizeof(text)))
		page_printf(out, "; %s", text);
	page_printf(out, "; %s of the run's time, in %s.",
		    duration_round(run->record->end_ns, ran, sizeof(ran)),
		    duration_round(run->record->wall_ns, took, sizeof(took)));
	for (int i = 0; i < run->record->spin_count; i++)
		page_printf(out, " %s.", label_spin(&run->record->spin[i], text, sizeof(text)));
	fputs("</p>\n", out);
}

static void faults(const struct html_run *run, FILE *out)
{
	char time[32];

	fputs("<p>What was done to them:</p>\n<ul class=\"mono\">\n", out);
	for (int i = 0; i < run->record->fault_count && i < 100; i++) {
		const struct record_fault *fault = &run->record->fault[i];

		fprintf(out, "<li>at %s: ", duration_clock(fault->begun_ns, time, sizeof(time)));
		page_text(out, run->plan->fault[fault->fault].text);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

/* Who is connected how, and what is done to them. */
static void setting(const struct html_run *run, bool whole, FILE *out)
{
	static const char *const networks[] = {[NETWORK_CABLE] = "joined by a cable",
					       [NETWORK_SWITCH] = "on one switch",
					       [NETWORK_ROUTER] = "with a router between them"};
	const struct plan *plan = run->plan;

	fputs("<section aria-labelledby=\"about\"><h2 id=\"about\">What this is about</h2>\n", out);
	if (plan->about) {
		fputs("<p>", out);
		page_text(out, plan->about);
		fputs("</p>\n", out);
	}
	fputs("<p>", out);
	for (int i = 0; i < plan->host_count; i++)
		page_printf(out, "%s%s (%s)", i ? i + 1 == plan->host_count ? " and " : ", " : "",
			    plan->host[i].name, plan_host_address(plan, i));
	fprintf(out, ", %s%s.", networks[plan->network],
		plan->nat ? " that translates addresses" : "");
	for (int i = 0; i < plan->claim_count; i++)
		page_printf(out, "%s %s%s",
			    i                       ? ","
			    : plan->claim_count > 1 ? " About the claims"
						    : " About claim",
			    plan->claims[i], i + 1 == plan->claim_count ? "." : "");
	fputs("</p>\n", out);
	kernel(run, out);
	if (whole && run->record->fault_count)
		faults(run, out);
	fputs("</section>\n", out);
}

/* Which are told apart by number and colour. */
static void connections(const struct html_run *run, FILE *out)
{
	struct connections all;
	char class[8], time[32];

	connections_find(run->record, &all);
	if (all.count < 2)
		return;
	fputs("<ul class=\"keys connections\">", out);
	for (int i = 0; i < all.count && i < MOST_CONNECTIONS; i++) {
		const struct record_packet *first = all.first[i];

		fprintf(out, "<li class=\"%s\">", svg_connection(i + 1, class) + 1);
		page_printf(out, "#%d: %s port %d to %s port %d, from %s on", i + 1,
			    label_host(run->plan, first->from), first->sport,
			    label_host(run->plan, first->to), first->dport,
			    duration_clock(first->sent_ns, time, sizeof(time)));
		fputs("</li>", out);
	}
	if (all.count > MOST_CONNECTIONS)
		fprintf(out, "<li>and %d more</li>", all.count - MOST_CONNECTIONS);
	fputs("</ul>\n", out);
}

static int ladder(const struct html_run *run, const struct rows *rows, FILE *out, struct err *err)
{
	int ret;

	fputs("<section aria-labelledby=\"ladder\"><h2 id=\"ladder\">What happened</h2>\n"
	      "<ul class=\"keys\"><li>Time runs downward; silence is shortened.</li>"
	      "<li>A bar on a host's line: a call, as long as it lasts.</li>"
	      "<li>An arrow: a packet. A cross: it was lost there.</li>"
	      "<li>[In brackets]: what state a socket came to.</li>"
	      "<li>A click on a packet: its frame numbers, its headers.</li></ul>\n",
	      out);
	connections(run, out);
	fputs("<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"Ladder\">\n", out);
	ret = svg_ladder(run->plan, run->record, rows, out, err);
	fputs("</div></section>\n", out);
	return ret;
}

/* ---- The case ---- */

static void findings_of_line(const struct html_run *run, int line, FILE *out)
{
	const struct judgement *judgement = run->judgement;

	for (int i = 0; i < judgement->finding_count; i++) {
		const struct finding *finding = &judgement->finding[i];
		bool held = finding->holding == HOLDS;

		if (run->plan->expect[finding->expect].place.line != line)
			continue;
		fprintf(out, "<div class=\"found%s\">%s ", held ? "" : " not",
			held                            ? "&#10003; held:"
			: finding->holding == UNDECIDED ? "? cannot be judged:"
							: "&#10007; did not hold:");
		if (held)
			page_printf(out, "%s; observed: %s", finding->expected, finding->observed);
		else
			page_printf(out, "expected: %s; observed: %s (%s)", finding->expected,
				    finding->observed, finding->difference);
		fputs("</div>", out);
	}
}

static bool line_failed(const struct html_run *run, int line)
{
	const struct judgement *judgement = run->judgement;

	for (int i = 0; i < judgement->finding_count; i++)
		if (judgement->finding[i].holding != HOLDS &&
		    run->plan->expect[judgement->finding[i].expect].place.line == line)
			return true;
	return false;
}

static void source(const struct html_run *run, FILE *out)
{
	const char *text = run->plan->source, *end;

	fputs("<section aria-labelledby=\"case\"><h2 id=\"case\">The case, and what each "
	      "expectation found</h2>\n<ol class=\"source mono\">\n",
	      out);
	for (int line = 1; *text && text - run->plan->source < MOST_SOURCE; line++) {
		end = strchrnul(text, '\n');
		fprintf(out, "<li id=\"L%d\"%s><span class=\"no\">%d</span><code>", line,
			line_failed(run, line) ? " class=\"not\"" : "", line);
		page_text_n(out, text, (size_t)(end - text));
		fputs("</code>", out);
		findings_of_line(run, line, out);
		fputs("</li>\n", out);
		text = *end ? end + 1 : end;
	}
	fputs("</ol>\n", out);
	if (*text)
		fputs("<p class=\"more\">The rest is in the record.</p>\n", out);
	fputs("</section>\n", out);
}

/* ---- Tables ---- */

static void counters(const struct html_run *run, FILE *out)
{
	const struct record *record = run->record;
	int moved = 0;

	for (int i = 0; i < record->counter_count; i++)
		moved += record->counter[i].after != record->counter[i].before;
	fputs("<section aria-labelledby=\"counters\"><h2 id=\"counters\">Counters that moved"
	      "</h2>\n",
	      out);
	if (moved == 0) {
		fputs("<p>None did.</p></section>\n", out);
		return;
	}
	fputs("<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">host</th>"
	      "<th scope=\"col\">counter</th><th scope=\"col\" class=\"n\">by</th>"
	      "<th scope=\"col\" class=\"n\">before</th><th scope=\"col\" class=\"n\">after</th>"
	      "</tr></thead><tbody>\n",
	      out);
	for (int i = 0; i < record->counter_count; i++) {
		const struct record_counter *counter = &record->counter[i];

		if (counter->after == counter->before)
			continue;
		fputs("<tr><td>", out);
		page_text(out, label_host(run->plan, counter->host));
		fputs("</td><td class=\"mono\">", out);
		page_text(out, counter->name);
		fprintf(out,
			"</td><td class=\"n\">%+lld</td><td class=\"n\">%lld</td>"
			"<td class=\"n\">%lld</td></tr>\n",
			(long long)((uint64_t)counter->after - (uint64_t)counter->before),
			(long long)counter->before, (long long)counter->after);
	}
	fputs("</tbody></table></div></section>\n", out);
}

static const char *event_class(const struct record *record, const struct row *row)
{
	if (row->kind == ROW_FAULT)
		return "fault";
	if (row->kind == ROW_FINDING ||
	    (row->kind == ROW_PACKET && record->packet[row->index].arrived_ns < 0))
		return "lost";
	return row->ink == INK_NOTE ? "note" : "";
}

/* What the script shows when the packet is clicked. */
static void packet_headers(const struct html_run *run, const struct record_packet *packet,
			   FILE *out)
{
	char frames[256], header[512];

	label_packet_frames(run->plan, packet, frames, sizeof(frames));
	fputs("<div class=\"headers\">", out);
	page_printf(out, "%s%s%s", frames, *frames ? "; " : "",
		    label_packet_header(packet, header, sizeof(header)));
	fputs("</div>", out);
}

static void events(const struct html_run *run, const struct rows *rows, FILE *out)
{
	char time[32];

	fputs("<section aria-labelledby=\"events\"><h2 id=\"events\">All events in words</h2>\n"
	      "<p class=\"more\">The same rows as in the picture; of each packet its number in the "
	      "capture of each interface that it passes, and its headers.</p>\n"
	      "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th scope=\"col\" "
	      "class=\"n\">at</th>"
	      "<th scope=\"col\">what</th></tr></thead><tbody>\n",
	      out);
	for (int i = 0; i < rows->count; i++) {
		const struct row *row = &rows->row[i];
		const char *class = event_class(run->record, row);

		fputs("<tr", out);
		if (row->kind == ROW_PACKET)
			fprintf(out, " id=\"p%d\"", row->index);
		fprintf(out, "%s%s><td class=\"n\">%s</td><td>", *class ? " class=" : "", class,
			row->t_ns < 0 ? "" : duration_clock(row->t_ns, time, sizeof(time)));
		why_print_row(run->plan, run->record, row, out);
		if (row->kind == ROW_PACKET)
			packet_headers(run, &run->record->packet[row->index], out);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div></section>\n", out);
}

static void outputs(const struct html_run *run, FILE *out)
{
	const struct record *record = run->record;

	for (int i = 0; i < record->program_count; i++) {
		const struct record_program *program = &record->program[i];

		if (!program->output || !program->output[0])
			continue;
		fputs("<section><h2>", out);
		page_printf(out, "Output of %s", run->plan->program[program->program].name);
		fputs("</h2>\n<pre class=\"output\" tabindex=\"0\">", out);
		page_text(out, program->output);
		fputs("</pre></section>\n", out);
	}
}

/* What a tcpdump on each interface would have seen. */
static void tap_captures(const struct html_run *run, FILE *out)
{
	bool any = false;
	char tap[64];

	for (int i = 0; run->tap_capture_names && run->plan && i < record_tap_count(run->plan);
	     i++) {
		if (!run->tap_capture_names[i])
			continue;
		fputs(any ? ", <a href=\"" : "<li>The captures of <a href=\"", out);
		page_path(out, run->tap_capture_names[i]);
		fputs("\">", out);
		page_text(out, label_tap(run->plan, i, tap, sizeof(tap)));
		fputs("</a>", out);
		any = true;
	}
	if (any)
		fputs(", for Wireshark: each packet once, as a tcpdump there would have seen it; "
		      "the "
		      "packets of the ladder have the frame numbers of these</li>\n",
		      out);
}

static void files(const struct html_run *run, FILE *out)
{
	fputs("<section aria-labelledby=\"files\"><h2 id=\"files\">Files</h2>\n<ul "
	      "class=\"files\">\n",
	      out);
	tap_captures(run, out);
	if (run->capture_name) {
		fputs("<li><a href=\"", out);
		page_path(out, run->capture_name);
		fputs("\">The capture of all taps</a>: an interface for each, every packet as "
		      "often as "
		      "it was seen, comments on what was lost and sent again</li>\n",
		      out);
	}
	if (run->record_name) {
		fputs("<li><a href=\"", out);
		page_path(out, run->record_name);
		fputs("\">The record</a>: everything that was observed, as JSON Lines; "
		      "<code>halfopen show</code> and <code>halfopen judge</code> read it</li>\n",
		      out);
	}
	if (!run->capture_name && !run->record_name)
		fputs("<li>There is no record of this run.</li>\n", out);
	fputs("</ul></section>\n", out);
}

static int recorded(const struct html_run *run, FILE *out, struct err *err)
{
	struct rows rows = {0};
	bool whole = run->record->state != RECORD_SKIPPED && record_fits(run->record, run->plan);
	int ret = 0;

	if (whole)
		ret = rows_make(run->plan, run->record, run->judgement, false, &rows, err);
	if (ret == 0)
		ret = rows_thin(&rows, run->record, ROWS_MOST, err);
	if (ret < 0) {
		rows_done(&rows);
		return ret;
	}
	why_print(run->plan, run->record, run->judgement, &rows, run->console, out);
	contents(run, whole, out);
	again(run, out);
	setting(run, whole, out);
	if (whole) {
		ret = ladder(run, &rows, out, err);
		chart_states(run->plan, run->record, run->judgement, out);
		chart_sequence(run->plan, run->record, out);
		if (chart_has_timers(run->record))
			chart_timers(run->plan, run->record, run->judgement, out);
	}
	source(run, out);
	if (whole) {
		counters(run, out);
		outputs(run, out);
		events(run, &rows, out);
	}
	rows_done(&rows);
	return ret;
}

int html_run_print(const struct html_run *run, FILE *out, struct err *err)
{
	AUTO_FREE char *name = result_run(run->result);
	char title[512];
	int ret = 0;

	snprintf(title, sizeof(title), "%s: %s", verdict_name[verdict_of(run)], name);
	if (run->path)
		page_begin_beside(out, run->path, title, run->previous, run->next);
	else
		page_begin_alone(out, title);
	heading(run, out);
	if (run->record)
		ret = recorded(run, out, err);
	else
		why_print_missing(strcmp(result_string(run->result, "verdict"), "skip") == 0
					  ? VERDICT_SKIP
					  : VERDICT_ERROR,
				  result_string(run->result, "reason"), run->console, out);
	if (!run->record)
		again(run, out);
	if (run->path)
		files(run, out);
	else
		page_script(out);
	page_end(out);
	return ret;
}
