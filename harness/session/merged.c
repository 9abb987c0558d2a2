/* SPDX-License-Identifier: MIT */
#include "merged.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "beneath.h"
#include "cleanup.h"
#include "list.h"
#include "results.h"
#include "text.h"

void merged_init(struct merged *merged)
{
	*merged = (struct merged){.by_folder = json_object(), .by_case = json_object()};
}

void merged_done(struct merged *merged)
{
	for (int i = 0; i < merged->run_count; i++)
		json_decref(merged->run[i].result);
	free(merged->run);
	free(merged->division);
	json_decref(merged->by_folder);
	json_decref(merged->by_case);
}

/* The folder of all of a case's runs: that of this one without its variant. */
static char *case_of(const char *run_folder, const json_t *result)
{
	size_t size = strlen(run_folder), end = strlen(result_string(result, "variant"));

	return strndup(run_folder, end && end + 1 < size ? size - end - 1 : size);
}

static int check_place(struct merged *merged, const char *folder, const char *place,
		       const json_t *result, struct err *err)
{
	AUTO_FREE char *name = result_name(result);
	const json_t *before = json_object_get(merged->by_folder, place);

	if (before)
		return err_set(err, EEXIST, "%s: the run %s is in %s as well", folder, name,
			       merged->run[json_integer_value(before)].from);
	json_object_set_new(merged->by_folder, place, json_integer(merged->run_count));
	return 0;
}

static int check_case(struct merged *merged, const char *folder, const char *place,
		      const json_t *result, struct err *err)
{
	AUTO_FREE char *of_case = case_of(place, result);
	const json_t *before = json_object_get(merged->by_case, of_case);
	const char *sha256 = result_string(result, "case_sha256");
	const struct merged_run *other;

	if (!before) {
		json_object_set_new(merged->by_case, of_case, json_integer(merged->run_count));
		return 0;
	}
	other = &merged->run[json_integer_value(before)];
	if (*sha256 && *result_string(other->result, "case_sha256") &&
	    strcmp(sha256, result_string(other->result, "case_sha256")) != 0)
		return err_set(err, EEXIST, "%s: %s is another version of the case than in %s",
			       folder, result_string(result, "file"), other->from);
	return 0;
}

/* Of what is known of both. */
static bool may_be_one(const json_t *a, const json_t *b, const char *key)
{
	const char *in_a = result_string(a, key), *in_b = result_string(b, key);

	return !*in_a || !*in_b || strcmp(in_a, in_b) == 0;
}

static int check_world(struct merged *merged, const char *folder, const json_t *result,
		       struct err *err)
{
	const json_t *kernel = json_object_get(result, "kernel");
	const json_t *sysctl = json_object_get(result, "sysctl");
	const json_t *first = merged->kernel;
	bool hashed;

	if (!first) {
		merged->kernel = kernel;
		merged->sysctl = sysctl;
		merged->first = merged->first ? merged->first : folder;
		return 0;
	}
	/* The release is the first host's, which may have a kernel of its own. */
	hashed = *result_string(first, "sha256") && *result_string(kernel, "sha256");
	if (!may_be_one(first, kernel, hashed ? "sha256" : "release") ||
	    !may_be_one(first, kernel, "kind"))
		return err_set(err, EEXIST,
			       "%s: another kernel than in %s: %s (%s %.12s) and %s (%s %.12s); "
			       "merge the results of each by themselves, `halfopen report` shows "
			       "them side by side",
			       folder, merged->first, result_string(kernel, "name"),
			       result_string(kernel, "release"), result_string(kernel, "sha256"),
			       result_string(first, "name"), result_string(first, "release"),
			       result_string(first, "sha256"));
	if (!json_equal(sysctl, merged->sysctl))
		return err_set(err, EEXIST, "%s: other --sysctl settings than in %s", folder,
			       merged->first);
	return 0;
}

/* AT below 0: behind what is there. */
static int result_add(struct merged *merged, const char *folder, json_t *result, int64_t at,
		      struct err *err)
{
	AUTO_FREE char *below = result_folder("", result);
	const char *place = below + 1;
	int ret = check_place(merged, folder, place, result, err);

	if (ret == 0)
		ret = check_case(merged, folder, place, result, err);
	if (ret == 0)
		ret = check_world(merged, folder, result, err);
	if (ret < 0)
		return ret;
	*LIST_ADD(NULL, merged, run) = (struct merged_run){.result = json_incref(result),
							   .at = at < 0 ? merged->run_count : at,
							   .from = folder};
	return 0;
}

