/* SPDX-License-Identifier: MIT */
#include "changes.h"

#include <stdlib.h>

#include "duration.h"
#include "label.h"
#include "list.h"

void change_add(struct changes *changes, enum change_kind kind, char *what, const char *before,
		const char *after)
{
	struct change *change = LIST_ADD(changes->pool, changes, change);

	*change = (struct change){kind, what, pool_strdup(changes->pool, before),
				  pool_strdup(changes->pool, after)};
}

bool same_time(const struct changes *changes, int64_t before_ns, int64_t after_ns)
{
	int64_t later_ns = before_ns > after_ns ? before_ns : after_ns;

	if (before_ns < 0 || after_ns < 0)
		return before_ns < 0 && after_ns < 0;
	return llabs(before_ns - after_ns) <= tolerance_at(&changes->tolerance, later_ns);
}

/* Rounded where much changed, so that runs that differ in microseconds share a group. */
static const char *time_text(int64_t ns, int64_t change_ns, char *buf, size_t size)
{
	int64_t unit = llabs(change_ns) >= NSEC_PER_SEC ? NSEC_PER_SEC / 10 : 1000000;

	if (ns < 0)
		return "never";
	return duration_clock((ns + unit / 2) / unit * unit, buf, size);
}

void change_time(struct changes *changes, const char *what, int64_t before_ns, int64_t after_ns)
{
	char before[32], after[32];
	int64_t change_ns = before_ns < 0 || after_ns < 0 ? NSEC_PER_SEC : after_ns - before_ns;

	if (!same_time(changes, before_ns, after_ns))
		change_add(changes, CHANGE_TIME, pool_strdup(changes->pool, what),
			   time_text(before_ns, change_ns, before, sizeof(before)),
			   time_text(after_ns, change_ns, after, sizeof(after)));
}
