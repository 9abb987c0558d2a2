/* SPDX-License-Identifier: MIT
 *
 * Markdown, for the summary of a CI's step: how many of each story held, what failed, and the
 * ladder of the first that did. What anybody can have written comes as entities, which Markdown
 * takes for text (CommonMark, 6.2), and a ladder within <pre>, where nothing is Markdown (4.6).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "list.h"
#include "names.h"
#include "repetitions.h"
#include "results.h"
#include "story.h"
#include "visible.h"
#include "writer.h"

#define MOST_FAILURES 50 /* GitHub shows no summary of more than 1 MiB */

static void put_text(int character, FILE *out)
{
	if (character < 0x80 && ispunct(character) && !strchr(",;/%=", character))
		fprintf(out, "&#%d;", character);
	else
		fputc(character, out);
}

static void put_pre(int character, FILE *out)
{
	if (strchr("&<>", character))
		fprintf(out, "&#%d;", character);
	else
		fputc(character, out);
}

static bool has_failed(const json_t *result)
{
	enum verdict verdict = result_verdict(result);

	return verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
}

struct story_sums {
	int passed, failed, skipped;
	double wall_s;
};

struct story_table {
	struct names names; /* of the stories, in the order of their first runs */
	struct story_sums *row;
	int row_count;
	struct story_sums all;
};

static void row_add(struct story_sums *row, const json_t *result)
{
	enum verdict verdict = result_verdict(result);

	row->passed += verdict == VERDICT_PASS;
	row->failed += has_failed(result);
	row->skipped += verdict == VERDICT_SKIP;
	row->wall_s += result_number(result, "wall_s");
}

static void rows_add(struct story_table *rows, const json_t *result)
{
	struct story story = story_of(result);
	int at = names_add(&rows->names, story.name, (size_t)story.size);

	if (at == rows->row_count)
		LIST_ADD(NULL, rows, row);
	row_add(&rows->row[at], result);
	row_add(&rows->all, result);
}

static void put_row(const char *name, const struct story_sums *row, FILE *out)
{
	fputs("| ", out);
	visible_each(name, true, put_text, out);
	fprintf(out, " | %d | %d | %d | %.1f s |\n", row->passed, row->failed, row->skipped,
		row->wall_s);
}

static void put_table(const struct listing *listing, FILE *out)
{
	struct story_table rows = {0};

	for (int i = 0; i < listing->count; i++) {
		json_auto_t *result = outcomes_get(listing->outcomes, i);

		rows_add(&rows, result);
	}
	fputs("| story | passed | failed | skipped | cost |\n| --- | ---: | ---: | ---: | ---: |\n",
	      out);
	for (int i = 0; i < rows.row_count; i++)
		put_row(rows.names.name[i], &rows.row[i], out);
	put_row("all", &rows.all, out);
	names_done(&rows.names);
	free(rows.row);
}

static void put_failures(const struct listing *listing, FILE *out)
{
	int told = 0, all = listing->tally[VERDICT_FAIL] + listing->tally[VERDICT_ERROR];

	if (all)
		fputc('\n', out);
	for (int i = 0; i < listing->count && told < MOST_FAILURES; i++) {
		json_auto_t *result = outcomes_get(listing->outcomes, i);
		char *name;

		if (!has_failed(result))
			continue;
		name = result_name(result);
		fputs("- **", out);
		visible_each(name, true, put_text, out);
		fputs("** ", out);
		visible_each(result_string(result, "reason"), true, put_text, out);
		fputc('\n', out);
		free(name);
		told++;
	}
	if (told < all)
		fprintf(out, "- and %d more\n", all - told);
}

static void put_repetitions(const struct listing *listing, FILE *out)
{
	AUTO_FREE char *text = listing->repeated ? repetitions_text(listing, true) : NULL;

	if (!text)
		return;
	fputs("\n<pre>\n", out);
	visible_each(text, false, put_pre, out);
	fputs("</pre>\n", out);
}

static void put_ladder(const struct listing *listing, FILE *out)
{
	for (int i = 0; i < listing->count; i++) {
		json_auto_t *result = outcomes_get(listing->outcomes, i);
		char *name;

		if (!has_failed(result) || !*result_string(result, "ladder"))
			continue;
		name = result_name(result);
		fputs("\n<details open><summary>", out);
		visible_each(name, true, put_pre, out);
		fputs("</summary>\n\n<pre>\n", out);
		visible_each(result_string(result, "text"), false, put_pre, out);
		visible_each(result_string(result, "ladder"), false, put_pre, out);
		fputs("</pre>\n\n</details>\n", out);
		free(name);
		return;
	}
}

static void end(const struct listing *listing, FILE *out)
{
	const int *tally = listing->tally;
	json_t *first;
	char *kernel;

	if (!listing->count)
		return;
	fprintf(out, "### halfopen: %d passed, %d failed, %d skipped\n\n", tally[VERDICT_PASS],
		tally[VERDICT_FAIL] + tally[VERDICT_ERROR], tally[VERDICT_SKIP]);
	first = outcomes_get(listing->outcomes, 0);
	kernel = result_kernel(first, false);
	json_decref(first);
	visible_each(kernel, true, put_text, out);
	free(kernel);
	fputs("\n\n", out);
	put_table(listing, out);
	put_failures(listing, out);
	put_repetitions(listing, out);
	put_ladder(listing, out);
	fputc('\n', out);
}

const struct writer writer_markdown = {
	.name = "markdown",
	.help = "a summary for a CI; by itself into the file that GITHUB_STEP_SUMMARY names",
	.end = end};