static int check_division(struct merged *merged, const char *folder, const struct shard_file *file,
			  struct err *err)
{
	if (!merged->division) {
		merged->division = text_copy(file->division);
		merged->shards = file->count;
		merged->first = folder;
	}
	if (file->count != merged->shards)
		return err_set(err, EEXIST, "%s: shard %d of %d, where %s has shards of %d", folder,
			       file->number, file->count, merged->first, merged->shards);
	if (strcmp(file->division, merged->division) != 0)
		return err_set(err, EEXIST,
			       "%s: shard %d is of other runs than those in %s, or they were "
			       "divided by other --costs",
			       folder, file->number, merged->first);
	if (merged->seen[file->number])
		return err_set(err, EEXIST, "%s: shard %d is there twice", folder, file->number);
	merged->seen[file->number] = true;
	merged->seen_count++;
	return 0;
}

static int shard_add(struct merged *merged, const char *folder, const char *name, struct err *err)
{
	struct shard_file file = {0};
	int ret = shard_file_load(folder, name, &file, err);

	if (ret == 0)
		ret = check_division(merged, folder, &file, err);
	for (size_t i = 0; ret == 0 && i < json_array_size(file.results); i++)
		ret = result_add(merged, folder, json_array_get(file.results, i),
				 json_integer_value(json_array_get(file.at, i)), err);
	shard_file_done(&file);
	return ret;
}

int merged_add(struct merged *merged, const char *folder, struct err *err)
{
	char **names = shard_files_find(folder);
	json_t *results = NULL, *result;
	size_t at;
	int ret = 0;

	for (char **name = names; ret == 0 && *name; name++)
		ret = shard_add(merged, folder, *name, err);
	if (!*names && !beneath_has(folder, SHARDS_FOLDER)) {
		ret = results_load(folder, &results, err);
		json_array_foreach(results, at, result)
		{
			if (ret == 0)
				ret = result_add(merged, folder, result, -1, err);
		}
	}
	json_decref(results);
	shard_files_free(names);
	return ret;
}

char *merged_missing(const struct merged *merged)
{
	struct text text = {0};
	int left = merged->shards - merged->seen_count;

	for (int i = 1; i <= merged->shards && left; i++) {
		if (merged->seen[i])
			continue;
		text_add(&text, "%s%d", !text.size ? "" : left == 1 ? " and " : ", ", i);
		left--;
	}
	return text.size ? text_take(&text) : NULL;
}

static int by_place(const void *a, const void *b)
{
	const struct merged_run *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static bool is_same_folder(const char *a, const char *b)
{
	struct stat in_a, in_b;

	return stat(a, &in_a) == 0 && stat(b, &in_b) == 0 && in_a.st_dev == in_b.st_dev &&
	       in_a.st_ino == in_b.st_ino;
}

static int file_link(void *to, const char *from, const char *name, struct err *err)
{
	return beneath_link(from, to, name, err);
}

int merged_save(struct merged *merged, const char *out, const char *begun, struct err *err)
{
	const char *here = NULL, *elsewhere = NULL; /* folders that are OUT, and are not */
	json_t **result = calloc((size_t)merged->run_count + 1, sizeof(json_t *));
	const struct outcomes outcomes = outcomes_of(result, merged->run_count);
	int ret = 0;

	if (!result)
		abort();
	qsort(merged->run, (size_t)merged->run_count, sizeof(*merged->run), by_place);
	for (int i = 0; ret == 0 && i < merged->run_count; i++) {
		const struct merged_run *run = &merged->run[i];

		result[i] = run->result;
		if (run->from == here)
			continue;
		if (run->from != elsewhere)
			*(is_same_folder(run->from, out) ? &here : &elsewhere) = run->from;
		if (run->from == elsewhere) {
			AUTO_FREE char *below = result_folder("", run->result);

			ret = run_files_each(run->from, below + 1, file_link, (char *)out, err);
		}
	}
	if (ret == 0)
		ret = results_save(&outcomes, out, begun, err);
	free(result);
	return ret;
}

int merged_shard_save(const struct shard *shard, const char *out, json_t *const *results,
		      const int *at, int count, struct err *err)
{
	AUTO_FREE char *begun = text_format("%s.%d", RESULTS_BEGUN, shard->number);
	int seen = 0, ret = shard_file_save(out, shard->number, shard->count, shard->division,
					    results, at, count, err);

	/* One that ended while we wrote may have written before us. */
	while (ret == 0 && seen != shard_files_count(out)) {
		struct merged merged;

		merged_init(&merged);
		ret = merged_add(&merged, out, err);
		seen = merged.seen_count;
		if (ret == 0)
			ret = merged_save(&merged, out, begun, err);
		merged_done(&merged);
	}
	return ret;
}
