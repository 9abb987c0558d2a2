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

/* Each once, in the order of the runs: a case may give a host a kernel of its own. */
static void note_release(json_t *releases, const json_t *kernel)
{
	if (*result_string(kernel, "release"))
		json_object_set_new(releases, result_string(kernel, "release"), json_null());
}

static void print_kernel(const json_t *kernel, json_t *releases, FILE *out)
{
	const char *release, *before = ", Linux ";
	json_t *nothing;

	fputs("kernel: ", out);
	visible_print(result_string(kernel, "name"), true, out);
	json_object_foreach(releases, release, nothing)
	{
		fputs(before, out);
		visible_print(release, true, out);
		before = " and ";
	}
	if (result_number(kernel, "hz") > 0)
		fprintf(out, ", HZ %d, %s clock%s", (int)result_number(kernel, "hz"),
			json_is_true(json_object_get(kernel, "virtual_clock")) ? "virtual" : "real",
			json_is_true(json_object_get(kernel, "netem"))
				? ""
				: ", without netem: links have no delay");
	fputc('\n', out);
}

/* Of the first run that knows its clock, and the releases of all. */
static void tell_kernel(const struct listing *listing, FILE *out)
{
	json_t *told = NULL, *releases = json_object();

	for (int i = 0; i < listing->count; i++) {
		json_t *result = outcomes_get(listing->outcomes, i), *own;
		json_t *kernel = json_object_get(result, "kernel");
		bool knows = result_number(kernel, "hz") > 0, more;
		size_t at;

		more = !told || !(result_number(told, "hz") > 0);
		if (more && (knows || (!told && *result_string(kernel, "release")))) {
			json_decref(told);
			told = json_incref(kernel);
		}
		if (knows)
			note_release(releases, kernel);
		json_array_foreach(json_object_get(result, "kernels"), at, own)
			note_release(releases, own);
		json_decref(result);
	}
	if (told && !json_object_size(releases))
		note_release(releases, told);
	if (told)
		print_kernel(told, releases, out);
	json_decref(told);
	json_decref(releases);
}

static void end(const struct listing *listing, FILE *out)
{
	const int *tally = listing->tally;
	char span[32];

	if (!listing->count) /* `judge` of nothing that could be read, which was said */
		return;
	if (listing->repeated) {
		AUTO_FREE char *text = repetitions_text(listing, listing->quiet);

		visible_print(text, false, out);
	}
	tell_kernel(listing, out);
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
