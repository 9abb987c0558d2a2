/* SPDX-License-Identifier: MIT
 *
 * out: the raw file (raw.h), as the guest writes it, and the run's clock.
 */
#ifndef HALFOPEN_OUT_H
#define HALFOPEN_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "raw.h"

struct out {
	int fd;
	int64_t t0_ns; /* CLOCK_MONOTONIC at the run's zero */
	bool news;     /* in the buffer is more than packets and sockets */
	size_t used;
	char buffer[32 * 1024];
};

/* Starts the run's clock now. */
void out_start_clock(struct out *out);
/* The run's clock. In virtual time each call costs 256 ns of it. */
int64_t out_now(const struct out *out);
/* One frame: the payload is HEAD and then TAIL (either may be NULL with size 0). */
void out_frame(struct out *out, enum raw_type type, int who, int64_t t_ns, const void *head,
	       size_t head_size, const void *tail, size_t tail_size);
/* A frame of text: RAW_SKIP, RAW_ERROR. */
void out_text(struct out *out, enum raw_type type, const char *text);
void out_flush(struct out *out);

#endif
