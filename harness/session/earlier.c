/* SPDX-License-Identifier: MIT */
#include "earlier.h"

#include <stdlib.h>

#include "cleanup.h"
#include "results.h"
#include "text.h"

/* The run that RESULT is of. */
static char *key_of(const json_t *result)
{
	return result_folder("", result);
}

static json_t *find(const json_t *by_key, const struct run *run)
{
	AUTO_FREE char *key = text_format("/%s", run->folder);

	return json_object_get(by_key, key);
}

static void put(json_t *by_key, json_t *result)
{
	AUTO_FREE char *key = key_of(result);

	json_object_set(by_key, key, result);
}

double *earlier_costs(const char *folder, const struct runs *runs, struct err *err)
{
	json_t *results, *result, *by_key = json_object();
	double *cost_s = calloc((size_t)runs->run_count + 1, sizeof(*cost_s));
	size_t at;

	if (!cost_s)
		abort();
	if (results_load(folder, &results, err) < 0) {
		json_decref(by_key);
		free(cost_s);
		return NULL;
	}
	json_array_foreach(results, at, result) put(by_key, result);
	for (int i = 0; i < runs->run_count; i++) {
		result = find(by_key, &runs->run[i]);
		cost_s[i] = result ? result_number(result, "wall_s") : -1;
	}
	json_decref(results);
	json_decref(by_key);
	return cost_s;
}

int earlier_failed(const char *folder, struct runs *runs, json_t **ret_results, struct err *err)
{
	AUTO_FREE bool *keep = calloc((size_t)runs->run_count + 1, sizeof(*keep));
	json_t *results, *result, *failed;
	size_t at;
	int ret = results_load(folder, &results, err);

	if (!keep)
		abort();
	if (ret < 0)
		return ret;
	failed = json_object();
	json_array_foreach(results, at, result)
	{
		enum verdict verdict = result_verdict(result);

		if (verdict == VERDICT_FAIL || verdict == VERDICT_ERROR)
			put(failed, result);
	}
	for (int i = 0; i < runs->run_count; i++)
		keep[i] = find(failed, &runs->run[i]) != NULL;
	json_decref(failed);
	runs_keep(runs, keep);
	*ret_results = results;
	return 0;
}

int earlier_renew(const char *folder, const json_t *before, json_t *const *results, int count,
		  struct err *err)
{
	json_t **all = calloc(json_array_size(before) + 1, sizeof(json_t *));
	json_t *new = json_object(), *old;
	struct outcomes outcomes;
	size_t at;
	int ret;

	if (!all)
		abort();
	for (int i = 0; i < count; i++)
		put(new, results[i]);
	json_array_foreach(before, at, old)
	{
		AUTO_FREE char *key = key_of(old);
		json_t *again = json_object_get(new, key);

		all[at] = again ? again : old;
	}
	outcomes = outcomes_of(all, (int)json_array_size(before));
	ret = results_save(&outcomes, folder, RESULTS_BEGUN, err);
	json_decref(new);
	free(all);
	return ret;
}
