/* SPDX-License-Identifier: MIT
 *
 * output: what a command writes, within bounds: its beginning as it comes, and of all that follows
 * the end. What lies between is counted, not kept. A command that writes without end finds its
 * output closed at last (SIGPIPE, EPIPE), as behind `| head`.
 */
#ifndef HALFOPEN_OUTPUT_H
#define HALFOPEN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

#define OUTPUT_HEAD (32 << 10)
#define OUTPUT_TAIL (32 << 10)
#define OUTPUT_MOST (64LL << 20)

#define OUTPUT_TIMES 8192 /* moments at which bytes of the tail came */

struct output_time {
	int64_t from; /* the first byte that came then */
	int64_t t_ns;
};

struct kept_output {
	int64_t total;            /* bytes so far */
	char *tail;               /* a ring; NULL while there is only the head */
	struct output_time *time; /* the same; goes with the tail */
	int64_t time_count;       /* so far */
};

/* Writes RAW_OUTPUT while it is the head. False: that was enough, close it. */
bool output_take(struct kept_output *output, int who, const char *bytes, size_t size,
		 struct out *out);

/* The end, with RAW_OUTPUT_LOST before it where something is missing, each part by the time at
 * which it came; then it is empty again. */
void output_finish(struct kept_output *output, int who, struct out *out);

#endif
