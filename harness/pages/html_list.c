/* SPDX-License-Identifier: MIT
 *
 * All runs of a report, by story and case, with filters where there is a script.
 */
#include <stdlib.h>
#include <string.h>

#include "badge.h"
#include "duration.h"
#include "html_overview.h"
#include "list.h"
#include "page.h"
#include "results.h"

#define MOST_OPEN 100 /* runs: of more, stories in which nothing failed are folded */

/* ---- The filters ---- */

static void option(FILE *out, const char *value, const char *text)
{
	fputs("<option value=\"", out);
	page_text(out, value);
	fputs("\">", out);
	page_text(out, text);
	fputs("</option>", out);
}

static int by_id(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

static void claim_options(const struct overview *overview)
{
	const char **id = NULL;
	int ids = 0;
	json_t *claim;
	size_t at;

	for (int i = 0; i < overview->count; i++) {
		json_array_foreach(json_object_get(overview->results[i], "claims"), at, claim)
		{
			const char *text = json_string_value(claim);

			*LIST_ADD_TO(NULL, id, ids) = text ? text : "";
		}
	}
	if (ids)
		qsort(id, (size_t)ids, sizeof(*id), by_id);
	for (int i = 0; i < ids; i++)
		if (i == 0 || strcmp(id[i], id[i - 1]) != 0)
			option(overview->out, id[i], id[i]);
	free(id);
}

static void filters(const struct overview *overview)
{
	FILE *out = overview->out;
	char number[16];

	fputs("<form class=\"filters\" role=\"search\" aria-label=\"Filter the runs\" hidden>"
	      "<label>Verdict <select name=\"verdict\"><option value=\"\">all</option>",
	      out);
	for (int i = 0; i < VERDICT_COUNT; i++)
		option(out, verdict_name[i], verdict_name[i]);
	fputs("</select></label><label>Claim <select name=\"claim\"><option "
	      "value=\"\">all</option>",
	      out);
	claim_options(overview);
	fputs("</select></label><label>Kernel <select name=\"kernel\"><option "
	      "value=\"\">all</option>",
	      out);
	for (int i = 0; i < overview->kernels; i++) {
		snprintf(number, sizeof(number), "%d", i);
		option(out, number, overview->kernel[i]);
	}
	fputs("</select></label><label>Text <input type=\"search\" name=\"text\" size=\"18\">"
	      "</label><button type=\"reset\">Show all</button>"
	      "<output class=\"found\" aria-live=\"polite\"></output></form>\n",
	      out);
}

/* ---- The list ---- */

static void claims_list(FILE *out, const json_t *result)
{
	size_t at;
	json_t *claim;

	json_array_foreach(json_object_get(result, "claims"), at, claim)
		page_printf(out, "%s%s", at ? " " : "", json_string_value(claim));
}

static void run_row(struct overview *overview, const json_t *result)
{
	FILE *out = overview->out;
	enum verdict verdict = result_verdict(result);
	const char *variant = result_string(result, "variant");
	char time[32], took[32];

	fprintf(out, "<tr data-verdict=\"%s\" data-kernel=\"%d\"><td>", verdict_name[verdict],
		overview_kernel(overview, result));
	badge_print(out, verdict);
	fputs("</td><td class=\"mono\">", out);
	overview_link(out, result, *variant ? variant : "the one run");
	if (*result_string(result, "repetition"))
		page_printf(out, " %s", result_string(result, "repetition"));
	if (overview->kernels > 1)
		page_printf(out, " (%s)", overview->kernel[overview_kernel(overview, result)]);
	fprintf(out, "</td><td class=\"n\">%s</td><td class=\"n wall\">%s</td></tr>\n",
		duration_round((int64_t)(result_number(result, "simulated_s") * 1e9), time,
			       sizeof(time)),
		duration_round((int64_t)(result_number(result, "wall_s") * 1e9), took,
			       sizeof(took)));
}

/* The runs of one case, from FIRST on; returns how many that are. */
static int case_rows(struct overview *overview, int first)
{
	const json_t *result = overview->results[first];
	const char *file = result_string(result, "file");
	FILE *out = overview->out;
	int i;

	fputs("<tbody data-claims=\"", out);
	claims_list(out, result);
	fputs("\" data-text=\"", out);
	page_printf(out, "%s %s", result_string(result, "case"), file);
	fputs("\"><tr><th scope=\"rowgroup\" colspan=\"4\">", out);
	page_text(out, result_string(result, "case"));
	fputs("<br><span class=\"mono dim\">", out);
	page_text(out, file);
	fputs("</span> <span class=\"claims\">", out);
	claims_list(out, result);
	fputs("</span></th></tr>\n", out);
	for (i = first; i < overview->count; i++) {
		if (strcmp(result_string(overview->results[i], "file"), file) != 0)
			break;
		run_row(overview, overview->results[i]);
	}
	fputs("</tbody>\n", out);
	return i - first;
}

static bool same_story(const json_t *a, const json_t *b)
{
	int size_a, size_b;
	const char *story_a = html_story(result_string(a, "file"), &size_a);
	const char *story_b = html_story(result_string(b, "file"), &size_b);

	return size_a == size_b && strncmp(story_a, story_b, (size_t)size_a) == 0;
}

struct story_span { /* those of one folder stand together in the list */
	int first, last, failed;
};

static int by_failures(const void *a, const void *b)
{
	const struct story_span *x = a, *y = b;

	return !x->failed != !y->failed ? !x->failed - !y->failed : x->first - y->first;
}

/* Those in which something failed first. */
static struct story_span *stories_make(const struct overview *overview, int *ret_count)
{
	struct story_span *story = NULL;
	int count = 0;

	for (int i = 0; i < overview->count; i++) {
		if (i == 0 || !same_story(overview->results[i - 1], overview->results[i]))
			*LIST_ADD_TO(NULL, story, count) = (struct story_span){i, i, 0};
		story[count - 1].last = i + 1;
		story[count - 1].failed += result_failed(overview->results[i]);
	}
	if (count)
		qsort(story, (size_t)count, sizeof(*story), by_failures);
	*ret_count = count;
	return story;
}

static void story_name(const struct overview *overview, const struct story_span *story)
{
	int size;
	const char *name = html_story(result_string(overview->results[story->first], "file"),
				      &size);

	if (size)
		page_text_n(overview->out, name, (size_t)size);
	else
		fputs("cases of no folder", overview->out);
}

static void story_index(const struct overview *overview, const struct story_span *story, int count)
{
	FILE *out = overview->out;

	if (count < 4)
		return;
	fputs("<nav aria-label=\"Stories\"><ul class=\"keys stories\">", out);
	for (int i = 0; i < count; i++) {
		fprintf(out, "<li%s><a href=\"#s%d\">", story[i].failed ? " class=\"bad\"" : "",
			story[i].first);
		story_name(overview, &story[i]);
		fputs("</a> ", out);
		if (story[i].failed)
			fprintf(out, "%d of ", story[i].failed);
		fprintf(out, "%d</li>", story[i].last - story[i].first);
	}
	fputs("</ul></nav>\n", out);
}

static void story_print(struct overview *overview, const struct story_span *story)
{
	FILE *out = overview->out;
	int runs = story->last - story->first;

	fprintf(out,
		"<section class=\"story\" aria-labelledby=\"s%d\"><details%s><summary><h3 "
		"id=\"s%d\">",
		story->first, story->failed || overview->count <= MOST_OPEN ? " open" : "",
		story->first);
	story_name(overview, story);
	fprintf(out, " <span class=\"dim\">%d run%s", runs, runs == 1 ? "" : "s");
	if (story->failed)
		fprintf(out, ", %d failed", story->failed);
	fputs("</span></h3></summary>\n<div class=\"wide\" tabindex=\"0\"><table "
	      "class=\"runs\"><thead><tr><th "
	      "scope=\"col\">verdict</th><th scope=\"col\">run</th><th scope=\"col\" "
	      "class=\"n\">of its time</th><th scope=\"col\" class=\"n\">took</th></tr></thead>\n",
	      out);
	for (int i = story->first; i < story->last;)
		i += case_rows(overview, i);
	fputs("</table></div></details></section>\n", out);
}

void overview_list(struct overview *overview)
{
	int count;
	struct story_span *story = stories_make(overview, &count);

	fputs("<section aria-labelledby=\"runs\"><h2 id=\"runs\">All runs, by story</h2>\n",
	      overview->out);
	filters(overview);
	story_index(overview, story, count);
	for (int i = 0; i < count; i++)
		story_print(overview, &story[i]);
	fputs("</section>\n", overview->out);
	free(story);
}
