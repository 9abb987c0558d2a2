/* SPDX-License-Identifier: MIT
 *
 * What stands above a ladder's rows, and below them.
 */
#include "ladder.h"

#include <errno.h>
#include <string.h>

#include "duration.h"
#include "ladder_rows.h"
#include "merge.h"
#include "rows.h"
#include "summary.h"
#include "text.h"

#define OUTPUT_LINES 20 /* of a command, under a failure */

static bool kernels_differ(const struct record *record)
{
	for (int i = 1; i < record->host_kernel_count; i++)
		if (strcmp(record->host_kernel[i].release, record->host_kernel[0].release) != 0 ||
		    record->host_kernel[i].hz != record->host_kernel[0].hz)
			return true;
	return false;
}

static void head(struct ladder *ladder)
{
	const struct plan *plan = ladder->plan;
	const struct record_kernel *kernel = &ladder->record->kernel;
	char text[512], name[256];

	snprintf(text, sizeof(text), "%s%s%s", plan->file, plan->variant[0] ? ":" : "",
		 plan->variant);
	ladder_paragraph(ladder, text);
	ladder_paragraph(ladder, plan->name);
	label_kernel(kernel->name, name, sizeof(name));
	if (kernels_differ(ladder->record) || plan->host[0].kernel)
		name[0] = '\0'; /* the first host's own is another than that of the run */
	snprintf(text, sizeof(text), "%s, Linux %s%s%s%s, HZ %d, %s clock", kernel->kind,
		 kernel->release, *name ? " (" : "", name, *name ? ")" : "", kernel->hz,
		 kernel->virtual_clock ? "virtual" : "real");
	ladder_paragraph(ladder, text);
	for (int i = 0; kernels_differ(ladder->record) && i < ladder->record->host_kernel_count;
	     i++) {
		const struct record_host_kernel *own = &ladder->record->host_kernel[i];

		snprintf(text, sizeof(text), "%s: Linux %s, HZ %d", plan_host_name(plan, own->host),
			 own->release, own->hz);
		ladder_paragraph(ladder, text);
	}
	if (*label_chance(ladder->record, text, sizeof(text)))
		ladder_paragraph(ladder, text);
	for (char **sysctl = ladder->record->extra_sysctl; sysctl && *sysctl; sysctl++) {
		snprintf(text, sizeof(text), "on all hosts: %s", *sysctl);
		ladder_paragraph(ladder, text);
	}
	for (int i = 0; i < ladder->record->spin_count; i++) {
		label_spin(&ladder->record->spin[i], text, sizeof(text));
		ladder_paragraph(ladder, text);
	}
	fputc('\n', ladder->canvas.out);
}

/* What a command wrote, line by line; of much of it the end. */
static void output(struct ladder *ladder, const struct record_program *program)
{
	const char *text = program->output;
	int lines = 0;
	char line[512];

	snprintf(line, sizeof(line), "output of %s:", ladder->plan->program[program->program].name);
	ladder_paragraph(ladder, line);
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	if (ladder->excerpt && lines > OUTPUT_LINES) {
		snprintf(line, sizeof(line), "  [%d lines before these]", lines - OUTPUT_LINES);
		ladder_paragraph(ladder, line);
	}
	for (; ladder->excerpt && lines > OUTPUT_LINES; lines--)
		text = strchr(text, '\n') + 1;
	while (*text) {
		size_t size = strcspn(text, "\n");

		snprintf(line, sizeof(line), "  %.*s", size < 400 ? (int)size : 400, text);
		ladder_paragraph(ladder, line);
		text += size + (text[size] == '\n');
	}
}

static void summary_line(void *arg, const char *line)
{
	ladder_paragraph(arg, line);
}

static void tail(struct ladder *ladder, const struct judgement *judgement)
{
	const struct record *record = ladder->record;
	char text[512];

	for (int i = 0; i < record->program_count; i++)
		if (record->program[i].output && record->program[i].output[0] &&
		    !(ladder->all_lines && record->program[i].output_ns.count))
			output(ladder, &record->program[i]);
	if (judgement && !ladder->excerpt) {
		snprintf(text, sizeof(text), "%s%s%s", verdict_name[judgement->verdict],
			 judgement->reason ? ": " : "", judgement->reason ? judgement->reason : "");
		ladder_text_wide(ladder, -1, GLYPH_ORIGIN, text,
				 judgement->verdict == VERDICT_PASS ? INK_GOOD : INK_BAD);
	}
	if (!ladder->excerpt) {
		fputc('\n', ladder->canvas.out);
		summary_tell(ladder->plan, record, summary_line, ladder);
	}
}

