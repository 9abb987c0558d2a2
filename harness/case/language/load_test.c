/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base_test.h"
#include "case_test.h"

START_TEST(fills_in_defaults)
{
	struct plan *plan = load(TWO_HOSTS EXPECT);

	ck_assert_str_eq(plan->file, "test.yaml");
	ck_assert_str_eq(plan->source, TWO_HOSTS EXPECT);
	ck_assert_str_eq(plan->name, "a test");
	ck_assert_ptr_null(plan->about);
	ck_assert_str_eq(plan->variant, "");
	ck_assert(!plan->must_fail && !plan->fails_with);
	ck_assert_int_eq(plan->ip_version, 4);
	ck_assert_int_eq(plan->network, NETWORK_SWITCH);
	ck_assert_int_eq(plan->link.delay_ns, NSEC_PER_SEC / 1000);
	ck_assert(!plan->link_explicit && !plan->neighbours_dynamic && !plan->nat);
	ck_assert_int_eq(plan->claim_count, 0);
	ck_assert_int_eq(plan->needs.count, 0);
	ck_assert_int_eq(plan->fault_count, 0);
	ck_assert_int_eq(plan->until_ns, 0);
	ck_assert_int_eq(plan->last_ns, 0);
	ck_assert_int_eq(plan->tolerance_ns, 20 * NSEC_PER_SEC / 1000);
	ck_assert_int_eq(plan->sample_count, 0);
	ck_assert_int_eq(plan->host_count, 2);
	ck_assert_int_eq(plan->program_count, 2);
	ck_assert_str_eq(plan->program[1].name, "server");
	ck_assert_int_eq(plan->program[1].host, 1);
	ck_assert_int_eq(plan->host[0].place.line, 3);
	ck_assert_int_eq(plan->host[0].place.column, 3);
	plan_free(plan);
}
END_TEST

START_TEST(reads_the_top_level)
{
	struct plan *plan = load("about: >\n  two\n  lines\n"
				 "claims: [A3, C4c]\nverdict: {fail: 'no RST'}\n"
				 "needs: [netem, 'kernel  < 6.18', 'kernel >= 6.5']\nip: 6\n"
				 "network: {type: router, nat: true, neighbours: dynamic, link: "
				 "{delay: 0, loss: 0.5%}}\n"
				 "until: 3h\ntolerance: 1s\n" TWO_HOSTS EXPECT);

	ck_assert_str_eq(plan->about, "two lines\n");
	ck_assert_int_eq(plan->claim_count, 2);
	ck_assert_str_eq(plan->claims[1], "C4c");
	ck_assert(plan->must_fail);
	ck_assert_str_eq(plan->fails_with, "no RST");
	ck_assert_int_eq(plan->needs.count, 3);
	ck_assert_str_eq(plan->needs.term[1], "kernel < 6.18");
	ck_assert_str_eq(plan->needs.term[2], "kernel >= 6.5");
	ck_assert_int_eq(plan->ip_version, 6);
	ck_assert_int_eq(plan->network, NETWORK_ROUTER);
	ck_assert(plan->nat && plan->neighbours_dynamic && plan->link_explicit);
	ck_assert_int_eq(plan->link.delay_ns, 0);
	ck_assert(plan->link.loss == 0.5);
	ck_assert_int_eq(plan->until_ns, 3 * 3600 * NSEC_PER_SEC);
	ck_assert_int_eq(plan->tolerance_ns, NSEC_PER_SEC);
	plan_free(plan);
}
END_TEST

