/* SPDX-License-Identifier: MIT
 *
 * The overview, as text; harness/tests/report_test.sh looks at it in a browser.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "cleanup.h"
#include "html.h"
#include "html_overview.h"
#include "html_repeated.h"
#include "text.h"

static json_t *result(const char *file, const char *variant, const char *verdict,
		      const char *reason, double wall_s)
{
	return json_pack(
		"{s:s, s:s, s:s, s:[s,s], s:{s:s, s:s, s:s, s:i}, s:s, s:s?, s:f, s:f, s:s}",
		"case", "a <case>", "file", file, "variant", variant, "claims", "A1", "C10",
		"kernel", "name", "linux", "kind", "uml", "release", "6.12", "hz", 250, "verdict",
		verdict, "reason", reason, "simulated_s", 3.0, "wall_s", wall_s, "page",
		"runs/a b.html");
}

static char *written;

static const char *overview(json_t **results, int count)
{
	size_t size;
	FILE *out;

	free(written);
	out = open_memstream(&written, &size);

	html_overview_print(results, count, -1, out);
	fclose(out);
	for (int i = 0; i < count; i++)
		json_decref(results[i]);
	return written;
}

static int times(const char *text, const char *words)
{
	int count = 0;

	while ((text = strstr(text, words))) {
		text += strlen(words);
		count++;
	}
	return count;
}

static void has(const char *text, const char *words)
{
	if (!strstr(text, words))
		ck_abort_msg("missing: %s\nin:\n%s", words, text);
}

START_TEST(runs_are_grouped_by_story_and_case)
{
	json_t *results[] = {result("cases/one/a.yaml", "ip=4", "pass", NULL, 0.5),
			     result("cases/one/a.yaml", "ip=6", "pass", NULL, 2),
			     result("cases/one/b.yaml", "", "pass", NULL, 1),
			     result("cases/two/a.yaml", "", "pass", NULL, 1)};
	const char *text = overview(results, 4);

	ck_assert_int_eq(times(text, "<section class=\"story\""), 2);
	ck_assert_int_eq(times(text, "<tbody data-claims"), 3);
	ck_assert_int_eq(times(text, "<tr data-verdict=\"pass\""), 4);
	has(text, ">one <span class=\"dim\">3 runs</span>");
	has(text, "<option value=\"C10\">C10</option>");
	ck_assert_int_eq(times(text, "<option value=\"A1\">"), 1);
	has(text, "href=\"runs/a%20b.html\"");
	has(text, "a &lt;case&gt;");
	ck_assert_int_eq(times(text, "<case>"), 0);
	ck_assert_int_eq(times(text, "What failed"), 0);
	/* The slowest first. */
	has(text, "cases/<wbr>one/<wbr>a.yaml:ip=6</a>");
	ck_assert(strstr(strstr(text, "id=\"slowest\""), "ip=6") <
		  strstr(strstr(text, "id=\"slowest\""), "ip=4"));
}
END_TEST

START_TEST(failures_and_skips_are_told)
{
	json_t *results[] = {result("one/a.yaml", "", "fail", "it did", 1),
			     result("one/b.yaml", "", "error", "a panic", 1),
			     result("one/c.yaml", "", "skip", "no netem", 0),
			     result("one/d.yaml", "", "skip", "no netem", 0),
			     result("one/e.yaml", "", "skip", "too long", 0)};
	const char *text;

	json_object_set_new(results[0], "line", json_integer(7));
	json_object_set_new(results[0], "expected", json_string("client.recv: ECONNRESET"));
	json_object_set_new(results[0], "observed", json_string("client.recv: 0"));
	json_object_set_new(results[0], "difference", json_string("success"));
	text = overview(results, 5);
	has(text, "Line 7 expected <code>client.recv: ECONNRESET</code>, observed was "
		  "<code>client.recv: 0</code>: <strong>success</strong>");
	has(text, "a panic");
	has(text, "What failed, and why: 2 causes");
	has(text, "<h3>recv: ECONNRESET: success <span class=\"dim\">1 run</span></h3>");
	has(text, "<b>3</b> skipped");
	has(text, "<b>1</b> could not be run or judged");
	has(text, "<li class=\"none\"><b>0</b> passed</li>");
	has(text, "<li>2 runs: no netem</li>");
	has(text, "<li>1 run: too long</li>");
}
END_TEST

/* The most runs first; how far each is off stands beside it. */
START_TEST(failures_are_told_by_cause)
{
	static const char *const observed[] = {"client.recv: 0 at 2.0",
					       "client.recv: -1 ETIMEDOUT at 4.000",
					       "server.recv: -1 EHOSTUNREACH at 9.5"};
	static const char *const difference[] = {"success instead of ETIMEDOUT",
						 "at: 3.191 s too early", "at: 1:13.2 too early"};
	json_t *results[3];
	const char *text;

	for (int i = 0; i < 3; i++) {
		results[i] = result("one/a.yaml", "", "fail", "it did", 1);
		json_object_set_new(results[i], "expected",
				    json_string("client.recv: ETIMEDOUT, at 7.000..8.000"));
		json_object_set_new(results[i], "observed", json_string(observed[i]));
		json_object_set_new(results[i], "difference", json_string(difference[i]));
	}
	json_object_set_new(results[1], "more", json_integer(2));
	text = overview(results, 3);
	has(text, "What failed, and why: 2 causes");
	has(text, "a connection is given up too early <span class=\"dim\">2 runs</span>");
	has(text, "a connection is not given up <span class=\"dim\">1 run</span>");
	ck_assert(strstr(text, "given up too early") < strstr(text, "is not given up"));
	has(text, "<span class=\"dim\">+2 more</span>");
	has(text, "<span class=\"dim\">at: 1:13.2 too early</span>");
}
END_TEST

