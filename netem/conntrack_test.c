/* SPDX-License-Identifier: MIT
 *
 * What translates addresses and knows connections.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "test_net.h"

static char *peer_of(int fd)
{
	static char text[INET6_ADDRSTRLEN];
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&peer, &size), 0);
	if (peer.ss_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&peer)->sin6_addr, text, sizeof(text));
	return text;
}

static int tracked(struct net *net)
{
	char value[16];

	ck_ok(net_get_sysctl(net, "net.netfilter.nf_conntrack_count", value, sizeof(value), &err));
	return atoi(value);
}

struct told {
	int count;
	struct net_tracked last;
};

static void tell(void *arg, const struct net_tracked *one)
{
	struct told *told = arg;

	told->count++;
	told->last = *one;
}

/* The one connection to port 80 that is open, and as what its other end knows the client. */
static void check_told(struct net *net, int version, const char *known_as)
{
	int family = version == 4 ? AF_INET : AF_INET6;
	struct told told = {0}, other = {0};
	uint64_t stats[NET_CONNTRACK_STATS];
	char address[INET6_ADDRSTRLEN];

	ck_ok(net_dump_conntrack(net, family, tell, &told, &err));
	ck_assert_int_eq(told.count, 1);
	ck_assert(told.last.state == TCP_CONNTRACK_ESTABLISHED && told.last.replied &&
		  told.last.assured);
	ck_assert_int_eq(told.last.original.dport, 80);
	ck_assert_int_eq(told.last.reply.sport, 80);
	ck_assert_str_eq(inet_ntop(family, told.last.original.dst, address, sizeof(address)),
			 test_address(true, version, 2));
	ck_assert_str_eq(inet_ntop(family, told.last.reply.dst, address, sizeof(address)),
			 known_as);
	ck_assert_uint_gt(told.last.left_s, 1000);
	ck_ok(net_dump_conntrack(net, version == 4 ? AF_INET6 : AF_INET, tell, &other, &err));
	ck_assert_int_eq(other.count, 0);
	ck_ok(net_conntrack_stats(net, stats, &err));
	ck_assert_uint_eq(stats[CTA_STATS_INVALID], 0);
}

