/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test_net.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

/* The rule of filter ID as nft tells it. */
static const char *rule_text(struct net *net, int id)
{
	static char text[1024];
	json_t *list = test_get(test_witness(net, "nft -j list ruleset"), "nftables"), *item;
	char chain[16];
	size_t i;

	snprintf(chain, sizeof(chain), "f%d", id);
	json_array_foreach(list, i, item)
	{
		json_t *rule = json_object_get(item, "rule");

		if (rule && !strcmp(test_string(rule, "chain"), chain)) {
			text[json_dumpb(test_get(rule, "expr"), text, sizeof(text) - 1, 0)] = '\0';
			return text;
		}
	}
	ck_abort_msg("no rule in chain %s", chain);
}

static int add(struct net *net, struct net_filter filter)
{
	int id = 0;

	ck_ok(net_add_filter(net, &filter, &id, &err));
	ck_assert_int_gt(id, 0);
	return id;
}

START_TEST(filters_come_and_go)
{
	struct net *net = test_net("wire");
	int a = add(net, (struct net_filter){.hook = NET_FILTER_BRIDGE, .in = "client"});
	int b = add(net, (struct net_filter){.hook = NET_FILTER_BRIDGE, .out = "client"});
	int c = add(net, (struct net_filter){.hook = NET_FILTER_FORWARD, .ip_version = 6});

	ck_assert(a != b && b != c && a != c);
	ck_assert_uint_eq(test_chains(net, "bridge"), 2);
	ck_assert_uint_eq(test_chains(net, "inet"), 1);
	ck_assert_ptr_nonnull(strstr(rule_text(net, a), "iifname"));
	ck_assert_ptr_nonnull(strstr(rule_text(net, b), "oifname"));
	ck_ok(net_delete_filter(net, a, &err));
	ck_assert_uint_eq(test_chains(net, "bridge"), 1);
	ck_assert_ptr_nonnull(strstr(rule_text(net, b), "drop"));
	ck_ok(net_delete_filter(net, c, &err));
	ck_assert_uint_eq(test_chains(net, "inet"), 0);
	ck_refused(ENOENT, "wire: nft: ", net_delete_filter(net, a, &err));
	ck_assert_int_ne(add(net, (struct net_filter){.hook = NET_FILTER_BRIDGE}), b);
	ck_ok(net_delete_filter(net, b, &err));
}
END_TEST

START_TEST(filters_refused)
{
	struct net *net = test_net("router");
	const struct net_filter wrong[] = {
		{.in = "eth0\" accept"},
		{.out = "eth*"},
		{.in = ""},
		{.in = "sixteen-letters-"},
		{.ip_version = 5},
		{.count = -1},
		{.count = 1LL << 32},
		{.longer_than = -1},
		{.mss = {true, 0, 65536}},
		{.scale = {true, 7, 6}},
		{.scale = {true, -1, 6}},
		{.verdict = NET_FILTER_REJECT_RST, .hook = NET_FILTER_BRIDGE},
		{.verdict = NET_FILTER_REJECT_ICMP, .hook = NET_FILTER_FORWARD},
		{.verdict = NET_FILTER_REJECT_ICMP,
		 .hook = NET_FILTER_FORWARD,
		 .ip_version = 4,
		 .icmp_code = 256},
	};
	int id = 0;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_refused(EINVAL, "filter: ", net_add_filter(net, &wrong[i], &id, &err));
	ck_refused(EINVAL, "filter: ", net_add_masquerade(net, "eth\"0", &err));
	ck_assert_int_eq(id, 0);
	ck_assert_uint_eq(test_chains(net, "inet") + test_chains(net, "bridge"), 0);
}
END_TEST

START_TEST(without_the_helper)
{
	struct net *net = test_net("wire");
	const struct net_filter all = {.hook = NET_FILTER_BRIDGE};
	int id;

	net_set_nft_helper("/nonexistent/halfopen-nft");
	ck_refused(EOPNOTSUPP, "wire: cannot run /nonexistent/halfopen-nft: No such file",
		   net_add_filter(net, &all, &id, &err));
	net_set_nft_helper(NULL);
	ck_refused(EOPNOTSUPP, "cannot run /", net_add_filter(net, &all, &id, &err));
	net_set_nft_helper("/bin/false");
	ck_refused(EIO, "died", net_add_filter(net, &all, &id, &err));
}
END_TEST

