/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "duration.h"
#include "label.h"
#include "list.h"
#include "page.h"
#include "results.h"
#include "text.h"
#include "utf8.h"
#include "verdict.h"

#define MOST_FAILURES 50 /* told in full at the top */
#define MOST_KERNELS  64
#define MOST_REASONS  40
#define SLOWEST       10
#define MOST_TEXT     400 /* bytes of a text in the list of failures */

struct overview {
	json_t *const *results;
	int count;
	FILE *out;
	int verdict[VERDICT_COUNT];
	char *kernel[MOST_KERNELS]; /* what each is called, once */
	char *whole[MOST_KERNELS];  /* the same with its path */
	int kernels;
};

const char *html_story(const char *file, int *ret_size)
{
	const char *end = strrchr(file, '/'), *story = file;

	if (!end) {
		*ret_size = 0;
		return file;
	}
	for (const char *at = file; at < end; at++)
		if (*at == '/')
			story = at + 1;
	*ret_size = (int)(end - story);
	if (strncmp(story, "./", 2) == 0 || strncmp(story, "../", 3) == 0)
		*ret_size = 0;
	return story;
}

static const char *verdict_class(enum verdict verdict)
{
	return verdict == VERDICT_SKIP ? "skipped" : verdict_name[verdict];
}

static void badge(FILE *out, enum verdict verdict)
{
	fprintf(out, "<span class=\"verdict %s\">%s</span>", verdict_class(verdict),
		verdict_name[verdict]);
}

/* Two of one name are told apart by their paths. */
static int kernel_of(struct overview *overview, const json_t *result)
{
	AUTO_FREE char *whole = result_kernel(result, true);
	char *name = result_kernel(result, false);
	int i;

	for (i = 0; i < overview->kernels; i++) {
		if (strcmp(overview->whole[i], whole) == 0)
			break;
		if (strcmp(overview->kernel[i], name) == 0) {
			free(name);
			name = text_copy(whole);
		}
	}
	if (i < overview->kernels || i == MOST_KERNELS) {
		free(name);
		return i < MOST_KERNELS ? i : MOST_KERNELS - 1;
	}
	overview->kernel[i] = name;
	overview->whole[i] = TAKE(whole);
	return overview->kernels++;
}

/* A link to the run's page; long names may be broken after their commas and slashes. */
static void link_to(FILE *out, const json_t *result, const char *text)
{
	fputs("<a href=\"", out);
	page_path(out, result_string(result, "page"));
	fputs("\">", out);
	page_breakable(out, text);
	fputs("</a>", out);
}

/* ---- Above the list ---- */

static void counts(const struct overview *overview)
{
	static const char *const words[VERDICT_COUNT] = {"passed", "failed", "skipped",
							 "could not be run or judged"};

	fputs("<ul class=\"counts\">", overview->out);
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (overview->verdict[i] || i != VERDICT_ERROR)
			fprintf(overview->out, "<li class=\"%s\"><b>%d</b> %s</li>",
				verdict_class((enum verdict)i), overview->verdict[i], words[i]);
	fputs("</ul>\n", overview->out);
}

static void kernels(const struct overview *overview)
{
	fprintf(overview->out, "<p>%s: ", overview->kernels == 1 ? "Kernel" : "Kernels");
	for (int i = 0; i < overview->kernels; i++) {
		fputs(i ? "; " : "", overview->out);
		page_text(overview->out, overview->kernel[i]);
	}
	page_printf(overview->out, ". %.1f hours of the runs' own time.",
		    results_simulated_s(overview->results, overview->count) / 3600);
	fputs("</p>\n", overview->out);
}

static void contents(const struct overview *overview)
{
	fprintf(overview->out,
		"<nav aria-label=\"On this page\"><ul class=\"keys\">%s"
		"<li><a href=\"#runs\">All runs</a></li><li><a href=\"#slowest\">The slowest</a>"
		"</li><li><a href=\"#skipped\">What was skipped</a></li></ul></nav>\n",
		overview->verdict[VERDICT_FAIL] + overview->verdict[VERDICT_ERROR]
			? "<li><a href=\"#failed\">What failed</a></li>"
			: "");
}

static void text_short(FILE *out, const char *text)
{
	size_t size = utf8_whole(text, strnlen(text, MOST_TEXT));

	page_text_n(out, text, size);
	fputs(text[size] ? "&#8230;" : "", out);
}

