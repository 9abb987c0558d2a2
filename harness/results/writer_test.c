/* SPDX-License-Identifier: MIT
 *
 * What each format makes of one run of each kind, with all in its texts that could break it.
 * That whole documents are valid is for harness/tests/formats_test.sh.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "results.h"
#include "text.h"
#include "writer.h"

static json_t *result(const char *file, const char *verdict, const char *reason)
{
	return json_pack(
		"{s:s, s:s, s:s, s:[s,s], s:{s:s, s:s, s:s, s:i, s:b, s:b}, s:s, s:s?, s:[], "
		"s:f, s:f}",
		"case", "a case", "file", file, "variant", "ip=4", "claims", "A1", "A2", "kernel",
		"name", "live", "kind", "live", "release", "6.12.117", "hz", 250, "virtual_clock",
		0, "netem", 1, "verdict", verdict, "reason", reason, "failures", "simulated_s",
		75.0, "wall_s", 0.25);
}

/* Of expectations in lines 7 and 9, with what must be escaped. */
static json_t *failed(const char *file)
{
	json_t *failure = result(file, "fail", "50% <late>, \x1b[1m\n& # more");

	json_array_append_new(json_object_get(failure, "failures"),
			      json_pack("{s:i, s:i, s:I, s:s, s:s, s:s}", "line", 7, "column", 3,
					"t_ns", (json_int_t)5, "expected", "100%", "observed",
					"a:b,c\r\nd", "difference", "all"));
	json_array_append_new(json_object_get(failure, "failures"),
			      json_pack("{s:i, s:i, s:I, s:s, s:s, s:s}", "line", 9, "column", 1,
					"t_ns", (json_int_t)-1, "expected", "x", "observed", "y",
					"difference", "z"));
	json_object_set_new(failure, "text", json_string("  first ]]>\n\n    second\t\x01\n"));
	json_object_set_new(failure, "ladder", json_string("ladder\n"));
	json_object_set_new(failure, "screen", json_string("screen\n"));
	return failure;
}

/* What WRITER makes of COUNT results, which it takes. */
static char *written(const struct writer *writer, json_t **results, int count, const char *folder)
{
	const struct outcomes outcomes = outcomes_of(results, count);
	struct listing listing = {.outcomes = &outcomes,
				  .count = count,
				  .version = "1.2",
				  .folder = folder,
				  .took_s = 2};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (writer->begin)
		writer->begin(&listing, out);
	for (int i = 0; i < count; i++) {
		listing.tally[result_verdict(results[i])]++;
		listing.simulated_s += result_number(results[i], "simulated_s");
		if (writer->one)
			writer->one(results[i], &listing, i + 1, out);
	}
	if (writer->end)
		writer->end(&listing, out);
	fclose(out);
	for (int i = 0; i < count; i++)
		json_decref(results[i]);
	return text;
}

/* Check itself cannot tell texts as long as these. */
static void check_same(const char *out, const char *wanted)
{
	if (strcmp(out, wanted) == 0)
		return;
	fprintf(stderr, "wanted:\n%s\nbut it is:\n%s\n", wanted, out);
	ck_abort_msg("not what was wanted");
}

START_TEST(text)
{
	json_t *results[] = {result("a.yaml", "pass", NULL), failed("b.yaml"),
			     result("c.yaml", "skip", "needs netem")};
	char *out;

	out = written(&writer_text, results, 3, NULL);
	check_same(out, "PASS  a.yaml:ip=4  (1:15.000 simulated in 0.25 s)\n"
			"FAIL  b.yaml:ip=4  (1:15.000 simulated in 0.25 s): 50% <late>, "
			"\\x1b[1m & # more\n"
			"  first ]]>\n\n    second\t\\x01\nscreen\n"
			"SKIP  c.yaml:ip=4  (1:15.000 simulated in 0.25 s): needs netem\n"
			"kernel: live, Linux 6.12.117, HZ 250, real clock\n"
			"3:45.000 simulated in 2.0 s\n"
			"1 passed, 1 failed, 1 skipped\n");
	free(out);
}
END_TEST

