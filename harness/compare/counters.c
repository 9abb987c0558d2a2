/* SPDX-License-Identifier: MIT
 *
 * Kernel counters, as background: they count what the packets and the calls already show, and
 * much besides.
 */
#include <string.h>

#include "changes.h"

static const struct record_counter *counter_of(const struct record *record,
					       const struct record_counter *like)
{
	for (int i = 0; i < record->counter_count; i++)
		if (record->counter[i].host == like->host &&
		    strcmp(record->counter[i].name, like->name) == 0)
			return &record->counter[i];
	return NULL;
}

static char *moved(struct changes *changes, const struct record_counter *counter)
{
	return pool_printf(changes->pool, "+%lld",
			   counter ? (long long)(counter->after - counter->before) : 0);
}

static void compare_counter(struct changes *changes, const struct record_counter *a,
			    const struct record_counter *b)
{
	const struct record_counter *known = a ? a : b;
	char *before = moved(changes, a), *after = moved(changes, b);

	if (strcmp(before, after) != 0)
		change_add(changes, CHANGE_COUNTER,
			   pool_printf(changes->pool, "%s: %s",
				       changes->a->plan->host[known->host].name, known->name),
			   before, after);
}

void compare_counters(struct changes *changes)
{
	const struct record *a = changes->a->record, *b = changes->b->record;

	for (int i = 0; i < a->counter_count; i++)
		compare_counter(changes, &a->counter[i], counter_of(b, &a->counter[i]));
	for (int i = 0; i < b->counter_count; i++)
		if (!counter_of(a, &b->counter[i]))
			compare_counter(changes, NULL, &b->counter[i]);
}
