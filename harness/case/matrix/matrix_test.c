/* SPDX-License-Identifier: MIT */
#include "matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base_test.h"
#include "case_test.h"

#define MATRIX                                                                                     \
	"matrix:\n"                                                                                \
	"  ip: [4, 6]\n"                                                                           \
	"  timers:\n"                                                                              \
	"    default: {idle: 7200s, dead: 7875s..8010s, opts: {TCP_KEEPCNT: 9}}\n"                 \
	"    short: {idle: 10s, dead: 75s, opts: {TCP_KEEPCNT: 5, TCP_KEEPINTVL: 3s}}\n"
#define HOSTS                                                                                      \
	"case: a $$ and $timers\n" MATRIX "hosts:\n"                                               \
	"  client:\n"                                                                              \
	"    sysctl: {net.ipv4.tcp_retries2: \"1${ip}0\"}\n"                                       \
	"    program:\n"                                                                           \
	"      - connect: server:808$ip\n"                                                         \
	"      - setsockopt: $opts\n"                                                              \
	"      - {recv: 100, when: {ip: 6}}\n"                                                     \
	"      - {recv, when: {ip: [4, 6], timers: short}}\n"                                      \
	"  server:\n"                                                                              \
	"    program: [{listen: 808$ip}, accept, pause]\n"                                         \
	"  third: {when: {timers: default}}\n"                                                     \
	"timeline:\n"                                                                              \
	"  - {at: $idle, crash: server}\n"                                                         \
	"expect:\n"                                                                                \
	"  client: {connect: {took: $dead}}\n"

static const char *const variants[] = {"ip=4,timers=default", "ip=4,timers=short",
				       "ip=6,timers=default", "ip=6,timers=short"};

START_TEST(names_variants_in_order)
{
	struct diagnostics diagnostics;
	struct case_file *made;

	ck_assert_int_eq(case_parse("x", HOSTS, strlen(HOSTS), &made, &diagnostics), 0);
	ck_assert_str_eq(diagnostics.text, "");
	ck_assert_int_eq(made->variant_count, 4);
	for (int i = 0; i < 4; i++)
		ck_assert_str_eq(made->variant[i], variants[i]);
	case_file_free(made);
	diagnostics_done(&diagnostics);
}
END_TEST

START_TEST(expands_each_variant)
{
	struct plan *plan = load_variant(HOSTS, variants[_i]);
	const struct plan_program *client = &plan->program[0];
	bool six = _i >= 2, brief = _i % 2;

	ck_assert_str_eq(plan->variant, variants[_i]);
	ck_assert_str_eq(plan->name, brief ? "a $ and short" : "a $ and default");
	ck_assert_int_eq(plan->ip_version, six ? 6 : 4);
	ck_assert_int_eq(plan->host_count, brief ? 2 : 3);
	ck_assert_str_eq(plan->host[0].sysctl[0].value, six ? "160" : "140");
	ck_assert_int_eq(client->step_count, 2 + six + brief);
	ck_assert_str_eq(client->step[0].text, six ? "connect server:8086" : "connect server:8084");
	ck_assert_int_eq(client->step[0].target_program, 1);
	ck_assert_int_eq(client->step[1].peer.option_count, brief ? 2 : 1);
	ck_assert_int_eq(plan->fault[0].at_ns, (brief ? 10 : 7200) * NSEC_PER_SEC);
	ck_assert_int_eq(plan->expect[0].step.took.hi, (brief ? 75 : 8010) * NSEC_PER_SEC);
	plan_free(plan);
}
END_TEST

START_TEST(puts_the_items_of_a_list_into_a_list)
{
	const char
		*source = "case: a\n"
			  "matrix: {fix: {none: {ends: []}, two: {ends: [{sleep: 1s}, close]}}}\n"
			  "hosts:\n"
			  "  a: {program: [{connect: 'b:80'}, $ends, recv]}\n"
			  "  b: {program: [{listen: 80}]}\n";
	struct plan *none = load_variant(source, "fix=none");
	struct plan *two = load_variant(source, "fix=two");

	ck_assert_int_eq(none->program[0].step_count, 2);
	ck_assert_str_eq(none->program[0].step[1].text, "recv");
	ck_assert_int_eq(two->program[0].step_count, 4);
	ck_assert_str_eq(two->program[0].step[1].text, "sleep 1s");
	ck_assert_str_eq(two->program[0].step[2].text, "close");
	ck_assert_str_eq(two->program[0].step[3].text, "recv");
	plan_free(none);
	plan_free(two);
}
END_TEST

