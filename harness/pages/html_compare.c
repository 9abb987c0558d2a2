/* SPDX-License-Identifier: MIT */
#include "html_compare.h"

#include <string.h>

#include "page.h"

#define MOST_VALUES 5
#define OPEN_RUNS   40 /* that are shown without being asked */

static const char *plural(int count)
{
	return count == 1 ? "" : "s";
}

/* ---- A table: A | B | change | runs ---- */

static void table_begin(const char *what, bool runs, FILE *out)
{
	fputs("<div class=\"wide\" tabindex=\"0\"><table class=\"changes\"><thead><tr>", out);
	if (what)
		fprintf(out, "<th scope=\"col\">%s</th>", what);
	fputs("<th scope=\"col\">A</th><th scope=\"col\">B</th>"
	      "<th scope=\"col\" class=\"n\">&#916;</th>",
	      out);
	if (runs)
		fputs("<th scope=\"col\" class=\"n\">runs</th>", out);
	fputs("</tr></thead><tbody>\n", out);
}

static void table_row(const char *what, const char *before, const char *after, const char *delta,
		      int runs, FILE *out)
{
	fputs("<tr>", out);
	if (what) {
		fputs("<td>", out);
		page_text(out, what);
		fputs("</td>", out);
	}
	fputs("<td class=\"mono in-a\">", out);
	page_text(out, before);
	fputs("</td><td class=\"mono in-b\">", out);
	page_text(out, after);
	fputs("</td><td class=\"n mono\">", out);
	page_text(out, delta);
	fputs("</td>", out);
	if (runs)
		fprintf(out, "<td class=\"n\">%d</td>", runs);
	fputs("</tr>\n", out);
}

static void table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

/* How many of those asked for show GROUP. */
static int shares(const struct comparison *comparison, const struct change_group *group, int cause,
		  int run)
{
	if (cause >= 0)
		return cause_shares(comparison, cause, group);
	for (int i = 0; i < group->run_count; i++)
		if (group->run[i] == run)
			return 1;
	return 0;
}

/* Returns how many rows. PRINT false: none is printed. */
static int rows_of(const struct comparison *comparison, int cause, int run, bool counters,
		   bool print, FILE *out)
{
	int count = 0;

	for (int i = 0; i < comparison->group_count; i++) {
		const struct change_group *group = &comparison->group[i];
		const struct change *change = &group->change;
		int runs = shares(comparison, group, cause, run);

		if (!runs || counters != (change->kind == CHANGE_COUNTER))
			continue;
		if (print)
			table_row(change->what, change->before, change->after, change->delta,
				  cause >= 0 ? runs : 0, out);
		count++;
	}
	return count;
}

void html_changes_print(const struct comparison *comparison, int cause, int run, FILE *out)
{
	for (int counters = 0; counters < 2; counters++) {
		int rows = rows_of(comparison, cause, run, counters, false, out);
		const char *what = counters     ? "Counters that moved otherwise"
				   : cause >= 0 ? "All that differs in these runs"
						: "All that differs";

		if (rows == 0)
			continue;
		fprintf(out, "<details%s><summary>%s (%d)</summary>\n",
			cause < 0 && !counters ? " open" : "", what, rows);
		table_begin("what", cause >= 0, out);
		rows_of(comparison, cause, run, counters, true, out);
		table_end(out);
		fputs("</details>\n", out);
	}
}

/* ---- The causes ---- */

static void values(const struct cause *cause, FILE *out)
{
	table_begin(NULL, true, out);
	for (int i = 0; i < cause->value_count && i < MOST_VALUES; i++)
		table_row(NULL, cause->value[i].before, cause->value[i].after,
			  cause->value[i].delta, cause->value[i].run_count, out);
	table_end(out);
	if (cause->value_count > MOST_VALUES)
		fprintf(out, "<p class=\"more\">And %d other pairs of values.</p>\n",
			cause->value_count - MOST_VALUES);
}

static void run_name(const struct comparison *comparison, int run, char *const *pair, FILE *out)
{
	fputs("<li class=\"mono\">", out);
	if (pair && pair[run]) {
		fputs("<a href=\"", out);
		page_path(out, pair[run]);
		fputs("\">", out);
		page_breakable(out, comparison->run[run].name);
		fputs("</a>", out);
	} else {
		page_breakable(out, comparison->run[run].name);
	}
	fputs("</li>\n", out);
}