/* A matrix may range over the kernel of a host. */
START_TEST(text_of_several_kernels)
{
	json_t *results[] = {result("a.yaml", "pass", NULL), result("b.yaml", "pass", NULL)};
	char *out;

	json_object_set_new(results[1], "kernels",
			    json_pack("[{s:s, s:s, s:i}, {s:s, s:s, s:i}]", "host", "client",
				      "release", "6.1.192", "hz", 250, "host", "server", "release",
				      "6.12.117", "hz", 250));
	json_object_set_new(json_object_get(results[1], "kernel"), "release",
			    json_string("6.1.192"));
	out = written(&writer_text, results, 2, NULL);
	ck_assert_ptr_nonnull(
		strstr(out, "kernel: live, Linux 6.12.117 and 6.1.192, HZ 250, real clock\n"));
	free(out);
}
END_TEST

START_TEST(tap)
{
	json_t *results[] = {result("a#1.yaml", "pass", NULL), failed("b.yaml"),
			     result("c.yaml", "skip", "needs\nnetem"),
			     result("d.yaml", "error", "it panicked")};
	char *out = written(&writer_tap, results, 4, NULL);

	check_same(out, "TAP version 13\n"
			"1..4\n"
			"ok 1 - a\\#1.yaml:ip=4\n"
			"not ok 2 - b.yaml:ip=4\n"
			"  ---\n"
			"  severity: fail\n"
			"  case: \"a case\"\n"
			"  file: \"b.yaml\"\n"
			"  variant: \"ip=4\"\n"
			"  claims:\n"
			"    - \"A1\"\n"
			"    - \"A2\"\n"
			"  kernel:\n"
			"    name: \"live\"\n"
			"    kind: \"live\"\n"
			"    release: \"6.12.117\"\n"
			"    hz: 250\n"
			"    virtual_clock: false\n"
			"    netem: true\n"
			"  reason: \"50% <late>, \\u001B[1m\\n& # more\"\n"
			"  simulated_s: 75.0\n"
			"  failures:\n"
			"    - line: 7\n"
			"      column: 3\n"
			"      t_ns: 5\n"
			"      expected: \"100%\"\n"
			"      observed: \"a:b,c\\r\\nd\"\n"
			"      difference: \"all\"\n"
			"    - line: 9\n"
			"      column: 1\n"
			"      t_ns: -1\n"
			"      expected: \"x\"\n"
			"      observed: \"y\"\n"
			"      difference: \"z\"\n"
			"  text:\n"
			"    - \"  first ]]>\"\n"
			"    - \"\"\n"
			"    - \"    second\\t\\u0001\"\n"
			"  ladder:\n"
			"    - \"ladder\"\n"
			"  ...\n"
			"ok 3 - c.yaml:ip=4 # SKIP needs netem\n"
			"not ok 4 - d.yaml:ip=4\n"
			"  ---\n"
			"  severity: error\n"
			"  case: \"a case\"\n"
			"  file: \"d.yaml\"\n"
			"  variant: \"ip=4\"\n"
			"  claims:\n"
			"    - \"A1\"\n"
			"    - \"A2\"\n"
			"  kernel:\n"
			"    name: \"live\"\n"
			"    kind: \"live\"\n"
			"    release: \"6.12.117\"\n"
			"    hz: 250\n"
			"    virtual_clock: false\n"
			"    netem: true\n"
			"  reason: \"it panicked\"\n"
			"  simulated_s: 75.0\n"
			"  failures: []\n"
			"  ...\n");
	free(out);
}
END_TEST

START_TEST(markdown)
{
	json_t *results[] = {result("a/x.yaml", "pass", NULL), failed("b|*/<i>.yaml"),
			     result("a/y.yaml", "skip", "no"), result("a/z.yaml", "error", "`it`")};
	char *out = written(&writer_markdown, results, 4, NULL);

	check_same(out, "### halfopen: 1 passed, 2 failed, 1 skipped\n\n"
			"Linux 6&#46;12&#46;117, live, HZ 250, real clock\n\n"
			"| story | passed | failed | skipped | cost |\n"
			"| --- | ---: | ---: | ---: | ---: |\n"
			"| a | 1 | 1 | 1 | 0.8 s |\n"
			"| b&#124;&#42; | 0 | 1 | 0 | 0.2 s |\n"
			"| all | 1 | 2 | 1 | 1.0 s |\n\n"
			"- **b&#124;&#42;/&#60;i&#62;&#46;yaml&#58;ip=4** 50% &#60;late&#62;, "
			"&#92;x1b&#91;1m &#38; &#35; more\n"
			"- **a/z&#46;yaml&#58;ip=4** &#96;it&#96;\n\n"
			"<details open><summary>b|*/&#60;i&#62;.yaml:ip=4</summary>\n\n<pre>\n"
			"  first ]]&#62;\n\n    second\t\\x01\nladder\n</pre>\n\n</details>\n\n");
	free(out);
}
END_TEST

