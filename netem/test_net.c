/* SPDX-License-Identifier: MIT */
#include "test_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base_test.h"

struct net_abilities test_abilities;

int test_run(TCase *tests)
{
	struct err err;

	net_set_nft_helper(HALFOPEN_NFT);
	if (net_probe(&test_abilities, &err)) {
		printf("%s\n", err.text);
		return 1;
	}
	if (!test_abilities.namespaces) {
		printf("skipped: %s\n", test_abilities.reason);
		return 77;
	}
	return run_tests(tests);
}

bool test_kernel_at_least(int major, int minor)
{
	struct utsname name;
	int is[2] = {0};

	ck_assert_int_eq(uname(&name), 0);
	ck_assert_int_eq(sscanf(name.release, "%d.%d", &is[0], &is[1]), 2);
	return is[0] > major || (is[0] == major && is[1] >= minor);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void test_enter_namespaces(void)
{
	char users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1", geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", getegid());
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) {
		ck_assert_int_eq(unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS), 0);
		write_file("/proc/self/setgroups", "deny");
		write_file("/proc/self/uid_map", users);
		write_file("/proc/self/gid_map", groups);
	}
	ck_assert_int_eq(mount("none", "/", "", MS_REC | MS_PRIVATE, NULL), 0);
}

static struct net *nets[16];
static json_t *outputs;

void test_free_all(void)
{
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		test_free(nets[i]);
	json_decref(outputs);
}

void test_free(struct net *net)
{
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if (nets[i] == net)
			nets[i] = NULL;
	net_free(net);
}

struct net *test_net(const char *name)
{
	size_t i = 0;

	while (nets[i])
		i++;
	ck_ok(net_new(name, &nets[i], &err));
	return nets[i];
}

json_t *test_witness(struct net *net, const char *fmt, ...)
{
	char command[512];
	json_error_t error;
	json_t *output;
	va_list ap;
	FILE *pipe;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	ck_ok(net_enter(net, &err));
	pipe = popen(command, "re");
	ck_assert_ptr_nonnull(pipe);
	output = json_loadf(pipe, JSON_DISABLE_EOF_CHECK, &error);
	ck_assert_msg(pclose(pipe) == 0, "%s failed", command);
	ck_assert_msg(output != NULL, "%s: %s", command, error.text);
	ck_ok(net_leave(&err));
	if (!outputs)
		outputs = json_array();
	json_array_append_new(outputs, output);
	return output;
}

json_t *test_link(struct net *net, const char *name)
{
	return test_find(test_witness(net, "ip -j -d link show"), "ifname", name);
}

size_t test_chains(struct net *net, const char *family)
{
	json_t *list = test_get(test_witness(net, "nft -j list ruleset"), "nftables"), *item;
	size_t i, n = 0;

	json_array_foreach(list, i, item)
	{
		json_t *chain = json_object_get(item, "chain");

		if (chain && !strcmp(test_string(chain, "family"), family)) {
			ck_assert_str_eq(test_string(chain, "table"), "halfopen");
			n++;
		}
	}
	return n;
}

json_t *test_find(json_t *array, const char *key, const char *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		const char *is = json_string_value(json_object_get(item, key));

		if (is && !strcmp(is, value))
			return item;
	}
	return NULL;
}

json_t *test_get(json_t *object, const char *path)
{
	char *copy = strdup(path), *save;
	json_t *at = object;

	for (char *key = strtok_r(copy, ".", &save); key && at; key = strtok_r(NULL, ".", &save))
		at = json_object_get(at, key);
	ck_assert_msg(at != NULL, "no %s in %s", path, json_dumps(object, 0));
	free(copy);
	return at;
}

const char *test_string(json_t *object, const char *path)
{
	json_t *value = test_get(object, path);

	ck_assert_msg(json_is_string(value), "%s: not a string", path);
	return json_string_value(value);
}

json_int_t test_int(json_t *object, const char *path)
{
	json_t *value = test_get(object, path);

	ck_assert_msg(json_is_integer(value), "%s: not an integer", path);
	return json_integer_value(value);
}

double test_real(json_t *object, const char *path)
{
	json_t *value = test_get(object, path);

	ck_assert_msg(json_is_number(value), "%s: not a number", path);
	return json_number_value(value);
}

bool test_has_flag(json_t *object, const char *path, const char *flag)
{
	json_t *flags = test_get(object, path), *item;
	size_t i;

	json_array_foreach(flags, i, item) if (!strcmp(json_string_value(item), flag)) return true;
	return false;
}

static void make_mac(uint8_t *mac, int number, int side)
{
	memcpy(mac, (uint8_t[]){2, 0, 0, 0, side, number}, 6);
}

/* The same subnet for a whole switch, one for each host of a router. */
const char *test_address(bool routed, int version, int number)
{
	static char text[4][64];
	static int turn;
	char *at = text[turn++ % 4];

	if (routed)
		snprintf(at, 64, version == 4 ? "10.0.%d.1" : "fd00:%d::1", number);
	else
		snprintf(at, 64, version == 4 ? "10.0.0.%d" : "fd00::%d", number);
	return at;
}

void test_plug(struct net *net, struct net *wire, const char *name, int number)
{
	uint8_t mac[6], port[6];

	make_mac(mac, number, 0);
	make_mac(port, number, 2);
	ck_ok(net_add_veth(net, "eth0", mac, wire, name, port, &err));
	ck_ok(net_set_bridge(wire, name, "br0", &err));
	ck_ok(net_add_address(net, "eth0", test_address(false, 4, number), 24, &err));
	ck_ok(net_add_address(net, "eth0", test_address(false, 6, number), 64, &err));
	ck_ok(net_set_link(net, "eth0", true, &err));
	ck_ok(net_set_link(wire, name, true, &err));
	ck_ok(net_wait_carrier(net, "eth0", &err));
	ck_ok(net_wait_carrier(wire, name, &err));
	ck_ok(net_wait_address(net, test_address(false, 6, number), &err));
}

