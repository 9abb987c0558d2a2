/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base_test.h"
#include "test_net.h"

static ino_t namespace_now(void)
{
	struct stat st;

	ck_assert_int_eq(stat("/proc/self/ns/net", &st), 0);
	return st.st_ino;
}

static ino_t namespace_of(const struct net *net)
{
	struct stat st;

	ck_assert_int_eq(fstat(net_fd(net), &st), 0);
	return st.st_ino;
}

START_TEST(a_new_net_is_empty_and_quiet)
{
	static const char *const knobs[][2] = {
		{"accept_dad", "0"},
		{"accept_ra", "0"},
		{"addr_gen_mode", "1"},
	};
	ino_t before = namespace_now();
	struct net *net = test_net("host");
	json_t *links = test_witness(net, "ip -j link show"), *link;
	size_t n;
	char name[64], value[16];

	ck_assert_uint_eq(namespace_now(), before);
	ck_assert_uint_ne(namespace_of(net), before);
	/* Kernels with tunnels put a sleeping one of each kind into every namespace. */
	json_array_foreach(links, n, link) ck_assert_int_eq(
		!strcmp(test_string(link, "ifname"), "lo"), test_has_flag(link, "flags", "UP"));
	ck_assert_ptr_nonnull(test_find(links, "ifname", "lo"));
	for (size_t i = 0; test_abilities.ipv6 && i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		snprintf(name, sizeof(name), "net.ipv6.conf.default.%s", knobs[i][0]);
		ck_ok(net_get_sysctl(net, name, value, sizeof(value), &err));
		ck_assert_msg(!strcmp(value, knobs[i][1]), "%s is %s", name, value);
	}
	net_free(NULL);
}
END_TEST

START_TEST(entering_and_leaving)
{
	ino_t before = namespace_now();
	struct net *a = test_net("a"), *b = test_net("b");

	ck_ok(net_leave(&err)); /* from nowhere */
	ck_ok(net_enter(a, &err));
	ck_ok(net_enter(a, &err));
	ck_assert_uint_eq(namespace_now(), namespace_of(a));
	ck_ok(net_enter(b, &err));
	ck_assert_uint_eq(namespace_now(), namespace_of(b));
	ck_ok(net_leave(&err));
	ck_assert_uint_eq(namespace_now(), before);
}
END_TEST

/* What visits a namespace returns to where the process was, be it that or another. */
START_TEST(functions_keep_the_callers_namespace)
{
	struct net *a = test_net("a"), *b = test_net("b"), *c;
	char value[16];

	ck_ok(net_enter(a, &err));
	ck_ok(net_set_sysctl(b, "net.ipv4.tcp_retries2", "7", &err));
	ck_ok(net_get_sysctl(a, "net.ipv4.tcp_retries2", value, sizeof(value), &err));
	ck_assert_str_eq(value, "15");
	c = test_net("c");
	ck_assert_uint_eq(namespace_now(), namespace_of(a));
	ck_assert_uint_ne(namespace_of(c), namespace_of(a));
	/* and survives the loss of the net that it is in */
	test_free(a);
	ck_ok(net_get_sysctl(b, "net.ipv4.tcp_retries2", value, sizeof(value), &err));
	ck_assert_str_eq(value, "7");
	ck_ok(net_leave(&err));
}
END_TEST

START_TEST(a_namespace_goes_with_its_last_user)
{
	struct net *net = test_net("host"), *other = test_net("other");
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 1}, peer[] = {2, 0, 0, 0, 0, 2};

	ck_ok(net_add_veth(net, "eth0", mac, other, "eth0", peer, &err));
	test_free(net);
	/* The kernel's clean-up runs in a work queue: wait for what it does, taking the peer along.
	 */
	for (int i = 0; i < TEST_PATIENCE_S * 10 && test_link(other, "eth0"); i++)
		usleep(100000);
	ck_assert_ptr_null(test_link(other, "eth0"));
}
END_TEST

/* A process in a new user namespace, but the old network namespace, could leave that, but not
 * come back. */
START_TEST(no_way_back_is_no_way_in)
{
	ino_t before = namespace_now();
	struct net *net = NULL;

	if (unshare(CLONE_NEWUSER) < 0) {
		printf("no nested user namespaces: not tried\n");
		return;
	}
	ck_refused(EPERM, "CAP_SYS_ADMIN", net_new("host", &net, &err));
	ck_assert_ptr_null(net);
	ck_assert_uint_eq(namespace_now(), before);
}
END_TEST

