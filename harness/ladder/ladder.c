/* SPDX-License-Identifier: MIT
 *
 * A row is collected until something comes that is later, or needs a place that is taken: so
 * a call, the segment that it sends and the state that its socket gets share one row.
 *
 * Two hosts have a column each outside of their lines, and the space between the lines
 * for arrows. More of them share the whole width, and a row holds one thing.
 */
#include "ladder.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "canvas.h"
#include "duration.h"
#include "rows.h"
#include "summary.h"
#include "text.h"

#define BODY         13 /* columns before it: the time and a space */
#define SAME_ROW_NS  100000LL
#define OUTPUT_LINES 20 /* of a command, under a failure */
#define LEFT_OF_TWO  24 /* where the lines of two hosts are, in parts of 87 of what */
#define RIGHT_OF_TWO 64 /* the time leaves */

struct ladder {
	const struct plan *plan;
	const struct record *record;
	struct canvas canvas;
	int x[HOSTS_MAX];
	unsigned up; /* hosts that have a line */
	bool open;   /* a row is being made */
	int64_t row_ns;
	unsigned used;  /* hosts whose column is taken */
	bool arrow;     /* the network is */
	bool waiting;   /* what still waits at the end is being told */
	bool excerpt;   /* of a run that failed: the rest is told elsewhere */
	bool all_lines; /* that commands wrote stand in rows */
	char time[32];  /* of the last row, not to say it twice */
};

static void row_end(struct ladder *ladder)
{
	if (ladder->open)
		canvas_flush(&ladder->canvas);
	ladder->open = ladder->arrow = false;
	ladder->used = 0;
}

static void draw_lifelines(struct ladder *ladder, enum glyph glyph)
{
	for (int i = 0; i < ladder->plan->host_count; i++)
		if (ladder->up & 1u << i)
			canvas_glyph(&ladder->canvas, ladder->x[i], glyph, INK_DIM);
}

static void draw_time(struct ladder *ladder, int64_t t_ns)
{
	char time[32];
	int length;

	duration_clock(t_ns, time, sizeof(time));
	length = (int)strlen(time);
	if (strcmp(time, ladder->time) != 0)
		canvas_text(&ladder->canvas, BODY - 1 - length, length, time, (size_t)length,
			    INK_NONE);
	strcpy(ladder->time, time);
}

static void row_begin(struct ladder *ladder, int64_t t_ns)
{
	if (ladder->open && t_ns - ladder->row_ns > SAME_ROW_NS)
		row_end(ladder);
	if (ladder->open)
		return;
	ladder->open = true;
	ladder->row_ns = t_ns;
	draw_lifelines(ladder, GLYPH_LIFELINE);
	draw_time(ladder, t_ns);
}

/* Where a host's texts go: from the line outwards, or, with many hosts, where there is room. */
static int text_column(const struct ladder *ladder, int host, int length)
{
	int x = ladder->x[host];

	if (ladder->plan->host_count == 2)
		return host == 0 ? x - 1 - length : x + 2;
	if (x + 2 + length <= ladder->canvas.width)
		return x + 2;
	return x - 1 - length > BODY ? x - 1 - length : BODY;
}

static int text_width(const struct ladder *ladder, int host)
{
	if (ladder->plan->host_count > 2)
		return ladder->canvas.width - BODY - 3;
	return host == 0 ? ladder->x[0] - 1 - BODY : ladder->canvas.width - ladder->x[1] - 2;
}

static void host_text(struct ladder *ladder, int64_t t_ns, int host, const char *text, enum ink ink)
{
	bool alone = ladder->plan->host_count > 2;
	int width = text_width(ladder, host);

	if (ladder->used & 1u << host || (alone && (ladder->used || ladder->arrow)))
		row_end(ladder);
	while (*text) {
		size_t size = canvas_line_size(text, width);
		int length = canvas_width(text, size);

		row_begin(ladder, t_ns);
		canvas_text(&ladder->canvas, text_column(ladder, host, length), length, text, size,
			    ink);
		ladder->used |= 1u << host;
		text += size;
		text += strspn(text, " ");
		if (*text)
			row_end(ladder);
	}
}

/* TEXT over the whole width, on as many rows as it needs, behind a first glyph. T_NS -1: at no
 * moment. */
