/* SPDX-License-Identifier: MIT */
#include "verdict_test.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "packet.h"
#include "tcp_words.h"

enum { CLIENT, SERVER, IDLE };         /* hosts */
enum { P_CLIENT, P_WORKER, P_SERVER }; /* programs */
#define TEXT_MAX 4096

static const char source[] = "case: a story\n"
			     "network: {type: router, vips: {web: {80: \"server:8081\"}}}\n"
			     "until: 100s\n"
			     "hosts:\n"
			     "  client:\n"
			     "    programs:\n"
			     "      client:\n"
			     "        - {connect: server:8081}\n"
			     "        - {send: 100}\n"
			     "        - recv\n"
			     "        - {poll: {events: [in], timeout: 5s}}\n"
			     "        - pause\n"
			     "        - close\n"
			     "      worker: {command: \"false\", trace: network}\n"
			     "  server:\n"
			     "    program:\n"
			     "      - {listen: 8081}\n"
			     "      - accept\n"
			     "      - {recv: 100}\n"
			     "      - recv\n"
			     "  idle: {}\n"
			     "timeline:\n"
			     "  - {at: 30s, reboot: {host: server, down: 5s}}\n"
			     "  - {at: 50s, crash: server}\n"
			     "expect: {%s}\n";

static struct record_step steps[] = {
	{P_CLIENT, 0, 0, .start_ns = 0, .end_ns = 2 * MS},
	{P_CLIENT, 1, 0, .start_ns = 1 * S, .end_ns = 1 * S, .ret = 100, .bytes = 100},
	{P_CLIENT, 2, 0, .start_ns = 1 * S, .end_ns = 61200 * MS, .ret = -1, .err = ECONNRESET,
	 .intact = 1},
	{P_CLIENT, 3, 0, .start_ns = 62 * S, .end_ns = 64 * S, .ret = 1,
	 .revents = POLLIN | POLLHUP},
	{P_CLIENT, 4, 0, .start_ns = 64 * S, .end_ns = -1},
	{P_SERVER, 0, 0, .start_ns = 0, .end_ns = 0},
	{P_SERVER, 1, 0, .start_ns = 0, .end_ns = 2 * MS},
	{P_SERVER, 2, 0, .start_ns = 2 * MS, .end_ns = 1001 * MS, .ret = 100, .bytes = 100,
	 .intact = 1},
	{P_SERVER, 3, 0, .start_ns = 1001 * MS, .end_ns = -1},
	{P_SERVER, 0, 1, .start_ns = 35 * S, .end_ns = 35 * S},
	{P_SERVER, 1, 1, .start_ns = 35 * S, .end_ns = 40 * S},
	{P_SERVER, 2, 1, .start_ns = 40 * S, .end_ns = 41 * S, .ret = -1, .err = ECONNRESET,
	 .bytes = 40},
};

static struct record_program programs[] = {
	{P_CLIENT, 0, .start_ns = 0, .end_ns = -1, .exit_status = -1},
	{P_WORKER, 0, .start_ns = 0, .end_ns = 20 * S, .exit_status = 3},
	{P_SERVER, 0, .start_ns = 0, .end_ns = 30 * S, .exit_status = -1, .signal = SIGKILL},
	{P_SERVER, 1, .start_ns = 35 * S, .end_ns = 50 * S, .exit_status = -1, .signal = SIGKILL},
};

#define K(name) (1u << KIND_##name)
#define TCP(t, a, b, arrival, what)                                                                \
	.sent_ns = (t), .port_ns = (t), .arrived_ns = (arrival), .from = (a), .to = (b),           \
	.kinds = K(TCP) | (what), .rel_seq = -1, .rel_ack = -1, .icmp_type = -1, .icmp_code = -1
#define PROBE(t)                                                                                   \
	{                                                                                          \
		TCP(t, CLIENT, SERVER, -1, K(KEEPALIVE_PROBE)), .flags = TCP_ACK                   \
	}

static struct record_packet packets[] = {
	{TCP(0, CLIENT, SERVER, MS, K(SYN)), .flags = TCP_SYN},
	{TCP(1 * MS, SERVER, CLIENT, 2 * MS, K(SYN_ACK)), .flags = TCP_SYN | TCP_ACK},
	{TCP(2 * MS, CLIENT, SERVER, 3 * MS, K(ACK)), .flags = TCP_ACK},
	{TCP(1 * S, CLIENT, SERVER, 1001 * MS, K(DATA)), .flags = TCP_ACK, .payload = 100},
	{TCP(1001 * MS, SERVER, CLIENT, 1002 * MS, K(ACK)), .flags = TCP_ACK},
	PROBE(11 * S),
	PROBE(14 * S),
	{.sent_ns = 15 * S,
	 .arrived_ns = 15 * S,
	 .from = -2,
	 .to = CLIENT,
	 .kinds = K(ICMP),
	 .icmp_type = 3,
	 .icmp_code = 1},
	PROBE(17 * S),
	{TCP(20 * S, CLIENT, SERVER, -1, K(RST)), .flags = TCP_RST},
	{.sent_ns = 33 * S,
	 .arrived_ns = -1,
	 .from = CLIENT,
	 .to = -1,
	 .kinds = K(ARP_REQUEST),
	 .dst = (char *)"10.0.1.254",
	 .icmp_type = -1,
	 .icmp_code = -1},
	{.sent_ns = 70 * S,
	 .arrived_ns = 70 * S,
	 .from = CLIENT,
	 .to = -1,
	 .kinds = K(OTHER),
	 .icmp_type = -1,
	 .icmp_code = -1},
};