struct test_pair test_switch(void)
{
	struct test_pair pair = {test_net("client"), test_net("server"), test_net("wire")};

	ck_ok(net_add_bridge(pair.wire, "br0", &err));
	test_plug(pair.client, pair.wire, "client", 1);
	test_plug(pair.server, pair.wire, "server", 2);
	return pair;
}

static void add_side(struct net *host, struct net *router, int number)
{
	char name[8], gateway[2][32];
	uint8_t mac[6], other[6];

	snprintf(name, sizeof(name), "eth%d", number - 1);
	snprintf(gateway[0], sizeof(gateway[0]), "10.0.%d.254", number);
	snprintf(gateway[1], sizeof(gateway[1]), "fd00:%d::fe", number);
	make_mac(mac, number, 0);
	make_mac(other, number, 1);
	ck_ok(net_add_veth(host, "eth0", mac, router, name, other, &err));
	ck_ok(net_set_link(host, "eth0", true, &err));
	ck_ok(net_set_link(router, name, true, &err));
	ck_ok(net_wait_carrier(host, "eth0", &err));
	ck_ok(net_wait_carrier(router, name, &err));
	ck_ok(net_add_address(host, "eth0", test_address(true, 4, number), 24, &err));
	ck_ok(net_add_address(host, "eth0", test_address(true, 6, number), 64, &err));
	ck_ok(net_add_address(router, name, gateway[0], 24, &err));
	ck_ok(net_add_address(router, name, gateway[1], 64, &err));
	ck_ok(net_add_address(router, name, "fe80::fe", 64, &err)); /* see net_new() */
	ck_ok(net_wait_address(host, test_address(true, 6, number), &err));
	ck_ok(net_wait_address(router, gateway[1], &err));
	ck_ok(net_add_default_route(host, gateway[0], &err));
	ck_ok(net_add_default_route(host, gateway[1], &err));
}

struct test_pair test_router(void)
{
	struct test_pair pair = {test_net("client"), test_net("server"), test_net("router")};

	/* Errors as often as they are due: no limit by time. */
	ck_ok(net_set_sysctl(pair.wire, "net.ipv4.ip_forward", "1", &err));
	ck_ok(net_set_sysctl(pair.wire, "net.ipv4.icmp_ratelimit", "0", &err));
	ck_ok(net_set_sysctl(pair.wire, "net.ipv6.conf.all.forwarding", "1", &err));
	ck_ok(net_set_sysctl(pair.wire, "net.ipv6.icmp.ratelimit", "0", &err));
	add_side(pair.client, pair.wire, 1);
	add_side(pair.server, pair.wire, 2);
	return pair;
}

static socklen_t fill(struct sockaddr_storage *to, const char *address, int port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (strchr(address, ':')) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		ck_assert_int_eq(inet_pton(AF_INET6, address, &v6->sin6_addr), 1);
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons(port);
	ck_assert_int_eq(inet_pton(AF_INET, address, &v4->sin_addr), 1);
	return sizeof(*v4);
}

int test_socket(struct net *net, int version, int type, int port)
{
	struct sockaddr_storage any;
	socklen_t size = fill(&any, version == 4 ? "0.0.0.0" : "::", port);
	int fd;

	ck_ok(net_enter(net, &err));
	fd = socket(any.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_ok(net_leave(&err));
	ck_assert_int_ge(fd, 0);
	if (version == 6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int));
	if (port)
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, size), 0);
	if (port && type == SOCK_STREAM)
		ck_assert_int_eq(listen(fd, 5), 0);
	return fd;
}

int test_connect(int fd, const char *address, int port)
{
	struct sockaddr_storage to;
	socklen_t size = fill(&to, address, port);

	return connect(fd, (struct sockaddr *)&to, size) < 0 ? -errno : 0;
}

void test_wait(int fd, short events)
{
	struct pollfd ready = {.fd = fd, .events = events};

	ck_assert_int_eq(poll(&ready, 1, TEST_PATIENCE_S * 1000), 1);
}

static int error_of(int fd)
{
	socklen_t size = sizeof(int);
	int code;

	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size), 0);
	return code;
}

int test_accept(int listener)
{
	int fd;

	test_wait(listener, POLLIN);
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

int test_connected(int fd)
{
	test_wait(fd, POLLOUT);
	return error_of(fd);
}

bool test_is_connecting(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	return poll(&ready, 1, 500) == 0;
}

int test_retransmissions(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);

	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
	return (int)info.tcpi_total_retrans;
}

int test_told(int fd)
{
	int code = 0;

	for (int i = 0; i < TEST_PATIENCE_S * 100 && !code; i++) {
		if (i > 0)
			usleep(10000);
		code = error_of(fd);
	}
	return code;
}

int test_connecting(struct test_pair *pair, bool routed, int version)
{
	int client = test_socket(pair->client, version, SOCK_STREAM, 0);

	ck_assert_int_eq(test_connect(client, test_address(routed, version, 2), 80), -EINPROGRESS);
	return client;
}

void test_send(int fd, char mark, size_t size)
{
	char data[2000] = {mark};

	ck_assert_int_eq(send(fd, data, size, 0), size);
}

char *test_marks(int fd, char *marks, size_t size)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	size_t n = 0;
	char data[2000];

	while (n < size - 1 && poll(&ready, 1, 200) == 1 && recv(fd, data, sizeof(data), 0) > 0)
		marks[n++] = data[0];
	marks[n] = '\0';
	return marks;
}