static void failure(const struct overview *overview, const json_t *result)
{
	FILE *out = overview->out;
	char *name = result_name(result);

	fputs("<li>", out);
	badge(out, result_verdict(result));
	fputc(' ', out);
	link_to(out, result, result_string(result, "case"));
	fputs("<br><span class=\"mono dim\">", out);
	page_text(out, name);
	fputs("</span><br>", out);
	if (*result_string(result, "expected")) {
		page_printf(out, "Line %d expected ", (int)result_number(result, "line"));
		fputs("<code>", out);
		text_short(out, result_string(result, "expected"));
		fputs("</code>, observed was <code>", out);
		text_short(out, result_string(result, "observed"));
		fputs("</code>: <strong>", out);
		text_short(out, result_string(result, "difference"));
		fputs("</strong>", out);
	} else {
		text_short(out, result_string(result, "reason"));
	}
	fputs("</li>\n", out);
	free(name);
}

static void failures(const struct overview *overview)
{
	int failed = overview->verdict[VERDICT_FAIL] + overview->verdict[VERDICT_ERROR], told = 0;

	if (failed == 0)
		return;
	fputs("<section aria-labelledby=\"failed\"><h2 id=\"failed\">What failed, and why</h2>\n"
	      "<ul class=\"failures\">\n",
	      overview->out);
	for (int i = 0; i < overview->count && told < MOST_FAILURES; i++) {
		enum verdict verdict = result_verdict(overview->results[i]);

		if (verdict != VERDICT_FAIL && verdict != VERDICT_ERROR)
			continue;
		failure(overview, overview->results[i]);
		told++;
	}
	fputs("</ul>\n", overview->out);
	if (failed > told)
		fprintf(overview->out, "<p>%d more are in the list below.</p>\n", failed - told);
	fputs("</section>\n", overview->out);
}

static int longer(const void *a, const void *b)
{
	double x = result_number(*(json_t *const *)a, "wall_s");
	double y = result_number(*(json_t *const *)b, "wall_s");

	return (x < y) - (x > y);
}

static void slowest(const struct overview *overview)
{
	json_t **sorted = calloc((size_t)overview->count + 1, sizeof(*sorted));
	FILE *out = overview->out;

	if (!sorted)
		abort();
	memcpy(sorted, overview->results, (size_t)overview->count * sizeof(*sorted));
	qsort(sorted, (size_t)overview->count, sizeof(*sorted), longer);
	fputs("<section aria-labelledby=\"slowest\"><h2 id=\"slowest\">The slowest</h2>\n"
	      "<div class=\"wide\"><table><thead><tr><th scope=\"col\" class=\"n\">took</th>"
	      "<th scope=\"col\" class=\"n\">of the run's time</th><th scope=\"col\">run</th></tr>"
	      "</thead><tbody>\n",
	      out);
	for (int i = 0; i < overview->count && i < SLOWEST; i++) {
		char *name = result_name(sorted[i]), time[32];

		fprintf(out,
			"<tr><td class=\"n\">%.2f s</td><td class=\"n\">%s</td><td class=\"mono\">",
			result_number(sorted[i], "wall_s"),
			duration_round((int64_t)(result_number(sorted[i], "simulated_s") * 1e9),
				       time, sizeof(time)));
		link_to(out, sorted[i], name);
		fputs("</td></tr>\n", out);
		free(name);
	}
	fputs("</tbody></table></div></section>\n", out);
	free(sorted);
}

