/* SPDX-License-Identifier: MIT
 *
 * Every form of every expectation.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "case_test.h"
#include "condition.h"

#define S NSEC_PER_SEC

/* The plan of a case with this below `expect:`, on one line; its first expectation. */
static struct plan *load_expect(const char *expect)
{
	char source[2048];

	snprintf(source, sizeof(source),
		 "network: router\n" TWO_HOSTS
		 "timeline: [{at: 1s, reboot: server}, {at: 2s, reboot: server}]\nexpect: {%s}\n",
		 expect);
	return load(source);
}

static void check_range(struct plan_range range, int64_t lo, int64_t hi)
{
	ck_assert(range.set);
	ck_assert_int_eq(range.lo, lo);
	ck_assert_int_eq(range.hi, hi);
}

START_TEST(meant_for_some_kernels)
{
	static const struct kernel_facts old = {"6.1.190", true, true},
					 new = {"6.12.1+deb", true, false},
					 newer = {"10.0-rc1", false, false},
					 odd = {"six", true, true};
	struct plan *plan = load_expect("client: {recv: [{errno: EPIPE, on: 'kernel  >= 6.5', "
					"because: why}, eof]}, counters: {client: {TcpRetransSegs: "
					"[{change: 5, on: [kernel < 6.5, netem], because: not}]}}");
	const struct plan_condition *on = &plan->expect[0].on;

	ck_assert_int_eq(plan->expect_count, 3);
	ck_assert_int_eq(on->count, 1);
	ck_assert_str_eq(on->term[0], "kernel >= 6.5");
	ck_assert_str_eq(on->because, "why");
	ck_assert_str_eq(condition_lacking(on->term, 1, &old), "kernel >= 6.5");
	ck_assert_ptr_null(condition_lacking(on->term, 1, &new));
	ck_assert_ptr_null(condition_lacking(on->term, 1, &newer));
	ck_assert_ptr_nonnull(condition_lacking(on->term, 1, &odd));
	ck_assert_int_eq(plan->expect[1].on.count, 0);
	on = &plan->expect[2].on;
	check_range(plan->expect[2].counter.change, 5, 5);
	ck_assert_int_eq(on->count, 2);
	ck_assert_ptr_null(condition_lacking(on->term, 2, &old));
	ck_assert_str_eq(condition_lacking(on->term, 2, &new), "kernel < 6.5");
	ck_assert_str_eq(condition_lacking(on->term + 1, 1, &newer), "netem");
	plan_free(plan);
}
END_TEST

static const struct {
	const char *text;
	int outcome;
	bool returns;
	int64_t lo, hi;
	bool errno_set;
	int err;
} outcomes[] = {
	{"ETIMEDOUT", OUTCOME_DONE, false, 0, 0, true, ETIMEDOUT},
	{"EWOULDBLOCK", OUTCOME_DONE, false, 0, 0, true, EAGAIN},
	{"eof", OUTCOME_DONE, true, 0, 0, false, 0},
	{"ok", OUTCOME_DONE, false, 0, 0, true, 0},
	{"blocked", OUTCOME_BLOCKED, false, 0, 0, false, 0},
	{"not started", OUTCOME_NOT_STARTED, false, 0, 0, false, 0},
	{"100", OUTCOME_DONE, true, 100, 100, false, 0},
	{"1..", OUTCOME_DONE, true, 1, INT64_MAX, false, 0},
	{"-1", OUTCOME_DONE, true, -1, -1, false, 0},
	{"{blocked: true}", OUTCOME_BLOCKED, false, 0, 0, false, 0},
	{"{errno: 0}", OUTCOME_DONE, false, 0, 0, true, 0},
	{"{errno: EPIPE, returns: -1}", OUTCOME_DONE, true, -1, -1, true, EPIPE},
};
#define OUTCOMES ((int)(sizeof(outcomes) / sizeof(*outcomes)))

