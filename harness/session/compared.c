/* SPDX-License-Identifier: MIT */
#include "compared.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "pool.h"
#include "recorded.h"
#include "results.h"

/* Below a folder that has no name, a run's folder is what it is known by. */
static json_t *results_by_key(const json_t *results)
{
	json_t *by_key = json_object(), *result;
	size_t at;

	json_array_foreach(results, at, result)
	{
		char *key = result_folder("", result);

		json_object_set(by_key, key, result);
		free(key);
	}
	return by_key;
}

static char *run_name(struct comparison *comparison, const json_t *result)
{
	AUTO_FREE char *name = result_name(result);

	return pool_strdup(comparison->memory, name);
}

/* The first that says something of its kernel. */
static const json_t *told(const json_t *results)
{
	json_t *result;
	size_t at;

	json_array_foreach(results, at, result)
	{
		if (result_number(json_object_get(result, "kernel"), "hz") > 0)
			return result;
	}
	return NULL;
}

static char *kernel_text(struct comparison *comparison, const json_t *result, bool whole)
{
	AUTO_FREE char *text = result ? result_kernel(result, whole) : NULL;

	return pool_strdup(comparison->memory, text ? text : "");
}

/* The kernels' descriptions, and what was set on all hosts; two of one name by their paths. */
static void kernels_tell(struct comparison *comparison, const json_t *a, const json_t *b)
{
	const json_t *in_a = told(a), *in_b = told(b);
	const json_t *kernel_a = json_object_get(in_a, "kernel");
	const json_t *kernel_b = json_object_get(in_b, "kernel");
	bool whole;

	comparison->kernel_a = kernel_text(comparison, in_a, false);
	comparison->kernel_b = kernel_text(comparison, in_b, false);
	whole = strcmp(comparison->kernel_a, comparison->kernel_b) == 0 &&
		strcmp(result_string(kernel_a, "name"), result_string(kernel_b, "name")) != 0;
	if (whole) {
		comparison->kernel_a = kernel_text(comparison, in_a, true);
		comparison->kernel_b = kernel_text(comparison, in_b, true);
	}
}

static int side_load(const char *out, const json_t *result, struct recorded *recorded,
		     struct compare_side *side, struct err *err)
{
	int ret = recorded_load_run(out, result, recorded, err);

	*side = (struct compare_side){.verdict = result_string(result, "verdict"),
				      .reason = result_string(result, "reason")};
	if (ret < 0)
		return ret == -ENOENT ? 0 : ret;
	side->plan = recorded->plan;
	side->record = recorded->record;
	if (!record_fits(recorded->record, recorded->plan))
		return err_set(err, EBADMSG, "%s: the record is not of its case", recorded->path);
	return 0;
}

static int add_both(struct comparison *comparison, const json_t *a, const json_t *b,
		    const char *folder, int64_t tolerance_ns, struct err *err)
{
	struct recorded recorded_a = {0}, recorded_b = {0};
	struct compare_side side_a, side_b;
	int ret = side_load(comparison->a, a, &recorded_a, &side_a, err);

	if (ret == 0)
		ret = side_load(comparison->b, b, &recorded_b, &side_b, err);
	if (ret == 0)
		comparison_add(comparison, run_name(comparison, a), folder, &side_a, &side_b,
			       tolerance_ns);
	recorded_done(&recorded_a);
	recorded_done(&recorded_b);
	return ret;
}

static int add_all(struct comparison *comparison, const json_t *a, const json_t *b,
		   int64_t tolerance_ns, struct err *err)
{
	json_t *in_a = results_by_key(a), *in_b = results_by_key(b), *result;
	size_t at;
	int ret = 0;

	json_array_foreach(a, at, result)
	{
		AUTO_FREE char *key = result_folder("", result);
		const json_t *other = json_object_get(in_b, key);

		if (!other)
			comparison_add_only(comparison, run_name(comparison, result), true);
		else if (ret == 0)
			ret = add_both(comparison, result, other, key, tolerance_ns, err);
	}
	json_array_foreach(b, at, result)
	{
		char *key = result_folder("", result);

		if (!json_object_get(in_a, key))
			comparison_add_only(comparison, run_name(comparison, result), false);
		free(key);
	}
	json_decref(in_a);
	json_decref(in_b);
	if (ret == 0 && comparison->run_count == 0)
		ret = err_set(err, EBADMSG, "%s and %s have no run in common", comparison->a,
			      comparison->b);
	return ret;
}

int compared_folders(const char *a, const char *b, int64_t tolerance_ns,
		     struct comparison **ret_comparison, struct err *err)
{
	struct comparison *comparison = comparison_new(a, b);
	json_t *results_a = NULL, *results_b = NULL;
	int ret = results_load(a, &results_a, err);

	if (ret == 0)
		ret = results_load(b, &results_b, err);
	if (ret == 0) {
		kernels_tell(comparison, results_a, results_b);
		ret = add_all(comparison, results_a, results_b, tolerance_ns, err);
	}
	json_decref(results_a);
	json_decref(results_b);
	if (ret < 0) {
		comparison_free(comparison);
		return -EBADMSG;
	}
	comparison_sort(comparison);
	*ret_comparison = comparison;
	return 0;
}
