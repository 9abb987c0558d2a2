/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "visible.h"

#define MOST_NAMES  12 /* of runs, under one cause; the JSON has all */
#define MOST_VALUES 6
#define MOST_ROWS   12 /* of what follows */
#define MOST_ONLY   4
#define WHAT        44 /* columns, of a hundred */
#define WHAT_LEAST  24
#define WHAT_MOST   80
#define VALUE       14
#define TABLE       "    %-*s %*s %*s %*s %5s\n"

struct printing {
	const struct comparison *comparison;
	int what; /* columns of what the rows tell */
	FILE *out;
};

static void print_name(int indent, const char *name, FILE *out)
{
	fprintf(out, "%*s", indent, "");
	visible_print(name, true, out);
	fputc('\n', out);
}

/* Whether a column of WIDTH holds it: what needs more, or is not plain, has a line of its own. */
static bool fits(const char *text, size_t width)
{
	for (const char *at = text; *at; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return strlen(text) <= width;
}

static void heads(const struct printing *printing, const char *what)
{
	fprintf(printing->out, TABLE, printing->what, what, VALUE, "A", VALUE, "B", VALUE, "change",
		"runs");
}

static void row_narrow(const char *side, const char *text, FILE *out)
{
	fprintf(out, "      %s  ", side);
	visible_print(text, true, out);
	fputc('\n', out);
}

static void row(const struct printing *printing, const char *what, const char *before,
		const char *after, const char *delta, int runs)
{
	FILE *out = printing->out;
	char number[16];

	snprintf(number, sizeof(number), "%d", runs);
	if (fits(what, (size_t)printing->what) && fits(before, VALUE) && fits(after, VALUE)) {
		fprintf(out, TABLE, printing->what, what, VALUE, before, VALUE, after, VALUE, delta,
			number);
		return;
	}
	fputs(*what ? "    " : "   ", out);
	visible_print(what, true, out);
	fprintf(out, "  (%s%s%d run%s)\n", delta, *delta ? ", " : "", runs, runs == 1 ? "" : "s");
	row_narrow("A", before, out);
	row_narrow("B", after, out);
}

static void print_values(const struct printing *printing, const struct cause *cause)
{
	heads(printing, "");
	for (int i = 0; i < cause->value_count && i < MOST_VALUES; i++) {
		const struct cause_value *value = &cause->value[i];

		row(printing, "", value->before, value->after, value->delta, value->run_count);
	}
	if (cause->value_count > MOST_VALUES)
		fprintf(printing->out, "    and %d more\n", cause->value_count - MOST_VALUES);
}

static bool is_of(const struct cause *cause, const struct change *change)
{
	return change->cause && strcmp(change->cause, cause->text) == 0;
}

static void print_following(const struct printing *printing, int index)
{
	const struct comparison *comparison = printing->comparison;
	FILE *out = printing->out;
	const struct cause *cause = &comparison->cause[index];
	int told = 0, more = 0, counters = 0;

	for (int i = 0; i < comparison->group_count; i++) {
		const struct change *change = &comparison->group[i].change;
		int runs = cause_shares(comparison, index, &comparison->group[i]);

		if (!runs || is_of(cause, change))
			continue;
		if (change->kind == CHANGE_COUNTER) {
			counters++;
		} else if (told == MOST_ROWS) {
			more++;
		} else {
			if (told++ == 0)
				heads(printing, "What follows");
			row(printing, change->what, change->before, change->after, change->delta,
			    runs);
		}
	}
	if (more)
		fprintf(out, "    and %d more\n", more);
	if (counters)
		fprintf(out, "    %d counter%s moved otherwise\n", counters,
			counters == 1 ? "" : "s");
}

static void print_cause(const struct printing *printing, int index)
{
	const struct comparison *comparison = printing->comparison;
	FILE *out = printing->out;
	const struct cause *cause = &comparison->cause[index];

	fprintf(out, "\n%d. ", index + 1);
	visible_print(cause->text, true, out);
	fprintf(out, "   (%d run%s)\n", cause->run_count, cause->run_count == 1 ? "" : "s");
	print_values(printing, cause);
	print_following(printing, index);
	fputs("    Runs\n", out);
	for (int i = 0; i < cause->run_count && i < MOST_NAMES; i++)
		print_name(6, comparison->run[cause->run[i]].name, out);
	if (cause->run_count > MOST_NAMES)
		fprintf(out, "      and %d more\n", cause->run_count - MOST_NAMES);
}

static void print_only(char *const *names, int count, const char *folder, FILE *out)
{
	if (count == 0)
		return;
	fprintf(out, "\nOnly in %s: %d run%s, not compared\n", folder, count,
		count == 1 ? "" : "s");
	for (int i = 0; i < count && i < MOST_ONLY; i++)
		print_name(2, names[i], out);
	if (count > MOST_ONLY)
		fprintf(out, "  and %d more\n", count - MOST_ONLY);
}

static void print_side(const char *letter, const char *folder, const char *kernel, FILE *out)
{
	fprintf(out, "%s: ", letter);
	visible_print(folder, true, out);
	fputs("  ", out);
	visible_print(kernel, true, out);
	fputc('\n', out);
}

static int what_width(int width)
{
	int what = width ? width - 100 + WHAT : WHAT;

	return what < WHAT_LEAST ? WHAT_LEAST : what > WHAT_MOST ? WHAT_MOST : what;
}

void comparison_print_text(const struct comparison *comparison, int width, FILE *out)
{
	const struct printing printing = {comparison, what_width(width), out};
	int same = comparison->run_count - comparison->differing;

	print_side("A", comparison->a, comparison->kernel_a, out);
	print_side("B", comparison->b, comparison->kernel_b, out);
	for (int i = 0; i < comparison->cause_count; i++)
		print_cause(&printing, i);
	print_only(comparison->only_a, comparison->only_a_count, comparison->a, out);
	print_only(comparison->only_b, comparison->only_b_count, comparison->b, out);
	fprintf(out, "\n%d of %d runs differ, %d are the same\n", comparison->differing,
		comparison->run_count, same);
}