START_TEST(outcomes_of_steps)
{
	char text[128];
	struct plan *plan;
	const struct expect_step *step;

	snprintf(text, sizeof(text), "client: {recv: %s}", outcomes[_i].text);
	plan = load_expect(text);
	ck_assert_int_eq(plan->expect_count, 1);
	ck_assert_int_eq(plan->expect[0].kind, EXPECT_STEP);
	ck_assert_int_eq(plan->expect[0].place.line, 14);
	ck_assert_int_eq(plan->expect[0].place.column, 19);
	step = &plan->expect[0].step;
	ck_assert_int_eq(step->program, 0);
	ck_assert_int_eq(step->step, 1);
	ck_assert_int_eq(step->incarnation, 0);
	ck_assert_int_eq(step->outcome, outcomes[_i].outcome);
	ck_assert_int_eq(step->returns.set, outcomes[_i].returns);
	ck_assert_int_eq(step->returns.lo, outcomes[_i].lo);
	ck_assert_int_eq(step->returns.hi, outcomes[_i].hi);
	ck_assert_int_eq(step->errno_set, outcomes[_i].errno_set);
	ck_assert_int_eq(step->err, outcomes[_i].err);
	ck_assert_int_eq(step->intact, -1);
	ck_assert_int_eq(step->revents, -1);
	plan_free(plan);
}
END_TEST

START_TEST(details_of_steps)
{
	struct plan *plan = load_expect(
		"server: {accept@2: {at: 75s..77s, took: ..3s, bytes: 1K, "
		"intact: true, events: [in, hup]}, listen@1: {events: []}}");
	const struct expect_step *step = &plan->expect[0].step;

	ck_assert_int_eq(step->program, 1);
	ck_assert_int_eq(step->step, 1);
	ck_assert_int_eq(step->incarnation, 2);
	check_range(step->at, 75 * S, 77 * S);
	check_range(step->took, 0, 3 * S);
	check_range(step->bytes, 1024, 1024);
	ck_assert_int_eq(step->intact, 1);
	ck_assert_int_eq(step->revents, POLLIN | POLLHUP);
	ck_assert_int_eq(plan->expect[1].step.revents, 0);
	ck_assert_int_eq(plan->expect[1].step.incarnation, 1);
	plan_free(plan);
}
END_TEST

START_TEST(several_of_one_step)
{
	struct plan *plan = load_expect("client: {recv: [{errno: EPIPE}, ETIMEDOUT]}");

	ck_assert_int_eq(plan->expect_count, 2);
	ck_assert_int_eq(plan->expect[1].step.err, ETIMEDOUT);
	plan_free(plan);
}
END_TEST

START_TEST(ends_of_programs)
{
	const struct {
		const char *text;
		int outcome, status, signal;
	} ends[] = {
		{"running", OUTCOME_BLOCKED, -1, -1},
		{"0", OUTCOME_DONE, 0, -1},
		{"SIGKILL", OUTCOME_DONE, -1, SIGKILL},
		{"{status: 3}", OUTCOME_DONE, 3, -1},
		{"{signal: SIGPIPE, at: 5s}", OUTCOME_DONE, -1, SIGPIPE},
	};
	char text[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct plan *plan;
		const struct expect_program *program;

		snprintf(text, sizeof(text), "server: {exit@1: %s}", ends[i].text);
		plan = load_expect(text);
		program = &plan->expect[0].program;
		ck_assert_int_eq(plan->expect[0].kind, EXPECT_PROGRAM);
		ck_assert_int_eq(program->program, 1);
		ck_assert_int_eq(program->incarnation, 1);
		ck_assert_int_eq(program->outcome, ends[i].outcome);
		ck_assert_int_eq(program->status, ends[i].status);
		ck_assert_int_eq(program->signal, ends[i].signal);
		plan_free(plan);
	}
}
END_TEST

