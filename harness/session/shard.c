/* SPDX-License-Identifier: MIT */
#include "shard.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What tells a task of many which it is. Numbers count from FIRST, or from what the variable
 * FIRST_IN says, in steps of STEP_IN. */
static const struct scheduler {
	const char *name, *index, *first_in, *step_in, *count;
	int first;
} schedulers[] = {
	{"Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP",
	 "SLURM_ARRAY_TASK_COUNT", 0},
	{"Buildkite", "BUILDKITE_PARALLEL_JOB", NULL, NULL, "BUILDKITE_PARALLEL_JOB_COUNT", 0},
	{"CircleCI", "CIRCLE_NODE_INDEX", NULL, NULL, "CIRCLE_NODE_TOTAL", 0},
	{"GitLab", "CI_NODE_INDEX", NULL, NULL, "CI_NODE_TOTAL", 1},
	/* Kubernetes tells an indexed job nothing of how many there are. */
	{"Kubernetes", "JOB_COMPLETION_INDEX", NULL, NULL, "HALFOPEN_SHARDS", 0},
};
static const char own[] = "HALFOPEN_SHARD"; /* goes before them; for GitHub's matrix */

static bool number_read(const char *text, char end, int *ret)
{
	char *after;
	long number = strtol(text, &after, 10);

	if (*text < '0' || *text > '9' || *after != end || number > SHARDS_MAX)
		return false;
	*ret = (int)number;
	return true;
}

static int fraction_read(const char *text, const char *whose, struct shard *ret, struct err *err)
{
	const char *slash = strchr(text, '/');
	struct shard shard = {0};

	if (!slash || !number_read(text, '/', &shard.number) ||
	    !number_read(slash + 1, '\0', &shard.count))
		return err_set(err, EINVAL, "%s%s'%s' is no shard; write it as 3/10", whose,
			       *whose ? ": " : "", text);
	if (shard.number < 1 || shard.number > shard.count)
		return err_set(err, EINVAL, "%s%s'%s': shards count from 1 to %d", whose,
			       *whose ? ": " : "", text, shard.count);
	*ret = shard;
	return 0;
}

/* NAME's number; NULL or one that is not set: OTHERWISE, where that is not below 0. */
static int variable_read(const struct scheduler *scheduler, const char *name, int otherwise,
			 int *ret, struct err *err)
{
	const char *text = name ? getenv(name) : NULL;

	if (!text && otherwise >= 0) {
		*ret = otherwise;
		return 0;
	}
	if (!text)
		return err_set(err, EINVAL, "%s says which task this is, but %s is not set",
			       scheduler->name, name);
	if (!number_read(text, '\0', ret))
		return err_set(err, EINVAL, "%s is '%s', which is no number up to %d", name, text,
			       SHARDS_MAX);
	return 0;
}

static int scheduler_ask(const struct scheduler *scheduler, struct shard *ret, struct err *err)
{
	int index, first, step, count;
	int fail = variable_read(scheduler, scheduler->index, -1, &index, err);

	if (fail == 0)
		fail = variable_read(scheduler, scheduler->first_in, scheduler->first, &first, err);
	if (fail == 0)
		fail = variable_read(scheduler, scheduler->step_in, 1, &step, err);
	if (fail == 0)
		fail = variable_read(scheduler, scheduler->count, -1, &count, err);
	if (fail < 0)
		return fail;
	if (step < 1 || index < first || (index - first) % step != 0 ||
	    (index - first) / step >= count)
		return err_set(err, EINVAL,
			       "%s: task %d is none of %d from %d in steps of %d; say which shard "
			       "this is with --shard N/COUNT, or in %s",
			       scheduler->name, index, count, first, step, own);
	*ret = (struct shard){.number = (index - first) / step + 1, .count = count};
	return 0;
}

int shard_parse(const char *text, struct shard *ret_shard, struct err *err)
{
	const char *mine = getenv(own);

	if (strcmp(text, "auto") != 0)
		return fraction_read(text, "", ret_shard, err);
	if (mine && *mine)
		return fraction_read(mine, own, ret_shard, err);
	for (size_t i = 0; i < sizeof(schedulers) / sizeof(*schedulers); i++)
		if (getenv(schedulers[i].index))
			return scheduler_ask(&schedulers[i], ret_shard, err);
	*ret_shard = (struct shard){0};
	return 0;
}

static int by_cost(const void *a, const void *b, void *arg)
{
	const double *cost_s = arg;
	double x = cost_s[*(const int *)a], y = cost_s[*(const int *)b];

	return x != y ? (x < y ? 1 : -1) : *(const int *)a - *(const int *)b;
}

/* What a run costs of which nothing is known. */
static double cost_usual(const double *cost_s, int count)
{
	double sum = 0;
	int known = 0;

	for (int i = 0; i < count; i++) {
		known += cost_s[i] >= 0;
		sum += cost_s[i] >= 0 ? cost_s[i] : 0;
	}
	return known && sum > 0 ? sum / known : 1;
}

void shard_costs_divide(const double *cost_s, int count, int shards, int *ret)
{
	int *order = calloc((size_t)count + 1, sizeof(*order));
	double *load_s = calloc((size_t)shards, sizeof(*load_s));
	double *each_s = calloc((size_t)count + 1, sizeof(*each_s));
	double usual_s = cost_usual(cost_s, count);

	if (!order || !load_s || !each_s)
		abort();
	for (int i = 0; i < count; i++) {
		order[i] = i;
		each_s[i] = cost_s[i] >= 0 ? cost_s[i] : usual_s;
	}
	qsort_r(order, (size_t)count, sizeof(*order), by_cost, each_s);
	for (int i = 0; i < count; i++) {
		int least = 0;

		for (int k = 1; k < shards; k++)
			if (load_s[k] < load_s[least])
				least = k;
		load_s[least] += each_s[order[i]];
		ret[order[i]] = least + 1;
	}
	free(order);
	free(load_s);
	free(each_s);
}

void shard_divide(struct shard *shard, struct runs *runs, const double *cost_s, int **ret_at)
{
	size_t count = (size_t)runs->run_count;
	int *whose = calloc(count + 1, sizeof(*whose)), *at = calloc(count + 1, sizeof(*at));
	bool *mine = calloc(count + 1, sizeof(*mine));
	double *unknown = calloc(count + 1, sizeof(*unknown));
	struct sha256 sha;
	int kept = 0;

	if (!whose || !at || !mine || !unknown)
		abort();
	for (size_t i = 0; i < count; i++)
		unknown[i] = -1;
	shard_costs_divide(cost_s ? cost_s : unknown, (int)count, shard->count, whose);
	sha256_init(&sha);
	for (size_t i = 0; i < count; i++) {
		const struct run *run = &runs->run[i];

		sha256_add(&sha, run->name, strlen(run->name) + 1);
		sha256_add(&sha, run->text->sha256, sizeof(run->text->sha256));
		sha256_add(&sha, &whose[i], sizeof(whose[i]));
		mine[i] = whose[i] == shard->number;
		if (mine[i])
			at[kept++] = (int)i;
	}
	sha256_text(&sha, shard->division);
	runs_keep(runs, mine);
	free(whose);
	free(mine);
	free(unknown);
	*ret_at = at;
}
