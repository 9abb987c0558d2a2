/* SPDX-License-Identifier: MIT
 *
 * All rows get their places first; then lifelines and calls are drawn, which reach over many
 * rows, and the rows on top of them. As in the text ladder, what happens at once shares a line
 * as long as it needs different places of it. The font has a fixed width, so that texts can be
 * wrapped here.
 */
#include "svg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

#define CHAR         7.85 /* of a monospaced font of 13 px, and a little */
#define TEXT_LINE    16
#define LINE         28 /* the height of one with one line of text */
#define TIME_RIGHT   92
#define LEFT_OF_TWO  336
#define RIGHT_OF_TWO 664
#define WIDTH_OF_TWO 910
#define HOST_WIDTH   250 /* of more than two */
#define TEXT_GAP     12  /* between a lifeline and its texts */
#define TOP          48
#define LONG         1200 /* a picture that names the hosts at its end as well */
#define ARROW        (1u << 31)
#define ROUTER       (-2)
#define SAME_LINE_NS 100000LL
#define MOST_HOSTS   8

struct place {
	int y, height;
};

struct call { /* from where to where a step's bar reaches; y -1: not drawn */
	int from, to;
	bool waits;
};

struct picture {
	const struct plan *plan;
	const struct record *record;
	const struct rows *rows;
	FILE *out;
	int x[MOST_HOSTS];
	int width, height;
	struct place *place; /* of each row */
	struct call *call;   /* of each step of the record */
	int lane[64];        /* of a program beside others of its host */
};

static bool of_two(const struct picture *picture)
{
	return picture->plan->host_count == 2;
}

/* How many characters have room beside a host's line. */
static int columns(const struct picture *picture, int host)
{
	int from = picture->x[host] + TEXT_GAP, to = picture->width - 4;

	if (of_two(picture) && host == 0) {
		from = TIME_RIGHT + 8;
		to = picture->x[0] - TEXT_GAP;
	} else if (host + 1 < picture->plan->host_count) {
		to = picture->x[host + 1] - TEXT_GAP;
	}
	return (int)((to - from) / CHAR);
}

static int lines_of(const char *text, int width)
{
	int lines = 0;

	for (; text && *text; lines++) {
		text += canvas_line_size(text, width);
		text += strspn(text, " ");
	}
	return lines;
}

static int finding_columns(const struct picture *picture)
{
	return (int)((picture->width - 70) / CHAR);
}

/* ---- Places ---- */

struct line { /* that is being filled */
	int64_t t_ns;
	unsigned used;
	int y, height; /* height 0: none is */
};

static void line_end(struct line *line)
{
	line->y += line->height;
	line->height = 0;
	line->used = 0;
}

static struct place place_shared(struct line *line, int64_t t_ns, unsigned needs, int lines,
				 bool alone)
{
	int height = LINE + (lines > 1 ? (lines - 1) * TEXT_LINE : 0);

	if (line->used & needs || (alone && line->used) || t_ns - line->t_ns > SAME_LINE_NS)
		line_end(line);
	if (!line->height)
		line->t_ns = t_ns;
	line->used |= needs;
	line->height = height > line->height ? height : line->height;
	return (struct place){line->y, height};
}

static struct place place_alone(struct line *line, int height)
{
	struct place place;

	line_end(line);
	place = (struct place){line->y, height};
	line->y += height;
	return place;
}

static struct place place_packet(const struct picture *picture, const struct row *row,
				 struct line *line)
{
	bool noted = of_two(picture) && row->note[0] && row->host >= 0;
	int lines = noted ? lines_of(row->note, columns(picture, row->host)) : 1;

	return place_shared(line, row->t_ns, ARROW | (noted ? 1u << row->host : 0), lines,
			    !of_two(picture));
}