START_TEST(sysctls_are_of_the_namespace)
{
	struct net *a = test_net("a"), *b = test_net("b");
	char value[64];
	FILE *file;

	ck_ok(net_set_sysctl(a, "net.ipv4.tcp_keepalive_time", "11", &err));
	ck_ok(net_get_sysctl(a, "net.ipv4.tcp_keepalive_time", value, sizeof(value), &err));
	ck_assert_str_eq(value, "11");
	ck_ok(net_get_sysctl(b, "net.ipv4.tcp_keepalive_time", value, sizeof(value), &err));
	ck_assert_str_eq(value, "7200");
	ck_ok(net_set_sysctl(a, "net.ipv4.ip_local_port_range", "40000 40100", &err));
	ck_ok(net_enter(a, &err));
	file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(value, sizeof(value), file));
	ck_assert_str_eq(value, "40000\t40100\n");
	fclose(file);
	ck_ok(net_leave(&err));
}
END_TEST

START_TEST(dots_within_interface_names)
{
	struct net *net = test_net("host");
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 1}, peer[] = {2, 0, 0, 0, 0, 2};
	char value[16];

	ck_ok(net_add_veth(net, "eth0.7", mac, net, "peer", peer, &err));
	ck_ok(net_set_sysctl(net, "net.ipv4.conf.eth0/7.forwarding", "1", &err));
	ck_ok(net_get_sysctl(net, "net.ipv4.conf.eth0/7.forwarding", value, sizeof(value), &err));
	ck_assert_str_eq(value, "1");
	ck_ok(net_get_sysctl(net, "net.ipv4.conf.peer.forwarding", value, sizeof(value), &err));
	ck_assert_str_eq(value, "0");
}
END_TEST

START_TEST(sysctls_refused)
{
	struct net *net = test_net("host");
	char value[16] = "untouched";

	ck_refused(ENOENT, "host: the kernel has no sysctl net.ipv4.tcp_luck",
		   net_set_sysctl(net, "net.ipv4.tcp_luck", "1", &err));
	ck_refused(ENOENT, "net.ipv4.tcp_luck",
		   net_get_sysctl(net, "net.ipv4.tcp_luck", value, sizeof(value), &err));
	ck_refused(EINVAL, "net.ipv4.tcp_retries2 takes no \"many\"",
		   net_set_sysctl(net, "net.ipv4.tcp_retries2", "many", &err));
	/* the whole machine's */
	ck_refused(EINVAL, "kernel.panic", net_set_sysctl(net, "kernel.panic", "0", &err));
	ck_refused(EINVAL, "leaves", net_set_sysctl(net, "net.//.kernel.panic", "0", &err));
	ck_assert_str_eq(value, "untouched");
}
END_TEST

START_TEST(probing_leaves_no_trace)
{
	ino_t before = namespace_now();
	struct net_abilities abilities;

	ck_ok(net_probe(&abilities, &err));
	ck_assert_uint_eq(namespace_now(), before);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	ck_assert(abilities.namespaces);
	ck_assert_int_eq(abilities.reason[0] == '\0',
			 abilities.veth && abilities.bridge && abilities.netem && abilities.nft &&
				 abilities.nft_bridge && abilities.nft_reject && abilities.nat &&
				 abilities.conntrack && abilities.ipv6);
}
END_TEST

START_TEST(probing_names_what_is_missing)
{
	struct net_abilities abilities;

	net_set_nft_helper("/nonexistent/halfopen-nft");
	ck_ok(net_probe(&abilities, &err));
	ck_assert(!abilities.nft && !abilities.nft_bridge && !abilities.nft_reject);
	ck_assert(!abilities.nat && abilities.veth);
	ck_assert_msg(strstr(abilities.reason, abilities.netem ? "nft: " : "netem: "), "%s",
		      abilities.reason);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("net");

	tcase_add_checked_fixture(tc, test_enter_namespaces, test_free_all);
	tcase_add_test(tc, a_new_net_is_empty_and_quiet);
	tcase_add_test(tc, entering_and_leaving);
	tcase_add_test(tc, functions_keep_the_callers_namespace);
	tcase_add_test(tc, a_namespace_goes_with_its_last_user);
	tcase_add_test(tc, no_way_back_is_no_way_in);
	tcase_add_test(tc, sysctls_are_of_the_namespace);
	tcase_add_test(tc, dots_within_interface_names);
	tcase_add_test(tc, sysctls_refused);
	tcase_add_test(tc, probing_leaves_no_trace);
	tcase_add_test(tc, probing_names_what_is_missing);
	return test_run(tc);
}
