/* SPDX-License-Identifier: MIT
 *
 * For netem's tests: namespaces to work in, the independent witnesses (ip, tc, nft, ss: read back
 * what netem built), and sockets that show which packets pass.
 */
#ifndef HALFOPEN_NETEM_TEST_NET_H
#define HALFOPEN_NETEM_TEST_NET_H

#include <check.h>
#include <jansson.h>

#include "netem.h"

#define ck_ok(call)                                                                                \
	do {                                                                                       \
		struct err err = {0};                                                              \
		int ret = (call);                                                                  \
		ck_assert_msg(ret >= 0, "%s: %d: %s", #call, ret, err.text);                       \
	} while (0)

#define ck_refused(code, words, call)                                                              \
	do {                                                                                       \
		struct err err = {0};                                                              \
		ck_assert_int_eq((call), -(code));                                                 \
		ck_assert_msg(strstr(err.text, (words)), "%s: not \"%s\"", err.text, (words));     \
	} while (0)

/* Runs TESTS; exit status for main(): 77, with the reason, where there are no namespaces. */
int test_run(TCase *tests);
/* The abilities of the kernel, probed once by test_run(). */
extern struct net_abilities test_abilities;

bool test_kernel_at_least(int major, int minor);

/* Fixtures. To begin with: moves the test's process into new network and mount namespaces; as an
 * ordinary user in a new user namespace, as its root. */
void test_enter_namespaces(void);
/* To end with: frees what the test got from the functions below. */
void test_free_all(void);

/* A namespace. */
struct net *test_net(const char *name);
/* Frees one early. */
void test_free(struct net *net);

/* The output of a command inside NET, which must succeed, as JSON. */
json_t *test_witness(struct net *net, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* `ip -j -d link show dev NAME` in NET; NULL: no such link. */
json_t *test_link(struct net *net, const char *name);
/* The first object in ARRAY whose KEY is the string VALUE; NULL: none. */
json_t *test_find(json_t *array, const char *key, const char *value);
/* How many chains of FAMILY the table "halfopen" has; there is no other table. */
size_t test_chains(struct net *net, const char *family);
/* By path, "a.b.c"; the test fails where there is nothing. */
json_t *test_get(json_t *object, const char *path);
const char *test_string(json_t *object, const char *path);
json_int_t test_int(json_t *object, const char *path);
double test_real(json_t *object, const char *path);
bool test_has_flag(json_t *object, const char *path, const char *flag);

/* A host in NET: link eth0 with the address, plugged into a port named NAME of the bridge br0 in
 * WIRE. NUMBER (1..) makes addresses 10.0.0.NUMBER, fd00::NUMBER and the MAC. */
void test_plug(struct net *net, struct net *wire, const char *name, int number);
/* Three namespaces, client and server (1 and 2) on either side of WIRE, a switch. */
struct test_pair {
	struct net *client, *server, *wire;
};
struct test_pair test_switch(void);
/* The same, but a router (eth0: client's side, eth1: server's) between 10.0.1.0/24, fd00:1::/64
 * and 10.0.2.0/24, fd00:2::/64; the hosts are .1, the router .254. */
struct test_pair test_router(void);

/* The address of the pair's client (1) or server (2), behind a switch or a router. */
const char *test_address(bool routed, int version, int number);
/* A non-blocking socket inside NET, bound to PORT if not 0. */
int test_socket(struct net *net, int version, int type, int port);
/* connect(2); 0 or -errno (-EINPROGRESS). */
int test_connect(int fd, const char *address, int port);
/* A connection to the server's port 80 that is on its way: the client's socket. */
int test_connecting(struct test_pair *pair, bool routed, int version);
/* Waits for one of the EVENTS of poll(2), or an error, as long as a test may take. */
void test_wait(int fd, short events);
/* The next connection, non-blocking. */
int test_accept(int listener);
/* The errno that a connecting socket ends up with, 0 if it connects. */
int test_connected(int fd);
/* It has not ended up with anything half a second later. */
bool test_is_connecting(int fd);
/* How often it has sent something again. */
int test_retransmissions(int fd);
/* The errno that a connected socket is told of; a soft one too, which poll(2) is silent of. */
int test_told(int fd);
/* Sends one datagram of SIZE bytes, the first of which is MARK, over a connected socket. */
void test_send(int fd, char mark, size_t size);
/* The marks of the datagrams that arrive until none does for a while. Returns MARKS. */
char *test_marks(int fd, char *marks, size_t size);

#endif