static struct place place_row(const struct picture *picture, const struct row *row,
			      struct line *line)
{
	switch (row->kind) {
	case ROW_PROGRAM:
	case ROW_STEP:
	case ROW_SOCKET:
		return place_shared(line, row->t_ns, 1u << row->host,
				    lines_of(row->text, columns(picture, row->host)),
				    !of_two(picture));
	case ROW_PACKET:
		return place_packet(picture, row, line);
	case ROW_FAULT:
	case ROW_FOLDED:
	case ROW_END:
		return place_alone(line, 38);
	case ROW_SILENCE:
		return place_alone(line, 34);
	case ROW_FINDING:
		return place_alone(line,
				   22 + TEXT_LINE * lines_of(row->text, finding_columns(picture)));
	}
	return (struct place){0};
}

static void places_make(struct picture *picture)
{
	struct line line = {.y = TOP};

	for (int i = 0; i < picture->rows->count; i++)
		picture->place[i] = place_row(picture, &picture->rows->row[i], &line);
	line_end(&line);
	picture->height = line.y + 30;
}

/* ---- Lifelines and calls ---- */

static void lifeline(const struct picture *picture, int host, int from, int to, bool quiet)
{
	if (to > from)
		fprintf(picture->out, "<path class=\"%s\" d=\"M%d %dV%d\"/>\n",
			quiet ? "quiet" : "life", picture->x[host], from, to);
}

static void lifelines(const struct picture *picture, int host)
{
	const struct rows *rows = picture->rows;
	int from = TOP - 10; /* where the line begins that is drawn next; -1: there is none */

	for (int i = 0; i < rows->count; i++) {
		const struct row *row = &rows->row[i];
		int y = picture->place[i].y;
		bool up = row->up & 1u << host;

		if (!up && from >= 0) {
			lifeline(picture, host, from, y, false);
			from = -1;
		} else if (up && from < 0) {
			from = y;
		}
		if (up && row->kind == ROW_SILENCE) {
			lifeline(picture, host, from, y, false);
			lifeline(picture, host, y, y + picture->place[i].height, true);
			from = y + picture->place[i].height;
		}
		if (row->kind == ROW_END)
			break;
		if (i + 1 == rows->count)
			y += picture->place[i].height;
	}
	for (int i = 0; i < rows->count && from >= 0; i++)
		if (rows->row[i].kind == ROW_END)
			lifeline(picture, host, from, picture->place[i].y, false);
}

/* Ends at Y the calls that still go on: those of PROGRAM, or, for PLAN_ANY, those on hosts that
 * are not UP. */
static void calls_end(struct picture *picture, int program, unsigned up, int y)
{
	for (int i = 0; i < picture->record->step_count; i++) {
		int of = picture->record->step[i].program;
		struct call *call = &picture->call[i];

		if (call->from < 0 || call->to >= 0)
			continue;
		if (program == PLAN_ANY ? !(up & 1u << picture->plan->program[of].host)
					: program == of)
			call->to = y;
	}
}

static void call_add(struct call *call, enum label_part part, int y)
{
	call->waits = part == LABEL_WAITING;
	switch (part) {
	case LABEL_START:
		call->from = y + 12;
		break;
	case LABEL_WHOLE:
		*call = (struct call){y + 12, y + 22, false};
		break;
	case LABEL_END:
	case LABEL_WAITING:
		call->to = y + 22;
		break;
	}
}

static void calls_find(struct picture *picture)
{
	const struct record *record = picture->record;

	for (int i = 0; i < record->step_count; i++)
		picture->call[i] = (struct call){-1, -1, false};
	for (int i = 0; i < picture->rows->count; i++) {
		const struct row *row = &picture->rows->row[i];
		int y = picture->place[i].y;

		if (i > 0 && picture->rows->row[i - 1].up & ~row->up)
			calls_end(picture, PLAN_ANY, row->up, y);
		if (row->kind == ROW_STEP)
			call_add(&picture->call[row->index], row->part, y);
		if (row->kind == ROW_PROGRAM && row->part == LABEL_END)
			calls_end(picture, record->program[row->index].program, 0, y + 12);
	}
}

