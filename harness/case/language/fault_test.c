/* SPDX-License-Identifier: MIT
 *
 * Every form of every fault.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "base_test.h"
#include "case_test.h"
#include "decode.h"
#include "tcp_words.h"

#define C 0 /* client */
#define V 1 /* server */
#define A PLAN_ANY

struct refused {
	const char *timeline, *text;
};

/* Each of them between HEAD and TAIL. */
static void must_refuse_each(const char *head, const char *tail, const struct refused *wrong,
			     size_t count)
{
	char source[1024];

	for (size_t i = 0; i < count; i++) {
		snprintf(source, sizeof(source), "%stimeline: [%s]\n%s", head, wrong[i].timeline,
			 tail);
		must_refuse(source, wrong[i].text);
	}
}

static struct plan *load_fault(const char *fault, int ip)
{
	char source[2048];

	snprintf(source, sizeof(source),
		 "network: router\nnat: true\nlink: {delay: 7ms}\nip: %d\n" TWO_HOSTS "timeline:\n"
		 "  - {at: 1s, stop: client}\n"
		 "  - {at: 1s, pull: client}\n"
		 "  - {at: 1s, blackhole: all}\n"
		 "  - {at: 5s, %s}\nexpect: {}\n",
		 ip, fault);
	return load(source);
}

static const struct {
	const char *fault;
	int op, program, host, from, to;
	const char *text;
} faults[] = {
	{"kill: server", FAULT_KILL, V, A, A, A, "kill server"},
	{"terminate: client", FAULT_TERMINATE, C, A, A, A, "terminate client"},
	{"start: server", FAULT_START, V, A, A, A, "start server"},
	{"stop: server", FAULT_STOP, V, A, A, A, "stop server"},
	{"continue: client", FAULT_CONTINUE, C, A, A, A, "continue client"},
	{"crash: server", FAULT_CRASH, A, V, A, A, "crash server"},
	{"reboot: server", FAULT_REBOOT, A, V, A, A, "reboot server"},
	{"shutdown: server", FAULT_SHUTDOWN, A, V, A, A, "shutdown server"},
	{"pull: server", FAULT_PULL, A, V, A, A, "pull server"},
	{"plug: client", FAULT_PLUG, A, C, A, A, "plug client"},
	{"blackhole: all", FAULT_BLACKHOLE, A, A, A, A, "blackhole all"},
	{"blackhole: {from: client, to: server}", FAULT_BLACKHOLE, A, A, C, V,
	 "blackhole client -> server"},
	{"blackhole: {to: server}", FAULT_BLACKHOLE, A, A, A, V, "blackhole any -> server"},
	{"blackhole: {from: client, to: any}", FAULT_BLACKHOLE, A, A, C, A,
	 "blackhole client -> any"},
	{"heal: all", FAULT_HEAL, A, A, A, A, "heal all"},
	{"heal: {from: server, to: client}", FAULT_HEAL, A, A, V, C, "heal server -> client"},
	{"drop: {from: client, flags: fin}", FAULT_DROP, A, A, C, A, "drop from=client flags=fin"},
	{"impair: {to: client, loss: 5%}", FAULT_IMPAIR, A, A, A, C, "impair to=client loss=5%"},
	{"impair: {from: client, to: router, delay: 1s}", FAULT_IMPAIR, A, A, C, PLACE_ROUTER,
	 "impair from=client to=router delay=1s"},
	{"heal: {from: client, to: router}", FAULT_HEAL, A, A, C, PLACE_ROUTER,
	 "heal client -> router"},
	{"reject: {from: client, to: server, with: rst}", FAULT_REJECT, A, A, C, V,
	 "reject client -> server with tcp reset"},
	{"ifdown: server", FAULT_IFDOWN, A, V, A, A, "ifdown server"},
	{"ifdown: {host: server, only: route}", FAULT_IFDOWN, A, V, A, A,
	 "ifdown host=server only=route"},
	{"forget: router", FAULT_FORGET, A, A, A, A, "forget router"},
	{"panic: server", FAULT_PANIC, A, V, A, A, "panic server"},
	{"hang: client", FAULT_HANG, A, C, A, A, "hang client"},
	{"suspend: {host: server, keep: 5}", FAULT_SUSPEND, A, V, A, A,
	 "suspend host=server keep=5"},
	{"step: {host: client, back: 1h}", FAULT_STEP, A, C, A, A, "step host=client back=1h"},
};
#define FAULTS ((int)(sizeof(faults) / sizeof(*faults)))