START_TEST(codequality)
{
	json_t *results[] = {result("a.yaml", "pass", NULL), failed("../b.yaml"),
			     result("c.yaml", "error", "it panicked"),
			     result("d.yaml", "skip", "no")};
	char *out = written(&writer_codequality, results, 4, "sub/");
	json_t *report = json_loads(out, 0, NULL), *entry = json_array_get(report, 0);
	char *again;

	ck_assert_uint_eq(json_array_size(report), 3);
	ck_assert_str_eq(result_string(entry, "description"),
			 "ip=4: expected: 100%; observed: a:b,c\\x0d d (all)");
	ck_assert_str_eq(result_string(entry, "severity"), "major");
	ck_assert_str_eq(result_string(json_object_get(entry, "location"), "path"), "b.yaml");
	ck_assert_int_eq(
		(int)result_number(json_object_get(json_object_get(entry, "location"), "lines"),
				   "begin"),
		7);
	ck_assert_str_ne(result_string(entry, "fingerprint"),
			 result_string(json_array_get(report, 1), "fingerprint"));
	entry = json_array_get(report, 2);
	ck_assert_str_eq(result_string(entry, "description"), "ip=4: it panicked");
	ck_assert_str_eq(result_string(entry, "severity"), "critical");
	results[0] = failed("../b.yaml");
	again = written(&writer_codequality, results, 1, "sub/");
	ck_assert_ptr_nonnull(strstr(out, result_string(json_array_get(report, 0), "fingerprint")));
	ck_assert_ptr_nonnull(
		strstr(again, result_string(json_array_get(report, 0), "fingerprint")));
	json_decref(report);
	free(out);
	free(again);
}
END_TEST

