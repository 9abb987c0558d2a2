/* SPDX-License-Identifier: MIT */
#include "ranges.h"

#include "list.h"

static void range_add(struct pool *pool, struct ranges *ranges, struct range range)
{
	struct range *added = LIST_ADD(pool, ranges, range);

	*added = range;
}

/* Cuts the range that has AT in its middle into two. */
static void ranges_cut(struct pool *pool, struct ranges *ranges, uint32_t at)
{
	for (int i = ranges->range_count - 1; i >= 0; i--) {
		struct range range = ranges->range[i];

		if (sequence_compare(at, range.start) <= 0 || sequence_compare(at, range.end) >= 0)
			continue;
		ranges->range[i].end = at;
		range.start = at;
		range_add(pool, ranges, range);
		return;
	}
}

static int ranges_send_again(struct pool *pool, struct ranges *ranges, uint32_t start, uint32_t end)
{
	int before = 0;

	ranges_cut(pool, ranges, start);
	ranges_cut(pool, ranges, end);
	for (int i = 0; i < ranges->range_count; i++) {
		struct range *range = &ranges->range[i];

		if (range->start == start)
			before = range->times;
		if (sequence_compare(range->start, start) >= 0 &&
		    sequence_compare(range->end, end) <= 0)
			range->times++;
	}
	return before;
}

int ranges_send(struct pool *pool, struct ranges *ranges, uint32_t start, uint32_t end)
{
	int before = 0;

	if (ranges->range_count && sequence_compare(start, ranges->next) < 0) {
		before = ranges_send_again(pool, ranges, start, end);
		start = ranges->next;
	}
	if (sequence_compare(end, start) > 0) {
		range_add(pool, ranges, (struct range){start, end, 1});
		ranges->next = end;
	}
	return before;
}
