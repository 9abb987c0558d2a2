/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"
#include "cleanup.h"
#include "file.h"
#include "label.h"
#include "results.h"
#include "text.h"

static json_t *outcome(const char *verdict, const char *reason, const char *text)
{
	return json_pack("{s:s, s:s, s:s, s:[s], s:{s:s}, s:s, s:s?, s:[], s:f, s:f, s:s?}", "case",
			 "a case", "file", "a.yaml", "variant", "ip=4", "claims", "A1", "kernel",
			 "name", "live", "verdict", verdict, "reason", reason, "failures",
			 "simulated_s", 75.0, "wall_s", 0.25, "text", text);
}

START_TEST(the_file_is_an_array_without_the_texts)
{
	static const char *const members[] = {"case",   "file",        "variant",
					      "claims", "kernel",      "failures",
					      "reason", "simulated_s", "verdict"};
	json_t *results[] = {outcome("pass", NULL, NULL), outcome("fail", "too late", "text")};
	const struct outcomes outcomes = outcomes_of(results, 2);
	char folder[] = "/tmp/results-test-XXXXXX", path[64];
	struct err err;
	json_t *array;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(results_save(&outcomes, folder, RESULTS_BEGUN, &err), 0);
	snprintf(path, sizeof(path), "%s/results.json", folder);
	array = json_load_file(path, 0, NULL);
	ck_assert_uint_eq(json_array_size(array), 2);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		ck_assert_ptr_nonnull(json_object_get(json_array_get(array, 1), members[i]));
	ck_assert_ptr_null(json_object_get(json_array_get(array, 1), "text"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
	ck_assert_int_lt(results_save(&outcomes, folder, RESULTS_BEGUN, &err), 0);
	json_decref(array);
	json_decref(results[0]);
	json_decref(results[1]);
}
END_TEST

/* To the last blank what json_dumpf() makes of all of them at once. */
START_TEST(an_array_that_is_printed_bit_by_bit)
{
	json_t *results[] = {outcome("pass", NULL, NULL), outcome("fail", "a\nb", NULL)};

	json_object_del(results[0], "text");
	json_object_del(results[1], "text");
	for (int count = 0; count <= 2; count++) {
		const struct outcomes outcomes = outcomes_of(results, count);
		json_t *array = json_array();
		AUTO_FREE char *text = NULL, *wanted = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		for (int i = 0; i < count; i++)
			json_array_append(array, results[i]);
		results_print(&outcomes, out);
		fclose(out);
		wanted = json_dumps(array, JSON_INDENT(1));
		ck_assert_str_eq(text, wanted);
		json_decref(array);
	}
	json_decref(results[0]);
	json_decref(results[1]);
}
END_TEST

START_TEST(keeps_what_was_put)
{
	json_t *late = outcome("fail", "too late", "text"), *fine = outcome("pass", NULL, NULL);
	struct outcomes outcomes;
	struct err err;
	json_t *got;

	ck_assert_int_eq(outcomes_open("/tmp", 3, &outcomes, &err), 0);
	ck_assert_int_eq(outcomes_put(&outcomes, 2, late, &err), 0);
	ck_assert_int_eq(outcomes_put(&outcomes, 0, fine, &err), 0);
	got = outcomes_get(&outcomes, 2);
	ck_assert(json_equal(got, late));
	json_decref(got);
	got = outcomes_get(&outcomes, 1);
	ck_assert_int_eq(result_verdict(got), VERDICT_ERROR);
	json_decref(got);
	outcomes_cut(&outcomes);
	ck_assert_int_eq(outcomes.count, 2);
	got = outcomes_get(&outcomes, 1);
	ck_assert(json_equal(got, late));
	json_decref(got);
	outcomes_close(&outcomes);
	json_decref(late);
	json_decref(fine);
	ck_assert_int_lt(outcomes_open("/nowhere", 3, &outcomes, &err), 0);
	ck_assert_msg(strstr(err.text, "/nowhere: a file for the results"), "%s", err.text);
}
END_TEST

START_TEST(each_case_has_a_folder_of_its_own)
{
	static const struct {
		const char *file, *folder;
	} rows[] = {
		{"cases/close/half.yaml", "close/half"},
		{"mine.yaml", "mine"},
		{"../mine.yaml", "mine-2"},
		{"./mine.yml", "mine-3"},
		{"one/net/crash.yaml", "one/net/crash"},
		{"two/net/crash.yaml", "two/net/crash"},
		{"net/crash.yaml", "net/crash"},
		{"/a/x/one/net/crash.yaml", "x/one/net/crash"},
		{"one/net/crash.yaml", "one/net/crash"}, /* named twice: the same */
		{"../../p/q/../r.yaml", "r"},
		/* What else lies there. */
		{"report.yaml", "report_"},
		{"report/a.yaml", "report_/a"},
		{"a/report.yaml", "a/report"},
		{"results.json.yaml", "results.json_"},
		/* What would lead out, or is no text. */
		{"...yaml", "__"},
		{"x/...yaml", "x/__"},
		{"..yaml", "_"},
		{".../a.yaml", ".../a"},
		{"a/../..", "a/__/_"},
		{"y/a\nb\x1b\xff\xc3\xbc.yaml", "y/a_b__\xc3\xbc"},
		{"y/a\nb\x1b\xfe\xc3\xbc.yaml", "y/a_b__\xc3\xbc-2"},
	};
	const char *file[sizeof(rows) / sizeof(rows[0])];
	char *folder[sizeof(rows) / sizeof(rows[0])];
	int count = sizeof(rows) / sizeof(rows[0]);

	for (int i = 0; i < count; i++)
		file[i] = rows[i].file;
	results_case_folders(file, count, folder);
	for (int i = 0; i < count; i++) {
		ck_assert_str_eq(folder[i], rows[i].folder);
		free(folder[i]);
	}
}
END_TEST

START_TEST(a_result_says_its_folder)
{
	json_t *says = json_pack("{s:s, s:s, s:s}", "file", "one/net/crash.yaml", "variant", "ip=4",
				 "folder", "one/net/crash/ip=4");
	json_t *older = json_pack("{s:s, s:s}", "file", "one/net/crash.yaml", "variant", "ip=4");
	char *folder = result_folder("out", says);

	ck_assert_str_eq(folder, "out/one/net/crash/ip=4");
	free(folder);
	folder = result_folder("out", older);
	ck_assert_str_eq(folder, "out/net/crash/ip=4");
	free(folder);
	json_decref(says);
	json_decref(older);
}
END_TEST

static int load_text(const char *folder, const char *text, json_t **ret_results, struct err *err)
{
	AUTO_FREE char *path = text_format("%s/results.json", folder);

	ck_assert_int_eq(file_write(path, text, strlen(text), NULL), 0);
	return results_load(folder, ret_results, err);
}

/* Somebody else may have written it. */
START_TEST(a_folder_that_leads_out_is_refused)
{
	static const char *const folders[] = {"..", "../..", "/etc", "a/../../b", "a//b", "./a"};
	char folder[] = "/tmp/results-test-XXXXXX";
	AUTO_FREE char *path = NULL;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	path = text_format("%s/results.json", folder);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		AUTO_FREE char *text = text_format(
			"[{\"file\": \"a.yaml\", \"verdict\": \"skip\", \"folder\": \"%s\"}]",
			folders[i]);
		struct err err = {0};
		json_t *results;

		ck_assert_int_eq(load_text(folder, text, &results, &err), -EBADMSG);
		ck_assert_ptr_nonnull(strstr(err.text, folders[i]));
	}
	unlink(path);
	rmdir(folder);
}
END_TEST

START_TEST(what_has_no_record_is_an_error)
{
	char folder[] = "/tmp/results-test-XXXXXX";
	AUTO_FREE char *path = NULL;
	struct err err = {0};
	json_t *results;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	path = text_format("%s/results.json", folder);
	ck_assert_int_eq(
		load_text(folder,
			  "[{\"file\": \"a.yaml\", \"verdict\": \"pass\", \"folder\": \"a\"},"
			  "{\"file\": \"b.yaml\", \"verdict\": \"skip\", \"folder\": \"b\","
			  "\"reason\": \"needs\"}]",
			  &results, &err),
		0);
	ck_assert_str_eq(result_string(json_array_get(results, 0), "verdict"), "error");
	ck_assert_str_eq(result_string(json_array_get(results, 0), "reason"),
			 "it is said to be a pass, but it has no record");
	ck_assert_str_eq(result_string(json_array_get(results, 1), "verdict"), "skip");
	json_decref(results);
	unlink(path);
	rmdir(folder);
}
END_TEST

START_TEST(a_kernel_has_a_name)
{
	static const struct {
		const char *path, *name;
	} rows[] = {{"/home/me/.cache/halfopen/kernels/mine/linux", "mine"},
		    {"/boot/vmlinuz-6.1.0-18-amd64", "vmlinuz-6.1.0-18-amd64"},
		    {"/src/linux-6.1/vmlinux", "linux-6.1"},
		    {"x/kernel", "x"},
		    {"/linux", ""},
		    {"linux", ""},
		    {"live", ""},
		    {"", ""},
		    {"/odd/", "odd/"}};
	char name[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(label_kernel(rows[i].path, name, sizeof(name)), rows[i].name);
}
END_TEST

START_TEST(each_host_s_kernel_is_told_where_they_differ)
{
	json_t *result = json_pack(
		"{s:{s:s, s:s, s:s, s:i, s:b}, s:[{s:s, s:s, s:i}, {s:s, s:s, s:i}]}", "kernel",
		"name", "/k/a/linux", "kind", "uml", "release", "6.1", "hz", 250, "virtual_clock",
		1, "kernels", "host", "client", "release", "6.1", "hz", 250, "host", "server",
		"release", "6.1", "hz", 250);
	json_t *server = json_array_get(json_object_get(result, "kernels"), 1);
	char *text = result_kernel(result, false);

	ck_assert_str_eq(text, "Linux 6.1 (a), uml, HZ 250, virtual clock");
	free(text);
	json_object_set_new(server, "hz", json_integer(1000));
	text = result_kernel(result, false);
	ck_assert_str_eq(text,
			 "Linux 6.1 (a), uml, HZ 250, virtual clock, client: Linux 6.1, HZ 250, "
			 "server: Linux 6.1, HZ 1000");
	free(text);
	json_decref(result);
}
END_TEST

/* What differs in a number, a range of them or the state that a timer ran in has one cause. */
START_TEST(causes_have_no_numbers)
{
	static const struct {
		const char *expected, *observed, *difference, *cause;
	} said[] = {
		{"client.connect: ECONNREFUSED, took 19.200..20.200 s", "client.connect: 0",
		 "took: 3.848 s too short",
		 "connect: ECONNREFUSED, took \xe2\x80\xa6: took: \xe2\x80\xa6 too short"},
		{"client.recv: ETIMEDOUT, took 15:38.000..16:05.000", "client.recv: -1 ETIMEDOUT",
		 "took: 13:51.320 too short", "a connection is given up too early"},
		{"client.recv: ETIMEDOUT at 15:40.000", "client.recv: -1 ETIMEDOUT at 2:00.000",
		 "at: 13:40.000 too early", "a connection is given up too early"},
		{"client.connect: ETIMEDOUT, took 2:07.000", "client.connect: -1 ETIMEDOUT",
		 "took: 1:52.000 too short", "a connect is given up too early"},
		{"client.connect#2: ETIMEDOUT, took 2:07.000", "client.connect#2: -1 ETIMEDOUT",
		 "took: 9.000 s too long", "a connect is given up too late"},
		{"5 syn from client", "3 at 0.000", "count: 3 instead of 5",
		 "\xe2\x80\xa6 syn from client: fewer of them"},
		{"5..6 syn from client", "3 at 0.000", "count: 3 instead of 5..6",
		 "\xe2\x80\xa6 syn from client: fewer of them"},
		{"FIN_WAIT1 socket, timer retransmission at 5.000", "none", "there is none",
		 "a socket that retransmits is gone"},
		{"LAST_ACK socket, timer retransmission, orphan at 9.000", "none", "there is none",
		 "a socket that retransmits is gone"},
		{"FIN_WAIT2 socket, orphan at 9.000", "none", "there is none",
		 "FIN_WAIT2 socket, orphan at \xe2\x80\xa6: there is none"},
	};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		json_t *result = json_pack("{s:s, s:s, s:s}", "expected", said[i].expected,
					   "observed", said[i].observed, "difference",
					   said[i].difference);
		AUTO_FREE char *cause = result_cause(result);

		ck_assert_str_eq(cause, said[i].cause);
		json_decref(result);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("results");

	tcase_add_test(tcase, the_file_is_an_array_without_the_texts);
	tcase_add_test(tcase, an_array_that_is_printed_bit_by_bit);
	tcase_add_test(tcase, keeps_what_was_put);
	tcase_add_test(tcase, each_case_has_a_folder_of_its_own);
	tcase_add_test(tcase, a_result_says_its_folder);
	tcase_add_test(tcase, a_folder_that_leads_out_is_refused);
	tcase_add_test(tcase, what_has_no_record_is_an_error);
	tcase_add_test(tcase, a_kernel_has_a_name);
	tcase_add_test(tcase, each_host_s_kernel_is_told_where_they_differ);
	tcase_add_test(tcase, causes_have_no_numbers);
	return run_tests(tcase);
}
