/* SPDX-License-Identifier: MIT
 *
 * GitLab's code quality report: one entry for each expectation that failed, at its line of the case
 * file (GitLab's documentation, "Code Quality report format", after Code Climate's).
 */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "results.h"
#include "sha256.h"
#include "story.h"
#include "text.h"
#include "visible.h"
#include "writer.h"

static void sha256_string(struct sha256 *sha, const char *text)
{
	sha256_add(sha, text, strlen(text) + 1);
}

/* What is the same in the next pipeline has the same: run, line and expectation. */
static void fingerprint(const json_t *result, const char *path, const json_t *failure,
			char text[static SHA256_TEXT])
{
	int line = (int)result_number(failure, "line");
	struct sha256 sha;

	sha256_init(&sha);
	sha256_string(&sha, path);
	sha256_string(&sha, result_string(result, "variant"));
	sha256_string(&sha, result_string(failure, "expected"));
	sha256_add(&sha, &line, sizeof(line));
	sha256_text(&sha, text);
}

static char *description(const json_t *result, const json_t *failure)
{
	const char *variant = result_string(result, "variant");
	struct text text = {0};
	char *shown;

	if (failure)
		text_add(&text, "%s%sexpected: %s; observed: %s (%s)", variant,
			 *variant ? ": " : "", result_string(failure, "expected"),
			 result_string(failure, "observed"), result_string(failure, "difference"));
	else
		text_add(&text, "%s%s%s", variant, *variant ? ": " : "",
			 result_string(result, "reason"));
	shown = visible_copy(text_string(&text), true);
	text_done(&text);
	return shown;
}

static void entry_add(json_t *entries, const json_t *result, const struct listing *listing,
		      const json_t *failure)
{
	char path[4096], *text = description(result, failure), *shown;
	char print[SHA256_TEXT];

	story_path(listing->folder, result, path, sizeof(path));
	fingerprint(result, path, failure, print);
	shown = visible_copy(path, true);
	json_array_append_new(
		entries,
		json_pack("{s:o, s:s, s:s, s:s, s:{s:o, s:{s:i}}}", "description", json_text(text),
			  "check_name", "halfopen", "fingerprint", print, "severity",
			  result_verdict(result) == VERDICT_ERROR ? "critical" : "major",
			  "location", "path", json_text(shown), "lines", "begin",
			  failure ? (int)result_number(failure, "line") : 1));
	free(text);
	free(shown);
}

static void end(const struct listing *listing, FILE *out)
{
	json_t *entries = json_array();

	for (int i = 0; i < listing->count; i++) {
		json_auto_t *result = outcomes_get(listing->outcomes, i);
		const json_t *failure;
		const json_t *failures = json_object_get(result, "failures");
		enum verdict verdict = result_verdict(result);
		size_t at;

		if (verdict != VERDICT_FAIL && verdict != VERDICT_ERROR)
			continue;
		if (json_array_size(failures) == 0)
			entry_add(entries, result, listing, NULL);
		json_array_foreach(failures, at, failure)
			entry_add(entries, result, listing, failure);
	}
	json_print(entries, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(entries);
}

const struct writer writer_codequality = {
	.name = "codequality", .help = "GitLab's code quality report", .end = end};
