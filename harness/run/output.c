/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <stdlib.h>
#include <string.h>

static void write_part(int who, int64_t t_ns, const char *bytes, size_t size, struct out *out)
{
	if (size)
		out_frame(out, RAW_OUTPUT, who, t_ns, bytes, size, NULL, 0);
}

static struct output_time *time_at(const struct kept_output *output, int64_t index)
{
	return &output->time[index % OUTPUT_TIMES];
}

/* What comes next comes now. */
static void time_note(struct kept_output *output, int64_t t_ns)
{
	if (output->time_count && time_at(output, output->time_count - 1)->t_ns == t_ns)
		return;
	*time_at(output, output->time_count++) = (struct output_time){output->total, t_ns};
}

/* Byte N of the tail has its place at N modulo its size. */
static void ring_put(struct kept_output *output, const char *bytes, size_t size)
{
	size_t at = (size_t)((output->total - OUTPUT_HEAD) % OUTPUT_TAIL);
	size_t part = size < OUTPUT_TAIL - at ? size : OUTPUT_TAIL - at;

	memcpy(output->tail + at, bytes, part);
	memcpy(output->tail, bytes + part, size - part);
}

bool output_take(struct kept_output *output, int who, const char *bytes, size_t size,
		 struct out *out)
{
	size_t head = 0;

	if (output->total < OUTPUT_HEAD) {
		head = (size_t)(OUTPUT_HEAD - output->total);
		head = size < head ? size : head;
		write_part(who, out_now(out), bytes, head, out);
		output->total += (int64_t)head;
	}
	for (; head < size; head += OUTPUT_TAIL) {
		size_t part = size - head < OUTPUT_TAIL ? size - head : OUTPUT_TAIL;

		if (!output->tail)
			output->tail = malloc(OUTPUT_TAIL + OUTPUT_TIMES * sizeof(*output->time));
		output->time = output->tail ? (void *)(output->tail + OUTPUT_TAIL) : NULL;
		if (output->tail) {
			time_note(output, out_now(out));
			ring_put(output, bytes + head, part);
		}
		output->total += (int64_t)part;
	}
	return output->total < OUTPUT_MOST;
}

/* Bytes FROM to UNTIL of the tail. */
static void write_tail(const struct kept_output *output, int who, int64_t from, int64_t until,
		       int64_t t_ns, struct out *out)
{
	size_t at = (size_t)((from - OUTPUT_HEAD) % OUTPUT_TAIL), size = (size_t)(until - from);
	size_t part = size < OUTPUT_TAIL - at ? size : OUTPUT_TAIL - at;

	write_part(who, t_ns, output->tail + at, part, out);
	write_part(who, t_ns, output->tail, size - part, out);
}

/* The first byte of the tail that is there, and of which it is known when it came. */
static int64_t tail_begin(const struct kept_output *output)
{
	int64_t begin = output->total - OUTPUT_TAIL, known = OUTPUT_HEAD;

	if (!output->tail)
		return output->total;
	if (output->time_count > OUTPUT_TIMES)
		known = time_at(output, output->time_count - OUTPUT_TIMES)->from;
	return begin > known ? begin : known;
}

void output_finish(struct kept_output *output, int who, struct out *out)
{
	int64_t begin = output->total > OUTPUT_HEAD ? tail_begin(output) : output->total;
	uint64_t lost = output->total > OUTPUT_HEAD ? (uint64_t)(begin - OUTPUT_HEAD) : 0;

	if (lost)
		out_frame(out, RAW_OUTPUT_LOST, who, out_now(out), &lost, sizeof(lost), NULL, 0);
	for (int64_t i = output->time_count > OUTPUT_TIMES ? output->time_count - OUTPUT_TIMES : 0;
	     i < output->time_count; i++) {
		int64_t until = i + 1 < output->time_count ? time_at(output, i + 1)->from
							   : output->total;

		if (until > begin)
			write_tail(output, who, begin, until, time_at(output, i)->t_ns, out);
		begin = until > begin ? until : begin;
	}
	free(output->tail);
	*output = (struct kept_output){0};
}
