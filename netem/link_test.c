/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base_test.h"
#include "test_net.h"

static const uint8_t mac_a[] = {2, 0, 0, 0, 0, 0xa}, mac_b[] = {2, 0, 0, 0, 0, 0xb};

START_TEST(veth_between_two_nets)
{
	struct net *a = test_net("a"), *b = test_net("b");
	json_t *link;

	ck_ok(net_add_veth(a, "eth0", mac_a, b, "port", mac_b, &err));
	link = test_link(a, "eth0");
	ck_assert_str_eq(test_string(link, "linkinfo.info_kind"), "veth");
	ck_assert_str_eq(test_string(link, "address"), "02:00:00:00:00:0a");
	ck_assert(!test_has_flag(link, "flags", "UP"));
	ck_assert_int_eq(test_int(link, "gso_max_segs"), 1);
	link = test_link(b, "port");
	ck_assert_str_eq(test_string(link, "address"), "02:00:00:00:00:0b");
	ck_assert(!test_has_flag(link, "flags", "UP"));
	ck_assert_int_eq(test_int(link, "gso_max_segs"), 1);
	ck_assert_int_eq(test_int(link, "ifindex"), net_link_index(b, "port", NULL));
	ck_assert_ptr_null(test_link(b, "eth0"));
}
END_TEST

/* The kernel tells of carrier from a work queue, at most a second late (link_watch.c). */
static void wait_for(struct net *net, const char *name, const char *flag)
{
	for (int i = 0; i < TEST_PATIENCE_S * 10; i++) {
		if (test_has_flag(test_link(net, name), "flags", flag))
			return;
		usleep(100000);
	}
	ck_abort_msg("%s does not become %s", name, flag);
}

START_TEST(up_down_and_carrier)
{
	struct net *a = test_net("a"), *b = test_net("b");

	ck_ok(net_add_veth(a, "eth0", mac_a, b, "eth0", mac_b, &err));
	ck_ok(net_set_link(a, "eth0", true, &err));
	ck_assert(test_has_flag(test_link(a, "eth0"), "flags", "UP"));
	wait_for(a, "eth0", "NO-CARRIER");
	ck_ok(net_set_link(b, "eth0", true, &err));
	ck_ok(net_wait_carrier(a, "eth0", &err));
	ck_assert(test_has_flag(test_link(a, "eth0"), "flags", "LOWER_UP"));
	ck_assert_str_eq(test_string(test_link(a, "eth0"), "operstate"), "UP");
	ck_ok(net_wait_carrier(b, "eth0", &err));
	ck_ok(net_set_link(b, "eth0", false, &err));
	wait_for(a, "eth0", "NO-CARRIER");
	ck_assert(!test_has_flag(test_link(b, "eth0"), "flags", "UP"));
}
END_TEST

START_TEST(waiting_for_a_carrier_in_vain)
{
	struct net *a = test_net("a"), *b = test_net("b");

	ck_ok(net_add_veth(a, "eth0", mac_a, b, "eth0", mac_b, &err));
	ck_ok(net_set_link(a, "eth0", true, &err));
	ck_refused(ETIMEDOUT, "a: eth0 gets no carrier", net_wait_carrier(a, "eth0", &err));
	ck_refused(ENODEV, "eth9", net_wait_carrier(a, "eth9", &err));
}
END_TEST

START_TEST(waiting_for_an_address)
{
	struct net *net = test_net("a");

	ck_ok(net_add_address(net, "lo", "10.0.0.1", 24, &err));
	ck_ok(net_add_address(net, "lo", "fd00::1", 64, &err));
	ck_ok(net_wait_address(net, "10.0.0.1", &err));
	ck_ok(net_wait_address(net, "fd00::1", &err));
	ck_refused(ETIMEDOUT, "a: fd00::2 is not an address of its own",
		   net_wait_address(net, "fd00::2", &err));
	ck_refused(EINVAL, "fd00::x", net_wait_address(net, "fd00::x", &err));
}
END_TEST

START_TEST(mtu)
{
	struct net *a = test_net("a");

	ck_ok(net_add_veth(a, "eth0", mac_a, a, "eth1", mac_b, &err));
	ck_ok(net_set_mtu(a, "eth0", 1300, &err));
	ck_assert_int_eq(test_int(test_link(a, "eth0"), "mtu"), 1300);
	ck_assert_int_eq(test_int(test_link(a, "eth1"), "mtu"), 1500);
	ck_refused(EINVAL, "mtu less than device minimum", net_set_mtu(a, "eth0", 10, &err));
}
END_TEST