START_TEST(reads_a_whole_link)
{
	struct plan *plan = load(
		"link: {delay: 20ms, jitter: 5ms, loss: 5%, duplicate: 1%, reorder: 2%, "
		"corrupt: 3%, rate: 10mbit, limit: 50}\nnetwork: cable\n"
		"verdict: pass\nneighbours: permanent\nneeds: netem\n" TWO_HOSTS EXPECT);
	const struct plan_impairment *link = &plan->link;

	ck_assert_int_eq(plan->network, NETWORK_CABLE);
	ck_assert(plan->link_explicit && !plan->must_fail);
	ck_assert_int_eq(link->delay_ns, 20000000);
	ck_assert_int_eq(link->jitter_ns, 5000000);
	ck_assert(link->loss == 5 && link->duplicate == 1 && link->reorder == 2 &&
		  link->corrupt == 3);
	ck_assert_int_eq(link->rate, 10000000);
	ck_assert_int_eq(link->limit, 50);
	plan_free(plan);
}
END_TEST

START_TEST(numbers_addresses)
{
	struct plan *plan = load("network: router\nip: 6\n" TWO_HOSTS EXPECT);
	char text[64];

	ck_assert_str_eq(plan->host[0].address4, "10.0.1.1");
	ck_assert_str_eq(plan->host[1].address6, "fd00:0:0:2::1");
	inet_ntop(AF_INET6, &plan->program[0].step[0].peer.addr.sin6_addr, text, sizeof(text));
	ck_assert_str_eq(text, "fd00:0:0:2::1");
	plan_free(plan);
	plan = load(TWO_HOSTS EXPECT);
	ck_assert_str_eq(plan->host[0].address4, "10.0.0.1");
	ck_assert_str_eq(plan->host[1].address6, "fd00::2");
	plan_free(plan);
}
END_TEST

START_TEST(reads_programs)
{
	struct plan *plan = load(
		"case: a\nhosts:\n"
		"  one:\n"
		"    sysctl: {net.ipv4.tcp_retries2: 5, net.ipv4.tcp_rmem: 4096 8192 16384}\n"
		"    program: {start: 2s, steps: [pause]}\n"
		"  two:\n"
		"    programs:\n"
		"      web: {command: \"exec httpd -p $$PORT\", start: 1500ms}\n"
		"      app: [{listen: 80}, accept]\n"
		"      own: [{connect: 'two:80'}]\n"
		"  three:\n"
		"expect: {web: {exit: running}}\n");

	ck_assert_int_eq(plan->host_count, 3);
	ck_assert_int_eq(plan->program_count, 4);
	ck_assert_str_eq(plan->program[0].name, "one");
	ck_assert_int_eq(plan->program[0].start_ns, 2 * NSEC_PER_SEC);
	ck_assert_str_eq(plan->program[1].command, "exec httpd -p $PORT");
	ck_assert_int_eq(plan->program[1].step_count, 0);
	ck_assert_int_eq(plan->program[1].host, 1);
	ck_assert_int_eq(plan->program[3].step[0].target_program, 2);
	ck_assert_int_eq(plan->host[0].sysctl_count, 2);
	ck_assert_str_eq(plan->host[0].sysctl[1].name, "net.ipv4.tcp_rmem");
	ck_assert_str_eq(plan->host[0].sysctl[1].value, "4096 8192 16384");
	ck_assert_int_eq(plan->last_ns, 2 * NSEC_PER_SEC);
	plan_free(plan);
}
END_TEST

/* As who connects does. */
START_TEST(who_relays_starts_when_there_is_somebody_to_relay_to)
{
	struct plan *plan = load("case: a\nhosts:\n"
				 "  one: {program: [{listen: 80}, {relay: 'two:8080'}]}\n"
				 "  two: {program: [{listen: 8080}, accept]}\n"
				 "expect: {two: {accept: ok}}\n");

	ck_assert_int_eq(plan->program[0].step[1].target_program, 1);
	ck_assert_int_eq(plan->ready[plan->program[0].connected].program, 1);
	ck_assert_int_eq(plan->ready[plan->program[0].connected].port, 8080);
	plan_free(plan);
}
END_TEST

