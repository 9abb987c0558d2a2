/* SPDX-License-Identifier: MIT */
#include "out.h"

#include <string.h>

#include "clock.h"
#include "file.h"

void out_start_clock(struct out *out)
{
	out->t0_ns = clock_now_ns();
}

int64_t out_now(const struct out *out)
{
	return clock_now_ns() - out->t0_ns;
}

void out_flush(struct out *out)
{
	/* What was not written lacks RAW_END, which is noticed. */
	(void)file_write_all(out->fd, out->buffer, out->used);
	out->used = 0;
	out->news = false;
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

	out->news = out->news || (type != RAW_PACKET && type != RAW_SOCKET);
	append(out, &frame, sizeof(frame));
	append(out, head, head_size);
	append(out, tail, tail_size);
}

void out_text(struct out *out, enum raw_type type, const char *text)
{
	out_frame(out, type, -1, out_now(out), text, strlen(text), NULL, 0);
}
