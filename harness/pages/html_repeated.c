/* SPDX-License-Identifier: MIT */
#include "html_repeated.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "duration.h"
#include "html_overview.h"
#include "list.h"
#include "page.h"
#include "results.h"

#define BINS      16
#define MOST_RUNS 200 /* that are told, the widest first */
#define SAME_NS   1000000LL

struct sample {
	int64_t after_ns;
	const json_t *result;
};

struct noticed { /* by one call of a run */
	const char *who;
	struct sample *sample; /* sorted */
	int sample_count;
};

struct repeated {
	const json_t *first;
	struct noticed *noticed;
	int noticed_count, times;
	int order;
	int64_t spread_ns; /* the widest of them */
};

struct repetitions {
	struct repeated *run;
	int run_count;
};

static bool same_run(const json_t *a, const json_t *b)
{
	AUTO_FREE char *kernel_a = result_kernel(a, true);
	AUTO_FREE char *kernel_b = result_kernel(b, true);

	return strcmp(result_string(a, "file"), result_string(b, "file")) == 0 &&
	       strcmp(result_string(a, "variant"), result_string(b, "variant")) == 0 &&
	       json_integer_value(json_object_get(a, "results")) ==
		       json_integer_value(json_object_get(b, "results")) &&
	       strcmp(kernel_a, kernel_b) == 0;
}

static struct noticed *noticed_of(struct repeated *run, const char *who)
{
	struct noticed *noticed;

	for (int i = 0; i < run->noticed_count; i++)
		if (strcmp(run->noticed[i].who, who) == 0)
			return &run->noticed[i];
	noticed = LIST_ADD(NULL, run, noticed);
	*noticed = (struct noticed){.who = who};
	return noticed;
}

static void run_add(struct repeated *run, const json_t *result)
{
	const json_t *one;
	size_t at;

	run->times++;
	json_array_foreach(json_object_get(result, "detected"), at, one)
	{
		struct noticed *noticed = noticed_of(run, result_string(one, "who"));

		*LIST_ADD(NULL, noticed, sample) = (struct sample){
			json_integer_value(json_object_get(one, "after_ns")), result};
	}
}

static int by_time(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->after_ns > y->after_ns) - (x->after_ns < y->after_ns);
}

static void run_settle(struct repeated *run)
{
	for (int i = 0; i < run->noticed_count; i++) {
		struct noticed *noticed = &run->noticed[i];
		int64_t spread_ns;

		qsort(noticed->sample, (size_t)noticed->sample_count, sizeof(*noticed->sample),
		      by_time);
		spread_ns = noticed->sample[noticed->sample_count - 1].after_ns -
			    noticed->sample[0].after_ns;
		run->spread_ns = spread_ns > run->spread_ns ? spread_ns : run->spread_ns;
	}
}

static void run_done(struct repeated *run)
{
	for (int i = 0; i < run->noticed_count; i++)
		free(run->noticed[i].sample);
	free(run->noticed);
}

static void collect(struct repetitions *repetitions, json_t *const *results, int count)
{
	struct repeated *run = NULL;

	for (int i = 0; i < count; i++) {
		if (!*result_string(results[i], "repetition"))
			continue;
		if (!run || !same_run(run->first, results[i])) {
			run = LIST_ADD(NULL, repetitions, run);
			*run = (struct repeated){.first = results[i], .order = i};
		}
		run_add(run, results[i]);
	}
	for (int i = 0; i < repetitions->run_count; i++)
		run_settle(&repetitions->run[i]);
}

static int wider(const void *a, const void *b)
{
	const struct repeated *x = a, *y = b;

	return x->spread_ns != y->spread_ns ? (x->spread_ns < y->spread_ns ? 1 : -1)
					    : x->order - y->order;
}

