/* SPDX-License-Identifier: MIT */
#include "axis.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "label.h"
#include "page.h"

#define MOST_TICKS 9
#define SMALL_CHAR 7.1 /* of the font of 11.5 px */

struct gap {
	int64_t from_ns, ns;
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int by_length(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

static int by_begin(const void *a, const void *b)
{
	const struct axis_break *x = a, *y = b;

	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

/* Everything that a chart may show, and the beginning and the end; returns how many times. */
static int times_collect(const struct record *record, int64_t *times)
{
	int count = 0;

	times[count++] = 0;
	times[count++] = record->end_ns;
	for (int i = 0; i < record->packet_count; i++)
		times[count++] = record->packet[i].sent_ns;
	for (int i = 0; i < record->socket_count; i++)
		if (!record->socket[i].sample)
			times[count++] = record->socket[i].t_ns;
	for (int i = 0; i < record->fault_count; i++)
		times[count++] = record->fault[i].begun_ns;
	for (int i = 0; i < record->step_count; i++)
		if (record->step[i].end_ns >= 0)
			times[count++] = record->step[i].end_ns;
	qsort(times, (size_t)count, sizeof(*times), by_number);
	return count;
}

/* The one or two longest gaps are broken if they are most of the run, and the next longest is
 * not nearly as long. */
static void breaks_find(struct time_axis *axis, const struct gap *gap, int gaps)
{
	int64_t total_ns = axis->record->end_ns, broken_ns = 0;
	int k;

	for (k = 0; k < AXIS_MOST_BREAKS && k + 1 < gaps; k++) {
		broken_ns += gap[k].ns;
		if (gap[k].ns > 8 * gap[k + 1].ns && broken_ns > total_ns / 5 * 4)
			break;
	}
	if (k == AXIS_MOST_BREAKS || k + 1 >= gaps || broken_ns >= total_ns)
		return;
	axis->breaks = k + 1;
	axis->shown_ns = total_ns - broken_ns;
	for (int i = 0; i < axis->breaks; i++)
		axis->broken[i] = (struct axis_break){gap[i].from_ns, gap[i].from_ns + gap[i].ns,
						      (total_ns - broken_ns) / 4};
	axis->shown_ns += axis->breaks * axis->broken[0].shown_ns;
	qsort(axis->broken, (size_t)axis->breaks, sizeof(*axis->broken), by_begin);
}

void axis_init(struct time_axis *axis, const struct plan *plan, const struct record *record,
	       const struct judgement *judgement, FILE *out)
{
	size_t most = 2 + (size_t)record->packet_count + (size_t)record->socket_count +
		      (size_t)record->fault_count + (size_t)record->step_count;
	int64_t *times = calloc(most, sizeof(*times));
	struct gap *gap = calloc(most, sizeof(*gap));
	int count, gaps = 0;

	if (!times || !gap)
		abort();
	*axis = (struct time_axis){.plan = plan,
				   .record = record,
				   .judgement = judgement,
				   .out = out,
				   .shown_ns = record->end_ns};
	count = times_collect(record, times);
	for (int i = 1; i < count; i++)
		if (times[i] > times[i - 1])
			gap[gaps++] = (struct gap){times[i - 1], times[i] - times[i - 1]};
	qsort(gap, (size_t)gaps, sizeof(*gap), by_length);
	breaks_find(axis, gap, gaps);
	free(times);
	free(gap);
}

double axis_x(const struct time_axis *axis, int64_t t_ns)
{
	double shown_ns = (double)t_ns;

	for (int i = 0; i < axis->breaks; i++) {
		const struct axis_break *one = &axis->broken[i];
		double length = (double)(one->to_ns - one->from_ns);

		if (t_ns >= one->to_ns)
			shown_ns -= length - (double)one->shown_ns;
		else if (t_ns > one->from_ns)
			shown_ns -= (double)(t_ns - one->from_ns) *
				    (1 - (double)one->shown_ns / length);
	}
	return AXIS_LEFT + (AXIS_RIGHT - AXIS_LEFT) * shown_ns /
				   (double)(axis->shown_ns > 0 ? axis->shown_ns : 1);
}

/* Between two ticks: a round time. */
static int64_t step_of(int64_t end_ns)
{
	static const int seconds[] = {1,   2,    5,    10,   20,   30,    60,    120,   300,
				      600, 1200, 1800, 3600, 7200, 14400, 28800, 86400, 604800};
	int64_t ns = 1000;

	for (int i = 0; ns < NSEC_PER_SEC; i++) {
		if (end_ns / ns < MOST_TICKS)
			return ns;
		ns = i % 3 == 1 ? ns / 2 * 5 : ns * 2;
	}
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (end_ns / (seconds[i] * NSEC_PER_SEC) < MOST_TICKS)
			return seconds[i] * NSEC_PER_SEC;
	return end_ns / MOST_TICKS + 1;
}

/* All ticks of an axis have one form: "15 s" on one of at most two minutes, else "1:02:05", with as
 * many digits behind the point as its steps need. */
static void tick_label(int64_t t_ns, int64_t step_ns, int64_t end_ns, char *buf, size_t size)
{
	int digits = 0;
	long long seconds = t_ns / NSEC_PER_SEC;

	for (int64_t unit_ns = NSEC_PER_SEC; digits < 6 && step_ns % unit_ns; unit_ns /= 10)
		digits++;
	if (end_ns <= 120 * NSEC_PER_SEC)
		snprintf(buf, size, "%.*f s", digits, (double)t_ns / 1e9);
	else if (end_ns < 3600 * NSEC_PER_SEC)
		snprintf(buf, size, "%lld:%0*.*f", seconds / 60, digits ? 3 + digits : 2, digits,
			 (double)(t_ns % (60 * NSEC_PER_SEC)) / 1e9);
	else
		snprintf(buf, size, "%lld:%02lld:%0*.*f", seconds / 3600, seconds / 60 % 60,
			 digits ? 3 + digits : 2, digits,
			 (double)(t_ns % (60 * NSEC_PER_SEC)) / 1e9);
}

static void tick(const struct time_axis *axis, int64_t t_ns, int64_t step_ns, int bottom,
		 double *last)
{
	double x = axis_x(axis, t_ns);
	char text[32];

	if (x - *last < 70)
		return;
	*last = x;
	tick_label(t_ns, step_ns, axis->record->end_ns, text, sizeof(text));
	fprintf(axis->out, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x, AXIS_TOP, bottom);
	/* The last one has no room on its right. */
	fprintf(axis->out, "<text class=\"small dim %s\" x=\"%.1f\" y=\"%d\">%s</text>\n",
		x > AXIS_RIGHT - 24 ? "end" : "mid", x > AXIS_RIGHT - 24 ? AXIS_WIDTH - 4 : x,
		bottom + 16, text);
}

static void break_mark(const struct time_axis *axis, const struct axis_break *one, int bottom)
{
	double from = axis_x(axis, one->from_ns), to = axis_x(axis, one->to_ns);
	char text[32];

	fprintf(axis->out,
		"<rect class=\"break\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>"
		"<text class=\"small dim mid\" x=\"%.1f\" y=\"%d\">&#8230; %s &#8230;</text>\n",
		from, AXIS_TOP, to - from, bottom - AXIS_TOP, (from + to) / 2, bottom + 30,
		duration_round(one->to_ns - one->from_ns, text, sizeof(text)));
}

/* Round times between FROM_NS and TO_NS. */
static void ticks(const struct time_axis *axis, int64_t from_ns, int64_t to_ns, int64_t step_ns,
		  int bottom, double *last)
{
	for (int64_t t_ns = (from_ns + step_ns - 1) / step_ns * step_ns; t_ns <= to_ns;
	     t_ns += step_ns)
		tick(axis, t_ns, step_ns, bottom, last);
}

static void scale(const struct time_axis *axis, int bottom)
{
	int64_t step_ns = step_of(axis->shown_ns), from_ns = 0;
	double last = -1000;

	for (int i = 0; i < axis->breaks; i++) {
		const struct axis_break *one = &axis->broken[i];

		break_mark(axis, one, bottom);
		ticks(axis, from_ns, one->from_ns, step_ns, bottom, &last);
		from_ns = one->to_ns;
	}
	ticks(axis, from_ns, axis->record->end_ns, step_ns, bottom, &last);
}

void axis_begin(const struct time_axis *axis, const char *id, const char *title, const char *desc,
		int height)
{
	int bottom = AXIS_TOP + height;

	fprintf(axis->out,
		"<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
		"aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
		AXIS_WIDTH, bottom + 38, AXIS_WIDTH, bottom + 38, id, id, id);
	page_text(axis->out, title);
	fprintf(axis->out, "</title>\n<desc id=\"%s-desc\">", id);
	page_text(axis->out, desc);
	fputs("</desc>\n", axis->out);
	scale(axis, bottom);
}

/* A line down at T_NS, and TEXT above it where there is room after the last such, which ended at
 * *LAST. */
static void mark(const struct time_axis *axis, int64_t t_ns, int bottom, const char *class,
		 const char *text, double *last)
{
	double x = axis_x(axis, t_ns), width = SMALL_CHAR * (double)strlen(text);
	double from = x > (AXIS_LEFT + AXIS_RIGHT) / 2.0 ? x + 3 - width : x - 3;

	fprintf(axis->out, "<g><title>");
	page_text(axis->out, text);
	fprintf(axis->out, "</title><path class=\"%s\" d=\"M%.1f %dV%d\"/>", class, x, AXIS_TOP - 6,
		bottom);
	if (from > *last) {
		fprintf(axis->out, "<text class=\"small %s\" x=\"%.1f\" y=\"%d\">", class, from,
			AXIS_TOP - 10);
		page_text(axis->out, text);
		fputs("</text>", axis->out);
		*last = from + width + 8;
	}
	fputs("</g>\n", axis->out);
}

void axis_end(const struct time_axis *axis, int height)
{
	const struct record *record = axis->record;
	const struct judgement *judgement = axis->judgement;
	int bottom = AXIS_TOP + height;
	double last = 0;
	char text[256];

	for (int i = 0; i < record->fault_count; i++)
		mark(axis, record->fault[i].begun_ns, bottom, "fault",
		     axis->plan->fault[record->fault[i].fault].text, &last);
	for (int i = 0; judgement && i < judgement->finding_count; i++) {
		const struct finding *finding = &judgement->finding[i];

		if (finding->holding == HOLDS || finding->t_ns < 0)
			continue;
		snprintf(text, sizeof(text), "line %d: %s",
			 axis->plan->expect[finding->expect].place.line, finding->expected);
		last = AXIS_WIDTH; /* no room above for more words */
		mark(axis, finding->t_ns, bottom, "bad", text, &last);
	}
	fputs("</svg>\n", axis->out);
}
