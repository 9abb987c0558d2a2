/* SPDX-License-Identifier: MIT
 *
 * What commands write, and what they do with their sockets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/resource.h>

#include "base_test.h"
#include "call_words.h"
#include "label.h"
#include "record_fixture.h"

START_TEST(test_output)
{
	char many[1024];

	begin("case: a command\nhosts: {a: {program: {command: date}}, b: {}}\n"
	      "expect: {a: {exit: 0}}\n");
	raw_started(&raw, 0, 0, 0);
	raw_text(&raw, RAW_OUTPUT, 0, S, "gr\xc3");
	raw_text(&raw, RAW_OUTPUT, 0, S,
		 "\xbc"
		 "n\n"); /* one letter in two pieces */
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_str_eq(record->program[0].output, "gr\xc3\xbcn\n");
	record_free(record);

	raw = (struct raw){0};
	raw_begin(&raw);
	raw_started(&raw, 0, 0, 0);
	raw_text(&raw, RAW_OUTPUT, 0, S,
		 "gr\xfc"
		 "n"); /* no UTF-8: not for JSON */
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_str_eq(record->program[0].output, "gr\xef\xbf\xbdn");
	record_free(record);

	raw = (struct raw){0};
	raw_begin(&raw);
	raw_started(&raw, 0, 0, 0);
	memset(many, 'x', sizeof(many));
	for (int i = 0; i < 1000; i++) /* without end: cut */
		raw_add(&raw, RAW_OUTPUT, 0, S, many, sizeof(many), NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_uint_eq(strlen(record->program[0].output), 64 << 10);
	done();
}
END_TEST

START_TEST(what_follows_a_nul_and_a_gap_is_kept)
{
	const uint64_t lost = 5000000000;

	begin("case: a command\nhosts: {a: {program: {command: date}}, b: {}}\n"
	      "expect: {a: {exit: 0}}\n");
	raw_started(&raw, 0, 0, 0);
	raw_add(&raw, RAW_OUTPUT, 0, S, "first\0second\n", 13, NULL, 0);
	raw_add(&raw, RAW_OUTPUT_LOST, 0, S, &lost, sizeof(lost), NULL, 0);
	raw_text(&raw, RAW_OUTPUT, 0, S, "third\n");
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_str_eq(record->program[0].output,
			 "first\\0second\n\n[5000000000 bytes are left out here]\nthird\n");
	ck_assert_int_eq(record->program[0].output_ns.count, 4);
	ck_assert_int_eq(record->program[0].output_ns.ns[2], -1);
	ck_assert_int_eq(record->line_count, 4);
	ck_assert_int_eq(record->line[2].gap, 1);
	ck_assert_str_eq(record->line[3].text, "third");
	done();
}
END_TEST

START_TEST(a_line_is_written_when_it_is_whole)
{
	begin("case: a command\nhosts: {a: {program: {command: date}}, b: {}}\n"
	      "expect: {a: {exit: 0}}\n");
	raw_started(&raw, 0, 0, 0);
	raw_text(&raw, RAW_OUTPUT, 0, 1 * S, "one\r\nhalf ");
	raw_text(&raw, RAW_OUTPUT, 0, 2 * S, "a line\nand the");
	raw_text(&raw, RAW_OUTPUT, 0, 3 * S, " end");
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->line_count, 3);
	ck_assert_str_eq(record->line[0].text, "one");
	ck_assert_int_eq(record->line[0].t_ns, 1 * S);
	ck_assert_str_eq(record->line[1].text, "half a line");
	ck_assert_int_eq(record->line[1].t_ns, 2 * S);
	ck_assert_str_eq(record->line[2].text, "and the end");
	ck_assert_int_eq(record->line[2].t_ns, 3 * S);
	done();
}
END_TEST

static void add_call(int64_t t_ns, enum raw_call_phase phase, struct raw_call call)
{
	call.phase = phase;
	raw_add(&raw, RAW_CALL, 0, t_ns, &call, sizeof(call), NULL, 0);
}

START_TEST(calls_are_put_together_and_said)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(80),
				       .sin_addr.s_addr = inet_addr("10.0.0.2")};
	const int seconds = 30;
	struct raw_call connect = {.kind = CALL_CONNECT, .fd = 3, .thread = 9, .size = sizeof(to)};
	struct raw_call option = {.kind = CALL_SETSOCKOPT,
				  .fd = 3,
				  .thread = 9,
				  .level = IPPROTO_TCP,
				  .option = TCP_KEEPIDLE,
				  .size = sizeof(seconds)};
	struct raw_call recv = {.kind = CALL_RECV, .fd = 4, .thread = 8, .ret = -1, .err = EPIPE};
	char label[64];

	memcpy(connect.bytes, &to, sizeof(to));
	memcpy(option.bytes, &seconds, sizeof(seconds));
	begin("case: a command\nhosts: {a: {program: {command: date, trace: network}}, b: {}}\n"
	      "expect: {a: {exit: 0}}\n");
	raw_started(&raw, 0, 0, 0);
	add_call(1 * S, RAW_CALL_BEGUN, connect);
	add_call(1 * S, RAW_CALL_BEGUN, recv);
	add_call(2 * S, RAW_CALL_ENDED, connect);
	add_call(2 * S, RAW_CALL_ENDED, connect); /* of nothing */
	add_call(3 * S, RAW_CALL_DONE, option);
	add_call(4 * S, RAW_CALLS_LOST, (struct raw_call){.ret = 17});
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->call_count, 4);
	ck_assert_str_eq(record->call[0].name, "connect");
	ck_assert_int_eq(record->call[0].end_ns, 2 * S);
	ck_assert_int_eq(record->call[1].end_ns, -1);
	ck_assert_str_eq(label_call(plan, &record->call[0], LABEL_WHOLE, label, sizeof(label)),
			 "connect(3) b:80");
	ck_assert_str_eq(label_call(plan, &record->call[1], LABEL_WAITING, label, sizeof(label)),
			 "recv(4) still waits");
	ck_assert_str_eq(label_call(plan, &record->call[2], LABEL_WHOLE, label, sizeof(label)),
			 "setsockopt(3) TCP_KEEPIDLE=30");
	ck_assert_str_eq(label_call(plan, &record->call[3], LABEL_WHOLE, label, sizeof(label)),
			 "... 17 sends and receives are left out ...");
	done();
}
END_TEST

/* A program that writes a byte at a time: with what came copied each time, these are 2 GB. */
START_TEST(output_in_many_pieces_costs_no_more)
{
	struct rusage usage;

	begin("case: a command\nhosts: {a: {program: {command: date}}, b: {}}\n"
	      "expect: {a: {exit: 0}}\n");
	raw_started(&raw, 0, 0, 0);
	for (int i = 0; i < 64 << 10; i++)
		raw_add(&raw, RAW_OUTPUT, 0, S, "x", 1, NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_uint_eq(strlen(record->program[0].output), 64 << 10);
	getrusage(RUSAGE_SELF, &usage);
	ck_assert_int_lt(usage.ru_maxrss, 1 << 19); /* KB */
	done();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("collect_programs");

	tcase_add_test(tests, test_output);
	tcase_add_test(tests, what_follows_a_nul_and_a_gap_is_kept);
	tcase_add_test(tests, a_line_is_written_when_it_is_whole);
	tcase_add_test(tests, calls_are_put_together_and_said);
	tcase_add_test(tests, output_in_many_pieces_costs_no_more);
	return run_tests(tests);
}