START_TEST(masquerade_and_forget)
{
	struct test_pair pair = test_router();
	int listener = test_socket(pair.server, _i, SOCK_STREAM, 80), client, server;
	char data[4];

	ck_ok(net_add_masquerade(pair.wire, "eth1", &err));
	ck_assert_uint_eq(test_chains(pair.wire, "inet"), 1);
	client = test_connecting(&pair, true, _i);
	ck_assert_int_eq(test_connected(client), 0);
	server = test_accept(listener);
	ck_assert_str_eq(peer_of(server), _i == 4 ? "10.0.2.254" : "fd00:2::fe");
	ck_assert_int_eq(tracked(pair.wire), 1);
	check_told(pair.wire, _i, _i == 4 ? "10.0.2.254" : "fd00:2::fe");
	ck_ok(net_flush_conntrack(pair.wire, &err));
	ck_assert_int_eq(tracked(pair.wire), 0);
	/* What the server says now is for the router itself, which knows nothing of it. */
	ck_assert_int_eq(send(server, "data", 4, 0), 4);
	ck_assert_int_eq(recv(client, data, sizeof(data), 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(test_told(server), ECONNRESET);
}
END_TEST

/* New connections go to each backend in turn, and known ones stay; with none left, the address is
 * the router's own. */
START_TEST(backends_in_turn)
{
	struct test_pair pair = test_router();
	const char *vip = _i == 4 ? "10.9.9.9" : "fd09::9", *to = test_address(true, _i, 2);
	const struct net_endpoint backend[] = {{to, 81}, {to, 82}};
	int listener[] = {test_socket(pair.server, _i, SOCK_STREAM, 81),
			  test_socket(pair.server, _i, SOCK_STREAM, 82)};
	static const int turn[] = {0, 1, 0};
	int client = -1, server = -1;

	ck_ok(net_add_address(pair.wire, "lo", vip, _i == 4 ? 32 : 128, &err));
	ck_ok(net_set_backends(pair.wire, 3, (struct net_endpoint){vip, 80}, backend, 2, &err));
	for (size_t i = 0; i < sizeof(turn) / sizeof(*turn); i++) {
		client = test_socket(pair.client, _i, SOCK_STREAM, 0);
		ck_assert_int_eq(test_connect(client, vip, 80), -EINPROGRESS);
		ck_assert_int_eq(test_connected(client), 0);
		server = test_accept(listener[turn[i]]);
	}
	ck_assert_int_eq(tracked(pair.wire), 3);
	ck_ok(net_set_backends(pair.wire, 3, (struct net_endpoint){vip, 80}, backend, 0, &err));
	ck_assert_int_eq(send(client, "data", 4, 0), 4);
	test_wait(server, POLLIN);
	ck_assert_int_eq(recv(server, (char[4]){0}, 4, 0), 4);
	client = test_socket(pair.client, _i, SOCK_STREAM, 0);
	ck_assert_int_eq(test_connect(client, vip, 80), -EINPROGRESS);
	ck_assert_int_eq(test_connected(client), ECONNREFUSED);
}
END_TEST

/* What a firewall does with a connection that it has forgotten: silence, or a RST to who sends; in
 * both ways, and for a router's own addresses too. */
static void forgotten(int version, enum net_refusal refusal, int error)
{
	struct test_pair pair = test_router();
	int listener = test_socket(pair.server, version, SOCK_STREAM, 80), client, server;
	char data[4];

	ck_ok(net_add_firewall(pair.wire, refusal, &err));
	client = test_connecting(&pair, true, version);
	ck_assert_int_eq(test_connected(client), 0);
	server = test_accept(listener);
	ck_assert_int_eq(send(client, "data", 4, 0), 4);
	test_wait(server, POLLIN);
	ck_assert_int_eq(recv(server, data, sizeof(data), 0), 4);
	ck_ok(net_flush_conntrack(pair.wire, &err));
	ck_assert_int_eq(send(server, "data", 4, 0), 4);
	ck_assert_int_eq(send(client, "data", 4, 0), 4);
	if (error) {
		ck_assert_int_eq(test_told(server), error);
		ck_assert_int_eq(test_told(client), error);
	}
	ck_assert_int_le(recv(client, data, sizeof(data), MSG_DONTWAIT), 0);
	/* A new one is known from its SYN on. */
	client = test_connecting(&pair, true, version);
	ck_assert_int_eq(test_connected(client), 0);
}

START_TEST(a_firewall_drops_what_it_forgot)
{
	forgotten(_i, NET_REFUSE_DROP, 0);
}
END_TEST

START_TEST(a_firewall_refuses_what_it_forgot)
{
	forgotten(_i, NET_REFUSE_RST, ECONNRESET);
}
END_TEST

/* No end of a connection that stands: a soft error, which SO_ERROR gives (tcp_v4_err(),
 * icmp_err_convert; tcp_v6_err(), tab_unreach; sk_getsockopt()). */
START_TEST(a_firewall_prohibits_what_it_forgot)
{
	forgotten(_i, NET_REFUSE_ICMP, _i == 4 ? EHOSTUNREACH : EACCES);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("conntrack");

	tcase_add_checked_fixture(tc, test_enter_namespaces, test_free_all);
	for (int version = 4; version <= 6; version += 2) {
		tcase_add_loop_test(tc, masquerade_and_forget, version, version + 1);
		tcase_add_loop_test(tc, backends_in_turn, version, version + 1);
		tcase_add_loop_test(tc, a_firewall_drops_what_it_forgot, version, version + 1);
		tcase_add_loop_test(tc, a_firewall_refuses_what_it_forgot, version, version + 1);
		tcase_add_loop_test(tc, a_firewall_prohibits_what_it_forgot, version, version + 1);
	}
	return test_run(tc);
}
