/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test_net.h"

#define PORT 8080

static const char *vip(int version)
{
	return version == 4 ? "10.0.9.1" : "fd00:9::1";
}

static struct net_endpoint service(int version)
{
	return (struct net_endpoint){vip(version), 80};
}

static struct net_endpoint server(int version)
{
	return (struct net_endpoint){test_address(true, version, 2), PORT};
}

/* The kernel's own list of services (ip_vs_ctl.c, ip_vs_info_seq_show()), in NET. */
static char *listed(struct net *net)
{
	static char text[4096];
	size_t size;
	FILE *file;

	ck_ok(net_enter(net, &err));
	file = fopen("/proc/self/net/ip_vs", "r");
	size = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	if (file)
		fclose(file);
	ck_ok(net_leave(&err));
	text[size] = '\0';
	return text;
}

/* With the VIP; client NULL, and the reason is told: the kernel has no IPVS, or not for us. */
static struct test_pair balanced(const char *test, int version, struct net **ret_router)
{
	struct test_pair pair = test_router();
	struct err why = {0};
	int made;

	ck_ok(net_add_address(pair.wire, "lo", vip(version), version == 4 ? 32 : 128, &err));
	ck_ok(net_wait_address(pair.wire, vip(version), &err));
	made = net_add_balancer(pair.wire, service(version), &why);
	if (made == -EOPNOTSUPP) {
		printf("%s: not tried: no IPVS: %s\n", test, why.text);
		pair.client = NULL;
	} else {
		ck_assert_msg(made == 0, "%d: %s", made, why.text);
	}
	*ret_router = pair.wire;
	return pair;
}

static const int versions[] = {4, 6};

START_TEST(a_service_has_its_servers)
{
	static const struct {
		const char *service, *server;
	} words[] = {
		{"TCP  0A000901:0050 rr", "-> 0A000201:1F90      Masq    1"},
		{"TCP  [fd00:0009:0000:0000:0000:0000:0000:0001]:0050 rr",
		 "-> [fd00:0002:0000:0000:0000:0000:0000:0001]:1F90      Masq    1"},
	};
	int version = versions[_i];
	struct net *router;

	if (!balanced(__func__, version, &router).client)
		return;
	ck_assert_ptr_nonnull(strstr(listed(router), words[_i].service));
	ck_assert_ptr_null(strstr(listed(router), "->  "));
	ck_ok(net_add_server(router, service(version), server(version), &err));
	ck_assert_msg(strstr(listed(router), words[_i].server), "%s", listed(router));
	ck_refused(EEXIST, vip(version), net_add_balancer(router, service(version), &err));
	ck_refused(EEXIST, vip(version),
		   net_add_server(router, service(version), server(version), &err));
	ck_ok(net_remove_server(router, service(version), server(version), &err));
	ck_assert_ptr_null(strstr(listed(router), words[_i].server));
	ck_refused(ENOENT, vip(version),
		   net_remove_server(router, service(version), server(version), &err));
	ck_refused(ESRCH, ":81",
		   net_add_server(router, (struct net_endpoint){vip(version), 81}, server(version),
				  &err));
}
END_TEST

struct found {
	struct net_tracked entry;
	int count;
};

static void keep(void *arg, const struct net_tracked *tracked)
{
	struct found *found = arg;

	found->entry = *tracked;
	found->count++;
}

static struct found known(struct net *router, int version)
{
	struct found found = {0};

	ck_ok(net_dump_balancer(router, version == 4 ? AF_INET : AF_INET6, keep, &found, &err));
	return found;
}

static void is_address(const uint8_t *bytes, int version, const char *address)
{
	char text[INET6_ADDRSTRLEN];

	ck_assert_str_eq(inet_ntop(version == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text)),
			 address);
}

/* From the SYN to the RST, and what was counted of it: two segments of the client's, and the one
 * that the server answered the first with. */
START_TEST(a_connection_is_known)
{
	int version = versions[_i], other = versions[!_i], listener, client;
	uint64_t stats[NET_BALANCER_STATS];
	struct linger abort = {.l_onoff = 1};
	struct test_pair pair;
	struct net *router;
	struct found found;

	pair = balanced(__func__, version, &router);
	if (!pair.client)
		return;
	ck_ok(net_add_server(router, service(version), server(version), &err));
	ck_assert_int_eq(known(router, version).count, 0);
	listener = test_socket(pair.server, version, SOCK_STREAM, PORT);
	client = test_socket(pair.client, version, SOCK_STREAM, 0);
	ck_assert_int_eq(test_connect(client, vip(version), 80), -EINPROGRESS);
	ck_assert_int_eq(test_connected(client), 0);
	ck_assert_int_ge(test_accept(listener), 0);
	found = known(router, version);
	ck_assert_int_eq(found.count, 1);
	is_address(found.entry.original.src, version, test_address(true, version, 1));
	is_address(found.entry.original.dst, version, vip(version));
	is_address(found.entry.reply.src, version, test_address(true, version, 2));
	is_address(found.entry.reply.dst, version, test_address(true, version, 1));
	ck_assert(found.entry.original.sport > 0 && found.entry.original.dport == 80);
	ck_assert_int_eq(found.entry.reply.sport, PORT);
	ck_assert_int_eq(found.entry.reply.dport, found.entry.original.sport);
	ck_assert_int_eq(found.entry.state, TCP_CONNTRACK_ESTABLISHED);
	ck_assert(found.entry.left_s >= 898 && found.entry.left_s <= 900);
	ck_assert_int_eq(known(router, other).count, 0);
	ck_ok(net_balancer_stats(router, stats, &err));
	ck_assert_uint_eq(stats[0], 1);
	ck_assert_uint_eq(stats[1], 2);
	ck_assert_uint_eq(stats[2], 1);
	ck_assert(stats[3] > stats[4] && stats[4] >= 40);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	close(client);
	ck_assert_int_eq(known(router, version).entry.state, TCP_CONNTRACK_CLOSE);
}
END_TEST

START_TEST(where_there_is_none_it_is_said)
{
	struct net *net = test_net("host");
	uint64_t stats[NET_BALANCER_STATS];
	struct found found = {0};
	struct err why = {0};

	if (net_dump_balancer(net, AF_INET, keep, &found, &why) == 0)
		return; /* there is */
	ck_refused(EOPNOTSUPP, "IPVS", net_dump_balancer(net, AF_INET, keep, &found, &err));
	ck_refused(EOPNOTSUPP, "IPVS", net_balancer_stats(net, stats, &err));
	ck_refused(EOPNOTSUPP, "IPVS", net_add_balancer(net, service(4), &err));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("ipvs");

	tcase_add_checked_fixture(tcase, test_enter_namespaces, test_free_all);
	tcase_add_loop_test(tcase, a_service_has_its_servers, 0, 2);
	tcase_add_loop_test(tcase, a_connection_is_known, 0, 2);
	tcase_add_test(tcase, where_there_is_none_it_is_said);
	return test_run(tcase);
}
