/* SPDX-License-Identifier: MIT
 *
 * What is left of very many rows. The rows themselves are looked at in ladder_test.c.
 */
#include <check.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "handmade.h"
#include "rows.h"
#include "tcp_words.h"

#define PACKETS 5000

static const char one_fault_case[] = "case: two hosts\n"
				     "hosts:\n"
				     "  client: {program: [connect: 'server:80', recv]}\n"
				     "  server: {program: [listen: 80, accept, pause]}\n"
				     "timeline:\n"
				     "  - {at: 5s, kill: server}\n"
				     "expect:\n"
				     "  client: {recv: ok}\n";

static struct record_packet packets[PACKETS];
static struct record_fault fault = {.fault = 0, .begun_ns = 5 * S, .done_ns = 5 * S};

/* One in two is lost, which is never folded by itself; 2 ms apart, so that the fault is in the
 * middle. */
static struct record record_of_many(const struct plan *plan)
{
	struct record record = handmade_record(plan);

	for (int i = 0; i < PACKETS; i++) {
		packets[i] = handmade_segment(0, i * 2000000LL, 1u << KIND_DATA, TCP_ACK);
		packets[i].arrived_ns = i % 2 ? -1 : packets[i].sent_ns;
		packets[i].rel_seq = 1 + i * 100;
	}
	record.packet = packets;
	record.packet_count = PACKETS;
	record.fault = &fault;
	record.fault_count = 1;
	return record;
}

static int count_kind(const struct rows *rows, enum row_kind kind)
{
	int count = 0;

	for (int i = 0; i < rows->count; i++)
		count += rows->row[i].kind == kind;
	return count;
}

static int find_kind(const struct rows *rows, enum row_kind kind)
{
	for (int i = 0; i < rows->count; i++)
		if (rows->row[i].kind == kind)
			return i;
	return -1;
}

START_TEST(what_is_near_a_fault_is_kept)
{
	struct plan *plan = handmade_plan(one_fault_case);
	struct record record = record_of_many(plan);
	struct rows rows;
	int at, folded = 0;

	ck_assert_int_eq(rows_make(plan, &record, NULL, false, &rows, NULL), 0);
	ck_assert_int_gt(rows.count, PACKETS);
	ck_assert_int_eq(rows_thin(&rows, &record, 100, NULL), 0);
	ck_assert_int_le(rows.count, 100);
	ck_assert_int_ge(rows.count, 50);
	at = find_kind(&rows, ROW_FAULT);
	ck_assert_int_gt(at, 5);
	for (int i = at - 5; i < at + 5; i++)
		ck_assert_int_ne(rows.row[i].kind, ROW_FOLDED);
	/* What happened just before it, and not something else. */
	ck_assert_int_eq(packets[rows.row[at - 1].index].sent_ns, 5 * S - 2000000);
	ck_assert_int_eq(rows.row[0].index, 0);
	ck_assert_int_eq(rows.row[rows.count - 1].kind, ROW_END);
	for (int i = 0; i < rows.count; i++)
		folded += rows.row[i].kind == ROW_FOLDED ? rows.row[i].index : 0;
	ck_assert_int_eq(folded + count_kind(&rows, ROW_PACKET), PACKETS);
	at = find_kind(&rows, ROW_FOLDED);
	ck_assert_ptr_nonnull(strstr(rows.row[at].text, "more segments"));
	ck_assert_ptr_nonnull(strstr(rows.row[at].text, "of them lost"));
	rows_done(&rows);
	plan_free(plan);
}
END_TEST

START_TEST(few_rows_are_left_alone)
{
	struct plan *plan = handmade_plan(one_fault_case);
	struct record record = record_of_many(plan);
	struct rows rows;
	int count;

	record.packet_count = 20;
	ck_assert_int_eq(rows_make(plan, &record, NULL, false, &rows, NULL), 0);
	count = rows.count;
	ck_assert_int_eq(rows_thin(&rows, &record, count, NULL), 0);
	ck_assert_int_eq(rows.count, count);
	ck_assert_int_eq(count_kind(&rows, ROW_FOLDED), 0);
	rows_done(&rows);
	plan_free(plan);
}
END_TEST

START_TEST(failures_are_kept_when_all_else_goes)
{
	static char text[] = "x";
	struct plan *plan = handmade_plan(one_fault_case);
	struct record record = record_of_many(plan);
	struct finding finding[30];
	struct judgement judgement = {
		.verdict = VERDICT_FAIL, .finding = finding, .finding_count = 30};
	struct rows rows;

	for (int i = 0; i < 30; i++)
		finding[i] = (struct finding){.holding = FAILS,
					      .expected = text,
					      .observed = text,
					      .difference = text,
					      .t_ns = i * 200000000LL};
	ck_assert_int_eq(rows_make(plan, &record, &judgement, false, &rows, NULL), 0);
	ck_assert_int_eq(rows_thin(&rows, &record, 10, NULL), 0);
	ck_assert_int_eq(count_kind(&rows, ROW_FINDING), 30);
	ck_assert_int_eq(count_kind(&rows, ROW_FAULT), 1);
	ck_assert_int_lt(rows.count, 100);
	rows_done(&rows);
	plan_free(plan);
}
END_TEST

/* 700 probes with their answers, minutes apart: neither they nor the silence between is told. */
START_TEST(what_is_alike_is_counted)
{
	struct plan *plan = handmade_plan(handmade_case);
	struct record record = handmade_record(plan);
	struct rows rows;
	int at;

	for (int i = 0; i < 1400; i++) {
		packets[i] = handmade_segment(
			i % 2, (i / 2 * 75 + 1) * S + i % 2 * 1000000,
			1u << (i % 2 ? KIND_KEEPALIVE_ACK : KIND_KEEPALIVE_PROBE), TCP_ACK);
		packets[i].attempt = i / 2 + 1;
	}
	record.packet = packets;
	record.packet_count = 1400;
	record.end_ns = 60000 * S;
	ck_assert_int_eq(rows_make(plan, &record, NULL, false, &rows, NULL), 0);
	ck_assert_int_eq(count_kind(&rows, ROW_FOLDED), 1);
	ck_assert_int_eq(count_kind(&rows, ROW_PACKET), 12);
	at = find_kind(&rows, ROW_FOLDED);
	ck_assert_str_eq(rows.row[at].text, "... 1388 alike ...");
	ck_assert_int_eq(rows.row[at].index, 1388);
	ck_assert_int_lt(rows.count, 40);
	rows_done(&rows);
	ck_assert_int_eq(rows_make(plan, &record, NULL, true, &rows, NULL), 0);
	ck_assert_int_eq(count_kind(&rows, ROW_PACKET), 1400);
	rows_done(&rows);
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rows");

	tcase_add_test(tcase, what_is_near_a_fault_is_kept);
	tcase_add_test(tcase, few_rows_are_left_alone);
	tcase_add_test(tcase, failures_are_kept_when_all_else_goes);
	tcase_add_test(tcase, what_is_alike_is_counted);
	return run_tests(tcase);
}