START_TEST(bridge_forwards_at_once)
{
	struct test_pair pair = test_switch();
	json_t *link = test_link(pair.wire, "br0");

	ck_assert_str_eq(test_string(link, "linkinfo.info_kind"), "bridge");
	ck_assert_int_eq(test_int(link, "linkinfo.info_data.stp_state"), 0);
	ck_assert_int_eq(test_int(link, "linkinfo.info_data.mcast_snooping"), 0);
	ck_assert(test_has_flag(link, "flags", "UP"));
	link = test_link(pair.wire, "server");
	ck_assert_str_eq(test_string(link, "master"), "br0");
	ck_assert_str_eq(test_string(link, "linkinfo.info_slave_data.state"), "forwarding");
}
END_TEST

START_TEST(deleting_links)
{
	struct net *a = test_net("a"), *b = test_net("b");

	ck_ok(net_add_bridge(a, "br0", &err));
	ck_ok(net_delete_link(a, "br0", &err));
	ck_assert_ptr_null(test_link(a, "br0"));
	ck_ok(net_add_veth(a, "eth0", mac_a, b, "eth0", mac_b, &err));
	ck_ok(net_delete_link(a, "eth0", &err));
	ck_assert_ptr_null(test_link(b, "eth0"));
}
END_TEST

/* Who has asked for it before, too, gets the number of the link that is there now. */
START_TEST(another_link_of_the_same_name)
{
	struct net *a = test_net("a"), *b = test_net("b");
	int before, after;

	ck_ok(net_add_veth(a, "eth0", mac_a, b, "eth0", mac_b, &err));
	before = net_link_index(b, "eth0", NULL);
	ck_assert_int_eq(net_link_index(b, "eth0", NULL), before);
	ck_ok(net_delete_link(b, "eth0", &err));
	ck_refused(ENODEV, "eth0", net_link_index(b, "eth0", &err));
	ck_ok(net_add_bridge(b, "br0", &err));
	ck_ok(net_add_veth(a, "eth0", mac_a, b, "eth0", mac_b, &err));
	after = net_link_index(b, "eth0", NULL);
	ck_assert_int_ne(after, before);
	ck_assert_int_eq(after, test_int(test_link(b, "eth0"), "ifindex"));
}
END_TEST

START_TEST(links_refused)
{
	struct net *a = test_net("a"), *b = test_net("b");
	static const uint8_t group[] = {1, 0, 0, 0, 0, 1};

	ck_ok(net_add_bridge(a, "br0", &err));
	ck_refused(EEXIST, "a: cannot add bridge br0", net_add_bridge(a, "br0", &err));
	ck_refused(EEXIST, "a: cannot add veth pair br0 and x in b",
		   net_add_veth(a, "br0", mac_a, b, "x", mac_b, &err));
	ck_refused(EADDRNOTAVAIL, "eth0", net_add_veth(a, "eth0", group, b, "x", mac_b, &err));
	ck_refused(ENODEV, "cannot set eth9 up", net_set_link(a, "eth9", true, &err));
	ck_refused(ENODEV, "eth9", net_delete_link(a, "eth9", &err));
	ck_refused(ENODEV, "eth9", net_link_index(a, "eth9", &err));
	ck_refused(ENODEV, "eth9", net_set_bridge(a, "br0", "eth9", &err));
	ck_refused(ERANGE, "much", net_add_bridge(a, "much-too-long-a-name", &err));
}
END_TEST

static json_t *addresses(struct net *net, const char *name)
{
	json_t *link = json_array_get(test_witness(net, "ip -j -d addr show dev %s", name), 0);

	return test_get(link, "addr_info");
}

START_TEST(addresses_of_both_families)
{
	struct test_pair pair = test_switch();
	json_t *list = addresses(pair.client, "eth0"), *one;

	ck_assert_uint_eq(json_array_size(list), 2); /* no link-local one */
	one = test_find(list, "family", "inet");
	ck_assert_str_eq(test_string(one, "local"), "10.0.0.1");
	ck_assert_int_eq(test_int(one, "prefixlen"), 24);
	one = test_find(list, "family", "inet6");
	ck_assert_str_eq(test_string(one, "local"), "fd00::1");
	ck_assert_int_eq(test_int(one, "prefixlen"), 64);
	ck_assert(json_is_true(test_get(one, "nodad")));
	ck_assert_ptr_null(json_object_get(one, "tentative"));
	ck_ok(net_delete_address(pair.client, "eth0", "fd00::1", 64, &err));
	list = addresses(pair.client, "eth0");
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(test_string(json_array_get(list, 0), "local"), "10.0.0.1");
	ck_ok(net_delete_address(pair.client, "eth0", "10.0.0.1", 24, &err));
	ck_assert_uint_eq(json_array_size(addresses(pair.client, "eth0")), 0);
}
END_TEST