START_TEST(sockets)
{
	struct plan *plan = load_expect(
		"sockets: [{host: server, at: 10s, state: [CLOSE_WAIT, none], count: 2, port: 80, "
		"remote_port: 81, timer: probe, expires: 1s.., retransmits: 3, backoff: ..4, "
		"probes: "
		"5, "
		"rqueue: 1K, wqueue: 0, rto: 200ms..1s, unacked: 7..8, orphan: true}, {host: "
		"client}]");
	const struct expect_socket *socket = &plan->expect[0].socket;

	ck_assert_int_eq(plan->expect[0].kind, EXPECT_SOCKET);
	ck_assert_int_eq(socket->host, 1);
	ck_assert_int_eq(socket->at_ns, 10 * S);
	ck_assert_uint_eq(socket->states, 1u << TCP_CLOSE_WAIT | 1);
	ck_assert_int_eq(socket->count, 2);
	ck_assert_int_eq(socket->local_port, 80);
	ck_assert_int_eq(socket->remote_port, 81);
	ck_assert_int_eq(socket->timer, 4);
	check_range(socket->expires, S, INT64_MAX);
	check_range(socket->retransmits, 3, 3);
	check_range(socket->backoff, 0, 4);
	check_range(socket->probes, 5, 5);
	check_range(socket->rqueue, 1024, 1024);
	check_range(socket->wqueue, 0, 0);
	check_range(socket->rto, S / 5, S);
	check_range(socket->unacked, 7, 8);
	ck_assert_int_eq(socket->orphan, 1);
	socket = &plan->expect[1].socket;
	ck_assert_int_eq(socket->at_ns, INT64_MAX);
	ck_assert_int_eq(socket->count, PLAN_ANY);
	ck_assert_int_eq(socket->timer, -1);
	ck_assert_int_eq(socket->orphan, -1);
	ck_assert(!(socket->states & (1u | 1u << TCP_LISTEN)));
	ck_assert(socket->states & 1u << TCP_TIME_WAIT);
	plan_free(plan);
}
END_TEST

START_TEST(packets)
{
	struct plan *plan = load_expect(
		"wire: [{from: client, to: server, kind: [data, fin], not: retransmission, seen: "
		"lost, "
		"within: 55s..75s, count: 5, every: 3s, first: 55s, last: ..75s, length: 100}, "
		"{from: router, to: any, icmp: [3, 1], after: 5s}, {icmp: 4, before: 9s}, "
		"{after: 5s, before: 6s, kind: tcp}]");
	const struct expect_wire *wire = &plan->expect[0].wire;

	ck_assert_int_eq(plan->expect[0].kind, EXPECT_WIRE);
	ck_assert_int_eq(wire->from, 0);
	ck_assert_int_eq(wire->to, 1);
	ck_assert_uint_eq(wire->kinds, 1u << KIND_DATA | 1u << KIND_FIN);
	ck_assert_uint_eq(wire->not_kinds, 1u << KIND_RETRANSMISSION);
	ck_assert_int_eq(wire->seen, SEEN_LOST);
	check_range(wire->within, 55 * S, 75 * S);
	check_range(wire->count, 5, 5);
	check_range(wire->every, 3 * S, 3 * S);
	check_range(wire->first, 55 * S, 55 * S);
	check_range(wire->last, 0, 75 * S);
	check_range(wire->length, 100, 100);
	ck_assert_int_eq(wire->icmp_type, PLAN_ANY);
	wire = &plan->expect[1].wire;
	ck_assert_int_eq(wire->from, -2);
	ck_assert_int_eq(wire->to, PLAN_ANY);
	ck_assert_uint_eq(wire->kinds, 1u << KIND_ICMP);
	ck_assert_int_eq(wire->icmp_type, 3);
	ck_assert_int_eq(wire->icmp_code, 1);
	check_range(wire->within, 5 * S, INT64_MAX);
	ck_assert(!wire->count.set);
	check_range(plan->expect[2].wire.within, 0, 9 * S);
	ck_assert_int_eq(plan->expect[2].wire.icmp_code, 4);
	check_range(plan->expect[3].wire.within, 5 * S, 6 * S);
	ck_assert_int_eq(plan->last_ns, 75 * S);
	plan_free(plan);
}
END_TEST

START_TEST(any_packet_but_background)
{
	struct plan *plan = load_expect("wire: [{from: client}]");

	ck_assert_uint_eq(plan->expect[0].wire.kinds, (1u << KIND_OTHER) - 1);
	plan_free(plan);
}
END_TEST

START_TEST(order_of_packets)
{
	struct plan *plan = load_expect(
		"wire: [{order: [client syn, server syn-ack, client data fin], before: 1s}]");
	const struct expect_order *order = &plan->expect[0].order;

	ck_assert_int_eq(plan->expect[0].kind, EXPECT_ORDER);
	check_range(order->within, 0, S);
	ck_assert_int_eq(order->item_count, 3);
	ck_assert_int_eq(order->item[1].from, 1);
	ck_assert_uint_eq(order->item[1].kinds, 1u << KIND_SYN_ACK);
	ck_assert_uint_eq(order->item[2].kinds, 1u << KIND_DATA | 1u << KIND_FIN);
	plan_free(plan);
}
END_TEST