static void calls(const struct picture *picture)
{
	const struct record *record = picture->record;
	int side;

	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->step[i];
		const struct call *call = &picture->call[i];
		int host = picture->plan->program[step->program].host;

		if (call->from < 0 || call->to <= call->from)
			continue;
		side = of_two(picture) && host == 0 ? -1 : 1;
		fprintf(picture->out,
			"<rect class=\"call%s\" x=\"%d\" y=\"%d\" width=\"6\" height=\"%d\"/>\n",
			call->waits                          ? " waits"
			: step->end_ns >= 0 && step->ret < 0 ? " bad"
							     : "",
			picture->x[host] - 3 + side * 7 * picture->lane[step->program & 63],
			call->from, call->to - call->from);
	}
}

/* A program's place among those of its host: their calls stand side by side, three at most. */
static void lanes_make(struct picture *picture)
{
	const struct plan *plan = picture->plan;

	for (int i = 0; i < plan->program_count && i < 64; i++)
		for (int k = 0; k < i; k++)
			if (plan->program[k].host == plan->program[i].host && picture->lane[i] < 2)
				picture->lane[i]++;
}

/* ---- Rows ---- */

static void text_line(const struct picture *picture, int x, int y, const char *class,
		      const char *text, size_t size)
{
	fprintf(picture->out, "<text x=\"%d\" y=\"%d\"%s%s%s>", x, y, *class ? " class=\"" : "",
		class, *class ? "\"" : "");
	page_text_n(picture->out, text, size);
	fputs("</text>", picture->out);
}

/* On as many lines as it needs, the first with its base at Y. */
static void text_lines(const struct picture *picture, int x, int y, const char *class,
		       const char *text, int width)
{
	while (text && *text) {
		size_t size = canvas_line_size(text, width);

		text_line(picture, x, y, class, text, size);
		text += size;
		text += strspn(text, " ");
		y += TEXT_LINE;
	}
}

static void host_text(const struct picture *picture, int host, int y, const char *text)
{
	if (of_two(picture) && host == 0)
		text_lines(picture, picture->x[0] - TEXT_GAP, y + 21, "end", text,
			   columns(picture, 0));
	else
		text_lines(picture, picture->x[host] + TEXT_GAP, y + 21, "halo", text,
			   columns(picture, host));
}

static int middle(const struct picture *picture)
{
	return (picture->x[0] + picture->x[picture->plan->host_count - 1]) / 2;
}

static int column_of(const struct picture *picture, int host, int from)
{
	if (host >= 0 && host < picture->plan->host_count)
		return picture->x[host];
	if (host == ROUTER)
		return middle(picture);
	/* To nobody known, or to all: to the far side. */
	return from < middle(picture) ? picture->x[picture->plan->host_count - 1] : picture->x[0];
}

static void packet_title(const struct picture *picture, const struct record_packet *packet)
{
	char sent[32], arrived[32];

	label_time(packet->sent_ns, sent, sizeof(sent));
	label_time(packet->arrived_ns, arrived, sizeof(arrived));
	fputs("<title>", picture->out);
	page_printf(picture->out, "%s to %s, sent %s, %s%s",
		    label_host(picture->plan, packet->from),
		    packet->to < 0 && packet->to != ROUTER ? packet->dst
							   : label_host(picture->plan, packet->to),
		    sent, packet->arrived_ns < 0 ? "lost" : "arrived ",
		    packet->arrived_ns < 0 ? "" : arrived);
	if (packet->kinds & 1u << KIND_TCP)
		page_printf(picture->out, ", window %d", packet->window);
	fputs("</title>", picture->out);
}

/* How far from its sender a packet's arrow reaches. A lost one ends in a cross: at once when it
 * never left its sender's cable, else on the way. */
static int reach_of(const struct record_packet *packet, int span)
{
	if (packet->arrived_ns >= 0)
		return span - 4;
	return packet->port_ns < 0 && packet->from >= 0 ? 34 : span * 3 / 5;
}