START_TEST(faults_are_resolved)
{
	struct plan *plan = load_fault(faults[_i].fault, 4);
	const struct plan_fault *fault = &plan->fault[3];

	ck_assert_int_eq(plan->fault_count, 4);
	ck_assert_int_eq(fault->at_ns, 5 * NSEC_PER_SEC);
	ck_assert_int_eq(fault->op, faults[_i].op);
	ck_assert_int_eq(fault->program, faults[_i].program);
	ck_assert_int_eq(fault->host, faults[_i].host);
	ck_assert_int_eq(fault->from, faults[_i].from);
	ck_assert_int_eq(fault->to, faults[_i].to);
	ck_assert_str_eq(fault->text, faults[_i].text);
	plan_free(plan);
}
END_TEST

START_TEST(hosts_stand_for_both_ways)
{
	struct plan *plan = load_fault("blackhole: server", 4);

	ck_assert_int_eq(plan->fault_count, 5);
	ck_assert_int_eq(plan->fault[3].from, V);
	ck_assert_int_eq(plan->fault[3].to, A);
	ck_assert_str_eq(plan->fault[3].text, "blackhole server -> any");
	ck_assert_int_eq(plan->fault[4].from, A);
	ck_assert_int_eq(plan->fault[4].to, V);
	ck_assert_str_eq(plan->fault[4].text, "blackhole any -> server");
	plan_free(plan);
}
END_TEST

START_TEST(details_of_faults)
{
	struct plan *plan = load_fault("reboot: {host: server, down: 3s, programs: none}", 4);

	ck_assert_int_eq(plan->fault[3].down_ns, 3 * NSEC_PER_SEC);
	ck_assert(!plan->fault[3].start_again);
	plan_free(plan);
	plan = load_fault("reboot: server", 4);
	ck_assert_int_eq(plan->fault[3].down_ns, 0);
	ck_assert(plan->fault[3].start_again);
	plan_free(plan);
	plan = load_fault("shutdown: {host: server, grace: 90s}", 4);
	ck_assert_int_eq(plan->fault[3].grace_ns, 90 * NSEC_PER_SEC);
	plan_free(plan);
	plan = load_fault("drop: {from: client, flags: [syn, ack], longer_than: 500, next: 3}", 4);
	ck_assert_int_eq(plan->fault[3].filter.flags, TCP_SYN | TCP_ACK);
	ck_assert_int_eq(plan->fault[3].filter.flags_mask, TCP_SYN | TCP_ACK);
	ck_assert_int_eq(plan->fault[3].filter.longer_than, 500);
	ck_assert_int_eq(plan->fault[3].filter.count, 3);
	plan_free(plan);
	plan = load_fault("drop: {ecn: [ect0, ce]}", 4);
	ck_assert_int_eq(plan->fault[3].filter.ecn, 1 << 2 | 1 << 3);
	plan_free(plan);
	plan = load_fault("drop: {mss: 1401.., scale: none}", 4);
	ck_assert(plan->fault[3].filter.mss.set && plan->fault[3].filter.scale.set);
	ck_assert_int_eq(plan->fault[3].filter.mss.lo, 1401);
	ck_assert_int_eq(plan->fault[3].filter.mss.hi, INT64_MAX);
	ck_assert_int_eq(plan->fault[3].filter.scale.lo, -1);
	ck_assert_int_eq(plan->fault[3].filter.scale.hi, -1);
	plan_free(plan);
	plan = load_fault("drop: {scale: ..14}", 4);
	ck_assert(!plan->fault[3].filter.mss.set);
	ck_assert_int_eq(plan->fault[3].filter.scale.lo, 0); /* it has one */
	ck_assert_int_eq(plan->fault[3].filter.scale.hi, 14);
	plan_free(plan);
	plan = load_fault("reject: {to: server, with: rst, packets: {flags: psh, next: 1}}", 4);
	ck_assert_int_eq(plan->fault[3].filter.flags, TCP_PSH);
	ck_assert_int_eq(plan->fault[3].filter.count, 1);
	plan_free(plan);
}
END_TEST