START_TEST(counters_and_silence)
{
	struct plan *plan = load_expect(
		"counters: {client: {TcpExtTCPAbortOnTimeout: 1, TcpRetransSegs: 5.., "
		"TcpCurrEstab: -1}}, silence: [{within: 55s..3h, host: client}, "
		"{within: 4h..}]");

	ck_assert_int_eq(plan->expect_count, 5);
	ck_assert_int_eq(plan->expect[0].kind, EXPECT_COUNTER);
	ck_assert_int_eq(plan->expect[0].counter.host, 0);
	ck_assert_str_eq(plan->expect[0].counter.name, "TcpExtTCPAbortOnTimeout");
	check_range(plan->expect[0].counter.change, 1, 1);
	check_range(plan->expect[1].counter.change, 5, INT64_MAX);
	check_range(plan->expect[2].counter.change, -1, -1);
	ck_assert_int_eq(plan->expect[3].kind, EXPECT_SILENCE);
	ck_assert_int_eq(plan->expect[3].silence.host, 0);
	check_range(plan->expect[3].silence.within, 55 * S, 10800 * S);
	ck_assert_int_eq(plan->expect[4].silence.host, PLAN_ANY);
	ck_assert_int_eq(plan->last_ns, 14400 * S);
	plan_free(plan);
}
END_TEST

START_TEST(many_expectations)
{
	char source[20000], *end = source + sprintf(source, TWO_HOSTS "expect:\n  wire:\n");
	struct plan *plan;

	for (int i = 0; i < 300; i++)
		end += sprintf(end, "    - {length: %d}\n", i);
	plan = load(source);
	ck_assert_int_eq(plan->expect_count, 300);
	for (int i = 0; i < 300; i++)
		ck_assert_int_eq(plan->expect[i].wire.length.lo, i);
	plan_free(plan);
}
END_TEST

#define TRACKING                                                                                   \
	"case: x\nnetwork: {type: router, vips: {web: {80: server}}}\nhosts:\n"                    \
	"  client: {program: [{connect: \"web:80\"}]}\n  server: {program: [{listen: 80}]}\n"      \
	"expect:\n  "

START_TEST(what_a_router_knows)
{
	struct plan *plan = load(
		TRACKING
		"conntrack: [{at: 10s, from: \"client:40000\", to: \"web:80\", backend: "
		"server, state: [SYN_SENT, none], count: 2, expires: 1s.., replied: false}]\n"
		"  counters: {router: {conntrack_invalid: 1}}\n");
	const struct expect_conntrack *conntrack = &plan->expect[0].conntrack;

	ck_assert_int_eq(plan->expect[0].kind, EXPECT_CONNTRACK);
	ck_assert_int_eq(conntrack->at_ns, 10 * S);
	ck_assert_int_eq(plan->sample_count, 1);
	ck_assert(conntrack->from.host == 0 && conntrack->from.port == 40000);
	ck_assert(conntrack->to.address == 0 && conntrack->to.port == 80);
	ck_assert(conntrack->backend.host == 1 && conntrack->backend.port == 0);
	ck_assert_uint_eq(conntrack->states, 1u << 1 | 1);
	ck_assert_int_eq(conntrack->count, 2);
	ck_assert(conntrack->replied == 0 && conntrack->assured == -1);
	ck_assert_int_eq(plan->expect[1].counter.host, PLACE_ROUTER);
	plan_free(plan);
}
END_TEST

