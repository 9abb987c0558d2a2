/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "list.h"

/* For how long a resolved neighbour counts as reachable is random (RFC 4861, 6.3.2). A packet that
 * finds none is sent again a retransmission timeout later: at most TCP_RTO_MAX. */
#define NEIGHBOURS_NS (120 * NSEC_PER_SEC)

const char *const change_kind_name[CHANGE_KINDS] = {"case",   "verdict", "result", "state",
						    "packet", "time",    "counter"};
const char *const change_kind_title[CHANGE_KINDS] = {
	"The case itself", "Verdicts", "Results of calls and programs", "States",
	"Packets",         "Times",    "Counters (background)"};

struct comparison *comparison_new(const char *a, const char *b)
{
	struct pool *pool = pool_new();
	struct comparison *comparison = pool_alloc(pool, sizeof(*comparison));

	comparison->memory = pool;
	comparison->a = pool_strdup(pool, a);
	comparison->b = pool_strdup(pool, b);
	comparison->kernel_a = comparison->kernel_b = pool_strdup(pool, "");
	return comparison;
}

void comparison_free(struct comparison *comparison)
{
	if (comparison)
		pool_free(comparison->memory);
}

/* Hosts, programs and steps are numbers in a record: they mean the same only in the same case. */
static bool same_case(const struct compare_side *a, const struct compare_side *b)
{
	return strcmp(a->record->source, b->record->source) == 0;
}

/* What makes the rest of two runs another: told alone. */
static void change_whole(struct changes *changes, enum change_kind kind, const char *what,
			 const char *before, const char *after)
{
	struct pool *pool = changes->pool;

	change_add(changes, kind, pool_strdup(pool, what), before, after,
		   pool_printf(pool, "%s: %s instead of %s", what, after, before), 0);
}

static void compare_end(struct changes *changes)
{
	static const char *const states[] = {"complete", "skipped", "broken"};
	const struct record *a = changes->a->record, *b = changes->b->record;

	if (a->state != b->state)
		change_whole(changes, CHANGE_RESULT, "the run", states[a->state], states[b->state]);
	else if (changes->change_count == 0)
		change_time(changes, "the run ends", a->end_ns, b->end_ns, "the run ends");
}

static void compare_records(struct changes *changes)
{
	const struct compare_side *a = changes->a, *b = changes->b;

	if (!a->record || !b->record) {
		if (a->record || b->record)
			change_whole(changes, CHANGE_CASE, "the record",
				     a->record ? "there" : "missing",
				     b->record ? "there" : "missing");
		return;
	}
	if (!same_case(a, b)) {
		change_whole(changes, CHANGE_CASE, "the text of the case", "one", "another");
		return;
	}
	/* Where one was skipped there is nothing to hold the other against. */
	if (a->record->state != b->record->state &&
	    (a->record->state == RECORD_SKIPPED || b->record->state == RECORD_SKIPPED)) {
		compare_end(changes);
		return;
	}
	compare_calls(changes);
	compare_sockets(changes);
	compare_packets(changes);
	compare_end(changes);
	compare_counters(changes);
}

static void compare_verdicts(struct changes *changes)
{
	const struct compare_side *a = changes->a, *b = changes->b;
	struct pool *pool = changes->pool;

	if (strcmp(a->verdict, b->verdict) != 0)
		change_add(changes, CHANGE_VERDICT, pool_strdup(pool, "the verdict"), a->verdict,
			   b->verdict, NULL, 0);
}

static struct change_group *group_of(struct comparison *comparison, const struct change *change)
{
	struct change_group *group;

	for (int i = 0; i < comparison->group_count; i++) {
		const struct change *known = &comparison->group[i].change;

		if (known->kind == change->kind && strcmp(known->what, change->what) == 0 &&
		    strcmp(known->before, change->before) == 0 &&
		    strcmp(known->after, change->after) == 0)
			return &comparison->group[i];
	}
	group = LIST_ADD(comparison->memory, comparison, group);
	group->change = *change;
	return group;
}

static void group_add_run(struct comparison *comparison, struct change_group *group, int run)
{
	if (group->run_count == 0 || group->run[group->run_count - 1] != run)
		*LIST_ADD(comparison->memory, group, run) = run;
}

void comparison_add(struct comparison *comparison, const char *name, const char *folder,
		    const struct compare_side *a, const struct compare_side *b, int64_t override_ns)
{
	struct changes changes = {.a = a, .b = b, .pool = comparison->memory};
	struct compared_run *run = LIST_ADD(comparison->memory, comparison, run);

	run->name = pool_strdup(comparison->memory, name);
	run->folder = pool_strdup(comparison->memory, folder);
	if (a->record && b->record)
		changes.tolerance = tolerance_between(a->record, b->record, override_ns);
	if (a->plan && a->plan->neighbours_dynamic && override_ns < 0)
		changes.tolerance.fixed_ns += NEIGHBOURS_NS;
	changes.by_chance = changes.tolerance.real || (a->plan && a->plan->neighbours_dynamic);
	run->tolerance = changes.tolerance;
	compare_verdicts(&changes);
	compare_records(&changes);
	for (int i = 0; i < changes.change_count; i++) {
		run->differs |= changes.change[i].kind != CHANGE_COUNTER;
		run->counters |= changes.change[i].kind == CHANGE_COUNTER;
	}
	comparison->differing += run->differs;
	if (run->differs)
		causes_keep(run, &changes);
	for (int i = 0; i < changes.change_count; i++)
		if (run->differs)
			group_add_run(comparison, group_of(comparison, &changes.change[i]),
				      comparison->run_count - 1);
}

void comparison_add_only(struct comparison *comparison, const char *name, bool in_a)
{
	char **only = in_a ? LIST_ADD(comparison->memory, comparison, only_a)
			   : LIST_ADD(comparison->memory, comparison, only_b);

	*only = pool_strdup(comparison->memory, name);
}

static int by_weight(const void *a, const void *b)
{
	const struct change_group *x = a, *y = b;

	if (x->change.kind != y->change.kind)
		return x->change.kind < y->change.kind ? -1 : 1;
	if (x->run_count != y->run_count)
		return x->run_count > y->run_count ? -1 : 1;
	return x->run[0] != y->run[0] ? x->run[0] - y->run[0]
				      : strcmp(x->change.what, y->change.what);
}

void comparison_sort(struct comparison *comparison)
{
	if (comparison->group_count)
		qsort(comparison->group, (size_t)comparison->group_count,
		      sizeof(*comparison->group), by_weight);
	causes_find(comparison);
}

bool comparison_differs(const struct comparison *comparison)
{
	return comparison->differing > 0;
}