/* Datagrams each way over a pair. */
struct flow {
	int client, server;
};

static struct flow make_flow(struct test_pair *pair, bool routed, int version)
{
	struct flow flow = {test_socket(pair->client, version, SOCK_DGRAM, 7),
			    test_socket(pair->server, version, SOCK_DGRAM, 7)};

	ck_assert_int_eq(test_connect(flow.client, test_address(routed, version, 2), 7), 0);
	ck_assert_int_eq(test_connect(flow.server, test_address(routed, version, 1), 7), 0);
	return flow;
}

/* What of the MARKS passes, one datagram of SIZE bytes for each. */
static char *pass(int from, int to, const char *marks, size_t size)
{
	static char arrived[64];

	for (; *marks; marks++)
		test_send(from, *marks, size);
	return test_marks(to, arrived, sizeof(arrived));
}

/* _i is the IP version, from here on. */
START_TEST(a_direction_is_dropped)
{
	struct test_pair pair = test_switch();
	struct flow flow = make_flow(&pair, false, _i);
	int id;

	ck_assert_str_eq(pass(flow.client, flow.server, "a", 10), "a");
	id = add(pair.wire,
		 (struct net_filter){.hook = NET_FILTER_BRIDGE, .in = "client", .out = "server"});
	ck_assert_str_eq(pass(flow.client, flow.server, "bc", 10), "");
	ck_assert_str_eq(pass(flow.server, flow.client, "de", 10), "de");
	ck_ok(net_delete_filter(pair.wire, id, &err));
	ck_assert_str_eq(pass(flow.client, flow.server, "fg", 10), "fg");
}
END_TEST

START_TEST(a_version_is_dropped)
{
	struct test_pair pair = test_switch();
	struct flow same = make_flow(&pair, false, _i), other = make_flow(&pair, false, 10 - _i);

	add(pair.wire, (struct net_filter){.hook = NET_FILTER_BRIDGE, .ip_version = _i});
	ck_assert_str_eq(pass(same.client, same.server, "a", 10), "");
	ck_assert_str_eq(pass(other.client, other.server, "a", 10), "a");
}
END_TEST

START_TEST(what_is_excepted_passes)
{
	struct test_pair pair = test_switch();
	struct flow flow = make_flow(&pair, false, _i);
	int all, client;

	ck_assert_str_eq(pass(flow.client, flow.server, "n", 10), "n"); /* neighbours are known */
	all = add(pair.wire, (struct net_filter){.hook = NET_FILTER_BRIDGE, .ip_version = _i});
	client = add(
		pair.wire,
		(struct net_filter){.hook = NET_FILTER_BRIDGE, .in = "client", .longer_than = 200});
	ck_assert_str_eq(pass(flow.client, flow.server, "a", 10), "");
	ck_ok(net_except_filter(pair.wire, all, "client", "server", &err));
	ck_assert_str_eq(pass(flow.client, flow.server, "b", 10), "b");
	ck_assert_str_eq(pass(flow.client, flow.server, "c", 300), ""); /* by the other filter */
	ck_assert_str_eq(pass(flow.server, flow.client, "d", 10), "");
	ck_ok(net_except_filter(pair.wire, all, NULL, NULL, &err));
	ck_assert_str_eq(pass(flow.server, flow.client, "e", 10), "e");
	ck_ok(net_delete_filter(pair.wire, all, &err)); /* with its exceptions */
	ck_ok(net_delete_filter(pair.wire, client, &err));
	ck_assert_uint_eq(test_chains(pair.wire, "bridge"), 0);
	ck_refused(ENOENT, "wire: nft: ", net_except_filter(pair.wire, all, NULL, NULL, &err));
	ck_refused(EINVAL, "filter: ", net_except_filter(pair.wire, all, "a\"b", NULL, &err));
}
END_TEST

