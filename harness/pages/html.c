/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "badge.h"
#include "duration.h"
#include "html_overview.h"
#include "html_repeated.h"
#include "page.h"
#include "results.h"
#include "verdict.h"

#define MOST_REASONS 40
#define SLOWEST      10

/* ---- Above the list ---- */

/* Each leads to its runs in the list; the script also chooses them. */
static void counts(const struct overview *overview)
{
	static const char *const words[VERDICT_COUNT] = {"passed", "failed", "skipped",
							 "could not be run or judged"};

	fputs("<ul class=\"counts\">", overview->out);
	for (int i = 0; i < VERDICT_COUNT; i++) {
		int runs = overview->verdict[i];

		if (runs)
			fprintf(overview->out,
				"<li class=\"%s\"><a href=\"#runs\" data-verdict=\"%s\"><b>%d</b> "
				"%s</a></li>",
				badge_class((enum verdict)i), verdict_name[i], runs, words[i]);
		else if (i != VERDICT_ERROR)
			fprintf(overview->out, "<li class=\"none\"><b>0</b> %s</li>", words[i]);
	}
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
	      "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th scope=\"col\" "
	      "class=\"n\">took</th>"
	      "<th scope=\"col\" class=\"n\">of the run's time</th><th scope=\"col\">run</th></tr>"
	      "</thead><tbody>\n",
	      out);
	for (int i = 0; i < overview->count && i < SLOWEST; i++) {
		char *name = result_name(sorted[i]), time[32], took[32];

		fprintf(out,
			"<tr><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"mono\">",
			duration_round((int64_t)(result_number(sorted[i], "wall_s") * 1e9), took,
				       sizeof(took)),
			duration_round((int64_t)(result_number(sorted[i], "simulated_s") * 1e9),
				       time, sizeof(time)));
		overview_link(out, sorted[i], name);
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
		overview_text(out, *reason[k] ? reason[k] : "no reason was recorded");
		fputs("</li>\n", out);
	}
	if (other)
		fprintf(out, "<li>%d runs for other reasons</li>\n", other);
	fputs(reasons ? "</ul>\n</section>\n" : "</section>\n", out);
}

void html_overview_print(json_t *const *results, int count, int differing, FILE *out)
{
	struct overview overview = {.results = results, .count = count, .out = out};
	int repeated = html_repeated_print(results, count, NULL);
	char title[64];

	for (int i = 0; i < count; i++) {
		overview.verdict[result_verdict(results[i])]++;
		overview_kernel(&overview, results[i]);
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
	if (repeated)
		fprintf(out,
			"<p><a href=\"repeated.html\">How long until somebody noticed</a>, of %d "
			"run%s that %s repeated.</p>\n",
			repeated, repeated == 1 ? "" : "s", repeated == 1 ? "was" : "were");
	contents(&overview);
	overview_failures(&overview);
	overview_list(&overview);
	slowest(&overview);
	skipped(&overview);
	page_end(out);
	for (int i = 0; i < overview.kernels; i++) {
		free(overview.kernel[i]);
		free(overview.whole[i]);
	}
}
