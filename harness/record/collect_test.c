/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "record_fixture.h"
#include "tcp_words.h"

enum { ESTABLISHED = 1, LISTEN = 10 }; /* include/net/tcp_states.h */

START_TEST(test_header)
{
	begin(TWO_HOSTS EXPECTS);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->state, RECORD_COMPLETE);
	ck_assert_str_eq(record->file, "test.yaml");
	ck_assert_str_eq(record->source, TWO_HOSTS EXPECTS);
	ck_assert_str_eq(record->variant, "");
	ck_assert_str_eq(record->kernel.name, "linux");
	ck_assert_str_eq(record->kernel.release, "6.12.117");
	ck_assert_str_eq(record->kernel.machine, "x86_64");
	ck_assert_int_eq(record->kernel.hz, 250);
	ck_assert(record->kernel.virtual_clock && record->kernel.netem);
	ck_assert_int_eq(record->real_ns, 1000 * S);
	ck_assert_int_eq(record->end_ns, 9 * S);
	done();
}
END_TEST

/* A capture that named it would be refused by every reader. */
START_TEST(an_interface_that_the_network_has_not_sees_nothing)
{
	uint8_t frame[256];
	size_t size = segment_frame(&(struct made_segment){.flags = TCP_SYN}, frame);

	begin(TWO_HOSTS EXPECTS);
	for (int host = -3; host <= 2; host++)
		raw_packet(&raw, 1 * S, host, RAW_TAP_HOST, 1, frame, size);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->frame_count, 2);
	done();
	begin("network: router\n" TWO_HOSTS EXPECTS);
	for (int host = -3; host <= 2; host++)
		raw_packet(&raw, 1 * S, host, RAW_TAP_HOST, 1, frame, size);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->frame_count, 4);
	done();
}
END_TEST

START_TEST(test_steps)
{
	begin(TWO_HOSTS EXPECTS);
	/* the programs' frames come one program after the other */
	raw_started(&raw, 1, 0, 0);
	raw_step(&raw, 1, 0, 1 * S, PEER_START, 0, 0);
	raw_step(&raw, 1, 0, 2 * S, PEER_END, 0, 0);
	raw_step(&raw, 1, 1, 4 * S, PEER_START, 0, 0);
	raw_started(&raw, 0, 0, 0);
	raw_step(&raw, 0, 0, 3 * S, PEER_START, 0, 0);
	raw_step(&raw, 0, 0, 5 * S, PEER_END, -1, ECONNREFUSED);
	raw_step(&raw, 1, 1, 6 * S, PEER_CAUGHT, 0, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->step_count, 3);
	ck_assert_int_eq(record->step[0].program, 1);
	ck_assert_int_eq(record->step[0].end_ns, 2 * S);
	ck_assert_int_eq(record->step[1].program, 0);
	ck_assert_int_eq(record->step[1].start_ns, 3 * S);
	ck_assert_int_eq(record->step[1].ret, -1);
	ck_assert_int_eq(record->step[1].err, ECONNREFUSED);
	ck_assert_int_eq(record->step[2].step, 1);
	ck_assert_int_eq(record->step[2].end_ns, -1);
	ck_assert(record->step[2].caught_sigterm && !record->step[0].caught_sigterm);
	done();
}
END_TEST

