/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"

#define LINE         28 /* the height of one with one line of text */
#define LEFT_OF_TWO  336
#define RIGHT_OF_TWO 664
#define WIDTH_OF_TWO 910
#define HOST_WIDTH   250 /* of more than two */
#define LEFT_NARROW  112
#define RIGHT_NARROW 404
#define WIDTH_NARROW 430
#define ARROW        (1u << 31)
#define SAME_LINE_NS 100000LL

bool picture_of_two(const struct picture *picture)
{
	return picture->plan->host_count == 2 && !picture->narrow;
}

const struct record *picture_record(const struct picture *picture, const struct row *row)
{
	return row->of == OF_B ? picture->other : picture->record;
}

bool picture_text_ends(const struct picture *picture, int host)
{
	return picture->narrow ? host == 1 : picture_of_two(picture) && host == 0;
}

/* How many characters have room beside a host's line. */
int picture_columns(const struct picture *picture, int host)
{
	int from = picture->x[host] + PICTURE_TEXT_GAP, to = picture->right - 4;

	if (picture->narrow) {
		from = picture->x[0] + PICTURE_TEXT_GAP;
		to = picture->x[1] - PICTURE_TEXT_GAP;
	} else if (picture_of_two(picture) && host == 0) {
		from = PICTURE_TIME_RIGHT + 8;
		to = picture->x[0] - PICTURE_TEXT_GAP;
	} else if (host + 1 < picture->plan->host_count) {
		to = picture->x[host + 1] - PICTURE_TEXT_GAP;
	}
	return (int)((to - from) / PICTURE_CHAR);
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

int picture_band_columns(const struct picture *picture)
{
	return (int)((picture->right - (picture->narrow ? 140 : 70)) / PICTURE_CHAR);
}

struct picture_line { /* that is being filled */
	int64_t t_ns;
	unsigned used;
	int y, height; /* height 0: none is */
};

static void line_end(struct picture_line *line)
{
	line->y += line->height;
	line->height = 0;
	line->used = 0;
}

static struct place place_shared(struct picture_line *line, int64_t t_ns, unsigned needs, int lines,
				 bool alone)
{
	int height = LINE + (lines > 1 ? (lines - 1) * PICTURE_TEXT_LINE : 0);

	if (line->used & needs || (alone && line->used) || t_ns - line->t_ns > SAME_LINE_NS)
		line_end(line);
	if (!line->height)
		line->t_ns = t_ns;
	line->used |= needs;
	line->height = height > line->height ? height : line->height;
	return (struct place){line->y, height};
}

static struct place place_alone(struct picture_line *line, int height)
{
	struct place place;

	line_end(line);
	place = (struct place){line->y, height};
	line->y += height;
	return place;
}

static struct place place_packet(const struct picture *picture, const struct row *row,
				 struct picture_line *line)
{
	const struct record_packet *packet = &picture_record(picture, row)->packet[row->index];
	bool two = picture_of_two(picture), noted = two && row->note[0] && row->host >= 0;
	bool told = two && row->fate && packet->to >= 0;
	int lines = noted ? lines_of(row->note, picture_columns(picture, row->host)) : 1, more = 1;

	if (told)
		more = lines_of(row->fate, picture_columns(picture, packet->to));
	if (picture->narrow && row->note[0])
		lines = 2;
	return place_shared(line, row->t_ns,
			    ARROW | (noted ? 1u << row->host : 0) | (told ? 1u << packet->to : 0),
			    more > lines ? more : lines, !two);
}

static struct place place_of_both(const struct picture *picture, const struct row *row,
				  struct picture_line *line)
{
	switch (row->kind) {
	case ROW_PROGRAM:
	case ROW_CALL:
	case ROW_LINE:
	case ROW_STEP:
	case ROW_SOCKET:
		return place_shared(line, row->t_ns, 1u << row->host,
				    lines_of(row->text, picture_columns(picture, row->host)),
				    !picture_of_two(picture));
	case ROW_PACKET:
		return place_packet(picture, row, line);
	case ROW_FAULT:
	case ROW_FOLDED:
	case ROW_END:
		return place_alone(line, 38);
	case ROW_SILENCE:
		return place_alone(line, 34);
	case ROW_FINDING:
		return place_alone(
			line, 22 + PICTURE_TEXT_LINE *
					      lines_of(row->text, picture_band_columns(picture)));
	}
	return (struct place){0};
}

/* What one of two runs did alone, or at another time, shares no line with the rest. */
static struct place place_row(const struct picture *picture, const struct row *row,
			      struct picture_line *line)
{
	bool alone = picture->other && (row->of != OF_BOTH || row->b_ns >= 0);
	struct place place;

	if (alone)
		line_end(line);
	place = place_of_both(picture, row, line);
	if (alone)
		line_end(line);
	return place;
}

static void hosts_place(struct picture *picture)
{
	int count = picture->plan->host_count;

	picture->narrow = picture->narrow && count == 2;
	picture->right = picture->narrow ? WIDTH_NARROW
			 : count == 2    ? WIDTH_OF_TWO
					 : PICTURE_TIME_RIGHT + 30 + count * HOST_WIDTH;
	picture->width = picture->right + (picture->other ? PICTURE_TIME_RIGHT : 0);
	for (int i = 0; i < count && i < HOSTS_MAX; i++)
		picture->x[i] = PICTURE_TIME_RIGHT + 40 + i * HOST_WIDTH;
	if (count == 2) {
		picture->x[0] = picture->narrow ? LEFT_NARROW : LEFT_OF_TWO;
		picture->x[1] = picture->narrow ? RIGHT_NARROW : RIGHT_OF_TWO;
	}
}

int picture_init(struct picture *picture)
{
	const struct rows *rows = picture->rows;
	struct picture_line line = {.y = PICTURE_TOP};

	hosts_place(picture);
	picture->place = calloc((size_t)rows->count + 1, sizeof(*picture->place));
	if (!picture->place)
		return -ENOMEM;
	for (int i = 0; i < rows->count; i++)
		picture->place[i] = place_row(picture, &rows->row[i], &line);
	line_end(&line);
	picture->height = line.y + 30;
	return 0;
}

void picture_done(struct picture *picture)
{
	free(picture->place);
}
