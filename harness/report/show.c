/* SPDX-License-Identifier: MIT
 *
 * Two hosts are drawn as a ladder: the first on the left, the second on the right, packets
 * as arrows between them. Calls and states start in their host's column and may run into
 * the middle, which is empty on their lines. More hosts than two give one sentence a line.
 */
#include "show.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "load.h"

#define TIME_WIDTH   13
#define MARGIN       18 /* a host's own column */
#define MIDDLE_WIDTH 50
#define SILENCE_NS   NSEC_PER_SEC /* longer ones are folded */

enum color { COLOR_NONE, COLOR_RED, COLOR_GREEN, COLOR_YELLOW, COLOR_BLUE, COLOR_GREY };

struct drawing {
	const struct plan *plan;
	const struct record *record;
	const struct show_options *options;
	FILE *out;
};

struct glyphs {
	const char *line, *left, *right, *lost, *fault, *fold;
};

static const struct glyphs glyphs[] = {
    {"\u2500", "\u25c0", "\u25b6", "\u2717", "\u2550", "\u00b7"},
    {"-", "<", ">", "X", "=", "."},
};

static const char *color_of(const struct drawing *drawing, enum color color)
{
	static const char *const codes[] = {"\033[0m",  "\033[31m", "\033[32m",
					    "\033[33m", "\033[34m", "\033[90m"};

	return drawing->options->color ? codes[color] : "";
}

static void repeat(FILE *out, const char *what, int times)
{
	for (int i = 0; i < times; i++)
		fputs(what, out);
}

static void draw_time(const struct drawing *drawing, int64_t t_ns)
{
	fprintf(drawing->out, "%s%*.6f%s ", color_of(drawing, COLOR_GREY), TIME_WIDTH,
		(double)t_ns / 1e9, color_of(drawing, COLOR_NONE));
}

static void draw_silence(const struct drawing *drawing, int64_t ns)
{
	const struct glyphs *glyph = &glyphs[drawing->options->ascii];
	char buf[64];

	/* To the millisecond: what is folded is not worth more. */
	duration_format(ns - ns % 1000000, buf, sizeof(buf));
	fprintf(drawing->out, "%s%*s %s%s%s nothing for %s %s%s%s%s\n",
		color_of(drawing, COLOR_GREY), TIME_WIDTH, "", glyph->fold, glyph->fold,
		glyph->fold, buf, glyph->fold, glyph->fold, glyph->fold,
		color_of(drawing, COLOR_NONE));
}

static void draw_fault(const struct drawing *drawing, const char *text)
{
	const struct glyphs *glyph = &glyphs[drawing->options->ascii];
	int width = 2 * MARGIN + MIDDLE_WIDTH - (int)strlen(text) - 2;

	fputs(color_of(drawing, COLOR_RED), drawing->out);
	repeat(drawing->out, glyph->fault, width > 4 ? width / 2 : 2);
	fprintf(drawing->out, " %s ", text);
	repeat(drawing->out, glyph->fault, width > 4 ? width - width / 2 : 2);
	fprintf(drawing->out, "%s\n", color_of(drawing, COLOR_NONE));
}

/* In the host's column; the right one's ends at the margin. */
static void draw_beside(const struct drawing *drawing, int host, enum color color, const char *text)
{
	int width = 2 * MARGIN + MIDDLE_WIDTH, size = (int)strlen(text);

	if (size > width)
		size = width;
	fprintf(drawing->out, "%*s%s%.*s%s\n", host == 0 ? 0 : width - size, "",
		color_of(drawing, color), size, text, color_of(drawing, COLOR_NONE));
}

static void draw_packet(const struct drawing *drawing, const struct record_packet *packet)
{
	const struct glyphs *glyph = &glyphs[drawing->options->ascii];
	bool to_right = packet->from == 0 || (packet->from < 0 && packet->to != 0);
	bool lost = packet->arrived_ns < 0;
	enum color color = lost                             ? COLOR_YELLOW
			   : packet->kinds & 1u << KIND_RST ? COLOR_RED
							    : COLOR_NONE;
	char text[256];
	int size, lines;

	record_packet_text(packet, text, sizeof(text));
	if (packet->from < 0)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " from the %s",
			 packet->from == -2 ? "router" : "way");
	if (lost)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", lost%s",
			 packet->from >= 0 && packet->port_ns < 0 ? " on its own cable" : "");
	size = (int)strlen(text);
	lines = MIDDLE_WIDTH - size - 4;
	fprintf(drawing->out, "%*s%s", MARGIN, "", color_of(drawing, color));
	if (!to_right)
		fputs(lost ? glyph->lost : glyph->left, drawing->out);
	repeat(drawing->out, glyph->line, lines > 2 ? lines / 2 : 1);
	fprintf(drawing->out, " %s ", text);
	repeat(drawing->out, glyph->line, lines > 2 ? lines - lines / 2 : 1);
	if (to_right)
		fputs(lost ? glyph->lost : glyph->right, drawing->out);
	fprintf(drawing->out, "%s\n", color_of(drawing, COLOR_NONE));
}

