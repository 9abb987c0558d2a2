/* SPDX-License-Identifier: MIT
 *
 * For people: a line a run, under a run that did not pass what was wrong, and a summary.
 */
#include <stdlib.h>

#include "cleanup.h"
#include "duration.h"
#include "repetitions.h"
#include "results.h"
#include "visible.h"
#include "writer.h"

/* The attempts before the one that counts. */
static void retries_print(const json_t *result, const char *name, FILE *out)
{
	const json_t *attempt;
	size_t at;

	json_array_foreach(json_object_get(result, "retried"), at, attempt)
	{
		fputs("RETRY ", out);
		visible_print(name, true, out);
		fprintf(out, ": attempt %zu: %s: ", at + 1, result_string(attempt, "verdict"));
		visible_print(result_string(attempt, "reason"), true, out);
		fputc('\n', out);
	}
}

static void one(const json_t *result, const struct listing *listing, int number, FILE *out)
{
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_PASS] = "PASS",
		[VERDICT_FAIL] = "FAIL",
		[VERDICT_SKIP] = "SKIP",
		[VERDICT_ERROR] = "ERROR",
	};
	const char *reason = result_string(result, "reason");
	enum verdict verdict = result_verdict(result);
	char *name, span[32];

	(void)number;
	if (listing->quiet && (verdict == VERDICT_PASS || verdict == VERDICT_SKIP))
		return;
	name = result_name(result);
	retries_print(result, name, out);
	fprintf(out, "%-5s ", words[verdict]);
	visible_print(name, true, out);
	if (result_number(result, "wall_s") > 0)
		fprintf(out, "  (%s simulated in %.2f s)",
			duration_seconds(result_number(result, "simulated_s"), span, sizeof(span)),
			result_number(result, "wall_s"));
	fputs(*reason ? ": " : "", out);
	visible_print(reason, true, out);
	fputc('\n', out);
	visible_print(result_string(result, "text"), false, out);
	fputs(result_string(result, "screen"), out);
	free(name);
}

static void name_kernel(const json_t *kernel, FILE *out)
{
	fputs("kernel: ", out);
	visible_print(result_string(kernel, "name"), true, out);
	fputs(", Linux ", out);
	visible_print(result_string(kernel, "release"), true, out);
}

static void print_kernel(const json_t *kernel, FILE *out)
{
	name_kernel(kernel, out);
	if (result_number(kernel, "hz") > 0)
		fprintf(out, ", HZ %d, %s clock%s", (int)result_number(kernel, "hz"),
			json_is_true(json_object_get(kernel, "virtual_clock")) ? "virtual" : "real",
			json_is_true(json_object_get(kernel, "netem"))
				? ""
				: ", without netem: links have no delay");
	fputc('\n', out);
}

/* Of the first run that knows: they all have the same, but for runs of before. */
static json_t *kernel_told(const struct listing *listing)
{
	json_t *told = NULL;

	for (int i = 0; i < listing->count; i++) {
		json_t *result = outcomes_get(listing->outcomes, i);
		json_t *kernel = json_object_get(result, "kernel");
		bool knows = result_number(kernel, "hz") > 0;

		if (knows || (!told && *result_string(kernel, "release"))) {
			json_decref(told);
			told = json_incref(kernel);
		}
		json_decref(result);
		if (knows)
			break;
	}
	return told;
}

static void end(const struct listing *listing, FILE *out)
{
	const int *tally = listing->tally;
	json_t *kernel;
	char span[32];

	if (!listing->count) /* `judge` of nothing that could be read, which was said */
		return;
	if (listing->repeated) {
		AUTO_FREE char *text = repetitions_text(listing, listing->quiet);

		visible_print(text, false, out);
	}
	kernel = kernel_told(listing);
	if (kernel)
		print_kernel(kernel, out);
	json_decref(kernel);
	if (listing->took_s > 0)
		fprintf(out, "%s simulated in %.1f s\n",
			duration_seconds(listing->simulated_s, span, sizeof(span)),
			listing->took_s);
	if (tally[VERDICT_ERROR])
		fprintf(out, "%d of the failed could not be run or judged\n", tally[VERDICT_ERROR]);
	fprintf(out, "%d passed, %d failed, %d skipped", tally[VERDICT_PASS],
		tally[VERDICT_FAIL] + tally[VERDICT_ERROR], tally[VERDICT_SKIP]);
	if (listing->for_own_kernels)
		fprintf(out, ", of which a kernel for each host would run %d",
			listing->for_own_kernels);
	fputc('\n', out);
}

const struct writer writer_text = {
	.name = "text", .help = "for people (the default)", .one = one, .end = end};
