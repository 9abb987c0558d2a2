/* SPDX-License-Identifier: MIT
 *
 * A row is collected until something comes that is later, or needs a place that is taken: so
 * a call, the segment that it sends and the state that its socket gets share one row.
 *
 * Two hosts have a column each outside of their lines, and the space between the lines
 * for arrows. More of them share the whole width, and a row holds one thing.
 */
#include "ladder_rows.h"

#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "duration.h"

#define TIME         12 /* columns of a time */
#define SIGN         2  /* of two runs: columns of the sign before the times */
#define SAME_ROW_NS  100000LL
#define LEFT_OF_TWO  24 /* where the lines of two hosts are, in parts of 87 of what */
#define RIGHT_OF_TWO 64 /* the time leaves */

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

static void draw_clock(struct ladder *ladder, struct ladder_clock *clock, int64_t t_ns)
{
	char time[32];
	int length;

	duration_clock(t_ns, time, sizeof(time));
	length = (int)strlen(time);
	if (strcmp(time, clock->told) != 0)
		canvas_text(&ladder->canvas, clock->end - length, length, time, (size_t)length,
			    ladder->other ? ladder->of_ink : INK_NONE);
	strcpy(clock->told, time);
}

/* Of two runs, the sign of what one of them did, or both at another time. */
static void draw_sign(struct ladder *ladder)
{
	if (ladder->other)
		canvas_text(&ladder->canvas, 0, 1, &ladder->sign, 1, ladder->of_ink);
}

static void draw_time(struct ladder *ladder, int64_t t_ns)
{
	draw_sign(ladder);
	draw_clock(ladder, ladder->sign == LADDER_B ? &ladder->clock[1] : &ladder->clock[0], t_ns);
	if (ladder->sign == LADDER_MOVED)
		draw_clock(ladder, &ladder->clock[1], ladder->b_ns);
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
	return x - 1 - length > ladder->body ? x - 1 - length : ladder->body;
}