static void runs(const struct comparison *comparison, const struct cause *cause, char *const *pair,
		 FILE *out)
{
	fprintf(out, "<details%s><summary>The %d run%s</summary>\n<ul class=\"runs-of\">",
		cause->run_count <= OPEN_RUNS ? " open" : "", cause->run_count,
		plural(cause->run_count));
	for (int i = 0; i < cause->run_count; i++)
		run_name(comparison, cause->run[i], pair, out);
	fputs("</ul></details>\n", out);
}

static int verdicts(const struct comparison *comparison, int cause)
{
	int count = 0;

	for (int i = 0; i < comparison->group_count; i++)
		if (comparison->group[i].change.kind == CHANGE_VERDICT)
			count += cause_shares(comparison, cause, &comparison->group[i]);
	return count;
}

static void cause_print(const struct comparison *comparison, int index, char *const *pair,
			FILE *out)
{
	const struct cause *cause = &comparison->cause[index];
	int other = verdicts(comparison, index);

	fprintf(out, "<section class=\"cause\" aria-labelledby=\"c%d\"><h2 id=\"c%d\">%d. ", index,
		index, index + 1);
	page_text(out, cause->text);
	fprintf(out, " <span class=\"dim\">%d run%s", cause->run_count, plural(cause->run_count));
	if (other)
		fprintf(out, ", another verdict in %d", other);
	fputs("</span></h2>\n", out);
	values(cause, out);
	runs(comparison, cause, pair, out);
	html_changes_print(comparison, index, -1, out);
	fputs("</section>\n", out);
}

static void contents(const struct comparison *comparison, FILE *out)
{
	fputs("<nav aria-label=\"On this page\"><ol class=\"causes\">\n", out);
	for (int i = 0; i < comparison->cause_count; i++) {
		const struct cause *cause = &comparison->cause[i];

		fprintf(out, "<li><a href=\"#c%d\">", i);
		page_text(out, cause->text);
		fprintf(out, "</a> <span class=\"dim\">%d run%s</span></li>\n", cause->run_count,
			plural(cause->run_count));
	}
	fputs("</ol></nav>\n", out);
}

/* ---- The page ---- */

static void only(FILE *out, char *const *name, int count, const char *where)
{
	if (count == 0)
		return;
	fprintf(out,
		"<section><h2>Only in %s, not compared</h2>\n<details><summary>%d run%s</summary>"
		"<ul>",
		where, count, plural(count));
	for (int i = 0; i < count; i++) {
		fputs("<li class=\"mono\">", out);
		page_breakable(out, name[i]);
		fputs("</li>\n", out);
	}
	fputs("</ul></details></section>\n", out);
}

static void side(FILE *out, const char *letter, const char *folder, const char *kernel)
{
	fprintf(out, "<li><b>%s</b>: <code>", letter);
	page_text(out, folder);
	fputs("</code> ", out);
	page_breakable(out, kernel);
	fputs("</li>", out);
}

void html_compare_print(const struct comparison *comparison, char *const *pair, FILE *out)
{
	int same = comparison->run_count - comparison->differing;

	if (pair)
		page_begin(out, "compare.html", "What differs between A and B", "All runs");
	else
		page_begin_alone(out, "What differs between A and B");
	fputs("<h1>What differs between A and B</h1>\n<ul>", out);
	side(out, "A", comparison->a, comparison->kernel_a);
	side(out, "B", comparison->b, comparison->kernel_b);
	fprintf(out,
		"</ul>\n<ul class=\"counts\"><li class=\"%s\"><b>%d</b> runs differ</li>"
		"<li class=\"%s\"><b>%d</b> cause%s</li><li class=\"pass\"><b>%d</b> the "
		"same</li></ul>\n",
		comparison->differing ? "fail" : "none", comparison->differing,
		comparison->differing ? "plain" : "none", comparison->cause_count,
		plural(comparison->cause_count), same);
	if (comparison->differing == 0)
		fputs("<p>Every run that is in both came out the same.</p>\n", out);
	else
		contents(comparison, out);
	for (int i = 0; i < comparison->cause_count; i++)
		cause_print(comparison, i, pair, out);
	only(out, comparison->only_a, comparison->only_a_count, "A");
	only(out, comparison->only_b, comparison->only_b_count, "B");
	page_end(out);
}