START_TEST(says_it_once_for_all_variants)
{
	struct diagnostics diagnostics;
	struct case_file *made;
	const char *source = "case: a\nmatrix: {ip: [4, 6]}\nhosts: {a: , b: }\n"
			     "timeline:\n"
			     "  - {at: 5, crash: a}\n"
			     "  - {at: 6, crash: a, when: {ip: 6}}\nexpect: {}\n";

	ck_assert_int_lt(case_parse("x", source, strlen(source), &made, &diagnostics), 0);
	ck_assert_int_eq(diagnostics.errors, 2);
	ck_assert_ptr_null(strstr(strstr(diagnostics.text, "variant") + 1, "variant"));
	ck_assert_ptr_nonnull(strstr(diagnostics.text, "= note: in variant ip=6\n"));
	diagnostics_done(&diagnostics);
	/* What is wrong with the file itself is not about variants. */
	source = "case: a\nmatrix: {ip: [4, 6]}\nhosts: {a: , b: }\nexpect: {}\n"
		 "claims: [A]\nclaims: [A, B, C, D, E, F]\n";
	ck_assert_int_lt(case_parse("x", source, strlen(source), &made, &diagnostics), 0);
	ck_assert_str_eq(diagnostics.text, "x:6:1: error: key 'claims' given twice\n"
					   "    6 | claims: [A, B, C, D, E, F]\n"
					   "      | ^~~~~~\n"
					   "x:5:1: note: it was given here first\n"
					   "    5 | claims: [A]\n"
					   "      | ^~~~~~\n");
	diagnostics_done(&diagnostics);
}
END_TEST

START_TEST(sets_top_level_keys)
{
	const char *source =
		"case: a\nmatrix:\n  network: [cable, router]\n  until: {soon: {}, 5s: {}}\n"
		"hosts: {a: , b: }\nexpect: {}\n";
	struct plan *plan;

	must_refuse(source, "'soon' is not a time");
	source = "case: a\nmatrix:\n  network: [cable, router]\n  until: [5s, 6s]\n"
		 "hosts: {a: , b: }\nexpect: {}\n";
	plan = load_variant(source, "network=router,until=6s");
	ck_assert_int_eq(plan->network, NETWORK_ROUTER);
	ck_assert_int_eq(plan->until_ns, 6 * NSEC_PER_SEC);
	plan_free(plan);
}
END_TEST

START_TEST(warns_of_what_is_not_used)
{
	struct diagnostics diagnostics;
	struct case_file *made;
	const char *source = "case: a\nmatrix:\n  seed: [1, 2]\n  t: {x: {v: 1}, y: {v: 2, w: 3}}\n"
			     "hosts: {a: , b: }\nexpect: {}\n";

	ck_assert_int_eq(case_parse("x", source, strlen(source), &made, &diagnostics), 0);
	ck_assert_int_eq(diagnostics.errors, 0);
	ck_assert_int_eq(diagnostics.warnings, 3);
	ck_assert_ptr_nonnull(strstr(diagnostics.text, "x:3:3: warning: axis 'seed' is not used"));
	ck_assert_ptr_nonnull(
		strstr(diagnostics.text, "x:4:11: warning: variable 'v' is not used"));
	ck_assert_ptr_nonnull(
		strstr(diagnostics.text, "x:4:28: warning: variable 'w' is not used"));
	diagnostics_done(&diagnostics);
	case_file_free(made);
}
END_TEST

/* What grows by putting variables in is stopped. */
START_TEST(bounds_growth)
{
	char *source = malloc(1 << 20), *end = source;

	end += sprintf(end, "case: a\nmatrix:\n  t: {x: {v: \"");
	for (int i = 0; i < 60000; i++)
		*end++ = 'x';
	end += sprintf(end, "\"}}\nhosts: {a: , b: }\nabout: \"");
	for (int i = 0; i < 100000; i++)
		end += sprintf(end, "$v");
	strcpy(end, "\"\n");
	must_refuse(source, "the variables make this case too big");

	end = source + sprintf(source, "case: a\nmatrix:\n  t: {x: {v: [");
	for (int i = 0; i < 1000; i++)
		end += sprintf(end, "x,");
	end += sprintf(end, "]}}\nhosts: {a: , b: }\nclaims: [");
	for (int i = 0; i < 1000; i++)
		end += sprintf(end, "$v,");
	strcpy(end, "]\n");
	must_refuse(source, "the variables make this case too big");

	end = source +
	      sprintf(source, "case: a\nmatrix: {a: [0,1,2,3,4,5,6,7,8,9], b: [0,1,2,3,4,5,6,7,8,9]"
			      ", c: [0,1,2,3,4,5,6,7,8,9], d: [0,1,2,3,4,5,6,7,8,9]}\n"
			      "hosts: {a: , b: }\nclaims: [");
	for (int i = 0; i < 5000; i++)
		end += sprintf(end, "x,");
	strcpy(end, "]\nabout: $a$b$c$d\n");
	must_refuse(source, "too many variants of too long a case");
	free(source);
}
END_TEST