START_TEST(exactly_the_next_packets_are_dropped)
{
	struct test_pair pair = test_switch();
	struct flow flow = make_flow(&pair, false, _i);
	/* by length, to tell them from what IPv6 says unasked (group memberships) */
	struct net_filter next = {
		.hook = NET_FILTER_BRIDGE, .in = "client", .longer_than = 200, .count = 3};

	add(pair.wire, next);
	ck_assert_str_eq(pass(flow.server, flow.client, "xyz", 300), "xyz"); /* not counted */
	ck_assert_str_eq(pass(flow.client, flow.server, "abcdefgh", 300), "defgh");
	ck_assert_str_eq(pass(flow.client, flow.server, "ijk", 300), "ijk");
	/* two at a time: each counts what the other leaves */
	next.count = 2;
	add(pair.wire, next);
	next.count = 1;
	add(pair.wire, next);
	ck_assert_str_eq(pass(flow.client, flow.server, "abcdefgh", 300), "defgh");
}
END_TEST

START_TEST(packets_are_dropped_by_their_number)
{
	static const struct net_nth which[] = {{1, 1}, {3, 5}};
	struct test_pair pair = test_switch();
	struct flow flow = make_flow(&pair, false, _i);
	const struct net_filter some = {.hook = NET_FILTER_BRIDGE,
					.in = "client",
					.longer_than = 200,
					.which = which,
					.which_count = 2};
	const struct net_filter both = {.which = which, .which_count = 1, .count = 1};
	int id;

	add(pair.wire, some);
	ck_assert_str_eq(pass(flow.client, flow.server, "abcdefgh", 300), "bfgh");
	ck_refused(EINVAL, "filter: ", net_add_filter(pair.wire, &both, &id, &err));
}
END_TEST

START_TEST(longer_packets_are_dropped)
{
	struct test_pair pair = test_switch();
	struct flow flow = make_flow(&pair, false, _i);
	int headers = (_i == 4 ? 20 : 40) + 8;

	pass(flow.client, flow.server, "a", 10);
	add(pair.wire, (struct net_filter){.hook = NET_FILTER_BRIDGE, .longer_than = 500});
	ck_assert_str_eq(pass(flow.client, flow.server, "a", 500 - headers), "a");
	ck_assert_str_eq(pass(flow.client, flow.server, "b", 501 - headers), "");
	add(pair.wire,
	    (struct net_filter){.hook = NET_FILTER_BRIDGE, .longer_than = 200, .count = 1});
	ck_assert_str_eq(pass(flow.client, flow.server, "c", 200 - headers), "c");
	ck_assert_str_eq(pass(flow.client, flow.server, "de", 300), "e");
}
END_TEST