static bool has_folded(const struct rows *rows)
{
	for (int i = 0; i < rows->count; i++)
		if (rows->row[i].kind == ROW_FOLDED)
			return true;
	return false;
}

int ladder_print(const struct plan *plan, const struct record *record,
		 const struct judgement *judgement, const struct ladder_options *options, FILE *out,
		 struct err *err)
{
	struct ladder ladder = {.plan = plan, .record = record, .excerpt = options->most > 0};
	struct rows rows;
	int ret = rows_make(plan, record, judgement, options->all, &rows, err), all;

	if (ret < 0)
		return ret;
	all = rows.count;
	if (ladder.excerpt)
		ret = rows_thin(&rows, record, options->most, err);
	if (ret < 0) {
		rows_done(&rows);
		return ret;
	}
	canvas_init(&ladder.canvas, out, options->width, options->ascii, options->color);
	ladder_place(&ladder, &rows);
	ladder.all_lines = !ladder.excerpt && (options->all || !has_folded(&rows));
	if (ladder.excerpt)
		fputc('\n', out);
	else
		head(&ladder);
	ladder_hosts(&ladder);
	for (int i = 0; i < rows.count; i++)
		ladder_row(&ladder, &rows.row[i]);
	tail(&ladder, judgement);
	if (rows.count < all && options->whole)
		ladder_paragraph(&ladder, options->whole);
	if (ladder.excerpt)
		fputc('\n', out);
	rows_done(&rows);
	return 0;
}

static void legend(struct ladder *ladder, int64_t same_ns)
{
	char text[128], time[32];

	ladder_paragraph(ladder, ladder->plan->name);
	snprintf(text, sizeof(text), "%c  only in A", LADDER_A);
	canvas_text(&ladder->canvas, 0, 40, text, strlen(text), INK_A);
	snprintf(text, sizeof(text), "%c  only in B", LADDER_B);
	canvas_text(&ladder->canvas, 16, 40, text, strlen(text), INK_B);
	snprintf(text, sizeof(text), "%c  in both, at another time", LADDER_MOVED);
	canvas_text(&ladder->canvas, 32, 40, text, strlen(text), INK_MOVED);
	canvas_flush(&ladder->canvas);
	snprintf(text, sizeof(text), "all else is the same in both, at times no more than %s apart",
		 duration_span(same_ns, time, sizeof(time)));
	ladder_paragraph(ladder, text);
	fputc('\n', ladder->canvas.out);
}

static bool any_differs(const struct rows *rows)
{
	for (int i = 0; i < rows->count; i++)
		if (rows->row[i].of != OF_BOTH || rows->row[i].b_ns >= 0)
			return true;
	return false;
}

static void verdict_of(struct ladder *ladder, char letter, const struct ladder_run *run,
		       enum ink ink)
{
	char text[512];

	snprintf(text, sizeof(text), "%c: %s%s%s", letter, run->verdict, *run->reason ? ": " : "",
		 run->reason);
	ladder_text_wide(ladder, -1, GLYPH_ORIGIN, text, ink);
}

int ladder_print_two(const struct plan *plan, const struct ladder_run *a,
		     const struct ladder_run *b, int64_t same_ns,
		     const struct ladder_options *options, FILE *out, struct err *err)
{
	struct ladder ladder = {.plan = plan, .record = a->record, .other = b->record, .sign = ' '};
	struct rows rows;
	int ret = rows_of_two(plan, a->record, b->record, same_ns, &rows, err);

	if (ret < 0)
		return ret;
	canvas_init(&ladder.canvas, out, options->width, options->ascii, options->color);
	ladder_place(&ladder, &rows);
	legend(&ladder, same_ns);
	ladder_hosts(&ladder);
	for (int i = 0; i < rows.count; i++)
		ladder_row(&ladder, &rows.row[i]);
	if (!any_differs(&rows))
		ladder_text_wide(&ladder, -1, GLYPH_ORIGIN, "all that is drawn is the same in both",
				 INK_NONE);
	verdict_of(&ladder, LADDER_A, a, INK_A);
	verdict_of(&ladder, LADDER_B, b, INK_B);
	rows_done(&rows);
	return 0;
}

char *ladder_text(const struct plan *plan, const struct record *record,
		  const struct judgement *judgement, const struct ladder_options *options)
{
	struct text text = {0};
	FILE *out = text_stream(&text);
	int ret = ladder_print(plan, record, judgement, options, out, NULL);

	text_stream_end(&text, out);
	if (ret == 0)
		return text_take(&text);
	text_done(&text);
	return NULL;
}