/* What an impairment does not name stays as the case's link has it. */
START_TEST(impairments_build_on_the_link)
{
	struct plan *plan = load_fault("impair: {to: server, jitter: 1ms, loss: 5%, duplicate: 1%, "
				       "reorder: 2%, corrupt: 3%, rate: 1gbit, limit: 9}",
				       4);
	const struct plan_impairment *impairment = &plan->fault[3].impairment;

	ck_assert_int_eq(impairment->delay_ns, 7000000);
	ck_assert_int_eq(impairment->jitter_ns, 1000000);
	ck_assert(impairment->loss == 5 && impairment->duplicate == 1 && impairment->reorder == 2 &&
		  impairment->corrupt == 3);
	ck_assert_int_eq(impairment->rate, 1000000000);
	ck_assert_int_eq(impairment->limit, 9);
	plan_free(plan);
	/* To the router there is none to build on. */
	plan = load_fault("impair: {to: router, loss: 5%}", 4);
	impairment = &plan->fault[3].impairment;
	ck_assert(impairment->loss == 5 && !impairment->delay_ns && !impairment->rate);
	plan_free(plan);
}
END_TEST

static const struct {
	const char *with;
	int code4, code6;
	const char *nft4, *nft6;
} refusals[] = {
	{"net-unreachable", 0, 0, "net-unreachable", "no-route"},
	{"host-unreachable", 1, 3, "host-unreachable", "addr-unreachable"},
	{"protocol-unreachable", 2, 4, "prot-unreachable", "port-unreachable"},
	{"port-unreachable", 3, 4, "port-unreachable", "port-unreachable"},
	{"net-prohibited", 9, 1, "net-prohibited", "admin-prohibited"},
	{"host-prohibited", 10, 1, "host-prohibited", "admin-prohibited"},
	{"admin-prohibited", 13, 1, "admin-prohibited", "admin-prohibited"},
	{"no-route", 0, 0, "net-unreachable", "no-route"},
	{"address-unreachable", 1, 3, "host-unreachable", "addr-unreachable"},
	{"code 5", 5, 5, "code 5", "code 5"},
};
#define REFUSALS ((int)(sizeof(refusals) / sizeof(*refusals)))

START_TEST(refusals_go_by_ip_version)
{
	char text[128];

	snprintf(text, sizeof(text), "reject: {to: server, with: %s}", refusals[_i].with);
	for (int ip = 4; ip <= 6; ip += 2) {
		struct plan *plan = load_fault(text, ip);
		const struct plan_fault *fault = &plan->fault[3];

		ck_assert_int_eq(fault->reject_type, ip == 4 ? 3 : 1);
		ck_assert_int_eq(fault->reject_code,
				 ip == 4 ? refusals[_i].code4 : refusals[_i].code6);
		ck_assert_str_eq(fault->reject_with,
				 ip == 4 ? refusals[_i].nft4 : refusals[_i].nft6);
		plan_free(plan);
	}
}
END_TEST

START_TEST(a_reset_has_no_type)
{
	struct plan *plan = load_fault("reject: {to: server, with: rst}", 6);

	ck_assert_int_eq(plan->fault[3].reject_type, -1);
	plan_free(plan);
}
END_TEST

/* By time, and as written where the time is the same. */
START_TEST(faults_are_sorted)
{
	struct plan *plan = load(TWO_HOSTS "timeline:\n"
					   "  - {at: 9s, reboot: server}\n"
					   "  - {at: 5s, crash: server}\n"
					   "  - {at: 9s, kill: client}\n"
					   "  - {at: 0, pull: client}\n" EXPECT);
	const enum fault_op order[] = {FAULT_PULL, FAULT_CRASH, FAULT_REBOOT, FAULT_KILL};

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(plan->fault[i].op, order[i]);
	plan_free(plan);
}
END_TEST