START_TEST(test_programs_and_restarts)
{
	begin(TWO_HOSTS "timeline: [{at: 2s, reboot: server}]\n" EXPECTS);
	raw_started(&raw, 1, 0, 0);
	raw_step(&raw, 1, 0, 1 * S, PEER_START, 0, 0);
	raw_exited(&raw, 1, 0, 2 * S, 9 /* SIGKILL */);
	raw_started(&raw, 1, 1, 2 * S);
	raw_step(&raw, 1, 0, 3 * S, PEER_START, 0, 0);
	raw_step(&raw, 1, 0, 3 * S, PEER_END, 0, 0);
	raw_exited(&raw, 1, 1, 4 * S, 3 << 8);
	raw_started(&raw, 0, 0, 5 * S);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->program_count, 3);
	ck_assert_int_eq(record->program[0].end_ns, 2 * S);
	ck_assert_int_eq(record->program[0].signal, 9);
	ck_assert_int_eq(record->program[0].exit_status, -1);
	ck_assert_int_eq(record->program[1].incarnation, 1);
	ck_assert_int_eq(record->program[1].signal, 0);
	ck_assert_int_eq(record->program[1].exit_status, 3);
	ck_assert_int_eq(record->program[2].end_ns, -1);
	ck_assert_int_eq(record->program[2].exit_status, -1);
	ck_assert_int_eq(record->step[0].incarnation, 0);
	ck_assert_int_eq(record->step[0].end_ns, -1);
	ck_assert_int_eq(record->step[1].incarnation, 1);
	ck_assert_int_eq(record->step[1].end_ns, 3 * S);
	done();
}
END_TEST

static struct raw_socket socket_of(int state)
{
	struct raw_socket socket = {.family = AF_INET,
				    .state = (uint8_t)state,
				    .timer = 2,
				    .retrans = 3,
				    .sport = 40000,
				    .dport = 8081,
				    .expires_ms = 1500,
				    .rqueue = 7,
				    .wqueue = 8,
				    .inode = 99,
				    .cookie = {1, 2},
				    .info_size = sizeof(struct tcp_info)};

	inet_pton(AF_INET, CLIENT, socket.src);
	inet_pton(AF_INET, SERVER, socket.dst);
	return socket;
}

START_TEST(test_sockets)
{
	struct tcp_info info = {.tcpi_rto = 204000,
				.tcpi_unacked = 4,
				.tcpi_backoff = 5,
				.tcpi_probes = 6,
				.tcpi_total_retrans = 11,
				.tcpi_bytes_received = 12};
	struct raw_socket socket = socket_of(ESTABLISHED);
	size_t old = offsetof(struct tcp_info, tcpi_bytes_acked);

	begin(TWO_HOSTS EXPECTS);
	raw_add(&raw, RAW_SOCKET, 0, 1 * S, &socket, sizeof(socket), &info, sizeof(info));
	/* an older kernel's shorter tcp_info */
	socket.info_size = (uint32_t)old;
	raw_add(&raw, RAW_SAMPLE, 0, 2 * S, &socket, sizeof(socket), &info, old);
	raw_add(&raw, RAW_SAMPLED, 0, 2 * S, NULL, 0, NULL, 0);
	/* none at all, and a size that lies */
	socket.state = 0;
	socket.inode = 0;
	raw_add(&raw, RAW_SOCKET, 0, 3 * S, &socket, sizeof(socket), NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->socket_count, 3);
	ck_assert_str_eq(record->socket[0].local, "10.0.0.1:40000");
	ck_assert_str_eq(record->socket[0].remote, "10.0.0.2:8081");
	ck_assert_int_eq(record->socket[0].remote_port, 8081);
	ck_assert_int_eq(record->socket[0].state, ESTABLISHED);
	ck_assert_int_eq(record->socket[0].timer, 2);
	ck_assert_int_eq(record->socket[0].expires_ns, 1500 * MS);
	ck_assert_int_eq(record->socket[0].retrans, 3);
	ck_assert_int_eq(record->socket[0].rqueue, 7);
	ck_assert_int_eq(record->socket[0].wqueue, 8);
	ck_assert_uint_eq(record->socket[0].cookie, 1 | 2ULL << 32);
	ck_assert(!record->socket[0].orphan && !record->socket[0].sample);
	ck_assert_int_eq(record->socket[0].rto_ns, 204 * MS);
	ck_assert_int_eq(record->socket[0].unacked, 4);
	ck_assert_int_eq(record->socket[0].backoff, 5);
	ck_assert_int_eq(record->socket[0].probes, 6);
	ck_assert_int_eq(record->socket[0].total_retrans, 11);
	ck_assert_int_eq(record->socket[0].bytes_received, 12);
	ck_assert(record->socket[1].sample);
	ck_assert_int_eq(record->socket[1].rto_ns, 204 * MS);
	ck_assert_int_eq(record->socket[1].bytes_received, -1);
	ck_assert(record->socket[2].orphan);
	ck_assert_int_eq(record->socket[2].rto_ns, -1);
	ck_assert_int_eq(record->socket[2].unacked, -1);
	ck_assert_int_eq(record->sampled_count, 1);
	ck_assert_int_eq(record->sampled[0].t_ns, 2 * S);
	done();
}
END_TEST

