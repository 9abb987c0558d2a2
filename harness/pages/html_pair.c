/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "html_compare.h"
#include "merge.h"
#include "page.h"
#include "svg.h"

static void heading(const struct html_pair *pair, FILE *out)
{
	const struct comparison *comparison = pair->comparison;
	const struct compared_run *run = &comparison->run[pair->run];
	const struct cause *cause = &comparison->cause[run->cause];

	fputs("<h1>", out);
	page_text(out, pair->a->plan->name);
	fputs("</h1>\n<p class=\"mono\">", out);
	page_breakable(out, run->name);
	fprintf(out, "</p>\n<p>What differs first: <a href=\"");
	page_up(out, pair->path);
	fprintf(out, "compare.html#c%d\">", run->cause);
	page_text(out, cause->text);
	fprintf(out, "</a>, as in %d run%s. Verdict: %s in A, %s in B.</p>\n<ul class=\"keys\">",
		cause->run_count, cause->run_count == 1 ? "" : "s", pair->a->verdict,
		pair->b->verdict);
	fputs("<li>", out);
	page_link(out, pair->path, pair->page_a, "The run in A alone");
	fputs("</li><li>", out);
	page_link(out, pair->path, pair->page_b, "The run in B alone");
	fputs("</li></ul>\n<ul><li><b>A</b>: ", out);
	page_breakable(out, comparison->kernel_a);
	fputs("</li><li><b>B</b>: ", out);
	page_breakable(out, comparison->kernel_b);
	fputs("</li></ul>\n", out);
}

static int ladder(const struct html_pair *pair, FILE *out, struct err *err)
{
	const struct tolerance *tolerance = &pair->comparison->run[pair->run].tolerance;
	struct rows both = {0};
	int ret = rows_of_two(pair->a->plan, pair->a->record, pair->b->record,
			      tolerance_at(tolerance, pair->a->record->end_ns), &both, err);

	fputs("<section aria-labelledby=\"ladder\"><h2 id=\"ladder\">Both in one picture</h2>\n"
	      "<ul class=\"keys\"><li class=\"in-a\">A: only in A</li>"
	      "<li class=\"in-b\">B: only in B</li>"
	      "<li class=\"moved\">in both, at another time: in A on the left, in B on the "
	      "right</li><li>All else is the same in both.</li></ul>\n"
	      "<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"Ladder\">\n",
	      out);
	if (ret == 0)
		ret = svg_ladder_of_two(pair->a->plan, pair->a->record, pair->b->record, &both, out,
					err);
	fputs("</div></section>\n", out);
	rows_done(&both);
	return ret;
}

int html_pair_print(const struct html_pair *pair, FILE *out, struct err *err)
{
	char title[512];
	int ret;

	snprintf(title, sizeof(title), "A and B: %s", pair->comparison->run[pair->run].name);
	page_begin(out, pair->path, title, "All runs");
	heading(pair, out);
	fputs("<section aria-labelledby=\"changes\"><h2 id=\"changes\">What differs</h2>\n", out);
	html_changes_print(pair->comparison, -1, pair->run, out);
	fputs("</section>\n", out);
	ret = ladder(pair, out, err);
	page_end(out);
	return ret;
}