static void wide_text(struct ladder *ladder, int64_t t_ns, enum glyph glyph, const char *text,
		      enum ink ink)
{
	row_end(ladder);
	if (t_ns >= 0)
		draw_time(ladder, t_ns);
	canvas_glyph(&ladder->canvas, BODY, glyph, ink);
	while (*text) {
		size_t size = canvas_line_size(text, ladder->canvas.width - BODY - 2);

		canvas_text(&ladder->canvas, BODY + 2, ladder->canvas.width - BODY - 2, text, size,
			    ink);
		canvas_flush(&ladder->canvas);
		text += size;
		text += strspn(text, " ");
	}
}

/* TEXT centred on COLUMN, or as near as the page allows, with a space at either end. */
static void centred_text(struct ladder *ladder, int column, const char *text, enum ink ink)
{
	int length = canvas_width(text, strlen(text));
	int from = column - length / 2;

	if (from + length + 1 > ladder->canvas.width)
		from = ladder->canvas.width - length - 1;
	if (from < BODY + 1)
		from = BODY + 1;
	canvas_text(&ladder->canvas, from - 1, 1, " ", 1, INK_NONE);
	canvas_text(&ladder->canvas, from, ladder->canvas.width - from, text, strlen(text), ink);
	canvas_text(&ladder->canvas, from + length, 1, " ", 1, INK_NONE);
}

static int middle(const struct ladder *ladder)
{
	return (ladder->x[0] + ladder->x[ladder->plan->host_count - 1]) / 2;
}

/* TEXT in the middle of a row of its own, with lines of GLYPH. */
static void middle_row(struct ladder *ladder, enum glyph glyph, const struct row *row)
{
	row_end(ladder);
	draw_lifelines(ladder, glyph);
	centred_text(ladder, middle(ladder), row->text, row->ink);
	canvas_flush(&ladder->canvas);
}

static int column_of(const struct ladder *ladder, int host, int from)
{
	if (host >= 0 && host < ladder->plan->host_count)
		return ladder->x[host];
	if (host == PLACE_ROUTER)
		return middle(ladder);
	/* To nobody known, or to all: to the far side. */
	return from < middle(ladder) ? ladder->x[ladder->plan->host_count - 1] : ladder->x[0];
}

/* Says that it was lost, and where, AT so far from its sender, if there is room. */
static void draw_lost(struct ladder *ladder, int from, int step, int span, int at, bool in_cable,
		      enum ink ink)
{
	static const char *const words[] = {"lost in its cable", "lost"};

	for (int i = in_cable ? 0 : 1; i < 2; i++) {
		int size = (int)strlen(words[i]);

		if (at + size >= span)
			continue;
		canvas_text(&ladder->canvas, step > 0 ? from + at : from - at - size + 1, size,
			    words[i], (size_t)size, ink);
		return;
	}
}

/* From one line to the other; a lost one ends in a cross: at once when it never left its
 * sender's cable, else on the way. */
static void draw_arrow(struct ladder *ladder, const struct record_packet *packet, const char *label,
		       enum ink ink)
{
	struct canvas *canvas = &ladder->canvas;
	int from = column_of(ladder, packet->from, -1), to = column_of(ladder, packet->to, from);
	int step = to >= from ? 1 : -1, span = abs(to - from);
	int length = canvas_width(label, strlen(label));
	int end = span - 1; /* of the arrow, in columns from its sender */
	int at = 4;         /* of the label */

	if (span < 4)
		return;
	if (packet->arrived_ns < 0 && packet->port_ns < 0 && packet->from >= 0)
		end = 2;
	else if (packet->arrived_ns < 0)
		end = length + 6 > span * 3 / 5 ? length + 6 : span * 3 / 5;
	end = end > span - 1 ? span - 1 : end;
	if (packet->arrived_ns >= 0)
		at = (span - length) / 2;
	canvas_line(canvas, from + step, from + step * end, GLYPH_LINE, ink);
	canvas_glyph(canvas, from + step * end,
		     packet->arrived_ns < 0 ? GLYPH_CROSS
		     : step > 0             ? GLYPH_RIGHT
					    : GLYPH_LEFT,
		     ink);
	if (packet->from == PLACE_ROUTER)
		canvas_glyph(canvas, from, GLYPH_ORIGIN, ink);
	if (packet->arrived_ns < 0)
		draw_lost(ladder, from, step, span, end > at ? end + 2 : at + length + 1, end < at,
			  ink);
	if (length)
		centred_text(ladder, from + step * (at + length / 2), label, ink);
}

/* An arrow between a host and the router has too little room for words; the other half of the
 * row is free. Returns what is to stand in the arrow itself, "" for nothing, or NULL: it does
 * not fit there either. */
