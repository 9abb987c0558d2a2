/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "handmade.h"
#include "mermaid.h"
#include "tcp_words.h"

START_TEST(rows_are_statements)
{
	struct plan *plan = handmade_plan(handmade_case);
	struct record record = handmade_record(plan);
	struct record_packet packets[] = {
		handmade_segment(0, S, 1u << KIND_DATA, TCP_ACK),
		handmade_segment(1, 3 * S, 1u << KIND_DATA | 1u << KIND_RETRANSMISSION, TCP_ACK)};
	struct rows rows;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	packets[1].arrived_ns = -1;
	packets[1].attempt = 2;
	record.packet = packets;
	record.packet_count = 2;
	ck_assert_int_eq(rows_make(plan, &record, NULL, false, &rows, NULL), 0);
	free(rows.row[0].text);
	rows.row[0].text = strdup("a; b #c <d>");
	mermaid_print(plan, &record, &rows, out);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "sequenceDiagram\n    participant h0 as client\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n    h0->>h1: 1.000 ACK seq 1 ack 1"));
	ck_assert_ptr_nonnull(strstr(text, "\n    h1-xh0: 3.000 ACK seq 1 ack 1"));
	ck_assert_ptr_nonnull(strstr(text, "retransmission 2, lost\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n    Note over h0,h1: nothing for "));
	ck_assert_ptr_nonnull(strstr(text, "a#59; b #35;c #60;d#62;"));
	free(text);
	rows_done(&rows);
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("mermaid");

	tcase_add_test(tcase, rows_are_statements);
	return run_tests(tcase);
}