static void arrow(const struct picture *picture, const struct record_packet *packet, int y,
		  int from, int to)
{
	int step = to >= from ? 1 : -1, end = from + step * reach_of(packet, abs(to - from));
	char where[64] = "lost on the way";

	fprintf(picture->out, "<path class=\"arrow\" d=\"M%d %dH%d\"/>", from + step * 4, y, end);
	if (packet->from == ROUTER)
		fprintf(picture->out, "<circle class=\"head\" cx=\"%d\" cy=\"%d\" r=\"4\"/>", from,
			y);
	if (packet->arrived_ns >= 0) {
		fprintf(picture->out, "<path class=\"head\" d=\"M%d %dl%d -5v10z\"/>", end, y,
			-step * 9);
		return;
	}
	fprintf(picture->out, "<path class=\"arrow\" d=\"M%d %dl10 10m0 -10l-10 10\"/>", end - 5,
		y - 5);
	if (packet->port_ns < 0 && packet->from >= 0)
		snprintf(where, sizeof(where), "lost on %s's cable",
			 label_host(picture->plan, packet->from));
	text_line(picture, end + step * 10, y + 5, step > 0 ? "small halo" : "small halo end",
		  where, strlen(where));
}

/* The words of an arrow stand over the middle of it; over its beginning if it is too short. */
static void arrow_text(const struct picture *picture, const struct record_packet *packet, int y,
		       int from, int to, const char *text)
{
	int step = to >= from ? 1 : -1, reach = reach_of(packet, abs(to - from));

	if (packet->arrived_ns >= 0 || canvas_width(text, strlen(text)) * CHAR < reach - 12)
		text_line(picture, from + step * reach / 2, y, "mid halo", text, strlen(text));
	else
		text_line(picture, from + step * 8, y, step > 0 ? "halo" : "halo end", text,
			  strlen(text));
}

static void packet_row(const struct picture *picture, const struct row *row, int y)
{
	const struct record_packet *packet = &picture->record->packet[row->index];
	int from = column_of(picture, packet->from, -1);
	int to = column_of(picture, packet->to, from);
	char both[520];

	packet_title(picture, packet);
	snprintf(both, sizeof(both), "%s", row->text ? row->text : "");
	if (of_two(picture) && packet->from >= 0)
		host_text(picture, packet->from, y, row->note);
	else if (row->note[0])
		snprintf(both, sizeof(both), "%s, %s", row->text, row->note);
	arrow(picture, packet, y + 21, from, to);
	arrow_text(picture, packet, y + 13, from, to, both);
}

static void band(const struct picture *picture, const struct row *row, int y, int height)
{
	fprintf(picture->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>",
		TIME_RIGHT + 8, y + 4, picture->width - TIME_RIGHT - 12, height - 8);
	if (row->kind == ROW_FINDING)
		text_lines(picture, TIME_RIGHT + 20, y + 21, "", row->text,
			   finding_columns(picture) - 6);
	else
		text_line(picture, (TIME_RIGHT + picture->width) / 2, y + height / 2 + 5, "mid",
			  row->text, strlen(row->text));
}

static void middle_text(const struct picture *picture, const struct row *row, int y)
{
	char text[160];

	snprintf(text, sizeof(text), "%s%s", row->kind == ROW_SILENCE ? "nothing for " : "",
		 row->text ? row->text : "");
	text_line(picture, middle(picture), y + 22, "mid dim halo", text, strlen(text));
}

static void end_row(const struct picture *picture, int y)
{
	fprintf(picture->out, "<path class=\"life\" d=\"M%d %dH%d\"/>", TIME_RIGHT + 8, y + 16,
		picture->width - 4);
	text_line(picture, middle(picture), y + 21, "mid dim halo", "end", 3);
}

static const char *class_of(const struct picture *picture, const struct row *row)
{
	const struct record_step *step = picture->record->step;

	if (row->kind == ROW_STEP && (row->part == LABEL_END || row->part == LABEL_WHOLE) &&
	    step[row->index].ret < 0)
		return "lost";
	switch (row->ink) {
	case INK_STATE:
		return "state";
	case INK_NOTE:
		return "note";
	case INK_LOST:
		return "lost";
	case INK_FAULT:
		return "fault";
	case INK_BAD:
		return "finding";
	case INK_NONE:
	case INK_DIM:
	case INK_GOOD:
	case INK_COUNT:
		break;
	}
	return "";
}

