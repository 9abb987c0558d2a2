/* SPDX-License-Identifier: MIT */
#include "svg.h"

#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "assets.h"
#include "duration.h"
#include "page.h"
#include "picture.h"

#define LONG 1200 /* a picture that names the hosts at its end as well */

static void text_line(const struct picture *picture, int x, int y, const char *class,
		      const char *text, size_t size)
{
	fprintf(picture->out, "<text x=\"%d\" y=\"%d\"%s%s%s>", x, y, *class ? " class=\"" : "",
		class, *class ? "\"" : "");
	page_text_n(picture->out, text, size);
	fputs("</text>", picture->out);
}

static double width_of(const char *text)
{
	return canvas_width(text, strlen(text)) * PICTURE_CHAR;
}

/* In at most ROOM: narrower letters, if it must be. */
static void text_fit(const struct picture *picture, int x, int y, const char *class,
		     const char *text, int room)
{
	if (width_of(text) <= room || room < 40) {
		text_line(picture, x, y, class, text, strlen(text));
		return;
	}
	fprintf(picture->out,
		"<text x=\"%d\" y=\"%d\" class=\"%s\" textLength=\"%d\" "
		"lengthAdjust=\"spacingAndGlyphs\">",
		x, y, class, room);
	page_text(picture->out, text);
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
		y += PICTURE_TEXT_LINE;
	}
}

static void host_text(const struct picture *picture, int host, int y, const char *text)
{
	if (picture_text_ends(picture, host))
		text_lines(picture, picture->x[host] - PICTURE_TEXT_GAP, y + 21, "end halo", text,
			   picture_columns(picture, host));
	else
		text_lines(picture, picture->x[host] + PICTURE_TEXT_GAP, y + 21, "halo", text,
			   picture_columns(picture, host));
}

/* Between the two lines in the middle. */
static int middle(const struct picture *picture)
{
	int right = picture->plan->host_count / 2, left = right ? right - 1 : 0;

	return (picture->x[left] + picture->x[right]) / 2;
}

/* How far it is from FROM to the next line on the way to TO. */
static int gap_of(const struct picture *picture, int from, int to)
{
	int gap = abs(to - from);

	for (int i = 0; i < picture->plan->host_count; i++) {
		int x = picture->x[i];

		if ((to > from ? x > from : x < from) && abs(x - from) < gap)
			gap = abs(x - from);
	}
	return gap;
}

static int column_of(const struct picture *picture, int host, int from)
{
	if (host >= 0 && host < picture->plan->host_count)
		return picture->x[host];
	if (host == PLACE_ROUTER)
		return middle(picture);
	/* To nobody known, or to all: to the far side. */
	return from < middle(picture) ? picture->x[picture->plan->host_count - 1] : picture->x[0];
}

const char *svg_connection(int connection, char buf[static 8])
{
	*buf = '\0';
	if (connection)
		snprintf(buf, 8, " c%d", (connection - 1) % SVG_COLOURS + 1);
	return buf;
}

static void packet_title(const struct picture *picture, const struct record_packet *packet)
{
	char sent[32], arrived[32];

	duration_clock(packet->sent_ns, sent, sizeof(sent));
	duration_clock(packet->arrived_ns, arrived, sizeof(arrived));
	fputs("<title>", picture->out);
	page_printf(picture->out, "%s to %s, sent %s, %s%s",
		    label_host(picture->plan, packet->from),
		    packet->to < 0 && packet->to != PLACE_ROUTER
			    ? packet->dst
			    : label_host(picture->plan, packet->to),
		    sent, packet->arrived_ns < 0 ? "lost" : "arrived ",
		    packet->arrived_ns < 0 ? "" : arrived);
	fputs("</title>", picture->out);
}

#define LOST_ROOM 122 /* what "lost on the way" needs, and some air */

/* How far from its sender a packet's arrow reaches. A lost one ends in a cross: at once when it
 * never left its sender's cable, else on the way, before another line. */