static const char *beside_router(struct ladder *ladder, int from, int to, const char *label,
				 enum ink ink)
{
	int router = middle(ladder), host = from == router ? to : from;
	bool left = host < router;
	int room = abs(ladder->x[left ? 1 : 0] - router) - 2, length;
	const char *inside = "";

	if (ladder->plan->host_count != 2 || (from != router && to != router) || from == to)
		return NULL;
	if (canvas_width(label, strlen(label)) > room && strncmp(label, "ICMP ", 5) == 0) {
		inside = "ICMP";
		label += 5;
	}
	length = canvas_width(label, strlen(label));
	if (length > room)
		return NULL;
	canvas_text(&ladder->canvas, left ? router + 2 : router - 1 - length, length, label,
		    strlen(label), ink);
	return inside;
}

static void packet_row(struct ladder *ladder, const struct row *row)
{
	const struct record_packet *packet = &ladder->record->packet[row->index];
	bool two = ladder->plan->host_count == 2;
	char both[520];
	int from = column_of(ladder, packet->from, -1), to = column_of(ladder, packet->to, from);
	const char *inside = both;
	bool fits;

	snprintf(both, sizeof(both), "%s%s%s", row->text, row->note[0] ? ", " : "", row->note);
	if (ladder->arrow || (!two && ladder->used))
		row_end(ladder);
	if (two) {
		if (row->note[0] && packet->from >= 0)
			host_text(ladder, row->t_ns, packet->from, row->note, row->ink);
		snprintf(both, sizeof(both), "%s", row->text);
	}
	fits = canvas_width(both, strlen(both)) + 8 <= abs(to - from);
	row_begin(ladder, row->t_ns);
	if (!fits)
		inside = beside_router(ladder, from, to, both, row->ink);
	if (!inside) {
		centred_text(ladder, (from + to) / 2, both, row->ink);
		row_end(ladder);
		row_begin(ladder, row->t_ns);
		inside = "";
	}
	draw_arrow(ladder, packet, inside, row->ink);
	ladder->arrow = true;
}

static void fault_row(struct ladder *ladder, const struct row *row)
{
	row_end(ladder);
	draw_time(ladder, row->t_ns);
	canvas_line(&ladder->canvas, BODY, ladder->canvas.width - 1, GLYPH_DOUBLE, row->ink);
	centred_text(ladder, (BODY + ladder->canvas.width) / 2, row->text, row->ink);
	canvas_flush(&ladder->canvas);
}

static void end_row(struct ladder *ladder, const struct row *row)
{
	row_end(ladder);
	ladder->time[0] = '\0';
	draw_time(ladder, row->t_ns);
	canvas_line(&ladder->canvas, BODY, ladder->canvas.width - 1, GLYPH_LINE, row->ink);
	centred_text(ladder, (BODY + ladder->canvas.width) / 2, row->text, row->ink);
	canvas_flush(&ladder->canvas);
}

/* A call that waits until the end has no time of its own. */
static void step_row(struct ladder *ladder, const struct row *row)
{
	if (row->part == LABEL_WAITING && !ladder->waiting) {
		row_end(ladder);
		ladder->waiting = true;
		duration_clock(row->t_ns, ladder->time, sizeof(ladder->time));
	}
	host_text(ladder, row->t_ns, row->host, row->text, row->ink);
}

static void draw_row(struct ladder *ladder, const struct row *row)
{
	ladder->up = row->up;
	switch (row->kind) {
	case ROW_FAULT:
		fault_row(ladder, row);
		break;
	case ROW_PROGRAM:
	case ROW_LINE:
	case ROW_SOCKET:
		host_text(ladder, row->t_ns, row->host, row->text, row->ink);
		break;
	case ROW_STEP:
		step_row(ladder, row);
		break;
	case ROW_PACKET:
		packet_row(ladder, row);
		break;
	case ROW_FOLDED:
		middle_row(ladder, GLYPH_LIFELINE, row);
		break;
	case ROW_SILENCE:
		middle_row(ladder, GLYPH_DOTTED, row);
		break;
	case ROW_FINDING:
		wide_text(ladder, row->t_ns, GLYPH_CROSS, row->text, row->ink);
		break;
	case ROW_END:
		end_row(ladder, row);
		break;
	}
}

