/* SPDX-License-Identifier: MIT */
#include "changes.h"

#include <stdlib.h>

#include "duration.h"
#include "label.h"
#include "list.h"

struct change *change_add(struct changes *changes, enum change_kind kind, char *what,
			  const char *before, const char *after, char *cause, int64_t at_ns)
{
	struct change *change = LIST_ADD(changes->pool, changes, change);

	*change = (struct change){.kind = kind,
				  .what = what,
				  .before = pool_strdup(changes->pool, before),
				  .after = pool_strdup(changes->pool, after),
				  .delta = pool_strdup(changes->pool, ""),
				  .cause = cause,
				  .at_ns = at_ns};
	return change;
}

int64_t earlier(int64_t a_ns, int64_t b_ns)
{
	if (a_ns < 0 || b_ns < 0)
		return a_ns < 0 ? b_ns : a_ns;
	return a_ns < b_ns ? a_ns : b_ns;
}

bool same_time(const struct changes *changes, int64_t before_ns, int64_t after_ns)
{
	int64_t later_ns = before_ns > after_ns ? before_ns : after_ns;

	if (before_ns < 0 || after_ns < 0)
		return before_ns < 0 && after_ns < 0;
	return llabs(before_ns - after_ns) <= tolerance_at(&changes->tolerance, later_ns);
}

/* Rounded where much changed, so that runs that differ in microseconds share a group. */
static int64_t rounded(int64_t ns, int64_t change_ns)
{
	int64_t unit = llabs(change_ns) >= NSEC_PER_SEC ? NSEC_PER_SEC / 10 : 1000000;

	return (ns + unit / 2) / unit * unit;
}

static const char *time_text(int64_t ns, char *buf, size_t size)
{
	return ns < 0 ? "never" : duration_clock(ns, buf, size);
}

static const char *direction(int64_t before_ns, int64_t after_ns)
{
	if (after_ns < 0)
		return "no more";
	return before_ns < 0 ? "for the first time" : after_ns < before_ns ? "earlier" : "later";
}

void change_time(struct changes *changes, const char *what, int64_t before_ns, int64_t after_ns,
		 const char *cause)
{
	char before[32], after[32], text[32];
	bool both = before_ns >= 0 && after_ns >= 0;
	int64_t change_ns = both ? after_ns - before_ns : NSEC_PER_SEC;
	int64_t at_ns = earlier(before_ns, after_ns);
	struct change *change;

	if (same_time(changes, before_ns, after_ns))
		return;
	if (cause)
		cause = pool_printf(changes->pool, "%s %s", cause, direction(before_ns, after_ns));
	before_ns = before_ns < 0 ? -1 : rounded(before_ns, change_ns);
	after_ns = after_ns < 0 ? -1 : rounded(after_ns, change_ns);
	change = change_add(changes, CHANGE_TIME, pool_strdup(changes->pool, what),
			    time_text(before_ns, before, sizeof(before)),
			    time_text(after_ns, after, sizeof(after)), (char *)cause, at_ns);
	if (both)
		change->delta = pool_printf(
			changes->pool, "%s%s", change_ns < 0 ? "-" : "+",
			duration_clock(llabs(after_ns - before_ns), text, sizeof(text)));
}