START_TEST(segments_are_dropped_by_their_flags)
{
	struct test_pair pair = test_switch();
	int listener = test_socket(pair.server, _i, SOCK_STREAM, 80), client, server;
	char data[8];

	/* The next SYN: the one after it, a second later, gets through. */
	int id = add(pair.wire, (struct net_filter){.hook = NET_FILTER_BRIDGE,
						    .flags_mask = SYN | ACK,
						    .flags = SYN,
						    .count = 1});
	client = test_connecting(&pair, false, _i);
	ck_assert_int_eq(test_connected(client), 0);
	ck_assert_int_ge(test_retransmissions(client), 1);
	close(client);
	ck_ok(net_delete_filter(pair.wire, id, &err));
	/* A mask's bits that are to be 0. */
	id = add(pair.wire, (struct net_filter){.hook = NET_FILTER_BRIDGE,
						.flags_mask = SYN | ACK,
						.flags = SYN | ACK});
	client = test_connecting(&pair, false, _i);
	ck_assert(test_is_connecting(client));
	ck_ok(net_delete_filter(pair.wire, id, &err));
	ck_assert_int_eq(test_connected(client), 0);
	/* A FIN is lost, data is not. */
	close(test_accept(listener)); /* the first client's */
	server = test_accept(listener);
	add(pair.wire,
	    (struct net_filter){
		    .hook = NET_FILTER_BRIDGE, .flags_mask = FIN, .flags = FIN, .count = 1});
	ck_assert_int_eq(send(client, "data", 4, 0), 4);
	test_wait(server, POLLIN);
	ck_assert_int_eq(recv(server, data, sizeof(data), 0), 4);
	shutdown(client, SHUT_WR);
	ck_assert_int_eq(recv(server, data, sizeof(data), 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

/* Each client's first SYN, which the filter means or not. */
START_TEST(segments_are_dropped_by_their_options)
{
	const struct {
		struct net_option mss, scale;
		bool is_meant;
	} tries[] = {
		{.mss = {true, 1200, 1200}, .is_meant = true},
		{.mss = {true, 1201, 65535}},
		{.mss = {true, -1, -1}},
		{.scale = {true, 0, 14}, .is_meant = true},
		{.scale = {true, 15, 255}},
		{.scale = {true, -1, -1}},
		{.mss = {true, 0, 1200}, .scale = {true, 0, 14}, .is_meant = true},
		{.mss = {true, 0, 1199}, .scale = {true, 0, 14}},
	};
	struct test_pair pair = test_switch();

	test_socket(pair.server, _i, SOCK_STREAM, 80);
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		int client = test_socket(pair.client, _i, SOCK_STREAM, 0), connected;
		int id = add(pair.wire, (struct net_filter){.hook = NET_FILTER_BRIDGE,
							    .in = "client",
							    .flags_mask = SYN,
							    .flags = SYN,
							    .mss = tries[i].mss,
							    .scale = tries[i].scale});

		ck_assert_int_eq(
			setsockopt(client, IPPROTO_TCP, TCP_MAXSEG, &(int){1200}, sizeof(int)), 0);
		connected = test_connect(client, test_address(false, _i, 2), 80);
		if (tries[i].is_meant)
			ck_assert(test_is_connecting(client));
		else
			ck_assert_int_eq(
				connected == -EINPROGRESS ? test_connected(client) : -connected, 0);
		ck_ok(net_delete_filter(pair.wire, id, &err));
		close(client);
	}
}
END_TEST

START_TEST(a_mebibyte_is_single_packets)
{
	struct test_pair pair = test_switch();
	int listener = test_socket(pair.server, _i, SOCK_STREAM, 80), client, server;
	static char data[100000];
	size_t sent = 0, got = 0;
	json_t *stats;

	client = test_connecting(&pair, false, _i);
	ck_assert_int_eq(test_connected(client), 0);
	server = test_accept(listener);
	while (got < 1 << 20) {
		ssize_t n = sent < 1 << 20 ? send(client, data, sizeof(data), 0) : 0;

		sent += n > 0 ? n : 0;
		n = recv(server, data, sizeof(data), MSG_DONTWAIT);
		got += n > 0 ? n : 0;
		if (n < 0)
			usleep(1000);
	}
	stats = test_get(
		json_array_get(test_witness(pair.wire, "ip -j -s link show dev client"), 0),
		"stats64.rx");
	ck_assert_int_gt(test_int(stats, "packets"), (1 << 20) / 1460);
}
END_TEST

/* The socket's error queue: ICMP type and code. */
static int queued_error(int fd)
{
	char control[512], data[16];
	struct iovec iov = {data, sizeof(data)};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct sock_extended_err *error;
	struct cmsghdr *header;

	test_wait(fd, 0); /* POLLERR */
	ck_assert_int_ge(recvmsg(fd, &message, MSG_ERRQUEUE), 0);
	header = CMSG_FIRSTHDR(&message);
	ck_assert_ptr_nonnull(header);
	error = (struct sock_extended_err *)CMSG_DATA(header);
	return error->ee_type << 8 | error->ee_code;
}

START_TEST(every_code_of_unreachable)
{
	struct test_pair pair = test_router();
	struct flow flow = make_flow(&pair, true, _i);
	int type = _i == 4 ? 3 : 1, codes = _i == 4 ? 16 : 7;

	ck_assert_str_eq(pass(flow.client, flow.server, "a", 10), "a");
	ck_assert_int_eq(setsockopt(flow.client, _i == 4 ? IPPROTO_IP : IPPROTO_IPV6,
				    _i == 4 ? IP_RECVERR : IPV6_RECVERR, &(int){1}, sizeof(int)),
			 0);
	for (int code = 0; code < codes; code++) {
		socklen_t size = sizeof(int);
		int pending,
			id = add(pair.wire, (struct net_filter){.hook = NET_FILTER_FORWARD,
								.verdict = NET_FILTER_REJECT_ICMP,
								.in = "eth0",
								.out = "eth1",
								.ip_version = _i,
								.icmp_code = code});
		test_send(flow.client, 'b', 10);
		ck_assert_int_eq(queued_error(flow.client), type << 8 | code);
		getsockopt(flow.client, SOL_SOCKET, SO_ERROR, &pending, &size);
		ck_ok(net_delete_filter(pair.wire, id, &err));
	}
	ck_assert_str_eq(pass(flow.client, flow.server, "c", 10), "c");
}
END_TEST

/* A connecting socket takes an ICMP error at once when no call of the program's is in it: here
 * that is the error to its second SYN. */
START_TEST(rejects_reach_a_connecting_socket)
{
	static const struct {
		int code[2], error;
	} cases[] = {{{1, 3}, EHOSTUNREACH}, {{3, 4}, ECONNREFUSED}};
	struct test_pair pair = test_router();

	test_socket(pair.server, _i, SOCK_STREAM, 80);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int id = add(pair.wire, (struct net_filter){.hook = NET_FILTER_FORWARD,
							    .verdict = NET_FILTER_REJECT_ICMP,
							    .ip_version = _i,
							    .icmp_code = cases[i].code[_i == 6]});
		int client = test_connecting(&pair, true, _i);

		ck_assert_int_eq(test_connected(client), cases[i].error);
		ck_ok(net_delete_filter(pair.wire, id, &err));
		close(client);
	}
	add(pair.wire, (struct net_filter){.hook = NET_FILTER_FORWARD,
					   .verdict = NET_FILTER_REJECT_RST,
					   .in = "eth0",
					   .flags_mask = SYN | ACK,
					   .flags = SYN,
					   .count = 1});
	{
		int client = test_socket(pair.client, _i, SOCK_STREAM, 0);
		int ret = test_connect(client, test_address(true, _i, 2), 80);

		/* the answer arrives within the call, or soon after it */
		ck_assert_int_eq(ret == -EINPROGRESS ? test_connected(client) : -ret, ECONNREFUSED);
		close(client);
		client = test_connecting(&pair, true, _i);
		ck_assert_int_eq(test_connected(client), 0);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("filter");

	tcase_add_checked_fixture(tc, test_enter_namespaces, test_free_all);
	tcase_add_test(tc, filters_come_and_go);
	tcase_add_test(tc, filters_refused);
	tcase_add_test(tc, without_the_helper);
	for (int version = 4; version <= 6; version += 2) {
		tcase_add_loop_test(tc, a_direction_is_dropped, version, version + 1);
		tcase_add_loop_test(tc, a_version_is_dropped, version, version + 1);
		tcase_add_loop_test(tc, what_is_excepted_passes, version, version + 1);
		tcase_add_loop_test(tc, exactly_the_next_packets_are_dropped, version, version + 1);
		tcase_add_loop_test(tc, packets_are_dropped_by_their_number, version, version + 1);
		tcase_add_loop_test(tc, longer_packets_are_dropped, version, version + 1);
		tcase_add_loop_test(tc, segments_are_dropped_by_their_flags, version, version + 1);
		tcase_add_loop_test(tc, segments_are_dropped_by_their_options, version,
				    version + 1);
		tcase_add_loop_test(tc, a_mebibyte_is_single_packets, version, version + 1);
		tcase_add_loop_test(tc, every_code_of_unreachable, version, version + 1);
		tcase_add_loop_test(tc, rejects_reach_a_connecting_socket, version, version + 1);
	}
	return test_run(tc);
}
