/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test_net.h"

/* Where the kernel has no netem, the tests of it are not tried: all but the refusals. */
#define need_netem()                                                                               \
	do {                                                                                       \
		if (!test_abilities.netem) {                                                       \
			printf("%s: not tried: no netem\n", __func__);                             \
			return;                                                                    \
		}                                                                                  \
	} while (0)

static json_t *root_qdisc(struct net *net, const char *name)
{
	return test_find(test_witness(net, "tc -j qdisc show dev %s root", name), "kind", "netem");
}

START_TEST(every_field_reads_back)
{
	struct test_pair pair = test_switch();
	json_t *netem;

	need_netem();
	ck_ok(net_impair(pair.wire, "server",
			 &(struct net_impairment){.delay_ns = 20000000,
						  .jitter_ns = 3000000,
						  .loss = 5,
						  .duplicate = 0.1,
						  .reorder = 25,
						  .corrupt = 0.5,
						  .rate = 10000000,
						  .limit = 50,
						  .seed = 7},
			 &err));
	netem = test_get(root_qdisc(pair.wire, "server"), "options");
	ck_assert_int_eq(test_int(netem, "limit"), 50);
	ck_assert_double_eq_tol(test_real(netem, "delay.delay"), 0.020, 1e-9);
	ck_assert_double_eq_tol(test_real(netem, "delay.jitter"), 0.003, 1e-9);
	ck_assert_double_eq_tol(test_real(netem, "loss-random.loss"), 0.05, 1e-6);
	ck_assert_double_eq_tol(test_real(netem, "duplicate.duplicate"), 0.001, 1e-6);
	ck_assert_double_eq_tol(test_real(netem, "reorder.reorder"), 0.25, 1e-6);
	ck_assert_int_eq(test_int(netem, "gap"), 1);
	ck_assert_double_eq_tol(test_real(netem, "corrupt.corrupt"), 0.005, 1e-6);
	ck_assert_int_eq(test_int(netem, "rate.rate"), 1250000); /* bytes */
	ck_assert_ptr_null(root_qdisc(pair.wire, "client"));
}
END_TEST

/* Nothing of the last impairment may stay. */
START_TEST(a_new_impairment_replaces_the_old)
{
	static const char *const off[] = {"loss-random", "duplicate", "reorder", "corrupt",
					  "rate",        "gap",       "ecn"};
	struct test_pair pair = test_switch();
	json_t *netem, *zero;

	need_netem();
	zero = json_integer(0);
	ck_ok(net_impair(pair.wire, "server",
			 &(struct net_impairment){.delay_ns = 20000000,
						  .loss = 100,
						  .duplicate = 100,
						  .reorder = 100,
						  .corrupt = 100,
						  .rate = 800000000000},
			 &err));
	netem = test_get(root_qdisc(pair.wire, "server"), "options");
	ck_assert_int_eq(test_int(netem, "limit"), 1000);
	ck_assert_int_eq(test_int(netem, "rate.rate"), 100000000000);
	ck_assert_double_eq_tol(test_real(netem, "loss-random.loss"), 1, 1e-9);
	ck_ok(net_impair(pair.wire, "server", &(struct net_impairment){.delay_ns = 1000000}, &err));
	netem = test_get(root_qdisc(pair.wire, "server"), "options");
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		json_t *value = json_object_get(netem, off[i]);

		ck_assert_msg(!value || json_is_false(value) || json_equal(value, zero),
			      "%s is still there", off[i]);
	}
	ck_assert_double_eq_tol(test_real(netem, "delay.delay"), 1e-3, 1e-9);
	ck_assert_double_eq(test_real(netem, "delay.jitter"), 0);
	ck_ok(net_unimpair(pair.wire, "server", &err));
	ck_assert_ptr_null(root_qdisc(pair.wire, "server"));
	ck_ok(net_unimpair(pair.wire, "server", &err)); /* nothing left to do */
	json_decref(zero);
}
END_TEST

