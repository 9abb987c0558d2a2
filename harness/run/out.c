/* SPDX-License-Identifier: MIT */
#include "out.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

void out_start_clock(struct out *out)
{
	out->t0_ns = monotonic_ns();
}

int64_t out_now(const struct out *out)
{
	return monotonic_ns() - out->t0_ns;
}

void out_flush(struct out *out)
{
	size_t done = 0;

	while (done < out->used) {
		ssize_t n = write(out->fd, out->buffer + done, out->used - done);

		if (n <= 0)
			break; /* the file then lacks RAW_END, which is noticed */
		done += (size_t)n;
	}
	out->used = 0;
}

static void append(struct out *out, const void *bytes, size_t size)
{
	while (size) {
		size_t room = sizeof(out->buffer) - out->used;
		size_t part = size < room ? size : room;

		memcpy(out->buffer + out->used, bytes, part);
		out->used += part;
		bytes = (const char *)bytes + part;
		size -= part;
		if (out->used == sizeof(out->buffer))
			out_flush(out);
	}
}

void out_frame(struct out *out, enum raw_type type, int who, int64_t t_ns, const void *head,
	       size_t head_size, const void *tail, size_t tail_size)
{
	struct raw_frame frame = {
		.type = type, .size = (uint32_t)(head_size + tail_size), .who = who, .t_ns = t_ns};

	append(out, &frame, sizeof(frame));
	append(out, head, head_size);
	append(out, tail, tail_size);
}

void out_text(struct out *out, enum raw_type type, const char *text)
{
	out_frame(out, type, -1, out_now(out), text, strlen(text), NULL, 0);
}