static void skipped(const struct overview *overview)
{
	const char *reason[MOST_REASONS];
	int runs[MOST_REASONS] = {0}, reasons = 0, other = 0;
	FILE *out = overview->out;

	fputs("<section aria-labelledby=\"skipped\"><h2 id=\"skipped\">What was skipped, and "
	      "why</h2>\n",
	      out);
	for (int i = 0; i < overview->count; i++) {
		int k;

		if (result_verdict(overview->results[i]) != VERDICT_SKIP)
			continue;
		for (k = 0; k < reasons; k++)
			if (strcmp(reason[k], result_string(overview->results[i], "reason")) == 0)
				break;
		if (k == MOST_REASONS) {
			other++;
			continue;
		}
		if (k == reasons)
			reason[reasons++] = result_string(overview->results[i], "reason");
		runs[k]++;
	}
	fputs(reasons ? "<ul>\n" : "<p>Nothing was.</p>\n", out);
	for (int k = 0; k < reasons; k++) {
		fprintf(out, "<li>%d run%s: ", runs[k], runs[k] == 1 ? "" : "s");
		text_short(out, *reason[k] ? reason[k] : "no reason was recorded");
		fputs("</li>\n", out);
	}
	if (other)
		fprintf(out, "<li>%d runs for other reasons</li>\n", other);
	fputs(reasons ? "</ul>\n</section>\n" : "</section>\n", out);
}

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
	char time[32];

	fprintf(out, "<tr data-verdict=\"%s\" data-kernel=\"%d\"><td>", verdict_name[verdict],
		kernel_of(overview, result));
	badge(out, verdict);
	fputs("</td><td class=\"mono\">", out);
	link_to(out, result, *variant ? variant : "the one run");
	if (overview->kernels > 1)
		page_printf(out, " (%s)", overview->kernel[kernel_of(overview, result)]);
	fprintf(out, "</td><td class=\"n\">%s</td><td class=\"n wall\">%.2f s</td></tr>\n",
		duration_round((int64_t)(result_number(result, "simulated_s") * 1e9), time,
			       sizeof(time)),
		result_number(result, "wall_s"));
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

static void story_heading(const struct overview *overview, int first, int last)
{
	int size, failed = 0;
	const char *story = html_story(result_string(overview->results[first], "file"), &size);

	for (int i = first; i < last; i++) {
		enum verdict verdict = result_verdict(overview->results[i]);

		failed += verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
	}
	fprintf(overview->out, "<section class=\"story\" aria-labelledby=\"s%d\"><h3 id=\"s%d\">",
		first, first);
	if (size)
		page_text_n(overview->out, story, (size_t)size);
	else
		fputs("cases of no folder", overview->out);
	fprintf(overview->out, " <span class=\"dim\">%d run%s", last - first,
		last - first == 1 ? "" : "s");
	if (failed)
		fprintf(overview->out, ", %d failed", failed);
	fputs("</span></h3>\n", overview->out);
}

static void story(struct overview *overview, int first, int last)
{
	FILE *out = overview->out;

	story_heading(overview, first, last);
	fputs("<div class=\"wide\"><table class=\"runs\"><thead><tr><th scope=\"col\">verdict</th>"
	      "<th scope=\"col\">run</th><th scope=\"col\" class=\"n\">of its time</th>"
	      "<th scope=\"col\" class=\"n\">took</th></tr></thead>\n",
	      out);
	for (int i = first; i < last;)
		i += case_rows(overview, i);
	fputs("</table></div></section>\n", out);
}

static void stories(struct overview *overview)
{
	fputs("<section aria-labelledby=\"runs\"><h2 id=\"runs\">All runs, by story</h2>\n",
	      overview->out);
	filters(overview);
	for (int first = 0, last; first < overview->count; first = last) {
		for (last = first + 1; last < overview->count; last++)
			if (!same_story(overview->results[first], overview->results[last]))
				break;
		story(overview, first, last);
	}
	fputs("</section>\n", overview->out);
}

void html_overview_print(json_t *const *results, int count, int differing, FILE *out)
{
	struct overview overview = {.results = results, .count = count, .out = out};
	char title[64];

	for (int i = 0; i < count; i++) {
		overview.verdict[result_verdict(results[i])]++;
		kernel_of(&overview, results[i]);
	}
	snprintf(title, sizeof(title), "%d run%s", count, count == 1 ? "" : "s");
	page_begin(out, "index.html", title, NULL);
	fprintf(out, "<h1>%s</h1>\n", title);
	fputs("<p>What TCP connections really did when the other side went away, and whether that "
	      "is what the cases expected. Each run has a page of its own.</p>\n",
	      out);
	counts(&overview);
	kernels(&overview);
	if (differing >= 0)
		fprintf(out,
			"<p><a href=\"compare.html\">What differs between the two</a>: %d "
			"run%s.</p>\n",
			differing, differing == 1 ? "" : "s");
	contents(&overview);
	failures(&overview);
	stories(&overview);
	slowest(&overview);
	skipped(&overview);
	page_end(out);
	for (int i = 0; i < overview.kernels; i++) {
		free(overview.kernel[i]);
		free(overview.whole[i]);
	}
}