/* Two moments that the case says are in that order, whatever one does to the other. */
START_TEST(who_connects_does_not_wait_for_who_starts_later)
{
	struct plan *plan = load("case: a\nhosts:\n"
				 "  one: {program: {start: 1s, steps: [{connect: 'two:80'}]}}\n"
				 "  two: {program: {start: 5s, steps: [{listen: 80}]}}\n"
				 "expect: {one: {connect: ECONNREFUSED}}\n");

	ck_assert_int_eq(plan->program[0].step[0].target_program, 1);
	ck_assert_int_lt(plan->program[0].connected, 0);
	plan_free(plan);
	plan = load("case: a\nhosts:\n"
		    "  one: {program: {start: 5s, steps: [{connect: 'two:80'}]}}\n"
		    "  two: {program: {start: 5s, steps: [{listen: 80}]}}\n"
		    "expect: {one: {connect: ok}}\n");
	ck_assert_int_ge(plan->program[0].connected, 0);
	plan_free(plan);
}
END_TEST

START_TEST(sets_extra_sysctls_first)
{
	const char *source = TWO_HOSTS EXPECT, *extra[] = {"net.ipv4.tcp_sack=0", NULL};
	const char *wrong[] = {"net.ipv4.tcp_sack", NULL};
	struct diagnostics diagnostics;
	struct plan *plan = NULL;

	ck_assert_int_eq(plan_load("x", source, strlen(source), NULL, extra, &plan, &diagnostics),
			 0);
	ck_assert_int_eq(plan->host[1].sysctl_count, 1);
	ck_assert_str_eq(plan->host[1].sysctl[0].name, "net.ipv4.tcp_sack");
	ck_assert_str_eq(plan->host[1].sysctl[0].value, "0");
	plan_free(plan);
	diagnostics_done(&diagnostics);
	ck_assert_int_lt(plan_load("x", source, strlen(source), "", wrong, &plan, &diagnostics), 0);
	ck_assert_str_eq(diagnostics.text, "x: error: 'net.ipv4.tcp_sack' sets no sysctl\n"
					   "      = help: write it as name=value\n");
	diagnostics_done(&diagnostics);
}
END_TEST

START_TEST(refuses_other_variants)
{
	const char *source = "matrix: {ip: [4, 6]}\n" TWO_HOSTS EXPECT;
	struct diagnostics diagnostics;
	struct plan *plan = NULL;

	ck_assert_int_lt(plan_load("x", source, strlen(source), "ip=5", NULL, &plan, &diagnostics),
			 0);
	ck_assert_ptr_null(plan);
	ck_assert_str_eq(diagnostics.text, "x: error: there is no variant 'ip=5'\n"
					   "      = help: did you mean 'ip=4'?\n");
	diagnostics_done(&diagnostics);
	ck_assert_int_lt(plan_load("x", source, strlen(source), "", NULL, &plan, &diagnostics), 0);
	diagnostics_done(&diagnostics);
	ck_assert_int_lt(plan_load("x", source, strlen(source), "ip=4,", NULL, &plan, &diagnostics),
			 0);
	diagnostics_done(&diagnostics);
}
END_TEST

START_TEST(knows_what_it_must_reach)
{
	struct plan *plan = load(TWO_HOSTS
				 "timeline:\n"
				 "  - {at: 30s, reboot: {host: server, down: 15s}}\n"
				 "  - {at: 10s, pull: client}\n"
				 "  - {at: 40s, shutdown: {host: client, grace: 1s}}\n"
				 "expect:\n"
				 "  client: {recv: {at: 12s..13s}, connect: {at: 44s..}}\n"
				 "  sockets:\n"
				 "    - {host: client, at: 20s}\n"
				 "    - {host: server, at: 5s, state: none}\n"
				 "    - {host: server, at: 20s}\n"
				 "    - {host: server, at: end}\n");

	ck_assert_int_eq(plan->last_ns, 45 * NSEC_PER_SEC);
	ck_assert_int_eq(plan->sample_count, 2);
	ck_assert_int_eq(plan->sample_ns[0], 5 * NSEC_PER_SEC);
	ck_assert_int_eq(plan->sample_ns[1], 20 * NSEC_PER_SEC);
	ck_assert_int_eq(plan->fault[0].op, FAULT_PULL);
	ck_assert_int_eq(plan->fault[1].op, FAULT_REBOOT);
	plan_free(plan);
}
END_TEST