#define SOCKET(t, whose, how, at, to)                                                              \
	.t_ns = (t), .host = (whose), .state = TCP_##how, .local = (char *)"10.0.0.0:" #at,        \
	.remote = (char *)"10.0.0.9:" #to, .local_port = (at), .remote_port = (to)
#define INFO_UNKNOWN .rto_ns = -1, .unacked = -1, .backoff = -1, .probes = -1

static struct record_socket sockets[] = {
	{SOCKET(2 * MS, CLIENT, ESTABLISHED, 40000, 8081)},
	{SOCKET(10 * S, CLIENT, ESTABLISHED, 40000, 8081), .sample = true, .timer = 2,
	 .expires_ns = 1 * S, .retrans = 1, .rqueue = 10, .wqueue = 20, .rto_ns = 204 * MS,
	 .unacked = 2, .backoff = 3, .probes = 4},
	{SOCKET(10 * S, SERVER, LISTEN, 8081, 0), .sample = true},
	{SOCKET(10 * S, SERVER, ESTABLISHED, 8081, 40000), .sample = true, .rto_ns = 200 * MS},
	{SOCKET(10 * S, SERVER, FIN_WAIT2, 8081, 40001), .sample = true, .orphan = true, .timer = 3,
	 .expires_ns = 50 * S, INFO_UNKNOWN},
	{SOCKET(37 * S, SERVER, LISTEN, 8081, 0), .sample = true},
	{.t_ns = 61200 * MS,
	 .host = CLIENT,
	 .local = (char *)"10.0.0.0:40000",
	 .remote = (char *)"10.0.0.9:8081",
	 .local_port = 40000,
	 .remote_port = 8081},
};

static struct record_sampled sampled[] = {
	{10 * S, CLIENT}, {10 * S, SERVER}, {37 * S, SERVER}, {100 * S, CLIENT}};

static struct record_fault faults[] = {{.begun_ns = 30 * S, .done_ns = 35 * S},
				       {.fault = 1, .begun_ns = 50 * S, .done_ns = 50 * S}};
static struct record_host changes[] = {{30 * S, 1, false}, {35 * S, 1, true}, {50 * S, 1, false}};

/* Of the server there are those of both its starts. */
static struct record_counter counters[] = {
	{CLIENT, (char *)"TcpRetransSegs", .before = 2, .after = 7},
	{CLIENT, (char *)"TcpCurrEstab", .before = 1, .after = 0},
	{CLIENT, (char *)"TcpExtTCPAbortOnTimeout", .before = 3, .after = 3},
	{SERVER, (char *)"TcpRetransSegs", .before = 1, .after = 4},
	{SERVER, (char *)"TcpRetransSegs", .before = 0, .after = 2},
};

#define LIST(name, from) .name = (from), .name##_count = sizeof(from) / sizeof(*(from))
const struct record story = {
	.version = RECORD_VERSION,
	.state = RECORD_COMPLETE,
	.kernel = {.release = (char *)"6.12.117", .virtual_clock = true, .netem = true},
	.end_ns = 100 * S,
	LIST(packet, packets),
	LIST(step, steps),
	LIST(program, programs),
	LIST(socket, sockets),
	LIST(sampled, sampled),
	LIST(fault, faults),
	LIST(host, changes),
	LIST(counter, counters),
};

struct plan *story_plan(const char *top, const char *expect)
{
	char text[TEXT_MAX];
	struct diagnostics diagnostics;
	struct plan *plan = NULL;
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", top);

	snprintf(text + used, sizeof(text) - used, source, expect);
	if (plan_load("story.yaml", text, strlen(text), "", NULL, &plan, &diagnostics) < 0)
		ck_abort_msg("%s", diagnostics.text);
	diagnostics_done(&diagnostics);
	return plan;
}

static const char *const holding_name[] = {"holds", "fails", "undecided"};

void judge_row(const struct judged *row, const struct record *record)
{
	static const enum verdict verdicts[] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_ERROR};
	struct plan *plan = story_plan("", row->expect);
	struct judgement *judgement;
	const struct finding *finding;

	ck_assert_int_eq(judge(plan, record, &judgement, NULL), 0);
	ck_assert_int_eq(judgement->finding_count, 1);
	finding = &judgement->finding[0];
	ck_assert_msg(finding->holding == row->holding, "%s: %s\nexpected %s\nobserved %s\n%s",
		      row->expect, holding_name[finding->holding], finding->expected,
		      finding->observed, finding->difference);
	ck_assert_str_eq(finding->difference, row->difference);
	if (row->expected)
		ck_assert_str_eq(finding->expected, row->expected);
	if (row->observed)
		ck_assert_str_eq(finding->observed, row->observed);
	ck_assert_int_eq(judgement->verdict, verdicts[row->holding]);
	ck_assert((judgement->reason == NULL) == (row->holding == HOLDS));
	judgement_free(judgement);
	plan_free(plan);
}
