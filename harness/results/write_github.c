/* SPDX-License-Identifier: MIT
 *
 * Annotations as GitHub Actions reads them from a step's output: one for each expectation that
 * failed, at its line of the case file ("Workflow commands for GitHub Actions" in GitHub's
 * documentation; the escapes are those of actions/toolkit, packages/core/src/command.ts).
 */
#include <stdlib.h>
#include <string.h>

#include "results.h"
#include "story.h"
#include "visible.h"
#include "writer.h"

static void put_data(int character, FILE *out)
{
	if (character == '%' || character == '\r' || character == '\n')
		fprintf(out, "%%%02X", character);
	else
		fputc(character, out);
}

static void put_property(int character, FILE *out)
{
	if (character == ':' || character == ',')
		fprintf(out, "%%%02X", character);
	else
		put_data(character, out);
}

static void annotate(const json_t *result, const struct listing *listing, const json_t *failure,
		     FILE *out)
{
	char *name = result_name(result), path[4096];

	story_path(listing->folder, result, path, sizeof(path));
	fputs("::error file=", out);
	visible_each(path, true, put_property, out);
	if (failure)
		fprintf(out, ",line=%d,col=%d", (int)result_number(failure, "line"),
			(int)result_number(failure, "column"));
	fputs(",title=", out);
	visible_each(name, true, put_property, out);
	fputs("::", out);
	if (failure) {
		visible_each("expected: ", false, put_data, out);
		visible_each(result_string(failure, "expected"), false, put_data, out);
		visible_each("\nobserved: ", false, put_data, out);
		visible_each(result_string(failure, "observed"), false, put_data, out);
		visible_each("\ndifference: ", false, put_data, out);
		visible_each(result_string(failure, "difference"), false, put_data, out);
	} else {
		visible_each(result_string(result, "reason"), false, put_data, out);
	}
	fputc('\n', out);
	free(name);
}

static void one(const json_t *result, const struct listing *listing, int number, FILE *out)
{
	enum verdict verdict = result_verdict(result);
	const json_t *failures = json_object_get(result, "failures"), *failure;
	size_t at;

	(void)number;
	if (verdict != VERDICT_FAIL && verdict != VERDICT_ERROR)
		return;
	if (json_array_size(failures) == 0)
		annotate(result, listing, NULL, out);
	json_array_foreach(failures, at, failure) annotate(result, listing, failure, out);
}

const struct writer writer_github = {
	.name = "github",
	.help = "annotations of GitHub Actions; by itself where GITHUB_ACTIONS is `true`",
	.one = one};