START_TEST(routes)
{
	struct test_pair pair = test_router();
	json_t *route;

	route = test_find(test_witness(pair.client, "ip -j route"), "dst", "default");
	ck_assert_str_eq(test_string(route, "gateway"), "10.0.1.254");
	ck_assert_str_eq(test_string(route, "dev"), "eth0");
	route = test_find(test_witness(pair.client, "ip -j -6 route"), "dst", "default");
	ck_assert_str_eq(test_string(route, "gateway"), "fd00:1::fe");
	ck_refused(EEXIST, "via 10.0.1.254",
		   net_add_default_route(pair.client, "10.0.1.254", &err));
	ck_refused(ENETUNREACH, "via 10.9.9.9", net_add_default_route(pair.wire, "10.9.9.9", &err));
}
END_TEST

START_TEST(neighbours)
{
	struct test_pair pair = test_switch();
	json_t *list, *one;

	ck_ok(net_add_neighbour(pair.client, "eth0", "10.0.0.2", mac_a, &err));
	ck_ok(net_add_neighbour(pair.client, "eth0", "fd00::2", mac_b, &err));
	list = test_witness(pair.client, "ip -j neigh show dev eth0");
	one = test_find(list, "dst", "10.0.0.2");
	ck_assert_str_eq(test_string(one, "lladdr"), "02:00:00:00:00:0a");
	ck_assert(test_has_flag(one, "state", "PERMANENT"));
	one = test_find(list, "dst", "fd00::2");
	ck_assert_str_eq(test_string(one, "lladdr"), "02:00:00:00:00:0b");
	ck_assert(test_has_flag(one, "state", "PERMANENT"));
	/* again, with another address: replaced */
	ck_ok(net_add_neighbour(pair.client, "eth0", "10.0.0.2", mac_b, &err));
	list = test_witness(pair.client, "ip -j neigh show dev eth0");
	ck_assert_str_eq(test_string(test_find(list, "dst", "10.0.0.2"), "lladdr"),
			 "02:00:00:00:00:0b");
}
END_TEST

START_TEST(addresses_refused)
{
	struct test_pair pair = test_switch();

	ck_refused(EINVAL, "\"10.0.0\" is not an IP address",
		   net_add_address(pair.client, "eth0", "10.0.0", 24, &err));
	ck_refused(EINVAL, "10.0.0.9/33",
		   net_add_address(pair.client, "eth0", "10.0.0.9", 33, &err));
	ck_refused(EEXIST, "client: cannot add address 10.0.0.1/24 to eth0",
		   net_add_address(pair.client, "eth0", "10.0.0.1", 24, &err));
	ck_refused(EADDRNOTAVAIL, "cannot delete address 10.0.0.9/24 of eth0",
		   net_delete_address(pair.client, "eth0", "10.0.0.9", 24, &err));
	ck_refused(ENODEV, "eth1", net_add_address(pair.client, "eth1", "10.0.0.9", 24, &err));
	ck_refused(EINVAL, "fd00::g", net_add_default_route(pair.client, "fd00::g", &err));
	ck_refused(EINVAL, "nowhere",
		   net_add_neighbour(pair.client, "eth0", "nowhere", mac_a, &err));
}
END_TEST

/* Right after they are built, no waiting: _i is 4 or 6, through a switch, then a router. */
START_TEST(connections_pass)
{
	for (int routed = 0; routed < 2; routed++) {
		struct test_pair pair = routed ? test_router() : test_switch();
		int server = test_socket(pair.server, _i, SOCK_STREAM, 80);
		int client = test_socket(pair.client, _i, SOCK_STREAM, 0);
		json_t *lines;

		ck_assert_int_eq(test_connect(client, test_address(routed, _i, 2), 80),
				 -EINPROGRESS);
		ck_assert_int_eq(test_connected(client), 0);
		lines = test_witness(pair.server, "ss -Htn state established sport = :80 | "
						  "awk '{print \"[\\\"\" $4 \"\\\"]\"}'");
		ck_assert_ptr_nonnull(strstr(json_string_value(json_array_get(lines, 0)),
					     test_address(routed, _i, 1)));
		close(client);
		close(server);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("link");

	tcase_add_checked_fixture(tc, test_enter_namespaces, test_free_all);
	tcase_add_test(tc, veth_between_two_nets);
	tcase_add_test(tc, up_down_and_carrier);
	tcase_add_test(tc, waiting_for_a_carrier_in_vain);
	tcase_add_test(tc, waiting_for_an_address);
	tcase_add_test(tc, mtu);
	tcase_add_test(tc, bridge_forwards_at_once);
	tcase_add_test(tc, deleting_links);
	tcase_add_test(tc, another_link_of_the_same_name);
	tcase_add_test(tc, links_refused);
	tcase_add_test(tc, addresses_of_both_families);
	tcase_add_test(tc, routes);
	tcase_add_test(tc, neighbours);
	tcase_add_test(tc, addresses_refused);
	tcase_add_loop_test(tc, connections_pass, 4, 5);
	tcase_add_loop_test(tc, connections_pass, 6, 7);
	return test_run(tc);
}
