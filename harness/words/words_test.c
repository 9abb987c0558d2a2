/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>

#include "base_test.h"
#include "conntrack_words.h"
#include "errno_words.h"
#include "icmp_words.h"
#include "packet_words.h"
#include "signal_words.h"
#include "tcp_words.h"

START_TEST(errors_have_names)
{
	ck_assert_int_eq(errno_by_name("ETIMEDOUT"), ETIMEDOUT);
	ck_assert_int_eq(errno_by_name("EWOULDBLOCK"), EAGAIN);
	ck_assert_int_eq(errno_by_name("ENOTHING"), -1);
	ck_assert_str_eq(errno_name(ERRNO_LAST), "EHWPOISON");
	ck_assert_str_eq(errno_name(ERRNO_LAST + 1), "?");
	ck_assert_ptr_null(errno_by_number(0));
}
END_TEST

START_TEST(signals_have_names)
{
	char buf[16];

	ck_assert_int_eq(signal_by_name("SIGKILL"), SIGKILL);
	ck_assert_int_eq(signal_by_name("KILL"), -1);
	ck_assert_str_eq(signal_by_number(SIGTERM, buf), "SIGTERM");
	ck_assert_str_eq(signal_abbreviation(999), "?");
	ck_assert(signal_meant("term", buf) && signal_meant("15", buf) && !signal_meant("0", buf));
}
END_TEST

/* The tables are asked by index. */
START_TEST(tables_are_in_order)
{
	for (int i = 0; i < KIND_COUNT; i++)
		ck_assert_int_eq(packet_kind_words[i].value, 1 << i);
	ck_assert_ptr_null(packet_kind_words[KIND_COUNT].name);
	ck_assert_str_eq(packet_kind_name(KIND_COUNT), "?");
	for (int i = 0; i < TCP_STATES - 1; i++)
		ck_assert_int_eq(tcp_state_words[i].value, 1 << i);
	ck_assert_ptr_null(tcp_state_words[TCP_STATES - 1].name);
	ck_assert_str_eq(tcp_state_name(TCP_LISTEN), "LISTEN");
	ck_assert_str_eq(tcp_state_name(TCP_STATES - 1), "NEW_SYN_RECV");
	ck_assert_str_eq(tcp_state_name(TCP_STATES), "?");
	ck_assert_str_eq(tcp_state_name(-1), "?");
	for (int i = 0; i < CONNTRACK_STATES; i++)
		ck_assert_int_eq(conntrack_state_words[i].value, 1 << i);
	ck_assert_ptr_null(conntrack_state_words[CONNTRACK_STATES].name);
	ck_assert_str_eq(conntrack_state_name(CONNTRACK_STATES), "?");
	ck_assert_str_eq(tcp_timer_name(TIMER_PROBE), "probe");
	ck_assert_str_eq(tcp_timer_name(7), "?");
}
END_TEST

START_TEST(flags_and_codes_are_said)
{
	char buf[24];

	ck_assert_str_eq(tcp_flags_said(TCP_ACK | TCP_SYN | TCP_PSH, buf), "SYN ACK");
	ck_assert_str_eq(tcp_flags_said(0xff, buf), "SYN FIN RST ACK");
	ck_assert_str_eq(tcp_flags_said(0, buf), "");
	ck_assert_str_eq(icmp_name(4, 3, 1), "host unreachable");
	ck_assert_str_eq(icmp_name(6, 1, 3), "address unreachable");
	ck_assert_ptr_null(icmp_name(4, 8, 0));
	/* What a router can be told to answer, it must be possible to say. */
	for (const struct icmp_answer *answer = icmp_answers; answer->word; answer++)
		ck_assert(answer->code4 < 0 || (icmp_name(4, ICMP_UNREACHABLE4, answer->code4) &&
						icmp_name(6, ICMP_UNREACHABLE6, answer->code6)));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("words");

	tcase_add_test(tests, errors_have_names);
	tcase_add_test(tests, signals_have_names);
	tcase_add_test(tests, tables_are_in_order);
	tcase_add_test(tests, flags_and_codes_are_said);
	return run_tests(tests);
}
