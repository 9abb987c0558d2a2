/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_HELD = 0, EXIT_FAILED = 1, EXIT_COULD_NOT_RUN = 3, EXIT_SKIPPED = 77 };

static const struct {
	const char *word, *color;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"PASS", "\033[32m"},
    [VERDICT_FAIL] = {"FAIL", "\033[1;31m"},
    [VERDICT_SKIP] = {"SKIP", "\033[33m"},
    [VERDICT_ERROR] = {"ERROR", "\033[1;35m"},
};

void text_report_init(struct text_report *report, FILE *out)
{
	const char *no_color = getenv("NO_COLOR");

	*report = (struct text_report){.out = out, .terminal = isatty(fileno(out)) == 1};
	report->color = report->terminal && !(no_color && no_color[0]);
}

const char *text_duration(int64_t ns, char *buf, size_t size)
{
	long long seconds = (ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;

	if (ns < 10 * NSEC_PER_SEC)
		snprintf(buf, size, "%.2fs", (double)ns / 1e9);
	else if (ns < 60 * NSEC_PER_SEC)
		snprintf(buf, size, "%.1fs", (double)ns / 1e9);
	else if (seconds < 3600)
		snprintf(buf, size, "%lldm%02llds", seconds / 60, seconds % 60);
	else
		snprintf(buf, size, "%lldh%02lldm%02llds", seconds / 3600, seconds / 60 % 60,
			 seconds % 60);
	return buf;
}

static void clear_status(struct text_report *report)
{
	if (report->terminal)
		fputs("\r\033[K", report->out);
}

void text_report_result(struct text_report *report, const struct result *result)
{
	char simulated[32], wall[32];

	clear_status(report);
	report->count[result->verdict]++;
	fprintf(report->out, "%s%-5s%s %10s %7s  %s%s%s",
		report->color ? verdicts[result->verdict].color : "",
		verdicts[result->verdict].word, report->color ? "\033[0m" : "",
		result->simulated_ns
		    ? text_duration(result->simulated_ns, simulated, sizeof(simulated))
		    : "-",
		result->wall_ns ? text_duration(result->wall_ns, wall, sizeof(wall)) : "-",
		result->file, result->variant[0] ? ":" : "", result->variant);
	if (result->reason)
		fprintf(report->out, ": %s", result->reason);
	fputc('\n', report->out);
	if (result->explanation)
		fputs(result->explanation, report->out);
	fflush(report->out);
}

void text_report_status(struct text_report *report, int total, int running, int64_t left_ns)
{
	int done = 0;
	char left[32];

	if (!report->terminal)
		return;
	for (int i = 0; i < VERDICT_COUNT; i++)
		done += report->count[i];
	clear_status(report);
	fprintf(report->out, "%d of %d done, %d failed, %d running", done, total,
		report->count[VERDICT_FAIL] + report->count[VERDICT_ERROR], running);
	if (left_ns >= 0)
		fprintf(report->out, ", about %s left", text_duration(left_ns, left, sizeof(left)));
	fflush(report->out);
}

void text_report_end(struct text_report *report, const char *kernel)
{
	int errors = report->count[VERDICT_ERROR];

	clear_status(report);
	if (errors)
		fprintf(report->out, "%d ended in an error (counted as failed)\n", errors);
	if (kernel)
		fprintf(report->out, "kernel: %s\n", kernel);
	fprintf(report->out, "%d passed, %d failed, %d skipped\n", report->count[VERDICT_PASS],
		report->count[VERDICT_FAIL] + errors, report->count[VERDICT_SKIP]);
}

int text_report_exit_status(const struct text_report *report)
{
	if (report->count[VERDICT_ERROR])
		return EXIT_COULD_NOT_RUN;
	if (report->count[VERDICT_FAIL])
		return EXIT_FAILED;
	return report->count[VERDICT_PASS] ? EXIT_HELD : EXIT_SKIPPED;
}