/* A kernel that was killed has nobody who would tell it. */
START_TEST(a_host_without_power_has_neither_programs_nor_sockets)
{
	struct raw_socket socket = socket_of(LISTEN), other = socket_of(ESTABLISHED);
	struct raw_host down = {.up = 0};

	begin(TWO_HOSTS "timeline: [{at: 2s, crash: server}]\n" EXPECTS);
	other.cookie[0]++;
	raw_started(&raw, 0, 0, 0);
	raw_started(&raw, 1, 0, 0);
	raw_add(&raw, RAW_SOCKET, 1, 1 * S, &socket, sizeof(socket), NULL, 0);
	raw_add(&raw, RAW_SOCKET, 1, 1 * S, &other, sizeof(other), NULL, 0);
	raw_add(&raw, RAW_SOCKET, 0, 1 * S, &other, sizeof(other), NULL, 0);
	other.state = 0;
	raw_add(&raw, RAW_SOCKET, 1, 1500 * MS, &other, sizeof(other), NULL, 0);
	raw_add(&raw, RAW_HOST, 1, 2 * S, &down, sizeof(down), NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->program[0].end_ns, -1);
	ck_assert_int_eq(record->program[1].end_ns, 2 * S);
	ck_assert_int_eq(record->program[1].signal, 9);
	ck_assert_int_eq(record->socket_count, 5);
	ck_assert_int_eq(record->socket[4].state, 0);
	ck_assert_int_eq(record->socket[4].t_ns, 2 * S);
	ck_assert_int_eq(record->socket[4].host, 1);
	ck_assert_uint_eq(record->socket[4].cookie, record->socket[0].cookie);
	done();
}
END_TEST

/* As many as a guest can say in a file of 100 MB, before the time of a test is over. */
START_TEST(a_host_with_many_sockets_is_lost_at_once)
{
	struct raw_socket socket = socket_of(ESTABLISHED);
	struct raw_host down = {.up = 0};
	const int many = 200000;

	begin(TWO_HOSTS "timeline: [{at: 2s, crash: server}]\n" EXPECTS);
	for (int i = 0; i < many; i++) {
		socket.cookie[0] = (uint32_t)i;
		raw_add(&raw, RAW_SOCKET, 1, 1 * S, &socket, sizeof(socket), NULL, 0);
	}
	raw_add(&raw, RAW_HOST, 1, 2 * S, &down, sizeof(down), NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->socket_count, 2 * many);
	ck_assert_int_eq(record->socket[many].state, 0);
	ck_assert_uint_eq(record->socket[many].cookie, record->socket[0].cookie);
	done();
}
END_TEST