START_TEST(impossible_courses_are_refused)
{
	static const struct refused wrong[] = {
		{"{at: 1s, continue: client}", "program 'client' is not stopped then"},
		{"{at: 1s, pull: client}, {at: 2s, pull: client}", "is pulled already"},
		{"{at: 1s, reboot: {host: client, down: 9s}}, {at: 2s, crash: client}",
		 "is off then"},
		{"{at: 1s, shutdown: client}, {at: 2s, kill: client}", "is shutting down then"},
		{"{at: 1s, shutdown: client}, {at: 5999ms, crash: client}",
		 "host 'client' is shutting down then"},
		{"{at: 1s, shutdown: client}, {at: 6s, crash: client}",
		 "host 'client' is off then"},
		{"{at: 1s, reboot: {host: client, down: 24h}}", "is too late"},
		{"{at: 1s, kill: client, crash: server}", "a second fault, 'crash', in one item"},
		{"crash", "expected a mapping with 'at' and a fault, not 'crash'"},
		{"{at: 1s, crash: }", "'crash' lacks its value"},
		{"{at: 1s, forget: router}", "'forget' in a network without a router"},
		{"{at: 1s, reject: {to: server}}", "'reject' lacks 'with'"},
		{"{at: 1s, blackhole: {}}", "'blackhole' says nothing"},
		{"{at: 1s, drop: {scale: 0..15}}", "0..15 is not within 0..14"},
		{"{at: 1s, drop: {mss: 65536}}", "65536 is not within 0..65535"},
		{"{at: 1s, reboot: {host: client, progams: none}}", "did you mean 'programs'?"},
	};

	must_refuse_each(TWO_HOSTS, EXPECT, wrong, sizeof(wrong) / sizeof(*wrong));
	plan_free(load(TWO_HOSTS
		       "timeline: [{at: 1s, reboot: {host: client, down: 9s}}, "
		       "{at: 10001ms, crash: client}, {at: 11s, reboot: client}]\n" EXPECT));
}
END_TEST

/* Its rules are its own, and nobody sets any while it is off. */
START_TEST(a_router_that_is_off_does_nothing)
{
	static const struct refused wrong[] = {
		{"{at: 1s, failover: {after: 3s}}, {at: 2s, forget: router}",
		 "'router' is off then"},
		{"{at: 1s, failover: {after: 3s}}, {at: 2s, blackhole: all}",
		 "'router' is off then"},
		{"{at: 1s, failover: {after: 3s}}, {at: 3s, failover: router}", "is off then"},
		{"{at: 1s, failover: {after: 3s}}, {at: 2s, pull: {host: client, end: router}}",
		 "is off then"},
		{"{at: 1s, blackhole: all}, {at: 2s, heal: client}, {at: 3s, failover: router}",
		 "heal all before"},
		{"{at: 1s, impair: {to: router, loss: 1%}}, {at: 3s, failover: router}",
		 "heal all before"},
		{"{at: 1s, crash: router}, {at: 9s, forget: router}", "is off then"},
		{"{at: 1s, reboot: {host: router, down: 3s}}, {at: 2s, forget: router}",
		 "is off then"},
		{"{at: 1s, reboot: {host: router, programs: none}}", "no programs run"},
		{"{at: 1s, crash: any}", "one at a time"},
		{"{at: 1s, panic: {host: router}}", "what happens to it: crash, reboot"},
		{"{at: 1s, failover: {after: }}", "'after'"},
	};
	struct plan *plan;

	must_refuse_each("network: {type: router, nat: true}\n" TWO_HOSTS, EXPECT, wrong,
			 sizeof(wrong) / sizeof(*wrong));
	plan = load("network: {type: router, nat: true}\n" TWO_HOSTS
		    "timeline: [{at: 1s, blackhole: all}, {at: 2s, heal: all}, "
		    "{at: 3s, failover: {after: 2s}}, {at: 4s, impair: {loss: 5%}}, "
		    "{at: 5001ms, forget: router}, {at: 6s, failover: router}]\n" EXPECT);
	ck_assert_int_eq(plan->fault[2].op, FAULT_FAILOVER);
	ck_assert_int_eq(plan->fault[2].down_ns, 2 * NSEC_PER_SEC);
	ck_assert_str_eq(plan->fault[2].text, "failover after=2s");
	ck_assert_str_eq(plan->fault[5].text, "failover router");
	plan_free(plan);
	plan = load("network: {type: router, nat: true}\n" TWO_HOSTS
		    "timeline: [{at: 1s, reboot: {host: router, down: 2s}}, "
		    "{at: 4s, crash: router}]\n" EXPECT);
	ck_assert_int_eq(plan->fault[0].op, FAULT_FAILOVER);
	ck_assert_int_eq(plan->fault[0].down_ns, 2 * NSEC_PER_SEC);
	ck_assert_str_eq(plan->fault[0].text, "reboot host=router down=2s");
	ck_assert_int_eq(plan->fault[1].op, FAULT_FAILOVER);
	ck_assert_int_eq(plan->fault[1].down_ns, OFF_FOR_GOOD);
	ck_assert_str_eq(plan->fault[1].text, "crash router");
	plan_free(plan);
	must_refuse(TWO_HOSTS "timeline: [{at: 1s, failover: router}]\n" EXPECT,
		    "'failover' in a network without a router");
}
END_TEST