static int text_width(const struct ladder *ladder, int host)
{
	if (ladder->plan->host_count > 2)
		return ladder->canvas.width - ladder->body - 3;
	return host == 0 ? ladder->x[0] - 1 - ladder->body
			 : ladder->canvas.width - ladder->x[1] - 2;
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

void ladder_text_wide(struct ladder *ladder, int64_t t_ns, enum glyph glyph, const char *text,
		      enum ink ink)
{
	row_end(ladder);
	if (t_ns >= 0)
		draw_time(ladder, t_ns);
	canvas_glyph(&ladder->canvas, ladder->body, glyph, ink);
	while (*text) {
		size_t size = canvas_line_size(text, ladder->canvas.width - ladder->body - 2);

		canvas_text(&ladder->canvas, ladder->body + 2,
			    ladder->canvas.width - ladder->body - 2, text, size, ink);
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
	if (from < ladder->body + 1)
		from = ladder->body + 1;
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
	draw_sign(ladder);
	draw_lifelines(ladder, glyph);
	centred_text(ladder, middle(ladder), row->text, row->ink);
	canvas_flush(&ladder->canvas);
}

/* In the middle; where a host stands there, before it. */
static int router_column(const struct ladder *ladder)
{
	int half = ladder->plan->host_count / 2;

	if (ladder->plan->host_count % 2 == 0 || half == 0)
		return middle(ladder);
	return (ladder->x[half - 1] + ladder->x[half]) / 2;
}

static int column_of(const struct ladder *ladder, int host, int from)
{
	if (host >= 0 && host < ladder->plan->host_count)
		return ladder->x[host];
	if (host == PLACE_ROUTER)
		return router_column(ladder);
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
	const struct record *record = row->of == OF_B ? ladder->other : ladder->record;
	const struct record_packet *packet = &record->packet[row->index];
	bool two = ladder->plan->host_count == 2;
	char both[520];
	int from = column_of(ladder, packet->from, -1), to = column_of(ladder, packet->to, from);
	const char *inside = both;
	bool fits;

	snprintf(both, sizeof(both), "%s%s%s%s%s", row->text, row->note[0] ? ", " : "", row->note,
		 row->fate ? ", lost: " : "", row->fate ? row->fate : "");
	if (ladder->arrow || (!two && ladder->used))
		row_end(ladder);
	if (two) {
		if (row->note[0] && packet->from >= 0)
			host_text(ladder, row->t_ns, packet->from, row->note, row->ink);
		if (row->fate && packet->to >= 0)
			host_text(ladder, row->t_ns, packet->to, row->fate, row->ink);
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
	canvas_line(&ladder->canvas, ladder->body, ladder->canvas.width - 1, GLYPH_DOUBLE,
		    row->ink);
	centred_text(ladder, (ladder->body + ladder->canvas.width) / 2, row->text, row->ink);
	canvas_flush(&ladder->canvas);
}

static void end_row(struct ladder *ladder, const struct row *row)
{
	row_end(ladder);
	ladder->clock[0].told[0] = ladder->clock[1].told[0] = '\0';
	draw_time(ladder, row->t_ns);
	canvas_line(&ladder->canvas, ladder->body, ladder->canvas.width - 1, GLYPH_LINE, row->ink);
	centred_text(ladder, (ladder->body + ladder->canvas.width) / 2, row->text, row->ink);
	canvas_flush(&ladder->canvas);
}

/* A call that waits until the end has no time of its own. */
static void step_row(struct ladder *ladder, const struct row *row)
{
	if (row->part == LABEL_WAITING && !ladder->waiting) {
		row_end(ladder);
		ladder->waiting = true;
	}
	if (row->part == LABEL_WAITING) {
		struct ladder_clock *clock = &ladder->clock[ladder->sign == LADDER_B];

		duration_clock(row->t_ns, clock->told, sizeof(clock->told));
		if (ladder->sign == LADDER_MOVED)
			duration_clock(row->b_ns, ladder->clock[1].told, sizeof(clock->told));
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
	case ROW_CALL:
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
		ladder_text_wide(ladder, row->t_ns, GLYPH_CROSS, row->text, row->ink);
		break;
	case ROW_END:
		end_row(ladder, row);
		break;
	}
}

/* What is the same in both has no colour, but for what one finds one's way by. */
static enum ink ink_of_both(enum ink ink)
{
	return ink == INK_FAULT || ink == INK_DIM ? ink : INK_NONE;
}

static char sign_of(const struct row *row)
{
	if (row->of != OF_BOTH)
		return row->of == OF_A ? LADDER_A : LADDER_B;
	return row->b_ns >= 0 ? LADDER_MOVED : ' ';
}

/* What one run did alone, or at another time, shares no row with the rest. */
static void row_of_two(struct ladder *ladder, const struct row *row)
{
	struct row inked = *row;
	char sign = sign_of(row);

	if (sign != ladder->sign || sign == LADDER_MOVED)
		row_end(ladder);
	ladder->sign = sign;
	ladder->b_ns = row->b_ns;
	ladder->of_ink = sign == LADDER_A       ? INK_A
			 : sign == LADDER_B     ? INK_B
			 : sign == LADDER_MOVED ? INK_MOVED
						: INK_NONE;
	inked.ink = sign == ' ' ? ink_of_both(row->ink) : ladder->of_ink;
	draw_row(ladder, &inked);
}

void ladder_row(struct ladder *ladder, const struct row *row)
{
	if (ladder->other)
		row_of_two(ladder, row);
	else
		draw_row(ladder, row);
}

void ladder_paragraph(struct ladder *ladder, const char *text)
{
	do {
		size_t size = canvas_line_size(text, ladder->canvas.width);

		canvas_text(&ladder->canvas, 0, ladder->canvas.width, text, size, INK_NONE);
		canvas_flush(&ladder->canvas);
		text += size;
		text += strspn(text, " ");
	} while (*text);
}

void ladder_hosts(struct ladder *ladder)
{
	const struct plan *plan = ladder->plan;

	if (ladder->other) {
		canvas_text(&ladder->canvas, ladder->clock[0].end - 1, 1, "A", 1, INK_A);
		canvas_text(&ladder->canvas, ladder->clock[1].end - 1, 1, "B", 1, INK_B);
	}
	for (int i = 0; i < plan->host_count; i++)
		centred_text(ladder, ladder->x[i], plan->host[i].name, INK_NONE);
	canvas_flush(&ladder->canvas);
	for (int i = 0; i < plan->host_count && plan->host_count <= 4; i++)
		centred_text(ladder, ladder->x[i], plan_host_address(plan, i), INK_DIM);
	if (plan->host_count <= 4)
		canvas_flush(&ladder->canvas);
}

/* How many columns the times of ROWS need. */
static int clocks_width(const struct rows *rows, enum row_of without)
{
	char time[32];
	int width = 1;

	for (int i = 0; i < rows->count; i++) {
		const struct row *row = &rows->row[i];
		int64_t t_ns = without == OF_A && row->b_ns >= 0 ? row->b_ns : row->t_ns;
		int length = t_ns < 0 || row->of == without
				     ? 0
				     : (int)strlen(duration_clock(t_ns, time, sizeof(time)));

		width = length > width ? length : width;
	}
	return width;
}

void ladder_place(struct ladder *ladder, const struct rows *rows)
{
	int count = ladder->plan->host_count, width;

	ladder->clock[0].end = TIME;
	if (ladder->other) {
		ladder->clock[0].end = SIGN + clocks_width(rows, OF_B);
		ladder->clock[1].end = ladder->clock[0].end + 1 + clocks_width(rows, OF_A);
	}
	ladder->body = ladder->clock[ladder->other ? 1 : 0].end + 1;
	width = ladder->canvas.width - ladder->body;
	for (int i = 0; i < count; i++)
		ladder->x[i] = ladder->body +
			       (count == 2 ? width * (i ? RIGHT_OF_TWO : LEFT_OF_TWO) / 87
					   : 7 + i * (width - 14) / (count - 1));
}
