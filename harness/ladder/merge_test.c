/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "handmade.h"
#include "merge.h"
#include "tcp_words.h"

/* Probes of one host, 2 s apart, of which the first is sent at FIRST_NS. */
static void probes_make(const struct plan *plan, struct record_packet *packet, int count,
			int64_t first_ns, struct rows *rows)
{
	struct record record = handmade_record(plan);

	for (int i = 0; i < count; i++) {
		packet[i] = handmade_segment(0, first_ns + i * 2 * S, 1u << KIND_KEEPALIVE_PROBE,
					     TCP_ACK);
		packet[i].attempt = i + 1;
	}
	record.packet = packet;
	record.packet_count = count;
	ck_assert_int_eq(rows_make(plan, &record, NULL, false, rows, NULL), 0);
}

static int count_of(const struct rows *rows, enum row_of of, bool moved)
{
	int count = 0;

	for (int i = 0; i < rows->count; i++)
		count += rows->row[i].kind == ROW_PACKET && rows->row[i].of == of &&
			 (rows->row[i].b_ns >= 0) == moved;
	return count;
}

static struct rows merged(int in_a, int in_b, int64_t later_ns, int64_t same_ns)
{
	static struct record_packet a[64], b[64];
	struct plan *plan = handmade_plan(handmade_case);
	struct rows rows_a, rows_b, both;

	probes_make(plan, a, in_a, S, &rows_a);
	probes_make(plan, b, in_b, S + later_ns, &rows_b);
	ck_assert_int_eq(rows_merge(&rows_a, &rows_b, same_ns, &both, NULL), 0);
	ck_assert_int_eq(rows_a.count, 0);
	plan_free(plan);
	return both;
}

START_TEST(what_both_did_stands_once)
{
	struct rows rows = merged(3, 3, 1000000, 3000000);

	ck_assert_int_eq(count_of(&rows, OF_BOTH, false), 3);
	ck_assert_int_eq(count_of(&rows, OF_BOTH, true), 0);
	rows_done(&rows);
}
END_TEST

START_TEST(what_one_did_is_marked)
{
	struct rows rows = merged(5, 3, 0, 3000000);

	ck_assert_int_eq(count_of(&rows, OF_BOTH, false), 3);
	ck_assert_int_eq(count_of(&rows, OF_A, false), 2);
	ck_assert_int_eq(count_of(&rows, OF_B, false), 0);
	ck_assert_int_eq(rows.row[rows.count - 1].kind, ROW_END);
	rows_done(&rows);
	rows = merged(3, 5, 0, 3000000);
	ck_assert_int_eq(count_of(&rows, OF_A, false), 0);
	ck_assert_int_eq(count_of(&rows, OF_B, false), 2);
	rows_done(&rows);
}
END_TEST

START_TEST(another_time_is_told)
{
	struct rows rows = merged(2, 2, 500000000, 3000000);

	ck_assert_int_eq(count_of(&rows, OF_BOTH, true), 2);
	for (int i = 0; i < rows.count; i++)
		if (rows.row[i].kind == ROW_PACKET)
			ck_assert_int_eq(rows.row[i].b_ns - rows.row[i].t_ns, 500000000);
	rows_done(&rows);
}
END_TEST

START_TEST(what_is_the_same_is_folded)
{
	struct rows rows = merged(30, 31, 0, 3000000);
	int folded = 0;

	for (int i = 0; i < rows.count; i++)
		if (rows.row[i].kind == ROW_FOLDED) {
			folded++;
			ck_assert_ptr_nonnull(strstr(rows.row[i].text, "rows that are the same"));
		}
	ck_assert_int_eq(folded, 1);
	ck_assert_int_eq(count_of(&rows, OF_B, false), 1);
	ck_assert_int_lt(rows.count, 20);
	rows_done(&rows);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("merge");

	tcase_add_test(tcase, what_both_did_stands_once);
	tcase_add_test(tcase, what_one_did_is_marked);
	tcase_add_test(tcase, another_time_is_told);
	tcase_add_test(tcase, what_is_the_same_is_folded);
	return run_tests(tcase);
}