START_TEST(a_fault_comes_after_what_a_program_does)
{
	static const struct refused wrong[] = {
		{"{after: {server: exit}, at: 1s, kill: server}", "'after' beside 'at'"},
		{"{then: 1s, kill: server}", "'then' without 'after'"},
		{"{kill: server}", "a fault without 'at'"},
		{"{after: {sever: exit}, kill: server}", "did you mean 'server'?"},
		{"{after: {server: exit}, then: 25h, kill: server}", "too long"},
		{"{after: {server: exit}, failover: router}", "must be known beforehand"},
		{"{after: {server: exit}, crash: server}, {at: 9s, kill: server}", "is off then"},
	};
	struct plan *plan;

	must_refuse_each("network: {type: router, nat: true}\n" TWO_HOSTS, EXPECT, wrong,
			 sizeof(wrong) / sizeof(*wrong));
	plan = load(TWO_HOSTS "timeline: [{at: 5s, stop: client}, "
			      "{after: {client: exit}, then: 2s, reboot: server}, "
			      "{at: 1s, pull: client}]\n" EXPECT);
	ck_assert_int_eq(plan->fault[0].op, FAULT_PULL);
	ck_assert(!plan_fault_waits(&plan->fault[1]));
	ck_assert(plan_fault_waits(&plan->fault[2]));
	ck_assert_int_eq(plan->fault[2].at_ns, 5 * NSEC_PER_SEC); /* written below that */
	ck_assert_int_eq(plan->fault[2].then_ns, 2 * NSEC_PER_SEC);
	ck_assert_int_eq(plan->ready[plan->fault[2].after].what, READY_EXIT);
	ck_assert(plan_counts_starts(plan, V));
	ck_assert(!plan_counts_starts(plan, C));
	plan_free(plan);
}
END_TEST

START_TEST(healing_nothing_is_warned_of)
{
	struct diagnostics diagnostics;
	struct case_file *made;
	const char *source = TWO_HOSTS "timeline: [{at: 1s, heal: all}]\n" EXPECT;

	ck_assert_int_eq(case_parse("x", source, strlen(source), &made, &diagnostics), 0);
	ck_assert_int_eq(diagnostics.warnings, 1);
	ck_assert_ptr_nonnull(strstr(diagnostics.text, "warning: nothing to heal"));
	diagnostics_done(&diagnostics);
	case_file_free(made);
}
END_TEST

#define THREE_HOSTS                                                                                \
	"case: an address\naddresses: {vip: server}\nhosts:\n"                                     \
	"  client: {program: [{connect: vip:8081}]}\n"                                             \
	"  server: {program: [{listen: 8081}, accept]}\n"                                          \
	"  standby: {program: [{listen: 8081}, accept]}\n"

