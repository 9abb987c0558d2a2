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

#include "canvas.h"
#include "event.h"
#include "fold.h"
#include "label.h"

#define MOST_HOSTS   8
#define BODY         13 /* columns before it: the time and a space */
#define ROUTER       (-2)
#define SAME_ROW_NS  100000LL
#define SILENCE_NS   NSEC_PER_SEC
#define LEFT_OF_TWO  37 /* where the lines of two hosts are */
#define RIGHT_OF_TWO 77

struct ladder {
	const struct plan *plan;
	const struct record *record;
	struct canvas canvas;
	int x[MOST_HOSTS];
	bool up[MOST_HOSTS];
	bool with_port[MOST_HOSTS]; /* several connections: their states need a name */
	bool open;                  /* a row is being made */
	int64_t row_ns;
	unsigned used; /* hosts whose column is taken */
	bool arrow;    /* the network is */
	char time[32]; /* of the last row, not to say it twice */
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
		if (ladder->up[i])
			canvas_glyph(&ladder->canvas, ladder->x[i], glyph, INK_DIM);
}

static void draw_time(struct ladder *ladder, int64_t t_ns)
{
	char time[32];
	int length;

	label_time(t_ns, time, sizeof(time));
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

/* How many bytes of TEXT fit into WIDTH columns, cut at a space if there is one. */
static size_t line_size(const char *text, int width)
{
	size_t size = strlen(text), space;

	if (canvas_width(text, size) <= width)
		return size;
	for (size = (size_t)width; size > 0 && (text[size] & 0xc0) == 0x80;)
		size--;
	for (space = size; space > 0 && text[space] != ' ';)
		space--;
	return space ? space : size;
}

/* Where a host's texts go: from the line outwards, or, with many hosts, where there is room. */
static int text_column(const struct ladder *ladder, int host, int length)
{
	int x = ladder->x[host];

	if (ladder->plan->host_count == 2)
		return host == 0 ? x - 1 - length : x + 2;
	if (x + 2 + length <= CANVAS_WIDTH)
		return x + 2;
	return x - 1 - length > BODY ? x - 1 - length : BODY;
}

static int text_width(const struct ladder *ladder, int host)
{
	if (ladder->plan->host_count > 2)
		return CANVAS_WIDTH - BODY - 3;
	return host == 0 ? ladder->x[0] - 1 - BODY : CANVAS_WIDTH - ladder->x[1] - 2;
}

static void host_text(struct ladder *ladder, int64_t t_ns, int host, const char *text, enum ink ink)
{
	bool alone = ladder->plan->host_count > 2;
	int width = text_width(ladder, host);

	if (ladder->used & 1u << host || (alone && (ladder->used || ladder->arrow)))
		row_end(ladder);
	while (*text) {
		size_t size = line_size(text, width);
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

/* TEXT over the whole width, on as many rows as it needs, behind a first glyph. */
static void wide_text(struct ladder *ladder, enum glyph glyph, const char *text, enum ink ink)
{
	row_end(ladder);
	canvas_glyph(&ladder->canvas, BODY, glyph, ink);
	while (*text) {
		size_t size = line_size(text, CANVAS_WIDTH - BODY - 2);

		canvas_text(&ladder->canvas, BODY + 2, CANVAS_WIDTH - BODY - 2, text, size, ink);
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

	if (from + length + 1 > CANVAS_WIDTH)
		from = CANVAS_WIDTH - length - 1;
	if (from < BODY + 1)
		from = BODY + 1;
	canvas_text(&ladder->canvas, from - 1, 1, " ", 1, INK_NONE);
	canvas_text(&ladder->canvas, from, CANVAS_WIDTH - from, text, strlen(text), ink);
	canvas_text(&ladder->canvas, from + length, 1, " ", 1, INK_NONE);
}

static int middle(const struct ladder *ladder)
{
	return (ladder->x[0] + ladder->x[ladder->plan->host_count - 1]) / 2;
}

static void silence(struct ladder *ladder, int64_t ns)
{
	char text[32];

	row_end(ladder);
	draw_lifelines(ladder, GLYPH_DOTTED);
	centred_text(ladder, middle(ladder), label_duration(ns, text, sizeof(text)), INK_DIM);
	canvas_flush(&ladder->canvas);
}

static int column_of(const struct ladder *ladder, int host, int from)
{
	if (host >= 0 && host < ladder->plan->host_count)
		return ladder->x[host];
	if (host == ROUTER)
		return middle(ladder);
	/* To nobody known, or to all: to the far side. */
	return from < middle(ladder) ? ladder->x[ladder->plan->host_count - 1] : ladder->x[0];
}

static enum ink packet_ink(const struct record_packet *packet)
{
	const unsigned noted = 1u << KIND_RETRANSMISSION | 1u << KIND_KEEPALIVE_PROBE |
			       1u << KIND_WINDOW_PROBE | 1u << KIND_ICMP;

	if (packet->arrived_ns < 0 || packet->flags & TH_RST)
		return INK_LOST;
	return packet->kinds & noted ? INK_NOTE : INK_NONE;
}

/* From one line to the other; a lost one ends in a cross: at once when it never left its
 * sender's cable, else on the way. */
static void draw_arrow(struct ladder *ladder, const struct record_packet *packet, const char *label,
		       bool label_inside)
{
	struct canvas *canvas = &ladder->canvas;
	enum ink ink = packet_ink(packet);
	int from = column_of(ladder, packet->from, -1), to = column_of(ladder, packet->to, from);
	int step = to >= from ? 1 : -1, span = abs(to - from);
	int length = label_inside ? canvas_width(label, strlen(label)) : 0;
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
	if (packet->from == ROUTER)
		canvas_glyph(canvas, from, GLYPH_ORIGIN, ink);
	if (packet->arrived_ns < 0 && span - end > 6)
		canvas_text(canvas, step > 0 ? from + end + 2 : from - end - 5, 4, "lost", 4, ink);
	if (length)
		centred_text(ladder, from + step * (at + length / 2), label, ink);
}

static void packet_row(struct ladder *ladder, const struct record_packet *packet)
{
	bool two = ladder->plan->host_count == 2;
	char label[256], note[256], both[520];
	int from = column_of(ladder, packet->from, -1), to = column_of(ladder, packet->to, from);
	bool fits;

	label_packet(ladder->plan, packet, label, sizeof(label));
	label_packet_note(packet, note, sizeof(note));
	snprintf(both, sizeof(both), "%s%s%s", label, note[0] ? ", " : "", note);
	if (ladder->arrow || (!two && ladder->used))
		row_end(ladder);
	if (two) {
		if (note[0] && packet->from >= 0)
			host_text(ladder, packet->sent_ns, packet->from, note, packet_ink(packet));
		strcpy(both, label);
	}
	fits = canvas_width(both, strlen(both)) + 8 <= abs(to - from);
	row_begin(ladder, packet->sent_ns);
	if (!fits) {
		centred_text(ladder, (from + to) / 2, both, packet_ink(packet));
		row_end(ladder);
		row_begin(ladder, packet->sent_ns);
	}
	draw_arrow(ladder, packet, both, fits);
	ladder->arrow = true;
}

static void folded_row(struct ladder *ladder, int packets)
{
	char text[64];

	row_end(ladder);
	draw_lifelines(ladder, GLYPH_LIFELINE);
	snprintf(text, sizeof(text), "... %d more segments ...", packets);
	centred_text(ladder, middle(ladder), text, INK_DIM);
	canvas_flush(&ladder->canvas);
}

static void fault_row(struct ladder *ladder, const struct record_event *event)
{
	const struct record_fault *fault = &ladder->record->fault[event->index];
	const struct plan_fault *planned = &ladder->plan->fault[fault->fault];
	bool done = event->t_ns != fault->begun_ns;
	char text[256];

	row_end(ladder);
	draw_time(ladder, event->t_ns);
	canvas_line(&ladder->canvas, BODY, CANVAS_WIDTH - 1, GLYPH_DOUBLE, INK_FAULT);
	centred_text(ladder, (BODY + CANVAS_WIDTH) / 2,
		     label_fault(ladder->plan, fault, done, text, sizeof(text)), INK_FAULT);
	canvas_flush(&ladder->canvas);
	if (planned->op == FAULT_CRASH || planned->op == FAULT_REBOOT)
		ladder->up[planned->host] = false;
	if (planned->op == FAULT_REBOOT && (done || fault->done_ns == fault->begun_ns))
		ladder->up[planned->host] = true;
	if (planned->op == FAULT_SHUTDOWN && (done || fault->done_ns == fault->begun_ns))
		ladder->up[planned->host] = false;
}

static void event_row(struct ladder *ladder, const struct record_event *event, bool whole)
{
	const struct plan *plan = ladder->plan;
	const struct record *record = ladder->record;
	char text[512];

	switch (event->kind) {
	case EVENT_FAULT:
		fault_row(ladder, event);
		break;
	case EVENT_PROGRAM_START:
	case EVENT_PROGRAM_END:
		host_text(ladder, event->t_ns, event->host,
			  label_program(plan, &record->program[event->index],
					event->kind == EVENT_PROGRAM_START, text, sizeof(text)),
			  INK_NONE);
		break;
	case EVENT_STEP_START:
	case EVENT_STEP_END:
		host_text(ladder, event->t_ns, event->host,
			  label_step(plan, &record->step[event->index],
				     whole                             ? LABEL_WHOLE
				     : event->kind == EVENT_STEP_START ? LABEL_START
								       : LABEL_END,
				     text, sizeof(text)),
			  INK_NONE);
		break;
	case EVENT_PACKET:
		packet_row(ladder, &record->packet[event->index]);
		break;
	case EVENT_SOCKET:
		host_text(ladder, event->t_ns, event->host,
			  label_socket(&record->socket[event->index],
				       ladder->with_port[event->host], text, sizeof(text)),
			  INK_STATE);
		break;
	}
}

static void finding_row(struct ladder *ladder, const struct finding *finding)
{
	char *text;

	if (asprintf(&text, "line %d: expected: %s; observed: %s (%s)",
		     ladder->plan->expect[finding->expect].place.line, finding->expected,
		     finding->observed, finding->difference) < 0)
		return;
	wide_text(ladder, GLYPH_CROSS, text, INK_BAD);
	free(text);
}

/* The findings that failed after AFTER_NS, until UNTIL_NS. */
static void findings_between(struct ladder *ladder, const struct judgement *judgement,
			     int64_t after_ns, int64_t until_ns)
{
	for (int i = 0; judgement && i < judgement->finding_count; i++) {
		const struct finding *finding = &judgement->finding[i];

		if (finding->holding != HOLDS && finding->t_ns > after_ns &&
		    finding->t_ns <= until_ns)
			finding_row(ladder, finding);
	}
}

/* TEXT on as many lines as it needs. */
static void paragraph(FILE *out, const char *text)
{
	while (*text) {
		size_t size = line_size(text, CANVAS_WIDTH);

		fprintf(out, "%.*s\n", (int)size, text);
		text += size;
		text += strspn(text, " ");
	}
}

static void head(struct ladder *ladder)
{
	const struct plan *plan = ladder->plan;
	const struct record_kernel *kernel = &ladder->record->kernel;
	FILE *out = ladder->canvas.out;

	fprintf(out, "%s%s%s\n", plan->file, plan->variant[0] ? ":" : "", plan->variant);
	paragraph(out, plan->name);
	fprintf(out, "%s, Linux %s, HZ %d, %s clock\n\n", kernel->kind, kernel->release, kernel->hz,
		kernel->virtual_clock ? "virtual" : "real");
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

static bool program_lives(const struct record *record, int program, int incarnation)
{
	for (int i = 0; i < record->program_count; i++)
		if (record->program[i].program == program &&
		    record->program[i].incarnation == incarnation)
			return record->program[i].end_ns < 0;
	return false;
}

static void tail(struct ladder *ladder, const struct judgement *judgement)
{
	const struct record *record = ladder->record;
	FILE *out = ladder->canvas.out;
	char text[512];

	row_end(ladder);
	label_time(record->end_ns, ladder->time, sizeof(ladder->time));
	for (int i = 0; i < record->step_count; i++)
		if (record->step[i].end_ns < 0 &&
		    program_lives(record, record->step[i].program, record->step[i].incarnation))
			host_text(ladder, record->end_ns,
				  ladder->plan->program[record->step[i].program].host,
				  label_step(ladder->plan, &record->step[i], LABEL_WAITING, text,
					     sizeof(text)),
				  INK_NONE);
	row_end(ladder);
	ladder->time[0] = '\0';
	draw_time(ladder, record->end_ns);
	canvas_line(&ladder->canvas, BODY, CANVAS_WIDTH - 1, GLYPH_LINE, INK_DIM);
	centred_text(ladder, (BODY + CANVAS_WIDTH) / 2, "end", INK_DIM);
	canvas_flush(&ladder->canvas);
	for (int i = 0; judgement && i < judgement->finding_count; i++)
		if (judgement->finding[i].holding != HOLDS && judgement->finding[i].t_ns < 0)
			finding_row(ladder, &judgement->finding[i]);
	for (int i = 0; i < record->program_count; i++)
		if (record->program[i].output && record->program[i].output[0])
			fprintf(out, "output of %s:\n%s\n",
				ladder->plan->program[record->program[i].program].name,
				record->program[i].output);
	if (judgement) {
		snprintf(text, sizeof(text), "%s%s%s", verdict_name[judgement->verdict],
			 judgement->reason ? ": " : "", judgement->reason ? judgement->reason : "");
		wide_text(ladder, GLYPH_ORIGIN, text,
			  judgement->verdict == VERDICT_PASS ? INK_GOOD : INK_BAD);
	}
}

static void ladder_init(struct ladder *ladder)
{
	const struct record *record = ladder->record;
	int count = ladder->plan->host_count;

	for (int i = 0; i < count; i++) {
		ladder->up[i] = true;
		ladder->x[i] = count == 2 ? (i ? RIGHT_OF_TWO : LEFT_OF_TWO)
					  : BODY + 7 + i * (CANVAS_WIDTH - BODY - 14) / (count - 1);
	}
	for (int i = 0; i < record->socket_count; i++)
		for (int k = 0; k < i; k++)
			if (record->socket[i].host == record->socket[k].host &&
			    record->socket[i].cookie != record->socket[k].cookie &&
			    record->socket[i].remote_port && record->socket[k].remote_port)
				ladder->with_port[record->socket[i].host] = true;
}

int ladder_print(const struct plan *plan, const struct record *record,
		 const struct judgement *judgement, const struct ladder_options *options, FILE *out,
		 struct err *err)
{
	struct ladder ladder = {.plan = plan, .record = record};
	struct record_event *events;
	struct fold *folds;
	int64_t last_ns = 0;
	int count;

	if (record_events(plan, record, &events, &count) < 0)
		return err_sys(err, ENOMEM, "ladder");
	folds = fold_events(plan, record, events, count, !options->all);
	if (!folds) {
		record_events_free(events, count);
		return err_sys(err, ENOMEM, "ladder");
	}
	canvas_init(&ladder.canvas, out, options->ascii, options->color);
	ladder_init(&ladder);
	head(&ladder);
	for (int i = 0; i < count; i++) {
		findings_between(&ladder, judgement, last_ns - 1, events[i].t_ns - 1);
		if (events[i].t_ns - last_ns >= SILENCE_NS)
			silence(&ladder, events[i].t_ns - last_ns);
		if (folds[i].packets)
			folded_row(&ladder, folds[i].packets);
		if (!folds[i].hidden)
			event_row(&ladder, &events[i], folds[i].whole);
		last_ns = events[i].t_ns;
	}
	findings_between(&ladder, judgement, last_ns - 1, INT64_MAX);
	if (record->end_ns - last_ns >= SILENCE_NS)
		silence(&ladder, record->end_ns - last_ns);
	tail(&ladder, judgement);
	free(folds);
	record_events_free(events, count);
	return 0;
}