START_TEST(test_ipv6_socket)
{
	struct raw_socket socket = {.family = AF_INET6, .state = LISTEN, .sport = 8081};

	begin("ip: 6\n" TWO_HOSTS EXPECTS);
	raw_add(&raw, RAW_SOCKET, 1, S, &socket, sizeof(socket), NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_str_eq(record->socket[0].local, "[::]:8081");
	ck_assert_str_eq(record->socket[0].remote, "[::]:0");
	done();
}
END_TEST

START_TEST(each_host_may_have_a_kernel_of_its_own)
{
	struct raw_start start = {.tick_ns = 10 * MS, .release = "6.1.192"};

	begin(TWO_HOSTS EXPECTS);
	raw_add(&raw, RAW_START, 0, 0, &start, sizeof(start), NULL, 0);
	strcpy(start.release, "7.3.4");
	start.tick_ns = 1 * MS;
	raw_add(&raw, RAW_START, 1, 0, &start, sizeof(start), NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->host_kernel_count, 2);
	ck_assert_str_eq(record_release_of(record, 0), "6.1.192");
	ck_assert_str_eq(record_release_of(record, 1), "7.3.4");
	ck_assert_int_eq(record->host_kernel[1].hz, 1000);
	ck_assert_str_eq(record->kernel.release, "6.1.192");
	ck_assert_int_eq(record->kernel.hz, 100);
	done();
}
END_TEST

/* A host that loses its power at 0 for good never says what kernel it has. */
START_TEST(the_first_host_that_runs_says_what_kernel_it_is)
{
	struct raw_start start = {.tick_ns = 4 * MS, .release = "6.12.117", .real_ns = 5 * S};

	begin(TWO_HOSTS EXPECTS);
	raw.size = 0;
	start.has_netem = start.virtual_clock = true;
	raw_add(&raw, RAW_START, 1, 0, &start, sizeof(start), NULL, 0);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_str_eq(record->kernel.release, "6.12.117");
	ck_assert_int_eq(record->kernel.hz, 250);
	ck_assert(record->kernel.virtual_clock);
	ck_assert(record->kernel.netem);
	ck_assert_int_eq(record->real_ns, 5 * S);
	done();
}
END_TEST

START_TEST(test_faults)
{
	begin(TWO_HOSTS "timeline: [{at: 2s, reboot: {host: server, down: 1s}}, "
			"{at: 5s, kill: client}]\n" EXPECTS);
	raw_fault(&raw, 0, 2 * S, RAW_FAULT_BEGUN);
	raw_fault(&raw, 0, 2 * S + 300, RAW_FAULT_TAKEN);
	raw_fault(&raw, 0, 3 * S, RAW_FAULT_DONE);
	raw_fault(&raw, 0, 3 * S + 200, RAW_FAULT_TAKEN);
	raw_fault(&raw, 1, 5 * S, RAW_FAULT_BEGUN);
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->fault_count, 2);
	ck_assert_int_eq(record->fault[0].begun_ns, 2 * S);
	ck_assert_int_eq(record->fault[0].done_ns, 3 * S);
	ck_assert_int_eq(record->fault[0].took_ns, 300);
	ck_assert_int_eq(record->fault[1].fault, 1);
	ck_assert_int_eq(record->fault[1].done_ns, 5 * S);
	ck_assert_int_eq(record->fault[1].took_ns, 0);
	done();
}
END_TEST

static const struct record_counter *counter(int host, const char *name)
{
	for (int i = 0; i < record->counter_count; i++)
		if (record->counter[i].host == host && strcmp(record->counter[i].name, name) == 0)
			return &record->counter[i];
	return NULL;
}

static void check_counter(int host, const char *name, int64_t change)
{
	const struct record_counter *found = counter(host, name);

	ck_assert_msg(found != NULL, "%s is not there", name);
	ck_assert_int_eq(found->after - found->before, change);
}

#define COUNTERS(retransmitted, timeouts, in6)                                                     \
	"Tcp: RtoAlgorithm RetransSegs MaxConn\nTcp: 1 " retransmitted " -1\n"                     \
	"TcpExt: SyncookiesSent TCPTimeouts\nTcpExt: 0 " timeouts "\n"                             \
	"Ip6InReceives                   \t" in6 "\n"