/* Who has it, and what MAC each host has, follows from the timeline. */
START_TEST(addresses_move)
{
	struct plan *plan = load(
		THREE_HOSTS
		"timeline: [{at: 1s, move: {address: vip, to: standby}}, "
		"{at: 2s, move: {address: vip, to: client, both: true, mac: same}}, "
		"{at: 3s, move: {address: vip, to: nobody}}]\nexpect: {client: {connect: ok}}\n");
	int mac[HOSTS_MAX];

	ck_assert_int_eq(plan->program[0].step[0].target_program, 1);
	ck_assert_uint_eq(plan_holders(plan, 0, 0), 1u << 1);
	ck_assert_uint_eq(plan_holders(plan, 0, NSEC_PER_SEC), 1u << 2);
	ck_assert_uint_eq(plan_holders_before(plan, &plan->fault[1]), 1u << 2);
	ck_assert_uint_eq(plan_holders(plan, 0, 2 * NSEC_PER_SEC), 1u << 0 | 1u << 2);
	ck_assert_uint_eq(plan_holders(plan, 0, 3 * NSEC_PER_SEC), 0);
	ck_assert_int_eq(plan->fault[2].host, 0);
	ck_assert(plan->fault[0].announce && !plan->fault[2].announce);
	plan_macs(plan, 2 * NSEC_PER_SEC, mac);
	ck_assert(mac[0] == 3 && mac[1] == 2 && mac[2] == 1);
	plan_free(plan);
}
END_TEST

START_TEST(addresses_that_cannot_move)
{
	static const struct refused wrong[] = {
		{"{at: 1s, drop: {next: 2, which: 3}}", "which: 1..2"},
		{"{at: 1s, drop: {which: 0}}", "0"},
		{"{at: 1s, drop: {port: 70000}}", "70000"},
		{"{at: 1s, move: {address: vap, to: standby}}", "did you mean 'vip'"},
		{"{at: 1s, move: {address: vip, to: nobody, announce: true}}", "by nobody"},
		{"{at: 1s, move: {address: vip, to: nobody}}, "
		 "{at: 2s, move: {address: vip, to: nobody}}",
		 "is nobody's already"},
		{"{at: 1s, crash: standby}, {at: 2s, move: {address: vip, to: standby}}",
		 "is off then"},
		{"{at: 1s, move: {address: vip, to: server, mac: same}}", "at no other host"},
		{"{at: 1s, ifup: client}", "is not down then"},
		{"{at: 1s, ifdown: client}, {at: 2s, ifdown: client}", "is down already"},
		{"{at: 1s, ifdown: {host: client, only: route}}", "needs network: router"},
	};

	must_refuse_each(THREE_HOSTS, "expect: {}\n", wrong, sizeof(wrong) / sizeof(*wrong));
	must_refuse("network: router\n" THREE_HOSTS "expect: {}\n",
		    "the case needs network: switch");
	must_refuse(
		"case: x\naddresses: {client: server}\nhosts: {client: , server: }\nexpect: {}\n",
		"called as a host is");
}
END_TEST

#define VIPS                                                                                       \
	"case: a VIP\nnetwork: {type: router, vips: {web: {80: [a:8081, b], 81: []}, "             \
	"one: {443: a}}}\nhosts:\n"                                                                \
	"  client: {program: [{connect: \"web:80\"}]}\n"                                           \
	"  a: {program: [{listen: 8081}, accept]}\n"                                               \
	"  b: {program: [{listen: 80}, accept]}\n"

/* Who is in the turn then, and in which order, follows from the timeline. */
START_TEST(backends_come_and_go)
{
	struct plan *plan = load(
		VIPS "timeline: [{at: 3s, add_backend: {vip: \"web:80\", backend: \"a:8081\"}}, "
		     "{at: 1s, remove_backend: {vip: \"web:80\", backend: \"a:8081\"}}, "
		     "{at: 2s, add_backend: {vip: one, backend: b}}]\n"
		     "expect: {client: {connect: ok}}\n");
	struct plan_backend backend[BACKENDS_MAX];

	ck_assert(plan_has_vip(plan) && plan_router_tracks(plan) && !plan_resolves(plan));
	ck_assert_int_eq(plan->program[0].step[0].target_program, 1);
	ck_assert_int_eq(plan->ready[plan->program[0].connected].port, 8081);
	ck_assert_int_eq(plan_backends(plan, 0, 0, NULL, 0, backend), 2);
	ck_assert(backend[0].host == 1 && backend[0].port == 8081);
	ck_assert(backend[1].host == 2 && backend[1].port == 80);
	ck_assert_int_eq(plan_backends(plan, 0, 0, NULL, 1, backend), 1);
	ck_assert_int_eq(backend[0].host, 2);
	ck_assert_int_eq(plan_backends(plan, 0, 0, NULL, 3, backend), 2);
	ck_assert_int_eq(backend[1].host, 1);
	ck_assert_int_eq(plan_backends(plan, 0, 1, NULL, 3, backend), 0);
	ck_assert_int_eq(plan_backends(plan, 1, 0, NULL, 3, backend), 2);
	ck_assert_int_eq(backend[1].port, 443);
	plan_free(plan);
}
END_TEST