static void draw_row(const struct picture *picture, const struct row *row,
		     const struct place *place)
{
	switch (row->kind) {
	case ROW_PROGRAM:
	case ROW_STEP:
	case ROW_SOCKET:
		host_text(picture, row->host, place->y, row->text);
		break;
	case ROW_PACKET:
		packet_row(picture, row, place->y);
		break;
	case ROW_FAULT:
	case ROW_FINDING:
		band(picture, row, place->y, place->height);
		break;
	case ROW_FOLDED:
	case ROW_SILENCE:
		middle_text(picture, row, place->y);
		break;
	case ROW_END:
		end_row(picture, place->y);
		break;
	}
}

static void draw_time(const struct picture *picture, const struct row *row, int y,
		      char last[static 32])
{
	char time[32];

	if (row->t_ns < 0 || row->kind == ROW_SILENCE || row->kind == ROW_FOLDED)
		return;
	label_time(row->t_ns, time, sizeof(time));
	if (strcmp(time, last) != 0)
		text_line(picture, TIME_RIGHT, y + 21, "t", time, strlen(time));
	strcpy(last, time);
}

static void draw_rows(const struct picture *picture)
{
	char last[32] = "";

	for (int i = 0; i < picture->rows->count; i++) {
		const struct row *row = &picture->rows->row[i];
		const char *class = class_of(picture, row);

		draw_time(picture, row, picture->place[i].y, last);
		fputs("<g", picture->out);
		if (row->kind == ROW_FINDING)
			fprintf(picture->out, " id=\"f%d\"", row->index);
		if (*class)
			fprintf(picture->out, " class=\"%s\"", class);
		fputc('>', picture->out);
		draw_row(picture, row, &picture->place[i]);
		fputs("</g>\n", picture->out);
	}
}

static void draw_hosts(const struct picture *picture, int y)
{
	const struct plan *plan = picture->plan;

	for (int i = 0; i < plan->host_count; i++) {
		const struct plan_host *host = &plan->host[i];
		const char *address = plan->ip_version == 6 ? host->address6 : host->address4;

		text_line(picture, picture->x[i], y, "mid b halo", host->name, strlen(host->name));
		text_line(picture, picture->x[i], y + 15, "mid small dim halo", address,
			  strlen(address));
	}
}

static void draw(const struct picture *picture)
{
	const struct plan *plan = picture->plan;

	int height = picture->height + (picture->height > LONG ? 24 : -20);

	fprintf(picture->out,
		"<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
		"aria-labelledby=\"ladder-title ladder-desc\">\n<title id=\"ladder-title\">",
		picture->width, height, picture->width, height);
	page_printf(picture->out, "Ladder: %s", plan->name);
	fputs("</title>\n<desc id=\"ladder-desc\">Time runs downward. A line for each host, their "
	      "calls beside it, packets as arrows between. The table of events below says the "
	      "same in words.</desc>\n",
	      picture->out);
	draw_hosts(picture, 16);
	for (int i = 0; i < plan->host_count; i++)
		lifelines(picture, i);
	calls(picture);
	draw_rows(picture);
	if (picture->height > LONG)
		draw_hosts(picture, picture->height);
	fputs("</svg>\n", picture->out);
}

int svg_ladder(const struct plan *plan, const struct record *record, const struct rows *rows,
	       FILE *out, struct err *err)
{
	struct picture picture = {.plan = plan, .record = record, .rows = rows, .out = out};
	int count = plan->host_count;

	picture.width = count == 2 ? WIDTH_OF_TWO : TIME_RIGHT + 30 + count * HOST_WIDTH;
	for (int i = 0; i < count && i < MOST_HOSTS; i++)
		picture.x[i] = count == 2 ? (i ? RIGHT_OF_TWO : LEFT_OF_TWO)
					  : TIME_RIGHT + 40 + i * HOST_WIDTH;
	picture.place = calloc((size_t)rows->count + 1, sizeof(*picture.place));
	picture.call = calloc((size_t)record->step_count + 1, sizeof(*picture.call));
	if (picture.place && picture.call) {
		lanes_make(&picture);
		places_make(&picture);
		calls_find(&picture);
		draw(&picture);
	}
	free(picture.place);
	free(picture.call);
	return picture.place && picture.call ? 0 : err_sys(err, ENOMEM, "the picture of a run");
}
