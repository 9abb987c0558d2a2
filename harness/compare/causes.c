/* SPDX-License-Identifier: MIT
 *
 * One change of a kernel makes a run another from one moment on: a probe that is not sent, and
 * then all that follows from it. What two runs do differently first is kept of each run; and as
 * few causes as explain all runs are taken of these, each time the one that most of the runs that
 * are left have.
 */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "list.h"

/* Which of several that differ at the same moment makes the others: a call returns of what is sent
 * and of what timers do. That a connection is given up is as good a cause as the probe that is not
 * sent any more: the one that explains more runs is taken. */
static int rank_of(const struct change *change)
{
	static const int ranks[CHANGE_KINDS] = {
		[CHANGE_CASE] = 0,   [CHANGE_PACKET] = 1, [CHANGE_STATE] = 2,
		[CHANGE_RESULT] = 3, [CHANGE_TIME] = 4,   [CHANGE_VERDICT] = 5};

	return change->gives_up ? ranks[CHANGE_PACKET] : ranks[change->kind];
}

/* Within what two runs of one kernel differ, and no more: not what random neighbours make. */
static bool is_first(const struct changes *changes, const struct change *change, int64_t first_ns)
{
	int64_t near_ns = tolerance_at(&changes->tolerance, first_ns);

	return change->cause &&
	       change->at_ns - first_ns <= (near_ns < NSEC_PER_SEC ? near_ns : NSEC_PER_SEC);
}

void causes_keep(struct compared_run *run, const struct changes *changes)
{
	int64_t first_ns = -1;
	int rank = CHANGE_KINDS;

	for (int i = 0; i < changes->change_count; i++)
		if (changes->change[i].cause)
			first_ns = earlier(first_ns, changes->change[i].at_ns);
	for (int i = 0; i < changes->change_count; i++)
		if (is_first(changes, &changes->change[i], first_ns) &&
		    rank_of(&changes->change[i]) < rank)
			rank = rank_of(&changes->change[i]);
	for (int i = 0; i < changes->change_count; i++)
		if (is_first(changes, &changes->change[i], first_ns) &&
		    rank_of(&changes->change[i]) == rank)
			*LIST_ADD(changes->pool, run, first) = changes->change[i];
	if (run->first_count)
		return;
	/* A verdict that alone is another. */
	*LIST_ADD(changes->pool, run, first) = changes->change[0];
	run->first[0].cause = pool_printf(changes->pool, "%s: %s instead of %s", run->first[0].what,
					  run->first[0].after, run->first[0].before);
}

struct candidate { /* a cause that some runs may have */
	const char *text;
	bool gives_up;
	int runs; /* of those that have none yet */
};

struct search {
	struct comparison *comparison;
	struct candidate *candidate;
	int candidate_count;
	int **of_run; /* for each run the numbers of its FIRST changes' causes */
};

static int known_of(struct search *search, const struct change *change)
{
	for (int i = 0; i < search->candidate_count; i++)
		if (strcmp(search->candidate[i].text, change->cause) == 0)
			return i;
	*LIST_ADD(search->comparison->memory, search,
		  candidate) = (struct candidate){change->cause, change->gives_up, 0};
	return search->candidate_count - 1;
}

static void runs_know(struct search *search)
{
	struct comparison *comparison = search->comparison;

	search->of_run = pool_alloc(comparison->memory,
				    (size_t)(comparison->run_count + 1) * sizeof(*search->of_run));
	for (int i = 0; i < comparison->run_count; i++) {
		struct compared_run *run = &comparison->run[i];

		run->cause = -1;
		search->of_run[i] = pool_alloc(comparison->memory,
					       (size_t)(run->first_count + 1) * sizeof(int));
		for (int k = 0; k < run->first_count; k++)
			search->of_run[i][k] = known_of(search, &run->first[k]);
	}
}

/* Which of RUN's first changes is of the cause KNOWN; -1: none. */
static int change_of(const struct search *search, int run, int known)
{
	for (int i = 0; i < search->comparison->run[run].first_count; i++)
		if (search->of_run[run][i] == known)
			return i;
	return -1;
}

static bool explains_more(const struct candidate *a, const struct candidate *b)
{
	return a->runs != b->runs ? a->runs > b->runs : b->gives_up && !a->gives_up;
}

static int most_frequent(struct search *search)
{
	const struct comparison *comparison = search->comparison;
	int most = 0;

	for (int i = 0; i < search->candidate_count; i++)
		search->candidate[i].runs = 0;
	for (int run = 0; run < comparison->run_count; run++)
		for (int i = 0;
		     comparison->run[run].cause < 0 && i < comparison->run[run].first_count; i++)
			/* Twice in one run is once. */
			if (change_of(search, run, search->of_run[run][i]) == i)
				search->candidate[search->of_run[run][i]].runs++;
	for (int i = 1; i < search->candidate_count; i++)
		if (explains_more(&search->candidate[i], &search->candidate[most]))
			most = i;
	return search->candidate_count && search->candidate[most].runs ? most : -1;
}

static void value_add(struct comparison *comparison, struct cause *cause,
		      const struct change *change)
{
	struct cause_value *value;

	for (int i = 0; i < cause->value_count; i++) {
		value = &cause->value[i];
		if (strcmp(value->before, change->before) == 0 &&
		    strcmp(value->after, change->after) == 0) {
			value->run_count++;
			return;
		}
	}
	value = LIST_ADD(comparison->memory, cause, value);
	*value = (struct cause_value){change->before, change->after, change->delta, 1};
}

static int by_runs(const void *a, const void *b)
{
	const struct cause_value *x = a, *y = b;

	return y->run_count != x->run_count ? y->run_count - x->run_count
					    : strcmp(x->before, y->before);
}

static void cause_add(struct search *search, int known)
{
	struct comparison *comparison = search->comparison;
	struct cause *cause = LIST_ADD(comparison->memory, comparison, cause);

	cause->text = pool_strdup(comparison->memory, search->candidate[known].text);
	for (int run = 0; run < comparison->run_count; run++) {
		int change = comparison->run[run].cause < 0 ? change_of(search, run, known) : -1;

		if (change < 0)
			continue;
		comparison->run[run].cause = comparison->cause_count - 1;
		*LIST_ADD(comparison->memory, cause, run) = run;
		value_add(comparison, cause, &comparison->run[run].first[change]);
	}
	qsort(cause->value, (size_t)cause->value_count, sizeof(*cause->value), by_runs);
}

void causes_find(struct comparison *comparison)
{
	struct search search = {.comparison = comparison};
	int known;

	runs_know(&search);
	while ((known = most_frequent(&search)) >= 0)
		cause_add(&search, known);
}

int cause_shares(const struct comparison *comparison, int cause, const struct change_group *group)
{
	int runs = 0;

	for (int i = 0; i < group->run_count; i++)
		runs += comparison->run[group->run[i]].cause == cause;
	return runs;
}