START_TEST(a_story_is_the_folder_of_the_file)
{
	static const struct {
		const char *file, *story;
	} files[] = {{"cases/keepalive/crash.yaml", "keepalive"},
		     {"/tmp/x/keepalive/crash.yaml", "keepalive"},
		     {"keepalive/crash.yaml", "keepalive"},
		     {"crash.yaml", ""},
		     {"./crash.yaml", ""},
		     {"../crash.yaml", ""}};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int size;
		const char *story = html_story(files[i].file, &size);

		ck_assert_int_eq(size, (int)strlen(files[i].story));
		ck_assert_int_eq(strncmp(story, files[i].story, (size_t)size), 0);
	}
}
END_TEST

static json_t *result_on(const char *path, const char *sysctl)
{
	json_t *on = result("cases/one/a.yaml", "", "pass", NULL, 1);

	json_object_set_new(json_object_get(on, "kernel"), "name", json_string(path));
	json_object_set_new(on, "sysctl", json_pack("[s*]", sysctl));
	return on;
}

/* Of one version, too. */
START_TEST(kernels_are_told_apart)
{
	json_t *results[] = {result_on("/k/mine/linux", NULL), result_on("/k/patched/linux", NULL),
			     result_on("/k/mine/linux", "net.ipv4.tcp_sack=0"),
			     result_on("/other/mine/linux", NULL), result_on("live", NULL)};
	const char *text = overview(results, 5);

	has(text, "Kernels: Linux 6.12 (mine), uml, HZ 250, real clock; "
		  "Linux 6.12 (patched), uml, HZ 250, real clock; "
		  "Linux 6.12 (mine), uml, HZ 250, real clock, net.ipv4.tcp_sack=0; "
		  "Linux 6.12 (/other/mine/linux), uml, HZ 250, real clock; "
		  "Linux 6.12, uml, HZ 250, real clock.");
}
END_TEST

static json_t *repetition(const char *variant, const char *name, int64_t after_ns)
{
	json_t *made = result("cases/one/a.yaml", variant, "pass", NULL, 1);
	AUTO_FREE char *page = text_format("runs/%s.html", name);

	json_object_set_new(made, "repetition", json_string(name));
	json_object_set_new(made, "page", json_string(page));
	json_object_set_new(made, "detected",
			    after_ns < 0
				    ? json_array()
				    : json_pack("[{s:s, s:I}]", "who", "client.recv: ETIMEDOUT",
						"after_ns", (json_int_t)after_ns));
	return made;
}

/* Of eight one did not notice; the median of seven is the fourth. */
START_TEST(how_long_it_took_is_a_distribution)
{
	static const int ms[] = {15000, 11000, -1, 11000, 11200, 11100, 11000, 11300};
	json_t *results[12];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int count = 0;

	results[count++] = result("cases/one/a.yaml", "ip=4", "pass", NULL, 1);
	for (int i = 0; i < 8; i++) {
		char name[16];

		snprintf(name, sizeof(name), "seed=%d", i + 1);
		results[count++] = repetition("ip=4", name,
					      ms[i] < 0 ? -1 : ms[i] * INT64_C(1000000));
	}
	results[count++] = repetition("ip=6", "seed=1", 5000000000);
	results[count++] = repetition("ip=6", "seed=2", 5000000000);
	ck_assert_int_eq(html_repeated_print(results, count, out), 2);
	fclose(out);
	has(text, "a.yaml:ip=4 <span class=\"dim\">8 times, ");
	has(text, "<td class=\"n\">7 of 8</td><td class=\"n\">11.000 s<br><a "
		  "href=\"runs/seed=2.html\">seed=2</a></td>"
		  "<td class=\"n\">11.100 s</td><td class=\"n\">15.000 s<br><a "
		  "href=\"runs/seed=1.html\">seed=1</a></td>");
	has(text, "time: 5 1 0 0 0 0 0 0 0 0 0 0 0 0 0 1\"");
	has(text, "all at once");
	ck_assert(strstr(text, "a.yaml:ip=4") < strstr(text, "a.yaml:ip=6"));
	free(text);
	has(overview(results, count),
	    "<a href=\"repeated.html\">How long until somebody noticed</a>, "
	    "of 2 runs that were repeated");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("html");

	tcase_add_test(tcase, runs_are_grouped_by_story_and_case);
	tcase_add_test(tcase, failures_and_skips_are_told);
	tcase_add_test(tcase, failures_are_told_by_cause);
	tcase_add_test(tcase, a_story_is_the_folder_of_the_file);
	tcase_add_test(tcase, kernels_are_told_apart);
	tcase_add_test(tcase, how_long_it_took_is_a_distribution);
	return run_tests(tcase);
}
