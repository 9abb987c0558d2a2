/* SPDX-License-Identifier: MIT
 *
 * JUnit's XML, in the form that Jenkins, GitLab and the viewers of GitHub take: a suite a story,
 * a test case a run. There is no one standard; what they have in common is in
 * harness/tests/junit.xsd.
 */
#include <stdlib.h>
#include <string.h>

#include "results.h"
#include "story.h"
#include "visible.h"
#include "writer.h"

static void put_xml(int character, FILE *out)
{
	switch (character) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	default:
		fputc(character, out);
	}
}

/* U+FFFE and U+FFFF are the only valid UTF-8 beside control characters that is not of XML 1.0:
 * they come as question marks. */
static void put_text(const char *text, bool line, FILE *out)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	for (char *at = copy; (at = strstr(at, "\xef\xbf")); at += 2)
		if (at[2] == '\xbe' || at[2] == '\xbf')
			memcpy(at, "???", 3);
	visible_each(copy, line, put_xml, out);
	free(copy);
}

static void put_attribute(const char *name, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", name);
	put_text(value, true, out);
	fputc('"', out);
}

/* "story.case": Jenkins takes what is before the last dot for a package. */
static void put_classname(const json_t *result, FILE *out)
{
	const char *file = result_string(result, "file"), *base = strrchr(file, '/'), *dot;
	struct story story = story_of(result);
	char name[512];
	int used;

	base = base ? base + 1 : file;
	dot = strrchr(base, '.');
	used = snprintf(name, sizeof(name), "%.*s.", story.size, story.name);
	if (used >= (int)sizeof(name))
		used = (int)sizeof(name) - 1;
	snprintf(name + used, sizeof(name) - (size_t)used, "%.*s",
		 dot && dot > base ? (int)(dot - base) : (int)strlen(base), base);
	for (char *at = name; *at; at++)
		if (*at == '.' && at != name + used - 1)
			*at = '_';
	put_attribute("classname", name, out);
}

struct sums {
	int tests, failures, errors, skipped;
	double wall_s;
};

/* STORY NULL: all of them. */
static struct sums sum_of(const struct listing *listing, const struct story *story)
{
	struct sums sums = {0};

	for (int i = 0; i < listing->count; i++) {
		const json_t *result = listing->results[i];
		enum verdict verdict = result_verdict(result);

		if (story && !story_has(story, result))
			continue;
		sums.tests++;
		sums.failures += verdict == VERDICT_FAIL;
		sums.errors += verdict == VERDICT_ERROR;
		sums.skipped += verdict == VERDICT_SKIP;
		sums.wall_s += result_number(result, "wall_s");
	}
	return sums;
}

static void put_sums(const struct sums *sums, FILE *out)
{
	fprintf(out, " tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\"",
		sums->tests, sums->failures, sums->errors, sums->skipped, sums->wall_s);
}

static void put_property(const char *name, const char *value, FILE *out)
{
	fputs("      <property", out);
	put_attribute("name", name, out);
	put_attribute("value", value, out);
	fputs("/>\n", out);
}

/* Of the suite's first run that knows: all of one command have the same kernel. */
static void put_properties(const struct listing *listing, const struct story *story, FILE *out)
{
	const json_t *kernel = NULL;
	char hz[16];

	for (int i = 0; i < listing->count; i++) {
		const json_t *other = json_object_get(listing->results[i], "kernel");

		if (story_has(story, listing->results[i]) &&
		    (!kernel ||
		     (result_number(kernel, "hz") == 0 && result_number(other, "hz") > 0)))
			kernel = other;
	}
	snprintf(hz, sizeof(hz), "%d", (int)result_number(kernel, "hz"));
	fputs("    <properties>\n", out);
	put_property("halfopen", listing->version, out);
	put_property("kernel", result_string(kernel, "name"), out);
	put_property("kernel.kind", result_string(kernel, "kind"), out);
	put_property("kernel.release", result_string(kernel, "release"), out);
	put_property("kernel.hz", hz, out);
	put_property("kernel.clock",
		     json_is_true(json_object_get(kernel, "virtual_clock")) ? "virtual" : "real",
		     out);
	put_property("kernel.netem",
		     json_is_true(json_object_get(kernel, "netem")) ? "true" : "false", out);
	fputs("    </properties>\n", out);
}