/* TEXT on as many lines as it needs, at least one. */
static void paragraph(struct ladder *ladder, const char *text)
{
	do {
		size_t size = canvas_line_size(text, ladder->canvas.width);

		canvas_text(&ladder->canvas, 0, ladder->canvas.width, text, size, INK_NONE);
		canvas_flush(&ladder->canvas);
		text += size;
		text += strspn(text, " ");
	} while (*text);
}

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
	paragraph(ladder, text);
	paragraph(ladder, plan->name);
	label_kernel(kernel->name, name, sizeof(name));
	snprintf(text, sizeof(text), "%s, Linux %s%s%s%s, HZ %d, %s clock", kernel->kind,
		 kernel->release, *name ? " (" : "", name, *name ? ")" : "", kernel->hz,
		 kernel->virtual_clock ? "virtual" : "real");
	paragraph(ladder, text);
	for (int i = 0; kernels_differ(ladder->record) && i < ladder->record->host_kernel_count;
	     i++) {
		const struct record_host_kernel *own = &ladder->record->host_kernel[i];

		snprintf(text, sizeof(text), "%s: Linux %s, HZ %d",
			 own->host < plan->host_count ? plan->host[own->host].name : "router",
			 own->release, own->hz);
		paragraph(ladder, text);
	}
	if (*label_chance(ladder->record, text, sizeof(text)))
		paragraph(ladder, text);
	for (char **sysctl = ladder->record->extra_sysctl; sysctl && *sysctl; sysctl++) {
		snprintf(text, sizeof(text), "on all hosts: %s", *sysctl);
		paragraph(ladder, text);
	}
	for (int i = 0; i < ladder->record->spin_count; i++) {
		label_spin(&ladder->record->spin[i], text, sizeof(text));
		paragraph(ladder, text);
	}
	fputc('\n', ladder->canvas.out);
}

static void head_hosts(struct ladder *ladder)
{
	const struct plan *plan = ladder->plan;

	for (int i = 0; i < plan->host_count; i++)
		centred_text(ladder, ladder->x[i], plan->host[i].name, INK_NONE);
	canvas_flush(&ladder->canvas);
	for (int i = 0; i < plan->host_count && plan->host_count <= 4; i++)
		centred_text(ladder, ladder->x[i],
			     plan->ip_version == 6 ? plan->host[i].address6
						   : plan->host[i].address4,
			     INK_DIM);
	if (plan->host_count <= 4)
		canvas_flush(&ladder->canvas);
}

/* What a command wrote, line by line; of much of it the end. */
static void output(struct ladder *ladder, const struct record_program *program)
{
	const char *text = program->output;
	int lines = 0;
	char line[512];

	snprintf(line, sizeof(line), "output of %s:", ladder->plan->program[program->program].name);
	paragraph(ladder, line);
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	if (ladder->excerpt && lines > OUTPUT_LINES) {
		snprintf(line, sizeof(line), "  [%d lines before these]", lines - OUTPUT_LINES);
		paragraph(ladder, line);
	}
	for (; ladder->excerpt && lines > OUTPUT_LINES; lines--)
		text = strchr(text, '\n') + 1;
	while (*text) {
		size_t size = strcspn(text, "\n");

		snprintf(line, sizeof(line), "  %.*s", size < 400 ? (int)size : 400, text);
		paragraph(ladder, line);
		text += size + (text[size] == '\n');
	}
}

static void summary_line(void *arg, const char *line)
{
	paragraph(arg, line);
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
		wide_text(ladder, -1, GLYPH_ORIGIN, text,
			  judgement->verdict == VERDICT_PASS ? INK_GOOD : INK_BAD);
	}
	if (!ladder->excerpt) {
		fputc('\n', ladder->canvas.out);
		summary_tell(ladder->plan, record, summary_line, ladder);
	}
}

static void ladder_init(struct ladder *ladder)
{
	int count = ladder->plan->host_count;

	int width = ladder->canvas.width - BODY;

	for (int i = 0; i < count; i++)
		ladder->x[i] = BODY + (count == 2 ? width * (i ? RIGHT_OF_TWO : LEFT_OF_TWO) / 87
						  : 7 + i * (width - 14) / (count - 1));
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
	ladder_init(&ladder);
	ladder.all_lines = !ladder.excerpt && (options->all || !has_folded(&rows));
	if (ladder.excerpt)
		fputc('\n', out);
	else
		head(&ladder);
	head_hosts(&ladder);
	for (int i = 0; i < rows.count; i++)
		draw_row(&ladder, &rows.row[i]);
	tail(&ladder, judgement);
	if (rows.count < all && options->whole)
		paragraph(&ladder, options->whole);
	if (ladder.excerpt)
		fputc('\n', out);
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
