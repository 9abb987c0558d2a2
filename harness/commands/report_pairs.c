/* SPDX-License-Identifier: MIT */
#include "report_pairs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "beneath.h"
#include "cleanup.h"
#include "compared.h"
#include "file.h"
#include "html_compare.h"
#include "pool.h"
#include "recorded.h"
#include "results.h"

#define MOST_PAIRS    200 /* pages */
#define MOST_OF_CAUSE 25

struct pairs {
	const char *out;
	char *const *folder;
	json_t *const *result;
	int count;
	struct comparison *comparison;
	char **page; /* of each of its runs; or NULL */
};

/* The result of a run in the folder INDEX, which has its page at runs/1/... or runs/2/... */
static const json_t *result_of(const struct pairs *pairs, int index, const struct compared_run *run)
{
	AUTO_FREE char *page = NULL;

	if (asprintf(&page, "runs/%d%s.html", index + 1, run->folder) < 0)
		abort();
	for (int i = 0; i < pairs->count; i++)
		if (strcmp(result_string(pairs->result[i], "page"), page) == 0)
			return pairs->result[i];
	return NULL;
}

static int side_load(const struct pairs *pairs, int index, int run, struct recorded *recorded,
		     struct compare_side *side, struct err *err)
{
	const json_t *result = result_of(pairs, index, &pairs->comparison->run[run]);
	int ret = result ? recorded_load_run(pairs->folder[index], result, recorded, err) : -ENOENT;

	if (ret == 0)
		*side = (struct compare_side){result_string(result, "verdict"),
					      result_string(result, "reason"), recorded->plan,
					      recorded->record};
	return ret;
}

static int pair_write(const struct pairs *pairs, const struct html_pair *pair, struct err *err)
{
	FILE *file = beneath_create(pairs->out, pair->path, err);
	int ret, closed;

	if (!file)
		return -EIO;
	ret = html_pair_print(pair, file, err);
	closed = file_close(file, pair->path, ret < 0 ? NULL : err);
	return ret < 0 ? ret : closed;
}

/* The page of a run that differs; none, if one of the two has no record, or of another case. */
static int pair_make(struct pairs *pairs, int run, struct err *err)
{
	struct comparison *comparison = pairs->comparison;
	struct recorded a = {0}, b = {0};
	struct compare_side side_a, side_b;
	struct html_pair pair = {.comparison = comparison, .run = run, .a = &side_a, .b = &side_b};
	int ret = side_load(pairs, 0, run, &a, &side_a, err);

	if (ret == 0)
		ret = side_load(pairs, 1, run, &b, &side_b, err);
	if (ret == 0 && strcmp(a.record->source, b.record->source) == 0 &&
	    a.record->state == b.record->state && a.record->state != RECORD_SKIPPED) {
		const char *folder = comparison->run[run].folder;

		pairs->page[run] = pool_printf(comparison->memory, "pairs%s.html", folder);
		pair.path = pairs->page[run];
		pair.page_a = pool_printf(comparison->memory, "runs/1%s.html", folder);
		pair.page_b = pool_printf(comparison->memory, "runs/2%s.html", folder);
		ret = pair_write(pairs, &pair, err);
	}
	recorded_done(&a);
	recorded_done(&b);
	return ret == -ENOENT ? 0 : ret;
}

static int pairs_make(struct pairs *pairs, struct err *err)
{
	const struct comparison *comparison = pairs->comparison;
	int made = 0, ret = 0;

	for (int i = 0; i < comparison->cause_count && ret == 0; i++)
		for (int k = 0; k < comparison->cause[i].run_count && ret == 0; k++) {
			if (k == MOST_OF_CAUSE || made++ == MOST_PAIRS)
				break;
			ret = pair_make(pairs, comparison->cause[i].run[k], err);
		}
	return ret;
}

static int overview_write(const struct pairs *pairs, struct err *err)
{
	FILE *file = beneath_create(pairs->out, "compare.html", err);

	if (!file)
		return -EIO;
	html_compare_print(pairs->comparison, pairs->page, file);
	return file_close(file, "compare.html", err);
}

int report_pairs(const char *out, char *const folder[2], json_t *const *result, int count,
		 struct err *err)
{
	struct pairs pairs = {.out = out, .folder = folder, .result = result, .count = count};
	int ret;

	/* What cannot be read is told as the error of its run. */
	if (compared_folders(folder[0], folder[1], -1, &pairs.comparison, NULL) < 0)
		return -ENOENT;
	pairs.page = pool_alloc(pairs.comparison->memory,
				(size_t)pairs.comparison->run_count * sizeof(*pairs.page));
	ret = pairs_make(&pairs, err);
	if (ret == 0)
		ret = overview_write(&pairs, err);
	if (ret == 0)
		ret = pairs.comparison->differing;
	comparison_free(pairs.comparison);
	return ret;
}