static void put_problem(const json_t *result, const char *element, const char *type, FILE *out)
{
	fprintf(out, "      <%s", element);
	put_attribute("message", result_string(result, "reason"), out);
	put_attribute("type", type, out);
	fputc('>', out);
	put_text(result_string(result, "text"), false, out);
	put_text(result_string(result, "ladder"), false, out);
	fprintf(out, "</%s>\n", element);
}

static void put_run(const json_t *result, FILE *out)
{
	const json_t *claims = json_object_get(result, "claims"), *claim, *attempt;
	char *name = result_name(result);
	size_t at;

	fputs("    <testcase", out);
	put_classname(result, out);
	put_attribute("name", name, out);
	put_attribute("file", result_string(result, "file"), out);
	fprintf(out, " time=\"%.3f\">\n", result_number(result, "wall_s"));
	switch (result_verdict(result)) {
	case VERDICT_FAIL:
		put_problem(result, "failure", "expectation", out);
		break;
	case VERDICT_ERROR:
		put_problem(result, "error", "could not be run or judged", out);
		break;
	case VERDICT_SKIP:
		fputs("      <skipped", out);
		put_attribute("message", result_string(result, "reason"), out);
		fputs("/>\n", out);
		break;
	case VERDICT_PASS:
	case VERDICT_COUNT:
		break;
	}
	fputs("      <system-out>", out);
	put_text(result_string(result, "case"), false, out);
	fprintf(out, "\n%.3f s simulated\n", result_number(result, "simulated_s"));
	json_array_foreach(json_object_get(result, "retried"), at, attempt)
	{
		fprintf(out, "attempt %zu: %s: ", at + 1, result_string(attempt, "verdict"));
		put_text(result_string(attempt, "reason"), true, out);
		fputc('\n', out);
	}
	if (json_array_size(claims)) {
		fputs("claims:", out);
		json_array_foreach(claims, at, claim)
		{
			fputc(' ', out);
			put_text(json_string_value(claim), true, out);
		}
		fputc('\n', out);
	}
	fputs("</system-out>\n    </testcase>\n", out);
	free(name);
}

static void put_story(const struct listing *listing, const struct story *story, FILE *out)
{
	struct sums sums = sum_of(listing, story);
	char name[256], stamp[32];
	struct tm tm;

	snprintf(name, sizeof(name), "%.*s", story->size, story->name);
	fputs("  <testsuite", out);
	put_attribute("name", name, out);
	put_sums(&sums, out);
	if (listing->begun && gmtime_r(&listing->begun, &tm) &&
	    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm))
		put_attribute("timestamp", stamp, out);
	fputs(">\n", out);
	put_properties(listing, story, out);
	for (int i = 0; i < listing->count; i++)
		if (story_has(story, listing->results[i]))
			put_run(listing->results[i], out);
	fputs("  </testsuite>\n", out);
}

/* A story is told where its first run is. */
static void end(const struct listing *listing, FILE *out)
{
	struct sums sums = sum_of(listing, NULL);

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"halfopen\"", out);
	put_sums(&sums, out);
	fputs(">\n", out);
	for (int i = 0; i < listing->count; i++) {
		struct story story = story_of(listing->results[i]);
		int first = 0;

		while (!story_has(&story, listing->results[first]))
			first++;
		if (first == i)
			put_story(listing, &story, out);
	}
	fputs("</testsuites>\n", out);
}

const struct writer writer_junit = {
	.name = "junit", .help = "JUnit's XML, for Jenkins, GitLab and GitHub", .end = end};