/* As editors on Windows write it. */
START_TEST(skips_a_byte_order_mark)
{
	struct plan *plan = load("\xef\xbb\xbf" TWO_HOSTS EXPECT);

	ck_assert_int_eq(plan->host_count, 2);
	plan_free(plan);
}
END_TEST

START_TEST(warns_of_a_case_that_expects_nothing)
{
	struct diagnostics diagnostics;
	struct case_file *made;

	ck_assert_int_eq(case_parse("x", TWO_HOSTS, strlen(TWO_HOSTS), &made, &diagnostics), 0);
	ck_assert_int_eq(diagnostics.warnings, 1);
	ck_assert_ptr_nonnull(
		strstr(diagnostics.text,
		       "x:2:1: warning: nothing is expected: runs are drawn, and have no verdict"));
	ck_assert_str_eq(made->name, "a test");
	diagnostics_done(&diagnostics);
	case_file_free(made);
}
END_TEST

START_TEST(shows_a_part_of_a_long_line)
{
	char source[5000], *end = source + sprintf(source, "case: a\nclaims: [");

	for (int i = 0; i < 400; i++)
		end += sprintf(end, "A%d, ", i);
	strcpy(end, "{}, B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14]\n");
	must_refuse(source, "    2 | ..., A392, A393, A394, A395, A396, A397, A398, A399, {}, B1");
}
END_TEST

/* Hostile files are refused at once. */
START_TEST(is_quick_with_hostile_files)
{
	static const char *const pieces[] = {"[",       "{",   "- ", "? ", "a: ", "\"", "[\n",
					     "- - a\n", "&a ", "$",  "#",  "\t",  "!"};
	size_t size = 1 << 20, length = strlen(pieces[_i]);
	struct diagnostics diagnostics;
	struct case_file *made;
	char *source = malloc(size + 1);
	clock_t start = clock();

	for (size_t i = 0; i < size; i++)
		source[i] = pieces[_i][i % length];
	source[size] = '\0';
	ck_assert_int_lt(case_parse("x", source, size, &made, &diagnostics), 0);
	ck_assert_uint_lt(strlen(diagnostics.text), 10000);
	diagnostics_done(&diagnostics);
	free(source);
	ck_assert_msg((clock() - start) / CLOCKS_PER_SEC < 3, "slow");
}
END_TEST

START_TEST(refuses_what_is_too_big)
{
	struct diagnostics diagnostics;
	struct case_file *made;
	char *source = calloc(1, (1 << 20) + 2);

	memset(source, '\n', (1 << 20) + 1);
	ck_assert_int_lt(case_parse("x", source, (1 << 20) + 1, &made, &diagnostics), 0);
	ck_assert_str_eq(diagnostics.text,
			 "x: error: the file has 1048577 bytes: a case has at most 1 MiB\n");
	diagnostics_done(&diagnostics);
	free(source);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("load");

	tcase_add_test(tests, fills_in_defaults);
	tcase_add_test(tests, reads_the_top_level);
	tcase_add_test(tests, reads_a_whole_link);
	tcase_add_test(tests, numbers_addresses);
	tcase_add_test(tests, reads_programs);
	tcase_add_test(tests, who_relays_starts_when_there_is_somebody_to_relay_to);
	tcase_add_test(tests, who_connects_does_not_wait_for_who_starts_later);
	tcase_add_test(tests, sets_extra_sysctls_first);
	tcase_add_test(tests, refuses_other_variants);
	tcase_add_test(tests, knows_what_it_must_reach);
	tcase_add_test(tests, skips_a_byte_order_mark);
	tcase_add_test(tests, warns_of_a_case_that_expects_nothing);
	tcase_add_test(tests, shows_a_part_of_a_long_line);
	tcase_add_loop_test(tests, is_quick_with_hostile_files, 0, 13);
	tcase_add_test(tests, refuses_what_is_too_big);
	return run_tests(tests);
}
