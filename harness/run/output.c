/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <stdlib.h>
#include <string.h>

static void write_part(int who, const char *bytes, size_t size, struct out *out)
{
	if (size)
		out_frame(out, RAW_OUTPUT, who, out_now(out), bytes, size, NULL, 0);
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
		write_part(who, bytes, head, out);
		output->total += (int64_t)head;
	}
	for (; head < size; head += OUTPUT_TAIL) {
		size_t part = size - head < OUTPUT_TAIL ? size - head : OUTPUT_TAIL;

		if (!output->tail)
			output->tail = malloc(OUTPUT_TAIL);
		if (output->tail)
			ring_put(output, bytes + head, part);
		output->total += (int64_t)part;
	}
	return output->total < OUTPUT_MOST;
}

void output_finish(struct kept_output *output, int who, struct out *out)
{
	int64_t behind = output->total - OUTPUT_HEAD;
	uint64_t lost = behind > OUTPUT_TAIL ? (uint64_t)(behind - OUTPUT_TAIL) : 0;

	if (behind > 0 && !output->tail)
		lost = (uint64_t)behind;
	if (lost)
		out_frame(out, RAW_OUTPUT_LOST, who, out_now(out), &lost, sizeof(lost), NULL, 0);
	if (output->tail) {
		size_t at = lost ? (size_t)(behind % OUTPUT_TAIL) : 0;

		write_part(who, output->tail + at, lost ? OUTPUT_TAIL - at : (size_t)behind, out);
		write_part(who, output->tail, at, out);
	}
	free(output->tail);
	*output = (struct kept_output){0};
}