/* The run alone knows the order; what cannot be done then is not. */
START_TEST(backends_come_and_go_after_something)
{
	static const int again[] = {1, 0, 0, 1, 1};
	struct plan *plan = load(
		VIPS "timeline: [{at: 1s, remove_backend: {vip: \"web:80\", backend: b}}, "
		     "{after: {client: exit}, add_backend: {vip: \"web:80\", backend: b}}]\n"
		     "expect: {client: {connect: ok}}\n");
	struct plan_backend backend[BACKENDS_MAX];

	ck_assert_int_eq(plan_backends(plan, 0, 0, again, 1, backend), 2);
	ck_assert_int_eq(plan_backends(plan, 0, 0, again, 2, backend), 1);
	ck_assert_int_eq(plan_backends(plan, 0, 0, again, 3, backend), 1);
	ck_assert_int_eq(backend[0].host, 1);
	ck_assert_int_eq(plan_backends(plan, 0, 0, again, 5, backend), 2);
	ck_assert_int_eq(backend[1].host, 2);
	plan_free(plan);
	must_refuse(VIPS
		    "timeline: [{after: {client: exit}, remove_backend: {vip: one, backend: a}},"
		    " {at: 3s, failover: router}]\n"
		    "expect: {client: {connect: ok}}\n",
		    "would not know of it");
}
END_TEST

START_TEST(backends_that_cannot_be)
{
	static const struct {
		const char *fault, *text;
	} wrong[] = {
		{"add_backend: {vip: wep, backend: b}", "did you mean 'web'"},
		{"add_backend: {vip: web, backend: b}", "say which one, as web:80"},
		{"add_backend: {vip: \"web:82\", backend: b}", "'web' has no port 82"},
		{"add_backend: {vip: one, backend: c}", "there is no host 'c'"},
		{"add_backend: {vip: one, backend: \"b:0\"}", "'0' is no port"},
		{"add_backend: {vip: one, backend: a}", "'a:443' is one already"},
		{"remove_backend: {vip: one, backend: b}", "'b:443' is none then"},
		{"move: {address: one, to: b}", "add_backend, remove_backend"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char source[1024];

		snprintf(source, sizeof(source), VIPS "timeline: [{at: 1s, %s}]\nexpect: {}\n",
			 wrong[i].fault);
		must_refuse(source, wrong[i].text);
	}
	must_refuse(THREE_HOSTS "timeline: [{at: 1s, add_backend: {vip: vip, backend: client}}]\n"
				"expect: {}\n",
		    "has no backends");
}
END_TEST

/* None is left out of the table. */
START_TEST(every_fault_has_a_kind)
{
	for (int op = 0; op < FAULT_OP_COUNT; op++)
		ck_assert_msg(fault_kinds[op].effect >= EFFECT_PROGRAM, "fault %d", op);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("fault");

	tcase_add_loop_test(tests, faults_are_resolved, 0, FAULTS);
	tcase_add_test(tests, hosts_stand_for_both_ways);
	tcase_add_test(tests, details_of_faults);
	tcase_add_test(tests, impairments_build_on_the_link);
	tcase_add_loop_test(tests, refusals_go_by_ip_version, 0, REFUSALS);
	tcase_add_test(tests, a_reset_has_no_type);
	tcase_add_test(tests, faults_are_sorted);
	tcase_add_test(tests, impossible_courses_are_refused);
	tcase_add_test(tests, a_router_that_is_off_does_nothing);
	tcase_add_test(tests, a_fault_comes_after_what_a_program_does);
	tcase_add_test(tests, healing_nothing_is_warned_of);
	tcase_add_test(tests, addresses_move);
	tcase_add_test(tests, addresses_that_cannot_move);
	tcase_add_test(tests, backends_come_and_go);
	tcase_add_test(tests, backends_come_and_go_after_something);
	tcase_add_test(tests, backends_that_cannot_be);
	tcase_add_test(tests, every_fault_has_a_kind);
	return run_tests(tests);
}