START_TEST(wrong_conntrack)
{
	static const struct {
		const char *expect, *text;
	} wrong[] = {
		{"conntrack: [{to: wep}]", "did you mean 'web'?"},
		{"conntrack: [{to: \"web:http\"}]", "'http' is no port"},
		{"conntrack: [{state: ESTABLISHD}]", "did you mean 'ESTABLISHED'?"},
		{"counters: {router: {conntrack_invalids: 1}}",
		 "did you mean 'conntrack_invalid'?"},
		{"counters: {roter: {}}", "did you mean 'router'?"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char source[1024];

		snprintf(source, sizeof(source), TRACKING "%s\n", wrong[i].expect);
		must_refuse(source, wrong[i].text);
	}
	must_refuse("case: x\nnetwork: router\nhosts: {a: , b: }\nexpect:\n  conntrack: []\n",
		    "this router tracks no connections");
	must_refuse("case: x\nnetwork: router\nhosts: {a: , b: }\nexpect:\n  counters: {router: "
		    "{conntrack_drop: 0}}\n",
		    "this router tracks no connections");
	must_refuse("case: x\nhosts: {a: , b: }\nexpect:\n  conntrack: []\n",
		    "there is no router that would track");
}
END_TEST

#define BALANCING                                                                                  \
	"case: x\nnetwork: {type: router, balancer: ipvs, vips: {web: {80: server}}}\nhosts:\n"    \
	"  client: {program: [{connect: \"web:80\"}]}\n  server: {program: [{listen: 80}]}\n"      \
	"expect:\n  "

START_TEST(what_ipvs_knows)
{
	plan_free(load(BALANCING "conntrack: [{at: 1s, backend: server, state: SYN_RECV}]\n"
				 "  counters: {router: {ipvs_conns: 1}}\n"));
	must_refuse(BALANCING "conntrack: [{replied: true}]\n", "tells neither");
	must_refuse(BALANCING "conntrack: [{assured: false}]\n", "tells neither");
	must_refuse(BALANCING "counters: {router: {ipvs_conn: 1}}\n", "did you mean 'ipvs_conns'?");
	must_refuse(TRACKING "counters: {router: {ipvs_conns: 1}}\n", "ipvs_conns");
}
END_TEST

START_TEST(wrong_expectations_are_refused)
{
	const struct {
		const char *expect, *text;
	} wrong[] = {
		{"client: {recv: {status: 0}}", "unknown key 'status' in a step's expectation"},
		{"client: {exit: {errno: 0}}", "unknown key 'errno' in 'exit'"},
		{"client: {exit: ended}", "'ended' is no end of a program"},
		{"client: {exit: {status: 0, signal: SIGHUP}}",
		 "by a status or by a signal, not by both"},
		{"client: {recv: }", "'recv' takes an outcome"},
		{"client: recv", "'client' takes a mapping of steps"},
		{"client: {recv@x: ok}", "'@x' names no start of the program"},
		{"sockets: {host: client}", "'sockets' takes a list"},
		{"sockets: [client]", "expected a mapping (host, ...), not 'client'"},
		{"sockets: [{host: client, timer: keepalife}]", "did you mean 'keepalive'?"},
		{"wire: [{from: client, to: client}]", "a packet from 'client' to itself"},
		{"wire: [{icmp: [3]}]", "'icmp' takes a code or [type, code], not 1 numbers"},
		{"wire: [{order: [client]}]", "'client' does not say which packet"},
		{"wire: [{order: [router icmp]}]", "there is no router in this network"},
		{"wire: [{count: -1}]", "-1 is too small: at least 0"},
		{"counters: {clint: {}}", "did you mean 'client'?"},
		{"counters: {client: {Foo: 1}}", "'Foo' is no counter of the kernel"},
		{"silence: {}", "silence lacks 'within'"},
		{"router: {}", "there is no program 'router'"},
	};
	char source[1024];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(source, sizeof(source), TWO_HOSTS "expect: {%s}\n", wrong[i].expect);
		must_refuse(source, wrong[i].text);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("expect");

	tcase_add_test(tests, meant_for_some_kernels);
	tcase_add_loop_test(tests, outcomes_of_steps, 0, OUTCOMES);
	tcase_add_test(tests, details_of_steps);
	tcase_add_test(tests, several_of_one_step);
	tcase_add_test(tests, ends_of_programs);
	tcase_add_test(tests, sockets);
	tcase_add_test(tests, what_a_router_knows);
	tcase_add_test(tests, wrong_conntrack);
	tcase_add_test(tests, what_ipvs_knows);
	tcase_add_test(tests, packets);
	tcase_add_test(tests, any_packet_but_background);
	tcase_add_test(tests, order_of_packets);
	tcase_add_test(tests, counters_and_silence);
	tcase_add_test(tests, many_expectations);
	tcase_add_test(tests, wrong_expectations_are_refused);
	return run_tests(tests);
}
