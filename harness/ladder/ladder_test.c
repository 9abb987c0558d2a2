/* SPDX-License-Identifier: MIT
 *
 * Records made by hand, drawn in ASCII, and looked at row by row.
 */
#include <check.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "handmade.h"
#include "label.h"
#include "ladder.h"
#include "tcp_words.h"
#include "text.h"

static const char two_hosts[] = "case: two hosts\n"
				"hosts:\n"
				"  client: {program: [connect: 'server:80', recv]}\n"
				"  server: {program: [listen: 80, accept, pause]}\n"
				"timeline:\n"
				"  - {at: 5s, crash: server}\n"
				"expect:\n"
				"  client: {recv: ok}\n";

static const char three_hosts[] = "case: three hosts\n"
				  "hosts:\n"
				  "  a: {program: [connect: 'c:80', recv]}\n"
				  "  b: {program: [pause]}\n"
				  "  c: {program: [listen: 80, accept, pause]}\n"
				  "expect:\n"
				  "  a: {recv: ok}\n";

static char *draw(const struct plan *plan, const struct record *record,
		  const struct judgement *judgement, const struct ladder_options *options)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_int_eq(ladder_print(plan, record, judgement, options, out, NULL), 0);
	fclose(out);
	return text;
}

static const struct ladder_options ascii = {.ascii = true};

static void has(const char *text, const char *row)
{
	if (!strstr(text, row))
		ck_abort_msg("missing: %s\nin:\n%s", row, text);
}

START_TEST(packets_are_arrows)
{
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	struct record_packet packet[] = {
		handmade_segment(0, 1 * S, 1u << KIND_DATA, TCP_ACK | TCP_PSH),
		handmade_segment(1, 2 * S, 1u << KIND_RST, TCP_RST),
		handmade_segment(0, 3 * S, 1u << KIND_RETRANSMISSION | 1u << KIND_DATA, TCP_ACK),
		handmade_segment(0, 4 * S, 1u << KIND_SYN, TCP_SYN),
	};
	char *text;

	packet[0].payload = 100;
	packet[2].attempt = 3;
	packet[2].arrived_ns = -1;
	packet[3].arrived_ns = packet[3].port_ns = -1;
	record.packet = packet;
	record.packet_count = 4;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "1.000                         |------ ACK seq 1 ack 1 len 100 ------->|\n");
	has(text, "2.000                         |<-------------- RST seq 1 -------------|\n");
	has(text, "3.000        retransmission 3 |-- ACK seq 1 ack 1 ----X lost          |\n");
	has(text, "4.000                         |-X SYN seq 1 lost in its cable         |\n");
	has(text, ":                1.000 s                :\n");
	free(text);
	plan_free(plan);
}
END_TEST

