/* SPDX-License-Identifier: MIT
 *
 * Kernel counters, as background: they count what the packets and the calls already show, and
 * much besides.
 */
#include <string.h>

#include "changes.h"
#include "label.h"

static const struct record_counter *counter_of(const struct record *record,
					       const struct record_counter *like)
{
	for (int i = 0; i < record->counter_count; i++)
		if (record->counter[i].host == like->host &&
		    strcmp(record->counter[i].name, like->name) == 0)
			return &record->counter[i];
	return NULL;
}

static void compare_counter(struct changes *changes, const struct record_counter *counter,
			    int64_t before, int64_t after)
{
	struct change *change;

	if (before == after)
		return;
	change = change_add(changes, CHANGE_COUNTER,
			    pool_printf(changes->pool, "%s: %s",
					label_host(changes->a->plan, counter->host), counter->name),
			    pool_printf(changes->pool, "+%lld", (long long)before),
			    pool_printf(changes->pool, "+%lld", (long long)after), NULL, 0);
	change->delta = pool_printf(changes->pool, "%+lld",
				    (long long)((uint64_t)after - (uint64_t)before));
}

/* One that is missing has not moved. */
static int64_t moved_in(const struct record *record, const struct record_counter *like)
{
	const struct record_counter *counter = counter_of(record, like);

	return counter ? counter->after - counter->before : 0;
}

void compare_counters(struct changes *changes)
{
	const struct record *a = changes->a->record, *b = changes->b->record;

	for (int i = 0; i < a->counter_count; i++)
		compare_counter(changes, &a->counter[i], moved_in(a, &a->counter[i]),
				moved_in(b, &a->counter[i]));
	for (int i = 0; i < b->counter_count; i++)
		if (!counter_of(a, &b->counter[i]))
			compare_counter(changes, &b->counter[i], 0, moved_in(b, &b->counter[i]));
}
