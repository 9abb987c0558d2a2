/* SPDX-License-Identifier: MIT
 *
 * What failed, by cause: the same in many runs is told once.
 */
#include <stdlib.h>
#include <string.h>

#include "badge.h"
#include "cleanup.h"
#include "html_overview.h"
#include "list.h"
#include "page.h"
#include "results.h"

#define MOST_CAUSES 40
#define MOST_RUNS   100 /* of a cause; the list below has all */
#define OPEN_RUNS   12  /* that are shown without being asked */

struct failed_alike {
	char *text;
	int *run; /* by number in the overview's */
	int run_count;
};

struct failed_alikes {
	struct failed_alike *cause;
	int cause_count, failed;
};

static int by_runs(const void *a, const void *b)
{
	const struct failed_alike *x = a, *y = b;

	return y->run_count != x->run_count ? y->run_count - x->run_count : x->run[0] - y->run[0];
}

static struct failed_alike *cause_of(struct failed_alikes *causes, const json_t *result)
{
	AUTO_FREE char *text = result_cause(result);
	struct failed_alike *cause;

	for (int i = 0; i < causes->cause_count; i++)
		if (strcmp(causes->cause[i].text, text) == 0)
			return &causes->cause[i];
	cause = LIST_ADD(NULL, causes, cause);
	cause->text = TAKE(text);
	return cause;
}

static void causes_make(const struct overview *overview, struct failed_alikes *causes)
{
	for (int i = 0; i < overview->count; i++) {
		struct failed_alike *cause;

		if (!result_failed(overview->results[i]))
			continue;
		cause = cause_of(causes, overview->results[i]);
		*LIST_ADD(NULL, cause, run) = i;
		causes->failed++;
	}
	if (causes->cause_count)
		qsort(causes->cause, (size_t)causes->cause_count, sizeof(*causes->cause), by_runs);
}

static void expectation(FILE *out, const json_t *result)
{
	int more = (int)result_number(result, "more");

	if (!*result_string(result, "expected")) {
		overview_text(out, result_string(result, "reason"));
		return;
	}
	page_printf(out, "Line %d expected ", (int)result_number(result, "line"));
	fputs("<code>", out);
	overview_text(out, result_string(result, "expected"));
	fputs("</code>, observed was <code>", out);
	overview_text(out, result_string(result, "observed"));
	fputs("</code>: <strong>", out);
	overview_text(out, result_string(result, "difference"));
	fputs("</strong>", out);
	if (more)
		fprintf(out, " <span class=\"dim\">+%d more</span>", more);
}

static void run_print(const struct overview *overview, int run, bool told)
{
	const json_t *result = overview->results[run];
	AUTO_FREE char *name = result_name(result);
	FILE *out = overview->out;

	fputs("<li>", out);
	badge_print(out, result_verdict(result));
	fputs(" <span class=\"mono\">", out);
	overview_link(out, result, name);
	fputs("</span>", out);
	if (told) {
		fputs("<br>", out);
		expectation(out, result);
	} else if (*result_string(result, "difference")) {
		fputs(" <span class=\"dim\">", out);
		overview_text(out, result_string(result, "difference"));
		fputs("</span>", out);
	}
	fputs("</li>\n", out);
}

/* The first run is told in full, the others by their names and by how far they are off. */
static void cause_print(const struct overview *overview, const struct failed_alike *cause)
{
	FILE *out = overview->out;
	int more = cause->run_count - 1;

	fputs("<li><h3>", out);
	overview_text(out, cause->text);
	fprintf(out, " <span class=\"dim\">%d run%s</span></h3>\n<ul class=\"runs-of-one\">",
		cause->run_count, cause->run_count == 1 ? "" : "s");
	run_print(overview, cause->run[0], true);
	fputs("</ul>\n", out);
	if (more) {
		fprintf(out,
			"<details%s><summary>%d more run%s</summary><ul class=\"runs-of-one\">",
			more <= OPEN_RUNS ? " open" : "", more, more == 1 ? "" : "s");
		for (int i = 1; i < cause->run_count && i <= MOST_RUNS; i++)
			run_print(overview, cause->run[i], false);
		fputs("</ul>", out);
		if (more > MOST_RUNS)
			fprintf(out, "<p>%d more are in the list below.</p>", more - MOST_RUNS);
		fputs("</details>\n", out);
	}
	fputs("</li>\n", out);
}

void overview_failures(const struct overview *overview)
{
	FILE *out = overview->out;
	struct failed_alikes causes = {0};

	causes_make(overview, &causes);
	if (causes.failed) {
		fprintf(out,
			"<section aria-labelledby=\"failed\"><h2 id=\"failed\">What failed, and "
			"why: "
			"%d cause%s</h2>\n<ol class=\"failures\">\n",
			causes.cause_count, causes.cause_count == 1 ? "" : "s");
		for (int i = 0; i < causes.cause_count && i < MOST_CAUSES; i++)
			cause_print(overview, &causes.cause[i]);
		fputs("</ol>\n", out);
		if (causes.cause_count > MOST_CAUSES)
			fprintf(out, "<p>%d more causes: see the list below.</p>\n",
				causes.cause_count - MOST_CAUSES);
		fputs("</section>\n", out);
	}
	for (int i = 0; i < causes.cause_count; i++) {
		free(causes.cause[i].text);
		free(causes.cause[i].run);
	}
	free(causes.cause);
}