START_TEST(impairments_refused)
{
	struct net *net = test_net("host");
	const struct net_impairment none = {.limit = 1};

	ck_refused(ENODEV, "eth9", net_impair(net, "eth9", &none, &err));
	ck_refused(ENODEV, "eth9", net_unimpair(net, "eth9", &err));
	ck_refused(EINVAL, "percentage",
		   net_impair(net, "lo", &(struct net_impairment){.loss = 101}, &err));
	ck_refused(EINVAL, "percentage",
		   net_impair(net, "lo", &(struct net_impairment){.corrupt = -1}, &err));
	ck_refused(EINVAL, "negative",
		   net_impair(net, "lo", &(struct net_impairment){.delay_ns = -1}, &err));
	ck_refused(EINVAL, "limit",
		   net_impair(net, "lo", &(struct net_impairment){.limit = 1LL << 32}, &err));
	ck_ok(net_unimpair(net, "lo", &err));
	if (!test_abilities.netem)
		ck_refused(EOPNOTSUPP, "host: the kernel has no netem qdisc",
			   net_impair(net, "lo", &none, &err));
}
END_TEST

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* A client's socket connected to a server's, with what either learns of the other learned. */
static void make_flow(struct test_pair *pair, int version, int *ret_client, int *ret_server)
{
	char marks[2];

	*ret_server = test_socket(pair->server, version, SOCK_DGRAM, 9);
	*ret_client = test_socket(pair->client, version, SOCK_DGRAM, 0);
	ck_assert_int_eq(test_connect(*ret_client, test_address(false, version, 2), 9), 0);
	test_send(*ret_client, '.', 1);
	ck_assert_str_eq(test_marks(*ret_server, marks, sizeof(marks)), ".");
}

/* _i is 4 or 6 from here on. */
START_TEST(delay_and_rate_take_their_time)
{
	struct test_pair pair = test_switch();
	int client, server;
	int64_t start, took;

	need_netem();
	make_flow(&pair, _i, &client, &server);
	ck_ok(net_impair(pair.wire, "server", &(struct net_impairment){.delay_ns = 50000000},
			 &err));
	start = now_ns();
	test_send(client, 'a', 100);
	test_wait(server, POLLIN);
	took = now_ns() - start;
	ck_assert_msg(took >= 50000000 && took < 80000000, "%lld ns", (long long)took);
	ck_assert_int_eq(recv(server, &(char){0}, 1, 0), 1);
	/* 1250 bytes with their headers, at 100 kbit/s: 103 ms; more when the
	 * network talks in between (group memberships) */
	ck_ok(net_impair(pair.wire, "server", &(struct net_impairment){.rate = 100000}, &err));
	start = now_ns();
	test_send(client, 'b', 1250);
	test_wait(server, POLLIN);
	took = now_ns() - start;
	ck_assert_msg(took >= 102000000 && took < 250000000, "%lld ns", (long long)took);
}
END_TEST

START_TEST(loss_and_duplication)
{
	struct test_pair pair = test_switch();
	int client, server;
	char marks[8];

	need_netem();
	make_flow(&pair, _i, &client, &server);
	ck_ok(net_impair(pair.wire, "server", &(struct net_impairment){.loss = 100}, &err));
	test_send(client, 'a', 100);
	ck_assert_str_eq(test_marks(server, marks, sizeof(marks)), "");
	ck_ok(net_impair(pair.wire, "server", &(struct net_impairment){.duplicate = 100}, &err));
	test_send(client, 'b', 100);
	ck_assert_str_eq(test_marks(server, marks, sizeof(marks)), "bb");
	ck_ok(net_unimpair(pair.wire, "server", &err));
	test_send(client, 'c', 100);
	ck_assert_str_eq(test_marks(server, marks, sizeof(marks)), "c");
}
END_TEST

static void lose_half(struct test_pair *pair, int client, int server, uint64_t seed, char *marks,
		      size_t size)
{
	ck_ok(net_impair(pair->wire, "server", &(struct net_impairment){.loss = 50, .seed = seed},
			 &err));
	for (char mark = 'A'; mark < 'A' + 50; mark++)
		test_send(client, mark, 10);
	test_marks(server, marks, size);
}

