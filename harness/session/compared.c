/* SPDX-License-Identifier: MIT */
#include "compared.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "known.h"
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

static int results_of_both(struct comparison *comparison, json_t **ret_a, json_t **ret_b,
			   struct err *err)
{
	int ret = results_load(comparison->a, ret_a, err);

	if (ret == 0)
		ret = results_load(comparison->b, ret_b, err);
	if (ret == 0)
		kernels_tell(comparison, *ret_a, *ret_b);
	return ret;
}

int compared_folders(const char *a, const char *b, int64_t tolerance_ns,
		     struct comparison **ret_comparison, struct err *err)
{
	struct comparison *comparison = comparison_new(a, b);
	json_t *results_a = NULL, *results_b = NULL;
	int ret = results_of_both(comparison, &results_a, &results_b, err);

	if (ret == 0)
		ret = add_all(comparison, results_a, results_b, tolerance_ns, err);
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

/* The end of WHOLE that has as many parts as NAME. */
static const char *tail_like(const char *whole, const char *name)
{
	const char *tail = whole + strlen(whole);
	int parts = 1;

	for (; *name; name++)
		parts += *name == '/';
	while (tail > whole && (tail[-1] != '/' || --parts > 0))
		tail--;
	return tail;
}

/* Whether RESULT is what NAME, as it came from the user, says. */
static bool is_called(const json_t *result, const char *name)
{
	AUTO_FREE char *whole = result_name(result), *folder = result_folder("", result);

	return strcmp(folder + 1, name) == 0 || strcmp(whole, name) == 0 ||
	       strcmp(tail_like(whole, name), name) == 0 ||
	       strcmp(tail_like(result_string(result, "file"), name), name) == 0;
}

static int none_called(struct comparison *comparison, const json_t *results, const char *folder,
		       const char *name, struct err *err)
{
	struct known known;
	const char *nearest;
	json_t *result;
	size_t at;

	known_init(&known, name);
	json_array_foreach(results, at, result)
		known_add(&known, tail_like(run_name(comparison, result), name));
	nearest = known_nearest(&known);
	return err_set(err, ENOENT, "%s has no run '%s'; did you mean '%s'?", folder, name,
		       nearest ? nearest : known.word[0]);
}

/* The one of FOLDER's RESULTS. */
static int result_find(struct comparison *comparison, const json_t *results, const char *folder,
		       const char *name, const json_t **ret_result, struct err *err)
{
	const json_t *found = NULL;
	json_t *result;
	size_t at;

	json_array_foreach(results, at, result)
	{
		if (!is_called(result, name))
			continue;
		if (found) {
			AUTO_FREE char *first = result_name(found), *second = result_name(result);

			return err_set(err, ENOENT, "%s has several runs '%s': %s and %s", folder,
				       name, first, second);
		}
		found = result;
	}
	*ret_result = found;
	return found ? 0 : none_called(comparison, results, folder, name, err);
}

static int pair_side_load(struct compared_pair *pair, int index, const char *folder,
			  const json_t *result, struct err *err)
{
	struct compare_side *side = &pair->side[index];
	int ret = side_load(folder, result, &pair->recorded[index], side, err);

	side->verdict = pool_strdup(pair->comparison->memory, side->verdict);
	side->reason = pool_strdup(pair->comparison->memory, side->reason);
	if (ret == 0 && !side->record)
		ret = err_set(err, ENOENT, "%s: this run has no record: %s", folder,
			      *side->reason ? side->reason : side->verdict);
	return ret;
}

static int pair_load(struct compared_pair *pair, const char *name, const json_t *in_a,
		     const json_t *in_b, int64_t tolerance_ns, struct err *err)
{
	struct comparison *comparison = pair->comparison;
	const json_t *a, *b;
	int ret = result_find(comparison, in_a, comparison->a, name, &a, err);

	if (ret == 0)
		ret = result_find(comparison, in_b, comparison->b, name, &b, err);
	if (ret == 0)
		ret = pair_side_load(pair, 0, comparison->a, a, err);
	if (ret == 0)
		ret = pair_side_load(pair, 1, comparison->b, b, err);
	if (ret == 0) {
		AUTO_FREE char *folder = result_folder("", a);

		comparison_add(comparison, run_name(comparison, a), folder, &pair->side[0],
			       &pair->side[1], tolerance_ns);
		comparison_sort(comparison);
	}
	return ret;
}

int compared_pair_load(const char *a, const char *b, const char *name, int64_t tolerance_ns,
		       struct compared_pair *ret_pair, struct err *err)
{
	struct compared_pair pair = {.comparison = comparison_new(a, b)};
	json_t *in_a = NULL, *in_b = NULL;
	int ret = results_of_both(pair.comparison, &in_a, &in_b, err);

	if (ret == 0)
		ret = pair_load(&pair, name, in_a, in_b, tolerance_ns, err);
	json_decref(in_a);
	json_decref(in_b);
	if (ret < 0) {
		compared_pair_done(&pair);
		return -EBADMSG;
	}
	*ret_pair = pair;
	return 0;
}

void compared_pair_done(struct compared_pair *pair)
{
	recorded_done(&pair->recorded[0]);
	recorded_done(&pair->recorded[1]);
	comparison_free(pair->comparison);
}
