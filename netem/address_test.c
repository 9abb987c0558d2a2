/* SPDX-License-Identifier: MIT
 *
 * Addresses that come, go and move, as others on the segment see them.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"
#include "test_net.h"

static const struct {
	int version;
	const char *own, *second, *client;
} versions[] = {
	{4, "10.0.0.2", "10.0.0.101", "10.0.0.1"},
	{6, "fd00::2", "fd00::101", "fd00::1"},
};

static json_t *neighbour_of(struct net *net, const char *address)
{
	return test_find(test_witness(net, "ip -j neigh show dev eth0"), "dst", address);
}

/* Whoever asks for a route has the first address as its source. */
START_TEST(second_address_is_no_source)
{
	struct test_pair pair = test_switch();
	json_t *route;

	ck_ok(net_add_second_address(pair.server, "eth0", versions[_i].second, &err));
	ck_ok(net_wait_address(pair.server, versions[_i].second, &err));
	route = json_array_get(test_witness(pair.server, "ip -j route get %s", versions[_i].client),
			       0);
	ck_assert_str_eq(test_string(route, "prefsrc"), versions[_i].own);
	ck_refused(EEXIST, versions[_i].second,
		   net_add_second_address(pair.server, "eth0", versions[_i].second, &err));
	ck_ok(net_delete_second_address(pair.server, "eth0", versions[_i].second, &err));
	ck_refused(EADDRNOTAVAIL, versions[_i].second,
		   net_delete_second_address(pair.server, "eth0", versions[_i].second, &err));
}
END_TEST

/* Who knows the address by another MAC knows it by the new one then. */
START_TEST(announcement_is_believed)
{
	struct test_pair pair = test_switch();
	const char *address = versions[_i].second;
	json_t *neighbour = NULL;

	ck_ok(net_add_second_address(pair.server, "eth0", address, &err));
	ck_ok(net_wait_address(pair.server, address, &err));
	test_witness(pair.client,
		     "ip -j neigh add %s lladdr 02:00:00:00:00:99 dev eth0 nud stale; echo []",
		     address);
	ck_ok(net_announce(pair.server, "eth0", address, &err));
	for (int i = 0; i < TEST_PATIENCE_S * 50; i++) {
		neighbour = neighbour_of(pair.client, address);
		if (strcmp(test_string(neighbour, "lladdr"), "02:00:00:00:00:02") == 0)
			return;
		usleep(20000);
	}
	ck_abort_msg("%s is still at %s", address, test_string(neighbour, "lladdr"));
}
END_TEST

START_TEST(mac_of_a_link_that_is_up)
{
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 0x77};
	struct test_pair pair = test_switch();

	ck_ok(net_set_mac(pair.server, "eth0", mac, &err));
	ck_assert_str_eq(test_string(test_link(pair.server, "eth0"), "address"),
			 "02:00:00:00:00:77");
	ck_refused(ENODEV, "eth9", net_set_mac(pair.server, "eth9", mac, &err));
	ck_refused(ENODEV, "eth9", net_announce(pair.server, "eth9", "10.0.0.9", &err));
	ck_refused(EINVAL, "no", net_announce(pair.server, "eth0", "no", &err));
}
END_TEST

START_TEST(route_knows_its_mtu)
{
	struct test_pair pair = test_router();
	const char *to = test_address(true, versions[_i].version, 2);
	json_t *route;

	ck_ok(net_add_route_mtu(pair.wire, "eth1", to, 1400, &err));
	route = json_array_get(
		test_witness(pair.wire, "ip -j -%d route show %s", versions[_i].version, to), 0);
	ck_assert_int_eq(test_int(json_array_get(test_get(route, "metrics"), 0), "mtu"), 1400);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("address");

	tcase_add_checked_fixture(tests, test_enter_namespaces, test_free_all);
	tcase_add_loop_test(tests, second_address_is_no_source, 0, 2);
	tcase_add_loop_test(tests, announcement_is_believed, 0, 2);
	tcase_add_test(tests, mac_of_a_link_that_is_up);
	tcase_add_loop_test(tests, route_knows_its_mtu, 0, 2);
	return test_run(tests);
}