START_TEST(test_counters)
{
	begin(TWO_HOSTS "timeline: [{at: 2s, reboot: server}]\n"
			"expect: {counters: {client: {TcpExtSyncookiesSent: 0, IcmpMsgInType3: 0, "
			"TcpExtNotThere: 0}}}\n");
	raw_counters(&raw, 0, 0, COUNTERS("1", "5", "2"));
	raw_counters(&raw, 1, 0, COUNTERS("0", "0", "0"));
	/* the server's first kernel counts to 3, its second from 1 to 5 */
	raw_counters(&raw, 1, 1, COUNTERS("3", "0", "0"));
	raw_counters(&raw, 1, 0, COUNTERS("1", "0", "0"));
	raw_counters(&raw, 0, 1, COUNTERS("8", "5", "7"));
	raw_counters(&raw, 1, 1, COUNTERS("5", "0", "0"));
	raw_counters(&raw, 1, 0, COUNTERS("2", "0", "0")); /* and a third, which crashes */
	record = test_collect(plan, &raw, 9 * S);
	check_counter(0, "TcpRetransSegs", 7);
	check_counter(0, "Ip6InReceives", 5);
	check_counter(1, "TcpRetransSegs", 7);
	ck_assert_int_eq(counter(0, "TcpRetransSegs")->unread, 0);
	ck_assert_int_eq(counter(1, "TcpRetransSegs")->unread, 1);
	ck_assert_ptr_null(counter(0, "TcpExtTCPTimeouts")); /* did not move */
	ck_assert_ptr_null(counter(0, "TcpMaxConn"));
	ck_assert_ptr_null(counter(1, "TcpRtoAlgorithm"));
	check_counter(0, "TcpExtSyncookiesSent", 0); /* but is asked for */
	ck_assert_ptr_null(counter(1, "TcpExtSyncookiesSent"));
	check_counter(0, "IcmpMsgInType3", 0); /* printed only once it is counted */
	ck_assert_ptr_null(counter(0, "TcpExtNotThere"));
	done();
}
END_TEST

START_TEST(test_counters_not_read)
{
	begin(TWO_HOSTS "expect: {counters: {client: {IcmpMsgInType3: 0}}}\n");
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->counter_count, 0);
	done();
}
END_TEST

START_TEST(test_skip_error_and_death)
{
	begin(TWO_HOSTS EXPECTS);
	raw_text(&raw, RAW_SKIP, -1, 0, "netem");
	record = test_collect(plan, &raw, 0);
	ck_assert_int_eq(record->state, RECORD_SKIPPED);
	ck_assert_str_eq(record->reason, "needs netem");
	done();
	begin(TWO_HOSTS EXPECTS);
	raw_text(&raw, RAW_ERROR, -1, 0, "no such link");
	record = test_collect(plan, &raw, 0);
	ck_assert_int_eq(record->state, RECORD_BROKEN);
	ck_assert_str_eq(record->reason, "no such link");
	done();
	begin(TWO_HOSTS EXPECTS);
	raw_started(&raw, 0, 0, 3 * S);
	record = test_collect(plan, &raw, -1);
	ck_assert_int_eq(record->state, RECORD_BROKEN);
	ck_assert_str_eq(record->reason, "the guest ended before the run did");
	ck_assert_int_eq(record->end_ns, 3 * S); /* as far as it came */
	done();
	begin(TWO_HOSTS EXPECTS);
	raw_end(&raw, S, 12);
	record = test_collect(plan, &raw, -1);
	ck_assert_int_eq(record->state, RECORD_BROKEN);
	ck_assert_str_eq(record->reason, "the record has holes: the taps missed 12 packets");
	done();
}
END_TEST

/* Behind its end the guest only clears up: what dies then is not of the run. */
START_TEST(test_behind_the_end)
{
	begin(TWO_HOSTS EXPECTS);
	raw_started(&raw, 0, 0, 0);
	raw_end(&raw, S, 0);
	raw_exited(&raw, 0, 0, 2 * S, 9);
	record = test_collect(plan, &raw, -1);
	ck_assert_int_eq(record->program[0].end_ns, -1);
	done();
}
END_TEST