/* A bar for each of as many equal parts of the time between the first and the last. */
static void histogram(const struct noticed *noticed, FILE *out)
{
	int64_t first_ns = noticed->sample[0].after_ns;
	int64_t spread_ns = noticed->sample[noticed->sample_count - 1].after_ns - first_ns;
	int bin[BINS] = {0}, most = 0;

	if (spread_ns < SAME_NS) {
		fputs("all at once", out);
		return;
	}
	for (int i = 0; i < noticed->sample_count; i++) {
		double part = (double)(noticed->sample[i].after_ns - first_ns) / (double)spread_ns;
		int at = (int)(part * BINS);

		at = at < BINS ? at : BINS - 1;
		most = ++bin[at] > most ? bin[at] : most;
	}
	fputs("<span class=\"histogram\" role=\"img\" aria-label=\"How many there were in each "
	      "part of that time:",
	      out);
	for (int i = 0; i < BINS; i++)
		fprintf(out, " %d", bin[i]);
	fputs("\">", out);
	for (int i = 0; i < BINS; i++)
		fprintf(out, "<i style=\"height:%d%%\"></i>", bin[i] * 100 / most);
	fputs("</span>", out);
}

/* A time, and which run it is of. */
static void extreme(const struct sample *sample, FILE *out)
{
	char time[32];

	fprintf(out, "<td class=\"n\">%s<br>", duration_span(sample->after_ns, time, sizeof(time)));
	overview_link(out, sample->result, result_string(sample->result, "repetition"));
	fputs("</td>", out);
}

static void noticed_print(const struct repeated *run, const struct noticed *noticed, FILE *out)
{
	int count = noticed->sample_count;
	int64_t median_ns = (noticed->sample[(count - 1) / 2].after_ns +
			     noticed->sample[count / 2].after_ns) /
			    2;
	char time[32];

	fputs("<tr><th scope=\"row\" class=\"mono\">", out);
	page_text(out, noticed->who);
	fprintf(out, "</th><td class=\"n\">%d of %d</td>", count, run->times);
	extreme(&noticed->sample[0], out);
	fprintf(out, "<td class=\"n\">%s</td>", duration_span(median_ns, time, sizeof(time)));
	extreme(&noticed->sample[count - 1], out);
	fputs("<td>", out);
	histogram(noticed, out);
	fputs("</td></tr>\n", out);
}

static void run_print(const struct repeated *run, FILE *out)
{
	AUTO_FREE char *name = result_run(run->first);
	AUTO_FREE char *kernel = result_kernel(run->first, false);

	fputs("<section class=\"cause\"><h2 class=\"mono\">", out);
	page_breakable(out, name);
	fprintf(out, " <span class=\"dim\">%d times, ", run->times);
	page_text(out, kernel);
	fputs("</span></h2>\n", out);
	if (!run->noticed_count) {
		fputs("<p>Nobody noticed anything, or there was no fault.</p></section>\n", out);
		return;
	}
	fputs("<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">who, by "
	      "what</th>"
	      "<th scope=\"col\" class=\"n\">runs</th><th scope=\"col\" class=\"n\">first</th>"
	      "<th scope=\"col\" class=\"n\">median</th><th scope=\"col\" class=\"n\">last</th>"
	      "<th scope=\"col\">from the first to the last</th></tr></thead><tbody>\n",
	      out);
	for (int i = 0; i < run->noticed_count; i++)
		noticed_print(run, &run->noticed[i], out);
	fputs("</tbody></table></div></section>\n", out);
}

static void print(const struct repetitions *repetitions, FILE *out)
{
	int count = repetitions->run_count;

	page_begin(out, "repeated.html", "Runs that were repeated", "All runs");
	fputs("<h1>How long until somebody noticed</h1>\n<p>Of each run that was made several "
	      "times: the first call of each program that ended, after the first fault, with an "
	      "error or with the end of what the other side sends, and how long after that fault. "
	      "Those that differ the most come first.</p>\n",
	      out);
	for (int i = 0; i < count && i < MOST_RUNS; i++)
		run_print(&repetitions->run[i], out);
	if (count > MOST_RUNS)
		fprintf(out, "<p class=\"more\">%d more differ by less.</p>\n", count - MOST_RUNS);
	page_end(out);
}

int html_repeated_print(json_t *const *results, int count, FILE *out)
{
	struct repetitions repetitions = {0};

	collect(&repetitions, results, count);
	if (repetitions.run_count)
		qsort(repetitions.run, (size_t)repetitions.run_count, sizeof(*repetitions.run),
		      wider);
	if (out)
		print(&repetitions, out);
	for (int i = 0; i < repetitions.run_count; i++)
		run_done(&repetitions.run[i]);
	free(repetitions.run);
	return repetitions.run_count;
}