static int reach_of(const struct record_packet *packet, int span, int gap)
{
	int way = span * 3 / 5;

	if (packet->arrived_ns >= 0)
		return span - 4;
	if (packet->port_ns < 0 && packet->from >= 0)
		return 34;
	if (way > gap - LOST_ROOM)
		way = gap - LOST_ROOM;
	return way > 34 ? way : 34;
}

static void arrow(const struct picture *picture, const struct record_packet *packet, int y,
		  int from, int to)
{
	int step = to >= from ? 1 : -1, gap = gap_of(picture, from, to);
	int reach = reach_of(packet, abs(to - from), gap), end = from + step * reach;
	char where[64] = "lost on the way";

	fprintf(picture->out, "<path class=\"arrow\" d=\"M%d %dH%d\"/>", from + step * 4, y, end);
	if (packet->from == PLACE_ROUTER)
		fprintf(picture->out, "<circle class=\"head\" cx=\"%d\" cy=\"%d\" r=\"4\"/>", from,
			y);
	if (packet->arrived_ns >= 0) {
		fprintf(picture->out, "<path class=\"head\" d=\"M%d %dl%d -5v10z\"/>", end, y,
			-step * 9);
		return;
	}
	fprintf(picture->out, "<path class=\"cross\" d=\"M%d %dl10 10m0 -10l-10 10\"/>", end - 5,
		y - 5);
	if (packet->port_ns < 0 && packet->from >= 0)
		snprintf(where, sizeof(where), "lost on %s's cable",
			 label_host(picture->plan, packet->from));
	text_fit(picture, end + step * 10, y + 5, step > 0 ? "small halo" : "small halo end", where,
		 gap - reach - 14);
}

/* The words of an arrow stand over the middle of it, but over no other line; over its beginning if
 * it is too short. */
static void arrow_text(const struct picture *picture, const struct record_packet *packet, int y,
		       int from, int to, const char *text)
{
	int step = to >= from ? 1 : -1, gap = gap_of(picture, from, to);
	int reach = reach_of(packet, abs(to - from), gap), shown = reach < gap ? reach : gap;

	if (packet->arrived_ns >= 0 || width_of(text) < reach - 12)
		text_fit(picture, from + step * shown / 2, y, "mid halo", text, gap - 16);
	else
		text_fit(picture, from + step * 8, y, step > 0 ? "halo" : "halo end", text,
			 gap - 16);
}

static void packet_row(const struct picture *picture, const struct row *row, int y)
{
	const struct record_packet *packet = &picture_record(picture, row)->packet[row->index];
	int from = column_of(picture, packet->from, -1);
	int to = column_of(picture, packet->to, from);
	char both[520];

	if (!picture->narrow) /* a phone has nothing to rest on it */
		packet_title(picture, packet);
	if (picture->linked)
		fprintf(picture->out, "<path class=\"hit\" d=\"M%d %dH%d\"/>", from, y + 21, to);
	if (row->fate && picture_of_two(picture) && packet->to >= 0)
		host_text(picture, packet->to, y, row->fate);
	snprintf(both, sizeof(both), "%s", row->text ? row->text : "");
	if (picture_of_two(picture) && packet->from >= 0)
		host_text(picture, packet->from, y, row->note);
	else if (row->note[0] && picture->narrow)
		text_line(picture, middle(picture), y + 37, "mid halo", row->note,
			  strlen(row->note));
	else if (row->note[0])
		snprintf(both, sizeof(both), "%s, %s", row->text, row->note);
	arrow(picture, packet, y + 21, from, to);
	arrow_text(picture, packet, y + 13, from, to, both);
}

static void band(const struct picture *picture, const struct row *row, int y, int height)
{
	fprintf(picture->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>",
		PICTURE_TIME_RIGHT + 8, y + 4, picture->right - PICTURE_TIME_RIGHT - 12,
		height - 8);
	if (row->kind == ROW_FINDING)
		text_lines(picture, PICTURE_TIME_RIGHT + 20, y + 21, "", row->text,
			   picture_band_columns(picture) - 6);
	else
		text_line(picture, (PICTURE_TIME_RIGHT + picture->right) / 2, y + height / 2 + 5,
			  "mid", row->text, strlen(row->text));
}