/* With 20 columns from a host to the router, words stand in the other half. */
START_TEST(what_the_router_says_stands_beside_its_arrow)
{
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	struct record_packet packet[] = {
		handmade_segment(0, 1 * S, 1u << KIND_ICMP, 0),
		handmade_segment(0, 2 * S, 1u << KIND_ICMP, 0),
		handmade_segment(0, 3 * S, 1u << KIND_ICMP, 0),
		handmade_segment(0, 4 * S, 1u << KIND_TCP, TCP_RST),
	};
	char *text;

	for (int i = 0; i < 4; i++) {
		packet[i].from = -2;
		packet[i].to = i == 1;
		packet[i].icmp_type = 3;
		packet[i].kinds &= ~(i < 3 ? 1u << KIND_TCP : 0);
	}
	packet[0].icmp_code = 1;
	packet[1].icmp_code = 1;
	packet[2].icmp_code = 99;
	record.packet = packet;
	record.packet_count = 4;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "1.000                         |<----- ICMP -------* host unreachable  |\n");
	has(text, "2.000                         |  host unreachable *------ ICMP ------>|\n");
	has(text, "3.000                         |<----- ICMP -------* type 3 code 99    |\n");
	has(text, "4.000                         |<---- RST seq 1 ---*                   |\n");
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(under_a_failure_only_what_is_around_it)
{
	const struct ladder_options few = {
		.ascii = true, .all = true, .most = 40, .whole = "so you see it all"};
	struct finding finding = {.holding = FAILS,
				  .expected = "it",
				  .observed = "that",
				  .difference = "all",
				  .t_ns = 8 * S};
	struct judgement judgement = {.verdict = VERDICT_FAIL,
				      .reason = "it failed",
				      .finding = &finding,
				      .finding_count = 1};
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	static struct record_packet packet[3000];
	char *text;
	int lines = 0;

	for (int i = 0; i < 3000; i++)
		packet[i] = handmade_segment(i % 2, S + i * 3000000LL, 1u << KIND_ACK, TCP_ACK);
	record.packet = packet;
	record.packet_count = 3000;
	text = draw(plan, &record, &judgement, &few);
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	ck_assert_int_lt(lines, 60);
	has(text, "       8.000 X line 8: expected: it; observed: that (all)");
	has(text, "2322 more segments ...");
	has(text, "\nso you see it all\n");
	has(text, "7.999"); /* what was just before */
	ck_assert_ptr_null(strstr(text, "it failed"));
	free(text);
	record.packet_count = 3;
	text = draw(plan, &record, &judgement, &few);
	ck_assert_ptr_null(strstr(text, "so you see it all"));
	/* In the midst of a silence it stands at its time: there are two of them. */
	has(text,
	    ":                6.994 s                :\n"
	    "       8.000 X line 8: expected: it; observed: that (all)\n"
	    "                                     :               12.000 s                :\n");
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(a_call_stands_beside_its_host)
{
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	struct record_step step[] = {
		{.program = 0, .step = 0, .start_ns = 1 * S, .end_ns = 1 * S, .ret = 0},
		{.program = 0,
		 .step = 1,
		 .start_ns = 2 * S,
		 .end_ns = 9 * S,
		 .ret = -1,
		 .err = ETIMEDOUT},
		{.program = 1, .step = 2, .start_ns = 2 * S, .end_ns = -1},
	};
	struct record_program program[] = {
		{.program = 0, .end_ns = -1, .exit_status = -1},
		{.program = 1, .end_ns = -1, .exit_status = -1},
	};
	char *text;

	record.step = step;
	record.step_count = 3;
	record.program = program;
	record.program_count = 2;
	text = draw(plan, &record, NULL, &ascii);
	has(text, " connect server:80 |");
	has(text,
	    "2.000                recv ... |                                       | pause ...\n");
	has(text, "9.000         recv: ETIMEDOUT |");
	has(text, "| pause still waits\n");
	ck_assert_ptr_null(strstr(text, "starts"));
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(faults_go_across_and_a_dead_host_has_no_line)
{
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	struct record_fault fault = {.fault = 0, .begun_ns = 5 * S, .done_ns = 5 * S};
	struct record_host down = {.t_ns = 5 * S, .host = 1, .up = false};
	char *text;

	record.fault = &fault;
	record.host = &down;
	record.fault_count = record.host_count = 1;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "5.000 ==================================== crash server "
		  "=====================================\n");
	has(text, ":                5.000 s                :\n");
	has(text, ":               15.000 s\n");
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(a_failed_expectation_stands_at_its_moment)
{
	static char expected[] = "client.recv: ok", observed[] = "client.recv: -1 EIO",
		    difference[] = "errno", reason[] = "it failed";
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	struct record_packet packet[] = {handmade_segment(0, 1 * S, 1u << KIND_DATA, TCP_ACK),
					 handmade_segment(0, 3 * S, 1u << KIND_DATA, TCP_ACK)};
	struct finding finding = {.holding = FAILS,
				  .expected = expected,
				  .observed = observed,
				  .difference = difference,
				  .t_ns = 2 * S};
	struct judgement judgement = {
		.verdict = VERDICT_FAIL, .reason = reason, .finding = &finding, .finding_count = 1};
	const char *at;
	char *text;

	record.packet = packet;
	record.packet_count = 2;
	text = draw(plan, &record, &judgement, &ascii);
	at = strstr(text,
		    "X line 8: expected: client.recv: ok; observed: client.recv: -1 EIO (errno)");
	ck_assert_ptr_nonnull(at);
	ck_assert(strstr(text, " 1.000 ") < at);
	ck_assert(at < strstr(text, " 3.000 "));
	has(text, "* fail: it failed\n");
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(a_long_transfer_is_folded_unless_all_is_wanted)
{
	const struct ladder_options all = {.ascii = true, .all = true};
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	struct record_packet packet[50];
	char *text;

	for (int i = 0; i < 50; i++)
		packet[i] = handmade_segment(i % 2, S + i * 1000000, 1u << KIND_ACK, TCP_ACK);
	record.packet = packet;
	record.packet_count = 50;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "... 44 more segments ...");
	free(text);
	text = draw(plan, &record, NULL, &all);
	ck_assert_ptr_null(strstr(text, "more segments"));
	free(text);
	/* Something that is not ordinary is never hidden. */
	packet[25].arrived_ns = -1;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "lost");
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(three_hosts_have_three_lines)
{
	struct plan *plan = handmade_plan(three_hosts);
	struct record record = handmade_record(plan);
	struct record_packet packet = handmade_segment(0, 1 * S, 1u << KIND_SYN, TCP_SYN);
	char *text;

	packet.to = 2;
	record.packet = &packet;
	record.packet_count = 1;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "1.000        |------------------------------ SYN seq 1 "
		  "------------------------------>|\n");
	free(text);
	packet.to = PLACE_ROUTER; /* no host's line */
	text = draw(plan, &record, NULL, &ascii);
	has(text, "1.000        |-- SYN seq 1 --->   ");
	ck_assert_ptr_null(strstr(text, ">|"));
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(why_it_was_given_up_is_told_below)
{
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	static char lost[] = "the receiver was off", name[] = "TcpRetransSegs",
		    background[] = "IpInReceives";
	struct record_packet packet[4];
	struct record_step step = {.program = 0,
				   .step = 1,
				   .start_ns = 2 * S,
				   .end_ns = 17 * S,
				   .ret = -1,
				   .err = ETIMEDOUT,
				   .local_port = 4000};
	struct record_counter counter[] = {{.name = name, .after = 3},
					   {.name = background, .after = 3}};
	char *text;

	for (int i = 0; i < 4; i++) {
		packet[i] = handmade_segment(0, (i + 2) * S, 1u << KIND_DATA, TCP_ACK);
		packet[i].sport = 4000;
		packet[i].attempt = i;
		packet[i].kinds |= i ? 1u << KIND_RETRANSMISSION : 0;
		packet[i].arrived_ns = -1;
		packet[i].lost = lost;
	}
	record.packet = packet;
	record.packet_count = 4;
	record.step = &step;
	record.step_count = 1;
	record.counter = counter;
	record.counter_count = 2;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "recv: ETIMEDOUT: tcp_retries2 15: given up 14.000 s after the first "
		  "retransmission of 3\n");
	has(text, "packets that never arrived: 4: the receiver was off\n");
	has(text, "client counted: TcpRetransSegs 3\n");
	free(text);
	/* What was answered was not given up. */
	packet[3] = handmade_segment(1, 5 * S, 1u << KIND_ACK, TCP_ACK);
	packet[3].dport = 4000;
	text = draw(plan, &record, NULL, &ascii);
	ck_assert_ptr_null(strstr(text, "given up"));
	free(text);
	plan_free(plan);
}
END_TEST

/* Below the picture stands what the router knew last, but not very much of it. */
START_TEST(what_a_router_knew_is_told)
{
	static char src[] = "10.0.0.1", dst[] = "10.0.0.2", elsewhere[] = "192.0.2.1";
	struct record_conntrack entry[11];
	struct record_sampled looks[] = {{S, PLACE_ROUTER}, {2 * S, PLACE_ROUTER}};
	struct plan *plan = handmade_plan(two_hosts);
	struct record record = handmade_record(plan);
	char *text;

	for (int i = 0; i < 11; i++)
		entry[i] = (struct record_conntrack){
			i ? 2 * S : S, 3,    src,      dst,  4000 + i, 80,    elsewhere,
			src,           8080, 4000 + i, true, true,     90 * S};
	entry[1].replied = entry[1].assured = false;
	record.conntrack = entry;
	record.conntrack_count = 11;
	record.sampled = looks;
	record.sampled_count = 2;
	text = draw(plan, &record, NULL, &ascii);
	has(text, "router knew: ESTABLISHED client:4001 > server:80 (192.0.2.1:8080), 90s left, "
		  "not replied, not");
	has(text, "router knew: ESTABLISHED client:4008 > server:80 (192.0.2.1:8080), 90s left\n");
	has(text, "router knew: 2 more\n");
	ck_assert_ptr_null(strstr(text, ":4000"));
	free(text);
	record.conntrack_count = 1; /* and then none */
	text = draw(plan, &record, NULL, &ascii);
	ck_assert_ptr_null(strstr(text, "router knew"));
	free(text);
	plan_free(plan);
}
END_TEST

static struct record_packet probes_a[3], probes_b[2];

/* The first of two runs probes once more, and the second a second later. */
static void two_runs(const struct plan *plan, struct record *ret_a, struct record *ret_b)
{
	for (int i = 0; i < 3; i++)
		probes_a[i] = handmade_segment(0, (1 + 2 * i) * S, 1u << KIND_KEEPALIVE_PROBE,
					       TCP_ACK);
	probes_b[0] = probes_a[0];
	probes_b[1] = probes_a[1];
	probes_b[1].sent_ns += 1 * S;
	probes_b[1].arrived_ns += 1 * S;
	for (int i = 0; i < 3; i++)
		probes_a[i].attempt = i + 1;
	for (int i = 0; i < 2; i++)
		probes_b[i].attempt = i + 1;
	*ret_a = handmade_record(plan);
	ret_a->packet = probes_a;
	ret_a->packet_count = 3;
	*ret_b = handmade_record(plan);
	ret_b->packet = probes_b;
	ret_b->packet_count = 2;
}

static char *draw_two(const struct plan *plan, const struct record *a, const struct record *b,
		      const struct ladder_options *options)
{
	struct text text = {0};
	FILE *out = text_stream(&text);

	ck_assert_int_eq(ladder_print_two(plan, &(struct ladder_run){a, "pass", ""},
					  &(struct ladder_run){b, "fail", "too early"}, 3000000,
					  options, out, NULL),
			 0);
	text_stream_end(&text, out);
	return text_take(&text);
}

START_TEST(what_two_runs_differ_by_has_a_sign_and_a_colour)
{
	static const struct ladder_options colored = {.ascii = true, .color = true};
	struct plan *plan = handmade_plan(two_hosts);
	struct record a, b;
	char *text;

	two_runs(plan, &a, &b);
	text = draw_two(plan, &a, &b, &ascii);
	has(text, "\n   1.000             keepalive probe 1 |");
	has(text, "\n~  3.000  4.000      keepalive probe 2 |");
	has(text, "\nA  5.000             keepalive probe 3 |");
	has(text, "* A: pass\n");
	has(text, "* B: fail: too early\n");
	free(text);
	/* The other way round. */
	text = draw_two(plan, &b, &a, &ascii);
	has(text, "\n~  4.000  3.000      keepalive probe 2 |");
	has(text, "\nB         5.000      keepalive probe 3 |");
	free(text);
	text = draw_two(plan, &a, &b, &colored);
	has(text, "\n\033[0m\033[33mA");
	has(text, "\n\033[0m\033[1m~");
	free(text);
	text = draw_two(plan, &a, &a, &ascii);
	has(text, "* all that is drawn is the same in both\n");
	ck_assert_ptr_null(strstr(text, "\n~"));
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(two_runs_are_as_wide_as_the_terminal)
{
	static const int widths[] = {80, 100, 200};
	struct ladder_options options = {.ascii = true, .width = widths[_i]};
	struct plan *plan = handmade_plan(two_hosts);
	struct record a, b;
	char *text, *rest, *row;
	size_t widest = 0;

	two_runs(plan, &a, &b);
	a.end_ns = 100 * 3600 * S;
	text = rest = draw_two(plan, &a, &b, &options);
	while ((row = strsep(&rest, "\n")))
		widest = strlen(row) > widest ? strlen(row) : widest;
	ck_assert_uint_eq(widest, (size_t)options.width);
	free(text);
	plan_free(plan);
}
END_TEST

START_TEST(no_row_is_wider_than_the_terminal)
{
	static const int widths[] = {80, 100, 200};
	struct ladder_options options = {.ascii = true, .width = widths[_i]};
	static char note[] = "a note that goes on and on and on and on, and says nothing at all";
	static const char *const cases[] = {two_hosts, three_hosts};

	for (int k = 0; k < 2; k++) {
		struct plan *plan = handmade_plan(cases[k]);
		struct record record = handmade_record(plan);
		struct record_packet packet[] = {
			handmade_segment(0, 1 * S, 1u << KIND_DATA, TCP_ACK),
			handmade_segment(1, 2 * S, 1u << KIND_DATA, TCP_ACK)};
		char *text, *rest, *row;
		size_t widest = 0;

		for (int i = 0; i < 2; i++) {
			packet[i].rel_seq = packet[i].rel_ack = 4294967295;
			packet[i].payload = 65535;
			packet[i].attempt = 15;
			packet[i].kinds |= 1u << KIND_RETRANSMISSION | 1u << KIND_ZERO_WINDOW;
			packet[i].note = note;
		}
		record.packet = packet;
		record.packet_count = 2;
		text = rest = draw(plan, &record, NULL, &options);
		while ((row = strsep(&rest, "\n"))) {
			ck_assert_uint_le(strlen(row), (size_t)options.width);
			widest = strlen(row) > widest ? strlen(row) : widest;
			for (const char *c = row; *c; c++)
				ck_assert_int_lt((unsigned char)*c, 0x7f);
		}
		free(text);
		plan_free(plan);
		ck_assert_uint_eq(widest, (size_t)options.width);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("ladder");

	tcase_add_test(tcase, packets_are_arrows);
	tcase_add_test(tcase, what_the_router_says_stands_beside_its_arrow);
	tcase_add_test(tcase, under_a_failure_only_what_is_around_it);
	tcase_add_test(tcase, a_call_stands_beside_its_host);
	tcase_add_test(tcase, faults_go_across_and_a_dead_host_has_no_line);
	tcase_add_test(tcase, a_failed_expectation_stands_at_its_moment);
	tcase_add_test(tcase, a_long_transfer_is_folded_unless_all_is_wanted);
	tcase_add_test(tcase, three_hosts_have_three_lines);
	tcase_add_test(tcase, why_it_was_given_up_is_told_below);
	tcase_add_test(tcase, what_a_router_knew_is_told);
	tcase_add_test(tcase, what_two_runs_differ_by_has_a_sign_and_a_colour);
	tcase_add_loop_test(tcase, two_runs_are_as_wide_as_the_terminal, 0, 3);
	tcase_add_loop_test(tcase, no_row_is_wider_than_the_terminal, 0, 3);
	return run_tests(tcase);
}
