/* SPDX-License-Identifier: MIT
 *
 * The comparison as one page that needs no file beside it: it is mailed and kept with a change.
 */
#include "html_compare.h"

#include <string.h>

#include "page.h"

static void names(FILE *out, const struct comparison *comparison, const struct change_group *group)
{
	fprintf(out, "<details%s><summary>%d run%s</summary>", group->run_count <= 4 ? " open" : "",
		group->run_count, group->run_count == 1 ? "" : "s");
	for (int i = 0; i < group->run_count; i++) {
		fputs("<p class=\"mono\">", out);
		page_text(out, comparison->run[group->run[i]].name);
		fputs("</p>", out);
	}
	fputs("</details>", out);
}

static void change(FILE *out, const struct comparison *comparison, const struct change_group *group)
{
	fputs("<li><strong>", out);
	page_text(out, group->change.what);
	fputs("</strong><br>A: <code>", out);
	page_text(out, group->change.before);
	fputs("</code><br>B: <code>", out);
	page_text(out, group->change.after);
	fputs("</code>", out);
	names(out, comparison, group);
	fputs("</li>\n", out);
}

static void changes(FILE *out, const struct comparison *comparison)
{
	for (int i = 0; i < comparison->group_count; i++) {
		enum change_kind kind = comparison->group[i].change.kind;

		if (i == 0 || comparison->group[i - 1].change.kind != kind) {
			fprintf(out, "<section><h2>%s</h2>\n<ul class=\"failures\">\n",
				change_kind_title[kind]);
		}
		change(out, comparison, &comparison->group[i]);
		if (i + 1 == comparison->group_count ||
		    comparison->group[i + 1].change.kind != kind)
			fputs("</ul></section>\n", out);
	}
}

static void only(FILE *out, char *const *name, int count, const char *where)
{
	if (count == 0)
		return;
	fprintf(out, "<section><h2>Only in %s, not compared</h2>\n<ul>", where);
	for (int i = 0; i < count; i++) {
		fputs("<li class=\"mono\">", out);
		page_text(out, name[i]);
		fputs("</li>\n", out);
	}
	fputs("</ul></section>\n", out);
}

static void side(FILE *out, const char *letter, const char *folder, const char *kernel)
{
	fprintf(out, "<li><b>%s</b>: <code>", letter);
	page_text(out, folder);
	fputs("</code> ", out);
	page_text(out, kernel);
	fputs("</li>", out);
}

void html_compare_print(const struct comparison *comparison, FILE *out)
{
	int same = comparison->run_count - comparison->differing;

	page_begin_alone(out, "What differs between two kernels");
	fputs("<h1>What differs</h1>\n<ul>", out);
	side(out, "A", comparison->a, comparison->kernel_a);
	side(out, "B", comparison->b, comparison->kernel_b);
	fprintf(out,
		"</ul>\n<ul class=\"counts\"><li class=\"%s\"><b>%d</b> differ</li>"
		"<li class=\"pass\"><b>%d</b> the same</li></ul>\n",
		comparison->differing ? "fail" : "pass", comparison->differing, same);
	if (comparison->differing == 0)
		fputs("<p>Every run that is in both came out the same.</p>\n", out);
	changes(out, comparison);
	only(out, comparison->only_a, comparison->only_a_count, "A");
	only(out, comparison->only_b, comparison->only_b_count, "B");
	page_end(out);
}