static void ten_axes(char **end)
{
	*end += sprintf(*end, "matrix:\n");
	for (int i = 0; i < 4; i++)
		*end += sprintf(*end, "  a%d: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n", i);
}

/* Much work for little text: it is stopped as well, or done quickly. */
START_TEST(is_quick_with_hostile_matrices)
{
	char *source = malloc(1 << 20), *end = source + sprintf(source, "case: a\n");
	clock_t start = clock(); /* of the processor's time: others do not count */

	/* Ten thousand times many variables that are all empty. */
	end += sprintf(end, "matrix:\n  a: [1, 2, 3, 4, 5, 6, 7, 8, 9]\n  v:\n    s: {");
	for (int i = 0; i < 200; i++)
		end += sprintf(end, "v%d: '', ", i);
	end += sprintf(end, "}\nhosts: {a: , b: }\nabout: \"$a");
	for (int i = 0; i < 100000; i++)
		end += sprintf(end, "${v199}");
	strcpy(end, "\"\n");
	must_refuse(source, "too");

	/* As many programs and steps as there may be, ten thousand times. */
	end = source + sprintf(source, "case: a\nabout: $a0$a1$a2$a3\n");
	ten_axes(&end);
	end += sprintf(end, "hosts:\n  b:\n  a:\n    programs:\n");
	for (int i = 0; i < 16; i++) {
		end += sprintf(end, "      p%d: [", i);
		for (int j = 0; j < 100; j++)
			end += sprintf(end, "connect: 'a:%d', ", j + 1);
		end += sprintf(end, "]\n");
	}
	must_refuse(source, "too many variants of too long a case");

	/* Errors that each look for the nearest of many words. */
	end = source + sprintf(source, "case: a\nmatrix:\n  a: [");
	for (int i = 0; i < 1000; i++)
		end += sprintf(end, "a-value-of-an-axis-%d, ", i);
	end += sprintf(end, "]\nhosts: {a: , b: }\ntimeline:\n");
	for (int i = 0; i < 3000; i++)
		end += sprintf(end, "  - {when: {a: a-value-of-another-axis-%d}}\n", i);
	must_refuse(source, "has no value 'a-value-of-another-axis-19'");

	/* One such error, in ten thousand variants. */
	end = source + sprintf(source, TWO_HOSTS);
	ten_axes(&end);
	sprintf(end, "expect: {client: {recv: ETIMEDOUTing in all of the variants}}\n");
	must_refuse(source, "is no outcome of a step");
	free(source);
	/* With sanitizers it takes half of that. */
	ck_assert_msg((clock() - start) / CLOCKS_PER_SEC < 60, "slow");
}
END_TEST

START_TEST(finds_variables_in_text)
{
	static const struct {
		const char *text;
		size_t used;
		const char *name;
	} cases[] = {{"$a", 2, "a"},   {"$ab.c", 3, "ab"}, {"${ab}c", 5, "ab"}, {"$$a", 2, ""},
		     {"${ab", 0, ""},  {"$", 0, ""},       {"$1", 0, ""},       {"${}", 0, ""},
		     {"$a-b", 2, "a"}, {"$A_1 ", 4, "A_1"}};
	char name[32];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ck_assert_uint_eq(variable_at(cases[i].text, name), cases[i].used);
		if (cases[i].used)
			ck_assert_str_eq(name, cases[i].name);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("matrix");

	tcase_add_test(tests, names_variants_in_order);
	tcase_add_loop_test(tests, expands_each_variant, 0, 4);
	tcase_add_test(tests, puts_the_items_of_a_list_into_a_list);
	tcase_add_test(tests, says_it_once_for_all_variants);
	tcase_add_test(tests, sets_top_level_keys);
	tcase_add_test(tests, warns_of_what_is_not_used);
	tcase_add_test(tests, bounds_growth);
	tcase_add_test(tests, is_quick_with_hostile_matrices);
	tcase_add_test(tests, finds_variables_in_text);
	return run_tests(tests);
}