static void draw_socket(const struct drawing *drawing, const struct record_socket *socket)
{
	char text[128];

	if (socket->state == TCP_LISTEN)
		snprintf(text, sizeof(text), "[port %d LISTEN]", socket->local_port);
	else
		snprintf(text, sizeof(text), "[%s]",
			 socket->state ? tcp_state_name[socket->state] : "socket gone");
	draw_beside(drawing, socket->host, COLOR_BLUE, text);
}

/* An event's text without the name of whose it is, which the column tells. */
static const char *without_name(const struct drawing *drawing, const struct record_event *event)
{
	const char *name = event->host >= 0 ? drawing->plan->host[event->host].name : "";
	size_t size = strlen(name);

	return strncmp(event->text, name, size) == 0 && strncmp(event->text + size, ": ", 2) == 0
		   ? event->text + size + 2
		   : event->text;
}

static void draw_event(const struct drawing *drawing, const struct record_event *event)
{
	bool failed = event->kind == EVENT_STEP_END &&
		      drawing->record->step[event->index].ret < 0 &&
		      drawing->record->step[event->index].end_ns >= 0;

	draw_time(drawing, event->t_ns);
	if (drawing->plan->host_count != 2) {
		fprintf(drawing->out, "%s\n", event->text);
		return;
	}
	switch (event->kind) {
	case EVENT_FAULT:
		draw_fault(drawing, event->text + strspn(event->text, "* "));
		break;
	case EVENT_PACKET:
		draw_packet(drawing, &drawing->record->packet[event->index]);
		break;
	case EVENT_SOCKET:
		draw_socket(drawing, &drawing->record->socket[event->index]);
		break;
	case EVENT_PROGRAM_START:
	case EVENT_PROGRAM_END:
	case EVENT_STEP_START:
	case EVENT_STEP_END:
		draw_beside(drawing, event->host, failed ? COLOR_RED : COLOR_GREEN,
			    without_name(drawing, event));
		break;
	}
}

static void draw_head(const struct drawing *drawing)
{
	const struct record *record = drawing->record;
	const struct plan *plan = drawing->plan;

	fprintf(drawing->out, "%s\n%s%s%s\n", plan->name, record->file, *record->variant ? ":" : "",
		record->variant);
	fprintf(drawing->out, "Linux %s, HZ %d, %s clock\n\n", record->kernel.release,
		record->kernel.hz, record->kernel.virtual_clock ? "virtual" : "real");
	if (plan->host_count == 2)
		fprintf(drawing->out, "%*s %-*s%*s\n", TIME_WIDTH, "seconds", MARGIN + MIDDLE_WIDTH,
			plan->host[0].name, MARGIN, plan->host[1].name);
}

int show(const struct plan *plan, const struct record *record, const struct show_options *options,
	 FILE *out, struct err *err)
{
	struct drawing drawing = {plan, record, options, out};
	struct record_event *events;
	int64_t last_ns = 0;
	int count;

	if (record_events(plan, record, &events, &count) < 0)
		return err_sys(err, ENOMEM, "cannot show the run");
	draw_head(&drawing);
	for (int i = 0; i < count; i++) {
		if (events[i].t_ns - last_ns > SILENCE_NS)
			draw_silence(&drawing, events[i].t_ns - last_ns);
		draw_event(&drawing, &events[i]);
		last_ns = events[i].t_ns;
	}
	if (record->end_ns - last_ns > SILENCE_NS)
		draw_silence(&drawing, record->end_ns - last_ns);
	draw_time(&drawing, record->end_ns);
	fprintf(out, "the run ends\n");
	record_events_free(events, count);
	return ferror(out) ? err_sys(err, EIO, "cannot write") : 0;
}
