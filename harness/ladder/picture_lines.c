/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "picture.h"

struct call { /* from where to where a step's bar reaches; -1: nowhere */
	int from, to;
	bool waits;
};

static void lifeline(const struct picture *picture, int host, int from, int to, bool quiet)
{
	if (to > from)
		fprintf(picture->out, "<path class=\"%s\" d=\"M%d %dV%d\"/>\n",
			quiet ? "quiet" : "life", picture->x[host], from, to);
}

/* From where the host is up to where it is not, or the run ends; dotted where nothing is. */
static void lifelines(const struct picture *picture, int host)
{
	const struct rows *rows = picture->rows;
	int from = PICTURE_TOP - 10; /* where the line begins that is drawn next; -1: it is down */

	for (int i = 0; i < rows->count; i++) {
		const struct row *row = &rows->row[i];
		int y = picture->place[i].y;
		bool up = row->up & 1u << host;

		if (from >= 0 && (!up || row->kind == ROW_SILENCE || row->kind == ROW_END)) {
			lifeline(picture, host, from, y, false);
			from = -1;
		} else if (up && from < 0) {
			from = y;
		}
		if (row->kind == ROW_END)
			return;
		if (up && row->kind == ROW_SILENCE) {
			from = y + picture->place[i].height;
			lifeline(picture, host, y, from, true);
		}
	}
}

/* Ends at Y the calls that still go on: those of PROGRAM, or, for PLAN_ANY, those on hosts that
 * are not UP. */
static void calls_end(const struct picture *picture, struct call *call, int program, unsigned up,
		      int y)
{
	for (int i = 0; i < picture->record->step_count; i++) {
		int of = picture->record->step[i].program;

		if (call[i].from < 0 || call[i].to >= 0)
			continue;
		if (program == PLAN_ANY ? !(up & 1u << picture->plan->program[of].host)
					: program == of)
			call[i].to = y;
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

static void calls_find(const struct picture *picture, struct call *call)
{
	const struct record *record = picture->record;

	for (int i = 0; i < record->step_count; i++)
		call[i] = (struct call){-1, -1, false};
	for (int i = 0; i < picture->rows->count; i++) {
		const struct row *row = &picture->rows->row[i];
		int y = picture->place[i].y;

		if (i > 0 && picture->rows->row[i - 1].up & ~row->up)
			calls_end(picture, call, PLAN_ANY, row->up, y);
		if (row->kind == ROW_STEP)
			call_add(&call[row->index], row->part, y);
		if (row->kind == ROW_PROGRAM && row->part == LABEL_END)
			calls_end(picture, call, record->program[row->index].program, 0, y + 12);
	}
}

/* A program's place among those of its host: their calls stand side by side, three at most. */
static int lane_of(const struct plan *plan, int program)
{
	int lane = 0;

	for (int i = 0; i < program && lane < 2; i++)
		lane += plan->program[i].host == plan->program[program].host;
	return lane;
}

static void calls_draw(const struct picture *picture, const struct call *call)
{
	const struct record *record = picture->record;

	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->step[i];
		int host = picture->plan->program[step->program].host;
		int side = picture_text_ends(picture, host) ? -1 : 1;

		if (call[i].from < 0 || call[i].to <= call[i].from)
			continue;
		fprintf(picture->out,
			"<rect class=\"call%s\" x=\"%d\" y=\"%d\" width=\"6\" height=\"%d\"/>\n",
			call[i].waits                        ? " waits"
			: step->end_ns >= 0 && step->ret < 0 ? " bad"
							     : "",
			picture->x[host] - 3 + side * 7 * lane_of(picture->plan, step->program),
			call[i].from, call[i].to - call[i].from);
	}
}

int picture_draw_lines(const struct picture *picture)
{
	struct call *call = calloc((size_t)picture->record->step_count + 1, sizeof(*call));

	if (!call)
		return -ENOMEM;
	for (int i = 0; i < picture->plan->host_count; i++)
		lifelines(picture, i);
	if (!picture->other) {
		calls_find(picture, call);
		calls_draw(picture, call);
	}
	free(call);
	return 0;
}
