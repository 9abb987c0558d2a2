/* SPDX-License-Identifier: MIT
 *
 * JUnit's XML, in the form that Jenkins, GitLab and the viewers of GitHub take: a suite a story,
 * a test case a run. There is no one standard; what they have in common is in
 * harness/tests/junit.xsd.
 */
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "list.h"
#include "names.h"
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

/* A suite: the story's runs, each of which names the next. */
struct suite {
	struct sums sums;
	json_t *kernel; /* of the first run that knows: all of one command have the same */
	int first, last;
};

struct suites {
	struct names names; /* of stories, in the order of their first runs */
	struct suite *suite;
	int suite_count;
	struct sums sums;
	int *next; /* by run; -1: none */
};

static void sums_add(struct sums *sums, const json_t *result)
{
	enum verdict verdict = result_verdict(result);

	sums->tests++;
	sums->failures += verdict == VERDICT_FAIL;
	sums->errors += verdict == VERDICT_ERROR;
	sums->skipped += verdict == VERDICT_SKIP;
	sums->wall_s += result_number(result, "wall_s");
}

static void suites_add(struct suites *suites, int run, const json_t *result)
{
	json_t *kernel = json_object_get(result, "kernel");
	struct story story = story_of(result);
	int at = names_add(&suites->names, story.name, (size_t)story.size);
	struct suite *suite;

	if (at == suites->suite_count)
		*LIST_ADD(NULL, suites, suite) = (struct suite){.first = run, .last = run};
	suite = &suites->suite[at];
	suites->next[suite->last] = run;
	suites->next[run] = -1;
	suite->last = run;
	sums_add(&suite->sums, result);
	sums_add(&suites->sums, result);
	if (!suite->kernel ||
	    (result_number(suite->kernel, "hz") == 0 && result_number(kernel, "hz") > 0)) {
		json_decref(suite->kernel);
		suite->kernel = json_incref(kernel);
	}
}

static void suites_make(const struct listing *listing, struct suites *ret_suites)
{
	struct suites suites = {.next = calloc((size_t)listing->count + 1, sizeof(int))};

	if (!suites.next)
		abort();
	for (int i = 0; i < listing->count; i++) {
		json_t *result = outcomes_get(listing->outcomes, i);

		suites_add(&suites, i, result);
		json_decref(result);
	}
	*ret_suites = suites;
}

static void suites_done(struct suites *suites)
{
	for (int i = 0; i < suites->suite_count; i++)
		json_decref(suites->suite[i].kernel);
	names_done(&suites->names);
	free(suites->suite);
	free(suites->next);
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

static void put_properties(const struct listing *listing, const json_t *kernel, FILE *out)
{
	char hz[16];

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

static void put_host_kernel(const json_t *kernel, FILE *out)
{
	put_text(result_string(kernel, "host"), true, out);
	fputs(": Linux ", out);
	put_text(result_string(kernel, "release"), true, out);
	fprintf(out, ", HZ %d\n", (int)result_number(kernel, "hz"));
}

static void put_run(const json_t *result, FILE *out)
{
	const json_t *claims = json_object_get(result, "claims"), *claim, *attempt, *kernel;
	char *name = result_name(result), span[32];
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
	fprintf(out, "\n%s simulated\n",
		duration_seconds(result_number(result, "simulated_s"), span, sizeof(span)));
	if (*result_string(result, "repetition"))
		fprintf(out, "outcome %s\n", result_string(result, "outcome"));
	if (result_kernels_differ(result))
		json_array_foreach(json_object_get(result, "kernels"), at, kernel)
			put_host_kernel(kernel, out);
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

static void put_suite(const struct listing *listing, const struct suites *suites, int at, FILE *out)
{
	const struct suite *suite = &suites->suite[at];
	char stamp[32];
	struct tm tm;

	fputs("  <testsuite", out);
	put_attribute("name", suites->names.name[at], out);
	put_sums(&suite->sums, out);
	if (listing->begun && gmtime_r(&listing->begun, &tm) &&
	    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm))
		put_attribute("timestamp", stamp, out);
	fputs(">\n", out);
	put_properties(listing, suite->kernel, out);
	for (int i = suite->first; i >= 0; i = suites->next[i]) {
		json_t *result = outcomes_get(listing->outcomes, i);

		put_run(result, out);
		json_decref(result);
	}
	fputs("  </testsuite>\n", out);
}

/* A story is told where its first run is. */
static void end(const struct listing *listing, FILE *out)
{
	struct suites suites;

	suites_make(listing, &suites);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"halfopen\"", out);
	put_sums(&suites.sums, out);
	fputs(">\n", out);
	for (int i = 0; i < suites.suite_count; i++)
		put_suite(listing, &suites, i, out);
	fputs("</testsuites>\n", out);
	suites_done(&suites);
}

const struct writer writer_junit = {
	.name = "junit", .help = "JUnit's XML, for Jenkins, GitLab and GitHub", .end = end};
