/* SPDX-License-Identifier: MIT
 *
 * The longest common subsequence of both lists, of what is left when the rows that are the same
 * at either end are taken off; that is quadratic, so the callers thin long lists first.
 */
#include "merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "text.h"

#define CONTEXT 5 /* rows that are the same, beside one that is not */

struct merge {
	struct rows *a, *b;
	int64_t same_ns;
	struct rows rows;
	uint16_t *longest; /* [i][j]: of A from i on and B from j on */
	int first, end_a, end_b;
};

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* A silence, and what is folded, is the same however long. */
static bool same_row(const struct row *a, const struct row *b)
{
	if (a->kind != b->kind || a->host != b->host)
		return false;
	return a->kind == ROW_SILENCE || a->kind == ROW_FOLDED ||
	       (same_text(a->text, b->text) && same_text(a->note, b->note) &&
		same_text(a->fate, b->fate));
}

static uint16_t *cell(const struct merge *merge, int i, int j)
{
	return &merge->longest[(size_t)(i - merge->first) *
				       (size_t)(merge->end_b - merge->first + 1) +
			       (size_t)(j - merge->first)];
}

static int longest_find(struct merge *merge)
{
	const struct row *a = merge->a->row, *b = merge->b->row;

	while (merge->first < merge->a->count && merge->first < merge->b->count &&
	       same_row(&a[merge->first], &b[merge->first]))
		merge->first++;
	merge->end_a = merge->a->count;
	merge->end_b = merge->b->count;
	while (merge->end_a > merge->first && merge->end_b > merge->first &&
	       same_row(&a[merge->end_a - 1], &b[merge->end_b - 1])) {
		merge->end_a--;
		merge->end_b--;
	}
	merge->longest = calloc((size_t)(merge->end_a - merge->first + 1) *
					(size_t)(merge->end_b - merge->first + 1),
				sizeof(*merge->longest));
	if (!merge->longest)
		return -ENOMEM;
	for (int i = merge->end_a - 1; i >= merge->first; i--)
		for (int j = merge->end_b - 1; j >= merge->first; j--) {
			uint16_t skip_a = *cell(merge, i + 1, j), skip_b = *cell(merge, i, j + 1);

			*cell(merge, i, j) = same_row(&a[i], &b[j])
						     ? (uint16_t)(*cell(merge, i + 1, j + 1) + 1)
						     : (skip_a > skip_b ? skip_a : skip_b);
		}
	return 0;
}

static void take(struct merge *merge, struct row *row, enum row_of of)
{
	struct row *taken = LIST_ADD_TO(NULL, merge->rows.row, merge->rows.count);

	*taken = *row;
	taken->of = of;
	taken->b_ns = -1;
	row->text = row->note = row->fate = NULL;
}

/* A row that both have. Two silences of another length say both. */
static void take_both(struct merge *merge, struct row *a, struct row *b)
{
	struct row *taken;

	take(merge, a, OF_BOTH);
	taken = &merge->rows.row[merge->rows.count - 1];
	if (taken->t_ns >= 0 && llabs(taken->t_ns - b->t_ns) > merge->same_ns)
		taken->b_ns = b->t_ns;
	if (taken->kind == ROW_SILENCE && llabs(taken->lasts_ns - b->lasts_ns) > merge->same_ns) {
		char *both = text_format("%s, in B %s", taken->text, b->text);

		free(taken->text);
		taken->text = both;
		taken->b_ns = b->t_ns;
	}
	row_done(b);
}

static void merge_all(struct merge *merge)
{
	struct row *a = merge->a->row, *b = merge->b->row;
	int i = 0, j = 0;

	while (i < merge->a->count || j < merge->b->count) {
		bool inside = i >= merge->first && i < merge->end_a && j < merge->end_b;

		if (i < merge->first || (i >= merge->end_a && j >= merge->end_b) ||
		    (inside && same_row(&a[i], &b[j])))
			take_both(merge, &a[i++], &b[j++]);
		else if (i < merge->end_a &&
			 (j >= merge->end_b || *cell(merge, i + 1, j) >= *cell(merge, i, j + 1)))
			take(merge, &a[i++], OF_A);
		else
			take(merge, &b[j++], OF_B);
	}
}

static bool is_marked(const struct row *row)
{
	return row->of != OF_BOTH || row->b_ns >= 0 || row->kind == ROW_FAULT ||
	       row->kind == ROW_FINDING || row->kind == ROW_END;
}

/* Whether one of the rows near INDEX is not the same in both. */
static bool is_near(const struct rows *rows, int index)
{
	for (int i = index - CONTEXT; i <= index + CONTEXT; i++)
		if (i >= 0 && i < rows->count && is_marked(&rows->row[i]))
			return true;
	return index < CONTEXT;
}

/* What is the same in both, and far from all that is not, becomes one row. */
static int alike_fold(struct rows *rows)
{
	bool *near = calloc((size_t)rows->count + 1, sizeof(*near));
	int count = 0;

	if (!near)
		return -ENOMEM;
	for (int i = 0; i < rows->count; i++)
		near[i] = is_near(rows, i);
	for (int i = 0, to; i < rows->count; i = to) {
		struct row one = rows->row[i];

		for (to = i; to < rows->count && !near[to];)
			to++;
		if (to - i < 3) {
			for (to = to > i ? to : i + 1; i < to; i++)
				rows->row[count++] = rows->row[i];
			continue;
		}
		for (int k = i; k < to; k++)
			row_done(&rows->row[k]);
		one = (struct row){.kind = ROW_FOLDED,
				   .ink = INK_DIM,
				   .t_ns = one.t_ns,
				   .b_ns = -1,
				   .host = -1,
				   .up = one.up};
		one.text = text_format("... %d rows that are the same ...", to - i);
		rows->row[count++] = one;
	}
	rows->count = count;
	free(near);
	return 0;
}

int rows_merge(struct rows *a, struct rows *b, int64_t same_ns, struct rows *ret_rows,
	       struct err *err)
{
	struct merge merge = {.a = a, .b = b, .same_ns = same_ns};
	int ret = longest_find(&merge);

	if (ret == 0) {
		merge_all(&merge);
		ret = alike_fold(&merge.rows);
	}
	free(merge.longest);
	rows_done(a);
	rows_done(b);
	if (ret < 0) {
		rows_done(&merge.rows);
		return err_sys(err, -ret, "the rows of two ladders");
	}
	*ret_rows = merge.rows;
	return 0;
}

static int rows_of(const struct plan *plan, const struct record *record, struct rows *ret_rows,
		   struct err *err)
{
	int ret = rows_make(plan, record, NULL, false, ret_rows, err);

	return ret < 0 ? ret : rows_thin(ret_rows, record, ROWS_MOST, err);
}

int rows_of_two(const struct plan *plan, const struct record *a, const struct record *b,
		int64_t same_ns, struct rows *ret_rows, struct err *err)
{
	struct rows in_a = {0}, in_b = {0};
	int ret = rows_of(plan, a, &in_a, err);

	if (ret == 0)
		ret = rows_of(plan, b, &in_b, err);
	if (ret == 0)
		return rows_merge(&in_a, &in_b, same_ns, ret_rows, err);
	rows_done(&in_a);
	rows_done(&in_b);
	return ret;
}