START_TEST(test_refused)
{
	static const struct {
		enum raw_type type;
		int who;
		size_t size;
	} frames[] = {{RAW_STEP, 2, sizeof(struct peer_event)},
		      {RAW_STEP, -1, sizeof(struct peer_event)},
		      {RAW_STEP, 0, sizeof(struct peer_event) - 1},
		      {RAW_SOCKET, 2, sizeof(struct raw_socket)},
		      {RAW_SAMPLED, -1, 0},
		      {RAW_FAULT, 0, 4},
		      {RAW_COUNTERS, 5, 4},
		      {RAW_HOST, 2, sizeof(struct raw_host)},
		      {RAW_END + 1, 0, 0}};
	static const char zeros[1024];
	struct record_kernel kernel = {0};
	struct err err;

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		begin(TWO_HOSTS EXPECTS);
		raw_add(&raw, frames[i].type, frames[i].who, 0, zeros, frames[i].size, NULL, 0);
		ck_assert_msg(record_collect(plan, &kernel, raw.bytes, raw.size, &record, &err) ==
				      -EBADMSG,
			      "frame %zu was taken", i);
		ck_assert_ptr_nonnull(strstr(err.text, "not a frame of halfopen-guest"));
		raw_done(&raw);
		plan_free(plan);
	}
}
END_TEST

/* The router lists what it knows in any order, and perhaps twice at one moment. */
START_TEST(test_tracked)
{
	struct raw_tracked tracked = {.family = 2, .state = 3, .original = {.sport = 40002}};

	begin("network: {type: router, nat: true}\n" TWO_HOSTS EXPECTS);
	raw_counters(&raw, 2, 0, "conntrack_invalid 4\nconntrack_drop 1\n");
	for (int i = 0; i < 2; i++) {
		raw_add(&raw, RAW_TRACKED, 2, S, &tracked, sizeof(tracked), NULL, 0);
		tracked.original.sport = 40001;
		raw_add(&raw, RAW_TRACKED, 2, S, &tracked, sizeof(tracked), NULL, 0);
		raw_add(&raw, RAW_SAMPLED, 2, S, NULL, 0, NULL, 0);
		tracked.original.sport = 40002;
	}
	raw_counters(&raw, 2, 1, "conntrack_invalid 6\nconntrack_drop 1\n");
	record = test_collect(plan, &raw, 2 * S);
	ck_assert_int_eq(record->conntrack_count, 2);
	ck_assert_int_eq(record->conntrack[0].sport, 40001);
	ck_assert_int_eq(record->sampled[0].host, PLACE_ROUTER);
	ck_assert_int_eq(record->counter_count, 1);
	ck_assert_int_eq(record->counter[0].host, PLACE_ROUTER);
	ck_assert_int_eq(record->counter[0].after - record->counter[0].before, 2);
	ck_assert(record_fits(record, plan));
	done();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("collect");

	tcase_add_test(tests, test_tracked);
	tcase_add_test(tests, test_header);
	tcase_add_test(tests, an_interface_that_the_network_has_not_sees_nothing);
	tcase_add_test(tests, test_steps);
	tcase_add_test(tests, test_programs_and_restarts);
	tcase_add_test(tests, test_sockets);
	tcase_add_test(tests, a_host_without_power_has_neither_programs_nor_sockets);
	tcase_add_test(tests, a_host_with_many_sockets_is_lost_at_once);
	tcase_add_test(tests, test_ipv6_socket);
	tcase_add_test(tests, each_host_may_have_a_kernel_of_its_own);
	tcase_add_test(tests, the_first_host_that_runs_says_what_kernel_it_is);
	tcase_add_test(tests, test_faults);
	tcase_add_test(tests, test_counters);
	tcase_add_test(tests, test_counters_not_read);
	tcase_add_test(tests, test_skip_error_and_death);
	tcase_add_test(tests, test_behind_the_end);
	tcase_add_test(tests, test_refused);
	return run_tests(tests);
}