START_TEST(a_seed_repeats_the_losses)
{
	struct test_pair pair = test_switch();
	char first[64], again[64], other[64];
	int client, server;

	need_netem();
	make_flow(&pair, _i, &client, &server);
	lose_half(&pair, client, server, 42, first, sizeof(first));
	lose_half(&pair, client, server, 42, again, sizeof(again));
	lose_half(&pair, client, server, 43, other, sizeof(other));
	ck_assert_msg(strlen(first) > 5 && strlen(first) < 45, "%s", first);
	if (test_kernel_at_least(6, 7))
		ck_assert_str_eq(first, again);
	else
		printf("%s: not tried: kernel older than 6.7\n", __func__);
	ck_assert_str_ne(first, other);
}
END_TEST

/* Datagrams from a third host to the pair's server. */
static int third_sender(struct test_pair *pair, int version)
{
	struct net *third = test_net("third");
	int sender;

	test_plug(third, pair->wire, "third", 3);
	sender = test_socket(third, version, SOCK_DGRAM, 10);
	ck_assert_int_eq(test_connect(sender, test_address(false, version, 2), 10), 0);
	return sender;
}

START_TEST(who_sends_has_its_own_impairment)
{
	struct test_pair pair = test_switch();
	struct err failure = {0};
	char marks[8], address[64];
	int client, server, third, from_third = test_socket(pair.server, _i, SOCK_DGRAM, 10);

	need_netem();
	make_flow(&pair, _i, &client, &server);
	third = third_sender(&pair, _i);
	if (net_add_bands(pair.wire, "server", 3, &failure) == -EOPNOTSUPP) {
		printf("%s: not tried: %s\n", __func__, failure.text);
		return;
	}
	ck_assert_msg(!*failure.text, "%s", failure.text);
	ck_ok(net_impair_band(pair.wire, "server", 1, &(struct net_impairment){.loss = 100}, &err));
	ck_ok(net_impair_band(pair.wire, "server", 2, &(struct net_impairment){.duplicate = 100},
			      &err));
	test_send(client, 'a', 100); /* nobody is sorted yet: all are of band 0 */
	ck_assert_str_eq(test_marks(server, marks, sizeof(marks)), "a");
	ck_ok(net_sort(pair.wire, "client", NULL, "server", 1, &err));
	test_send(client, 'b', 100);
	test_send(third, 'c', 100);
	ck_assert_str_eq(test_marks(server, marks, sizeof(marks)), "");
	ck_assert_str_eq(test_marks(from_third, marks, sizeof(marks)), "c");
	strcpy(address, test_address(false, _i, 3));
	ck_ok(net_sort(pair.wire, NULL, address, "server", 2, &err));
	test_send(third, 'd', 100);
	ck_assert_str_eq(test_marks(from_third, marks, sizeof(marks)), "dd");
	ck_ok(net_impair_band(pair.wire, "server", 1, &(struct net_impairment){0}, &err));
	test_send(client, 'e', 100);
	ck_assert_str_eq(test_marks(server, marks, sizeof(marks)), "e");
}
END_TEST

START_TEST(bands_refused)
{
	struct net *net = test_net("wire");
	const struct net_impairment none = {0};

	ck_refused(ENODEV, "eth9", net_add_bands(net, "eth9", 2, &err));
	ck_refused(ENODEV, "eth9", net_impair_band(net, "eth9", 0, &none, &err));
	ck_refused(EINVAL, "percentage",
		   net_impair_band(net, "lo", 0, &(struct net_impairment){.loss = 101}, &err));
	ck_refused(EINVAL, "interface", net_sort(net, "a\"b", NULL, "lo", 1, &err));
	ck_refused(EINVAL, "interface", net_sort(net, "lo", NULL, "a b", 1, &err));
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("qdisc");

	tcase_add_checked_fixture(tc, test_enter_namespaces, test_free_all);
	tcase_add_test(tc, every_field_reads_back);
	tcase_add_test(tc, a_new_impairment_replaces_the_old);
	tcase_add_test(tc, impairments_refused);
	tcase_add_test(tc, bands_refused);
	for (int version = 4; version <= 6; version += 2) {
		tcase_add_loop_test(tc, delay_and_rate_take_their_time, version, version + 1);
		tcase_add_loop_test(tc, loss_and_duplication, version, version + 1);
		tcase_add_loop_test(tc, a_seed_repeats_the_losses, version, version + 1);
		tcase_add_loop_test(tc, who_sends_has_its_own_impairment, version, version + 1);
	}
	return test_run(tc);
}