START_TEST(github)
{
	static const struct {
		const char *folder, *file, *path;
	} rows[] = {
		{NULL, "x,y/b.yaml", "x%2Cy/b.yaml"},
		{"", "./b.yaml", "b.yaml"},
		{"sub/", "b.yaml", "sub/b.yaml"},
		{"sub/build/", "../../cases/b.yaml", "cases/b.yaml"},
		{"sub/", "../../b.yaml", "../b.yaml"},
		{"sub/", "/b.yaml", "/b.yaml"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *results[] = {result(rows[i].file, "pass", NULL), failed(rows[i].file),
				     result(rows[i].file, "skip", "no"),
				     result(rows[i].file, "error", "it: panicked")};
		char *out = written(&writer_github, results, 4, rows[i].folder), *wanted;
		const char *title = i ? rows[i].file : "x%2Cy/b.yaml";

		wanted = text_format(
			"::error file=%s,line=7,col=3,title=%s%%3Aip=4::expected: 100%%25%%0A"
			"observed: a:b,c\\x0d%%0Ad%%0Adifference: all\n"
			"::error file=%s,line=9,col=1,title=%s%%3Aip=4::expected: x%%0A"
			"observed: y%%0Adifference: z\n"
			"::error file=%s,title=%s%%3Aip=4::it: panicked\n",
			rows[i].path, title, rows[i].path, title, rows[i].path, title);
		check_same(out, wanted);
		free(wanted);
		free(out);
	}
}
END_TEST

START_TEST(junit)
{
	json_t *results[] = {failed("top/sto.ry/b.c.yaml"), result("d.yaml", "skip", "no"),
			     result("top/sto.ry/a.yaml", "pass", NULL),
			     result("d.yaml", "error", "it \"panicked\"")};
	char *out = written(&writer_junit, results, 4, NULL);
	static const char properties[] =
		"    <properties>\n"
		"      <property name=\"halfopen\" value=\"1.2\"/>\n"
		"      <property name=\"kernel\" value=\"live\"/>\n"
		"      <property name=\"kernel.kind\" value=\"live\"/>\n"
		"      <property name=\"kernel.release\" value=\"6.12.117\"/>\n"
		"      <property name=\"kernel.hz\" value=\"250\"/>\n"
		"      <property name=\"kernel.clock\" value=\"real\"/>\n"
		"      <property name=\"kernel.netem\" value=\"true\"/>\n"
		"    </properties>\n";
	static const char told[] = "      <system-out>a case\n1:15.000 simulated\nclaims: A1 A2\n"
				   "</system-out>\n    </testcase>\n";
	char *wanted;

	wanted = text_format(
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"halfopen\" tests=\"4\" failures=\"1\" errors=\"1\" "
		"skipped=\"1\" time=\"1.000\">\n"
		"  <testsuite name=\"sto.ry\" tests=\"2\" failures=\"1\" errors=\"0\" "
		"skipped=\"0\" time=\"0.500\">\n%s"
		"    <testcase classname=\"sto_ry.b_c\" name=\"top/sto.ry/b.c.yaml:ip=4\" "
		"file=\"top/sto.ry/b.c.yaml\" time=\"0.250\">\n"
		"      <failure message=\"50%% &lt;late&gt;, \\x1b[1m &amp; # more\" "
		"type=\"expectation\">  first ]]&gt;\n\n    "
		"second\t\\x01\nladder\n</failure>\n%s"
		"    <testcase classname=\"sto_ry.a\" name=\"top/sto.ry/a.yaml:ip=4\" "
		"file=\"top/sto.ry/a.yaml\" time=\"0.250\">\n%s"
		"  </testsuite>\n"
		"  <testsuite name=\"cases\" tests=\"2\" failures=\"0\" errors=\"1\" "
		"skipped=\"1\" time=\"0.500\">\n%s"
		"    <testcase classname=\"cases.d\" name=\"d.yaml:ip=4\" file=\"d.yaml\" "
		"time=\"0.250\">\n      <skipped message=\"no\"/>\n%s"
		"    <testcase classname=\"cases.d\" name=\"d.yaml:ip=4\" file=\"d.yaml\" "
		"time=\"0.250\">\n      <error message=\"it &quot;panicked&quot;\" "
		"type=\"could not be run or judged\"></error>\n%s"
		"  </testsuite>\n</testsuites>\n",
		properties, told, told, properties, told, told);
	check_same(out, wanted);
	free(wanted);
	free(out);
}
END_TEST

START_TEST(json)
{
	json_t *results[] = {failed("b.yaml"), result("a.yaml", "pass", NULL)};
	char *out = written(&writer_json, results, 2, NULL);
	json_t *array = json_loads(out, 0, NULL);

	ck_assert_uint_eq(json_array_size(array), 2);
	ck_assert_str_eq(result_string(json_array_get(array, 0), "file"), "b.yaml");
	ck_assert_ptr_null(json_object_get(json_array_get(array, 0), "text"));
	ck_assert_ptr_null(json_object_get(json_array_get(array, 0), "ladder"));
	ck_assert_ptr_null(json_object_get(json_array_get(array, 0), "screen"));
	json_decref(array);
	free(out);
}
END_TEST

START_TEST(no_character_that_xml_forbids)
{
	json_t *results[] = {result("a\xef\xbf\xbf.yaml", "fail", "\xef\xbf\xbe\xef\xbf\xbd\x7f")};
	char *out = written(&writer_junit, results, 1, NULL);

	ck_assert_ptr_nonnull(strstr(out, "name=\"a???.yaml:ip=4\""));
	ck_assert_ptr_nonnull(strstr(out, "message=\"???\xef\xbf\xbd\\x7f\""));
	free(out);
}
END_TEST

START_TEST(names)
{
	ck_assert_ptr_eq(writer_find("junit=x", 5), &writer_junit);
	ck_assert_ptr_null(writer_find("junit", 4));
	ck_assert_ptr_null(writer_find("junitx", 6));
	for (const struct writer *const *writer = writers; *writer; writer++)
		ck_assert_ptr_eq(writer_find((*writer)->name, strlen((*writer)->name)), *writer);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("writer");

	tcase_add_test(tcase, text);
	tcase_add_test(tcase, text_of_several_kernels);
	tcase_add_test(tcase, tap);
	tcase_add_test(tcase, github);
	tcase_add_test(tcase, markdown);
	tcase_add_test(tcase, codequality);
	tcase_add_test(tcase, junit);
	tcase_add_test(tcase, json);
	tcase_add_test(tcase, no_character_that_xml_forbids);
	tcase_add_test(tcase, names);
	return run_tests(tcase);
}