static void middle_text(const struct picture *picture, const struct row *row, int y)
{
	char text[160];
	int width;

	snprintf(text, sizeof(text), "%s%s", row->kind == ROW_SILENCE ? "nothing for " : "",
		 row->text ? row->text : "");
	/* Behind what is too long for that the hosts' lines are left out. */
	width = (int)width_of(text) + 12;
	if (width > gap_of(picture, picture->x[0], picture->right))
		fprintf(picture->out,
			"<rect class=\"nothing\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\"/>",
			middle(picture) - width / 2, y + 8, width);
	text_line(picture, middle(picture), y + 22, "mid dim halo", text, strlen(text));
}

static void end_row(const struct picture *picture, int y)
{
	fprintf(picture->out, "<path class=\"life\" d=\"M%d %dH%d\"/>", PICTURE_TIME_RIGHT + 8,
		y + 16, picture->right - 4);
	text_line(picture, middle(picture), y + 21, "mid dim halo", "end", 3);
}

static const char *class_of(const struct picture *picture, const struct row *row)
{
	const struct record *record = picture_record(picture, row);
	bool ended = row->part == LABEL_END || row->part == LABEL_WHOLE;

	if (ended && ((row->kind == ROW_STEP && record->step[row->index].ret < 0) ||
		      (row->kind == ROW_CALL && record->call[row->index].ret < 0)))
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
	case INK_A: /* a page marks these with the background */
	case INK_B:
	case INK_MOVED:
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
	case ROW_CALL:
	case ROW_LINE:
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

/* When it was in A, on the left, and in B, on the right; once, if that is the same. */
static void draw_time(const struct picture *picture, const struct row *row, int y,
		      char last[static 32])
{
	bool moved = picture->other && (row->of == OF_B || row->b_ns >= 0);
	char time[32];

	if (row->t_ns < 0 || row->kind == ROW_SILENCE || row->kind == ROW_FOLDED)
		return;
	duration_clock(row->t_ns, time, sizeof(time));
	if (row->of != OF_B && strcmp(time, last) != 0)
		text_line(picture, PICTURE_TIME_RIGHT, y + 21, "t", time, strlen(time));
	strcpy(last, row->of == OF_B ? "" : time);
	if (!moved)
		return;
	duration_clock(row->of == OF_B ? row->t_ns : row->b_ns, time, sizeof(time));
	text_line(picture, picture->width - 4, y + 21, "t", time, strlen(time));
}

/* Behind what only one of two runs did, or both at another time. */
static void draw_mark(const struct picture *picture, const struct row *row,
		      const struct place *place)
{
	static const char *const classes[] = {
		[OF_BOTH] = "moved", [OF_A] = "in-a", [OF_B] = "in-b"};

	if (!picture->other || (row->of == OF_BOTH && row->b_ns < 0))
		return;
	fprintf(picture->out, "<rect class=\"%s\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
		classes[row->of], place->y + 1, picture->width, place->height - 2);
	if (row->of != OF_BOTH)
		text_line(picture, row->of == OF_A ? 4 : picture->width - 4, place->y + 21,
			  row->of == OF_A ? "b" : "b end", row->of == OF_A ? "A" : "B", 1);
}

static void draw_marks(const struct picture *picture)
{
	for (int i = 0; i < picture->rows->count; i++)
		draw_mark(picture, &picture->rows->row[i], &picture->place[i]);
}

static void draw_rows(const struct picture *picture)
{
	char last[32] = "";

	for (int i = 0; i < picture->rows->count; i++) {
		const struct row *row = &picture->rows->row[i];
		const char *class = class_of(picture, row);
		char number[8];
		const char *connection = svg_connection(row->connection, number);

		draw_time(picture, row, picture->place[i].y, last);
		if (picture->linked && row->kind == ROW_PACKET)
			fprintf(picture->out, "<a href=\"#p%d\" tabindex=\"-1\"", row->index);
		else
			fputs("<g", picture->out);
		if (row->kind == ROW_FINDING)
			fprintf(picture->out, picture->narrow ? " data-f=\"f%d\"" : " id=\"f%d\"",
				row->index);
		if (*class || *connection)
			fprintf(picture->out, " class=\"%s%s\"", class, connection + !*class);
		fputc('>', picture->out);
		draw_row(picture, row, &picture->place[i]);
		fputs(picture->linked && row->kind == ROW_PACKET ? "</a>\n" : "</g>\n",
		      picture->out);
	}
}

static void draw_hosts(const struct picture *picture, int y)
{
	const struct plan *plan = picture->plan;

	for (int i = 0; i < plan->host_count; i++) {
		const char *name = plan->host[i].name, *address = plan_host_address(plan, i);

		text_line(picture, picture->x[i], y, "mid b halo", name, strlen(name));
		text_line(picture, picture->x[i], y + 15, "mid small dim halo", address,
			  strlen(address));
	}
}

static void style(const struct picture *picture)
{
	fputs("<style><![CDATA[\n", picture->out);
	fwrite(asset_style_css, 1, asset_style_css_size, picture->out);
	fprintf(picture->out,
		"]]></style>\n<rect width=\"%d\" height=\"%d\" fill=\"var(--bg)\"/>\n",
		picture->width, picture->height + 24);
}

static int draw(const struct picture *picture)
{
	const struct plan *plan = picture->plan;
	const char *id = picture->narrow ? "narrow" : "ladder";
	int ret;

	int height = picture->height + (picture->height > LONG ? 24 : -20);

	fprintf(picture->out,
		"<svg%s class=\"%s\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"%s\" "
		"aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
		picture->alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "",
		picture->narrow ? "for-phones" : "for-all", picture->width, height, picture->width,
		height, picture->linked ? "group" : "img", id, id, id);
	page_printf(picture->out, "Ladder: %s", plan->name);
	fprintf(picture->out,
		"</title>\n<desc id=\"%s-desc\">Time runs downward. A line for each host, their "
		"calls beside it, packets as arrows between. The table of events below says the "
		"same in words.</desc>\n",
		id);
	if (picture->alone)
		style(picture);
	draw_hosts(picture, 16);
	draw_marks(picture);
	ret = picture_draw_lines(picture);
	draw_rows(picture);
	if (picture->height > LONG)
		draw_hosts(picture, picture->height);
	fputs("</svg>\n", picture->out);
	return ret;
}

static int picture_print(struct picture *picture, struct err *err)
{
	int ret = picture_init(picture);

	if (ret == 0)
		ret = draw(picture);
	picture_done(picture);
	return ret < 0 ? err_sys(err, ret, "the picture of a run") : 0;
}

int svg_ladder(const struct plan *plan, const struct record *record, const struct rows *rows,
	       FILE *out, struct err *err)
{
	return svg_ladder_of_two(plan, record, NULL, rows, out, err);
}

int svg_ladder_alone(const struct plan *plan, const struct record *record, const struct rows *rows,
		     FILE *out, struct err *err)
{
	struct picture picture = {
		.plan = plan, .record = record, .rows = rows, .out = out, .alone = true};

	return picture_print(&picture, err);
}

int svg_ladder_of_two(const struct plan *plan, const struct record *a, const struct record *b,
		      const struct rows *rows, FILE *out, struct err *err)
{
	struct picture picture = {
		.plan = plan, .record = a, .other = b, .rows = rows, .linked = !b, .out = out};
	int ret = picture_print(&picture, err);

	if (ret < 0 || plan->host_count != 2)
		return ret;
	picture = (struct picture){.plan = plan,
				   .record = a,
				   .other = b,
				   .rows = rows,
				   .linked = !b,
				   .out = out,
				   .narrow = true};
	return picture_print(&picture, err);
}
