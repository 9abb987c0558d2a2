/* SPDX-License-Identifier: MIT
 *
 * docs/case-format.md is what the tables say, and what the tables say is true. With --write
 * as the only argument the test writes the document.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "case_test.h"
#include "decode.h"
#include "reference.h"

#define DOCUMENT DOCS "/case-format.md"

START_TEST(document_is_fresh)
{
	char *text = case_reference_markdown(), *written = NULL;
	FILE *file = fopen(DOCUMENT, "r");
	size_t size = 0;

	ck_assert_msg(file != NULL, DOCUMENT ": %s", strerror(errno));
	ck_assert_msg(getdelim(&written, &size, '\0', file) > 0 && strcmp(text, written) == 0,
		      DOCUMENT " is stale: write it anew with case_reference_test --write");
	fclose(file);
	free(text);
	free(written);
}
END_TEST

START_TEST(schema_is_json)
{
	char *text = case_reference_schema();
	json_error_t error;
	json_t *schema = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(schema != NULL, "%d:%d: %s", error.line, error.column, error.text);
	ck_assert_ptr_nonnull(json_object_get(json_object_get(schema, "$defs"), "fault"));
	json_decref(schema);
	free(text);
}
END_TEST

START_TEST(step_examples_hold)
{
	const struct verb *verb = &step_table.verb[_i];
	char source[1024];

	snprintf(source, sizeof(source),
		 "case: an example\nhosts:\n"
		 "  client: {program: [{connect: server:80, as: first}, {listen: 90, as: second}, "
		 "%s%s%s]}\n"
		 "  server: {program: [listen: 8081, accept]}\nexpect: {}\n",
		 strchr(verb->example, ':') ? "{" : "", verb->example,
		 strchr(verb->example, ':') ? "}" : "");
	plan_free(load(source));
}
END_TEST

/* What has to be before some of the faults. */
static const char *fault_before(int op)
{
	return op == FAULT_CONTINUE   ? "stop: client"
	       : op == FAULT_PLUG     ? "pull: client"
	       : op == FAULT_RESUME   ? "suspend: client"
	       : op == FAULT_IFUP     ? "ifdown: client"
	       : op == FAULT_FAILOVER ? "forget: router"
				      : "blackhole: all";
}

/* Addresses move where there is no router, and others need one. */
static const char *network_of(int op)
{
	return op == FAULT_MOVE ? "addresses: {vip: server}\n"
				: "network: {type: router, nat: true, vips: {web: {80: "
				  "server:8080}}}\n";
}

START_TEST(fault_examples_hold)
{
	const struct verb *verb = &fault_table.verb[_i];
	char source[1024];

	snprintf(source, sizeof(source),
		 "%s" TWO_HOSTS "timeline: [{at: 1s, %s}, {at: 5s, %s}]\nexpect: {}\n",
		 network_of(verb->op), fault_before(verb->op), verb->example);
	plan_free(load(source));
}
END_TEST

START_TEST(expectation_examples_hold)
{
	static const char command[] = "case: a command\nhosts:\n  client: {program: {command: "
				      "date, trace: network}}\n  server: {}\n";
	const struct expect_section *section = &expect_table.section[_i];
	char source[1024];

	snprintf(source, sizeof(source), "%s%sexpect:\n  %s\n",
		 section->kind == EXPECT_OUTPUT || section->kind == EXPECT_CALLS ? command
										 : TWO_HOSTS,
		 section->kind == EXPECT_CONNTRACK ? "network: {type: router, nat: true}\n" : "",
		 section->example);
	plan_free(load(source));
}
END_TEST

/* The case that the introduction shows. */
START_TEST(introduction_holds)
{
	char *text = case_reference_markdown();
	char *start = strstr(text, "```yaml\n") + strlen("```yaml\n");

	*strstr(start, "```") = '\0';
	plan_free(load_variant(start, "ip=6"));
	free(text);
}
END_TEST

START_TEST(topic_tells_where_a_key_stands_and_its_own_keys)
{
	struct err err = {0};
	char *text;

	ck_assert_int_eq(case_reference_topic("restart", &text, &err), 0);
	ck_assert_ptr_nonnull(strstr(text, "## Hosts and programs\nKeys of a program"));
	ck_assert_ptr_nonnull(strstr(text, "\n| `restart` | a mapping, see below |"));
	ck_assert_ptr_nonnull(strstr(text, "\nKeys of `restart`, as in `restart: {always: true"));
	ck_assert_ptr_nonnull(strstr(text, "\n| `after` | a time"));
	ck_assert_ptr_null(strstr(text, "`trace`"));
	free(text);
	/* Those of a verb do not stand under the table of another. */
	ck_assert_int_eq(case_reference_topic("flags", &text, &err), 0);
	ck_assert_ptr_nonnull(strstr(text, "### reject\nKeys of `packets`, as in"));
	ck_assert_ptr_nonnull(strstr(text, "\n### drop\n| `flags` |"));
	free(text);
	ck_assert_int_eq(case_reference_topic("restrat", &text, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "did you mean 'restart'?"));
}
END_TEST

static int write_document(void)
{
	char *text = case_reference_markdown();
	FILE *file = fopen(DOCUMENT, "w");
	int failed = !file || fputs(text, file) == EOF || fclose(file) == EOF;

	free(text);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	TCase *tests;

	if (argc == 2 && strcmp(argv[1], "--write") == 0)
		return write_document();
	tests = tcase_create("reference");
	tcase_add_test(tests, document_is_fresh);
	tcase_add_test(tests, schema_is_json);
	tcase_add_loop_test(tests, step_examples_hold, 0, step_table.count);
	tcase_add_loop_test(tests, fault_examples_hold, 0, fault_table.count);
	tcase_add_loop_test(tests, expectation_examples_hold, 0, expect_table.count);
	tcase_add_test(tests, introduction_holds);
	tcase_add_test(tests, topic_tells_where_a_key_stands_and_its_own_keys);
	return run_tests(tests);
}
