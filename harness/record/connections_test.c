/* SPDX-License-Identifier: MIT */
#include <check.h>

#include "base_test.h"
#include "connections.h"

/* The client's ports 1, 2 and 1 again; a RST of nobody's connection has number 0. */
static struct record_packet packets[] = {
	{.sent_ns = 10, .from = 0, .to = 1, .sport = 1, .dport = 80, .connection = 1},
	{.sent_ns = 15, .from = 1, .to = 0, .sport = 80, .dport = 1, .connection = 1},
	{.sent_ns = 20, .from = 0, .to = 1, .sport = 2, .dport = 80, .connection = 2},
	{.sent_ns = 25, .from = 1, .to = 0},
	{.sent_ns = 30, .from = 0, .to = 1, .sport = 1, .dport = 80, .connection = 3},
};

static struct connections found(int packet_count)
{
	struct record record = {.packet = packets, .packet_count = packet_count};
	struct connections connections;

	connections_find(&record, &connections);
	return connections;
}

START_TEST(packets_know_theirs)
{
	struct connections connections = found(5);

	ck_assert_int_eq(connections.count, 3);
	ck_assert_ptr_eq(connections.first[2], &packets[4]);
	ck_assert_int_eq(connections_of_packet(&connections, &packets[1]), 1);
	ck_assert_int_eq(connections_of_packet(&connections, &packets[3]), 0);
}
END_TEST

START_TEST(one_alone_is_not_told_apart)
{
	struct connections connections = found(2);
	struct record_socket socket = {.host = 0, .local_port = 1, .remote_port = 80};

	ck_assert_int_eq(connections.count, 1);
	ck_assert_int_eq(connections_of_packet(&connections, &packets[0]), 0);
	ck_assert_int_eq(connections_of_socket(&connections, &socket), 0);
}
END_TEST

START_TEST(sockets_are_of_the_last_between_their_ports)
{
	static const struct {
		struct record_socket socket;
		int number;
	} sockets[] = {
		{{.t_ns = 10, .host = 0, .local_port = 1, .remote_port = 80}, 1},
		{{.t_ns = 29, .host = 1, .local_port = 80, .remote_port = 1}, 1},
		{{.t_ns = 30, .host = 0, .local_port = 1, .remote_port = 80}, 3},
		{{.t_ns = 99, .host = 1, .local_port = 80, .remote_port = 2}, 2},
		{{.t_ns = 9, .host = 0, .local_port = 2, .remote_port = 80}, 2}, /* its SYN waits */
		{{.t_ns = 99, .host = 0, .local_port = 80, .remote_port = 1}, 0},
		{{.t_ns = 99, .host = 1, .local_port = 80}, 0}, /* listens */
	};
	struct connections connections = found(5);

	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
		ck_assert_int_eq(connections_of_socket(&connections, &sockets[i].socket),
				 sockets[i].number);
}
END_TEST

/* A router made another port of the one that the client connected to. */
START_TEST(sockets_behind_a_vip)
{
	static struct record_packet translated[] = {
		{.from = 0, .to = 1, .sport = 1, .dport = 80, .connection = 1},
		{.from = 0, .to = 1, .sport = 2, .dport = 80, .connection = 2},
		{.from = 1, .to = 0, .sport = 8080, .dport = 2, .connection = 2},
	};
	struct record record = {.packet = translated, .packet_count = 3};
	struct connections connections;

	connections_find(&record, &connections);
	ck_assert_int_eq(
		connections_of_socket(
			&connections,
			&(struct record_socket){.host = 1, .local_port = 8080, .remote_port = 2}),
		2);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("connections");

	tcase_add_test(tests, packets_know_theirs);
	tcase_add_test(tests, one_alone_is_not_told_apart);
	tcase_add_test(tests, sockets_behind_a_vip);
	tcase_add_test(tests, sockets_are_of_the_last_between_their_ports);
	return run_tests(tests);
}
