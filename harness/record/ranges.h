/* SPDX-License-Identifier: MIT
 *
 * ranges: how often one side of a connection has sent each part of its sequence. A segment
 * that is sent again need not be cut as it was the first time.
 */
#ifndef HALFOPEN_RECORD_RANGES_H
#define HALFOPEN_RECORD_RANGES_H

#include <stdint.h>

struct pool;

struct range {
	uint32_t start, end; /* end: the first number behind it */
	int times;
};

/* Begins as {0}; its memory is the pool's. */
struct ranges {
	struct range *range; /* no two overlap */
	int range_count;
	uint32_t next; /* one behind the highest number that was sent */
};

/* RFC 9293, 3.4: numbers are compared modulo 2^32. Below, at or above 0 as A is before, at or
 * behind B. */
static inline int32_t sequence_compare(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* START up to END (not empty) is sent. Returns how often START had been sent before. */
int ranges_send(struct pool *pool, struct ranges *ranges, uint32_t start, uint32_t end);

#endif
