/* SPDX-License-Identifier: MIT
 *
 * Every form of every step, and what the peer gets.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "base_test.h"
#include "call_words.h"
#include "case_test.h"
#include "decode.h"

/* The plan of a client with the step as its third, after connect and listen. */
static struct plan *load_step(const char *step, int ip)
{
	char source[2048];

	snprintf(source, sizeof(source),
		 "case: a\nip: %d\nhosts:\n"
		 "  client: {program: [{connect: server:80, as: c}, {listen: 90, as: l}, %s]}\n"
		 "  server: {program: [{listen: 80}, accept]}\nexpect: {}\n",
		 ip, step);
	return load(source);
}

static const struct {
	const char *step;
	enum peer_op op;
	int64_t amount, time_ns, period_ns;
	int events;
	const char *name, *text;
} steps[] = {
	{"accept", PEER_ACCEPT, 0, 0, 0, 0, "accept", "accept"},
	{"send: 100", PEER_SEND, 100, 0, 0, 0, "send", "send 100"},
	{"send: 64K", PEER_SEND, 65536, 0, 0, 0, "send", "send 64K"},
	{"recv", PEER_RECV, 0, 0, 0, 0, "recv", "recv"},
	{"recv: ", PEER_RECV, 0, 0, 0, 0, "recv", "recv"},
	{"recv: 1M", PEER_RECV_EXACT, 1 << 20, 0, 0, 0, "recv", "recv 1M"},
	{"recv: eof", PEER_RECV_EOF, 0, 0, 0, 0, "recv", "recv eof"},
	{"close", PEER_CLOSE, 0, 0, 0, 0, "close", "close"},
	{"close: listener", PEER_CLOSE_LISTENER, 0, 0, 0, 0, "close", "close listener"},
	{"shutdown: read", PEER_SHUTDOWN, SHUT_RD, 0, 0, 0, "shutdown", "shutdown read"},
	{"shutdown: write", PEER_SHUTDOWN, SHUT_WR, 0, 0, 0, "shutdown", "shutdown write"},
	{"shutdown: both", PEER_SHUTDOWN, SHUT_RDWR, 0, 0, 0, "shutdown", "shutdown both"},
	{"abort", PEER_ABORT, 0, 0, 0, 0, "abort", "abort"},
	{"exit: 3", PEER_EXIT, 3, 0, 0, 0, "exit", "exit 3"},
	{"exit", PEER_EXIT, 0, 0, 0, 0, "exit", "exit"},
	{"so_error", PEER_SO_ERROR, 0, 0, 0, 0, "so_error", "so_error"},
	{"poll: {events: [in, out], timeout: 5s}", PEER_POLL, 0, 5 * NSEC_PER_SEC, 0,
	 POLLIN | POLLOUT, "poll", "poll events=in,out timeout=5s"},
	{"poll: {events: rdhup}", PEER_POLL, 0, -1, 0, POLLRDHUP, "poll", "poll events=rdhup"},
	{"select: {events: [in, pri], timeout: 0}", PEER_SELECT, 0, 0, 0, POLLIN | POLLPRI,
	 "select", "select events=in,pri timeout=0"},
	{"sleep: 5s", PEER_SLEEP, 0, 5 * NSEC_PER_SEC, 0, 0, "sleep", "sleep 5s"},
	{"wait: 1m", PEER_WAIT, 0, 60 * NSEC_PER_SEC, 0, 0, "wait", "wait 1m"},
	{"after: {server: listening 80}", PEER_AFTER, 0, 0, 0, 0, "after",
	 "after server=listening 80"},
	{"after: {server: exit}", PEER_AFTER, 0, 0, 0, 0, "after", "after server=exit"},
	{"after: {server: {step: accept}}", PEER_AFTER, 0, 0, 0, 0, "after",
	 "after server=step=accept"},
	{"pause", PEER_PAUSE, 0, 0, 0, 0, "pause", "pause"},
	{"heartbeat: {every: 5s, misses: 2, for: 60s}", PEER_HEARTBEAT, 2, 60 * NSEC_PER_SEC,
	 5 * NSEC_PER_SEC, 0, "heartbeat", "heartbeat every=5s misses=2 for=60s"},
	{"heartbeat: {every: 5s}", PEER_HEARTBEAT, 3, 0, 5 * NSEC_PER_SEC, 0, "heartbeat",
	 "heartbeat every=5s"},
	{"echo", PEER_ECHO, 0, 0, 0, 0, "echo", "echo"},
	{"relay: server:81", PEER_RELAY, RELAY_CLOSE, 0, 0, 0, "relay", "relay server:81"},
	{"relay: {to: server:81, dead: abort}", PEER_RELAY, RELAY_ABORT, 0, 0, 0, "relay",
	 "relay to=server:81 dead=abort"},
	{"relay: {to: server:81, idle: 60s}", PEER_RELAY, RELAY_CLOSE, 60 * NSEC_PER_SEC, 0, 0,
	 "relay", "relay to=server:81 idle=60s"},
	{"use: c", PEER_USE, 0, 0, 0, 0, "use", "use c"},
	{"on_sigterm: close", PEER_ON_SIGTERM, 0, 0, 0, 0, "on_sigterm", "on_sigterm close"},
	{"sigpipe: default", PEER_SIGPIPE, 1, 0, 0, 0, "sigpipe", "sigpipe default"},
	{"sigpipe: ignore", PEER_SIGPIPE, 0, 0, 0, 0, "sigpipe", "sigpipe ignore"},
	{"listen: 8081", PEER_LISTEN, 128, 0, 0, 0, "listen", "listen 8081"},
	{"listen: {port: 8081, backlog: 5}", PEER_LISTEN, 5, 0, 0, 0, "listen",
	 "listen port=8081 backlog=5"},
	{"connect: {to: server:81, from: 40000, nonblocking: true}", PEER_CONNECT, 40000, 0, 0, 0,
	 "connect", "connect to=server:81 from=40000 nonblocking=true"},
};
#define STEPS ((int)(sizeof(steps) / sizeof(*steps)))

START_TEST(steps_reach_the_peer)
{
	char text[256];
	struct plan *plan;
	const struct plan_step *step;

	snprintf(text, sizeof(text), "{%s}", steps[_i].step);
	plan = load_step(text, 4);
	step = &plan->program[0].step[2];
	ck_assert_int_eq(step->peer.op, steps[_i].op);
	ck_assert_int_eq(step->peer.amount, steps[_i].amount);
	ck_assert_int_eq(step->peer.time_ns, steps[_i].time_ns);
	ck_assert_int_eq(step->peer.period_ns, steps[_i].period_ns);
	ck_assert_int_eq(step->peer.events, steps[_i].events);
	ck_assert_str_eq(step->name, steps[_i].name);
	ck_assert_str_eq(step->text, steps[_i].text);
	plan_free(plan);
}
END_TEST

START_TEST(addresses_go_by_ip_version)
{
	const struct {
		const char *step;
		int ip;
		const char *address;
		int port;
	} ends[] = {
		{"{connect: client:81}", 4, "10.0.0.1", 81},
		{"{connect: client:81}", 6, "fd00::1", 81},
		{"{connect: '10.0.0.99:80'}", 4, "10.0.0.99", 80},
		{"{connect: '[fd00::99]:80'}", 6, "fd00::99", 80},
		{"{listen: 82}", 4, "0.0.0.0", 82},
		{"{listen: 82}", 6, "::", 82},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct plan *plan = load_step(ends[i].step, ends[i].ip);
		const struct sockaddr_in6 *six = &plan->program[0].step[2].peer.addr;
		const struct sockaddr_in *four = (const struct sockaddr_in *)six;
		char text[64];

		ck_assert_int_eq(six->sin6_family, ends[i].ip == 6 ? AF_INET6 : AF_INET);
		ck_assert_int_eq(ntohs(six->sin6_port), ends[i].port);
		inet_ntop(six->sin6_family,
			  ends[i].ip == 6 ? (const void *)&six->sin6_addr
					  : (const void *)&four->sin_addr,
			  text, sizeof(text));
		ck_assert_str_eq(text, ends[i].address);
		plan_free(plan);
	}
}
END_TEST

START_TEST(texts_and_modifiers)
{
	struct plan *plan = load_step(
		"{send: 'a: $$1', as: greeting}, {connect: server:81, or: continue}, "
		"{send: 5}, {connect: {to: server:82, nonblocking: true}, or: continue}, {send: 6}",
		4);
	const struct plan_step *step = plan->program[0].step;

	ck_assert_str_eq(step[2].peer.text, "a: $1");
	ck_assert_int_eq(step[2].peer.amount, 0);
	ck_assert_str_eq(step[2].name, "greeting");
	ck_assert_int_eq(step[3].peer.flags, PEER_OR_CONTINUE);
	ck_assert_int_eq(step[3].target_program, PLAN_ANY);
	ck_assert_str_eq(step[4].name, "send");
	ck_assert_int_eq(step[5].peer.flags, PEER_OR_CONTINUE | PEER_NONBLOCK);
	ck_assert_str_eq(step[5].name, "connect#2");
	ck_assert_str_eq(step[6].name, "send#2");
	ck_assert_int_eq(step[0].target_program, 1);
	plan_free(plan);
}
END_TEST

static const struct {
	const char *text;
	int ip, level, name, value, value2, size;
} options[] = {
	{"SO_KEEPALIVE: 1", 4, SOL_SOCKET, SO_KEEPALIVE, 1, 0, 4},
	{"TCP_KEEPIDLE: 10s", 4, IPPROTO_TCP, TCP_KEEPIDLE, 10, 0, 4},
	{"TCP_KEEPINTVL: 2m", 4, IPPROTO_TCP, TCP_KEEPINTVL, 120, 0, 4},
	{"TCP_KEEPCNT: 5", 4, IPPROTO_TCP, TCP_KEEPCNT, 5, 0, 4},
	{"TCP_USER_TIMEOUT: 1500ms", 4, IPPROTO_TCP, TCP_USER_TIMEOUT, 1500, 0, 4},
	{"SO_LINGER: {on: 1, time: 5s}", 4, SOL_SOCKET, SO_LINGER, 1, 5, 8},
	{"SO_LINGER: 5s", 4, SOL_SOCKET, SO_LINGER, 1, 5, 8},
	{"SO_LINGER: 0", 4, SOL_SOCKET, SO_LINGER, 1, 0, 8},
	{"SO_LINGER: off", 4, SOL_SOCKET, SO_LINGER, 0, 0, 8},
	{"SO_LINGER: {on: off}", 4, SOL_SOCKET, SO_LINGER, 0, 0, 8},
	{"TCP_LINGER2: 5s", 4, IPPROTO_TCP, TCP_LINGER2, 5, 0, 4},
	{"TCP_NODELAY: true", 4, IPPROTO_TCP, TCP_NODELAY, 1, 0, 4},
	{"TCP_CORK: on", 4, IPPROTO_TCP, TCP_CORK, 1, 0, 4},
	{"TCP_QUICKACK: 0", 4, IPPROTO_TCP, TCP_QUICKACK, 0, 0, 4},
	{"TCP_SYNCNT: 3", 4, IPPROTO_TCP, TCP_SYNCNT, 3, 0, 4},
	{"TCP_DEFER_ACCEPT: 5s", 4, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5, 0, 4},
	{"TCP_MAXSEG: 500", 4, IPPROTO_TCP, TCP_MAXSEG, 500, 0, 4},
	{"TCP_THIN_LINEAR_TIMEOUTS: 1", 4, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1, 0, 4},
	{"SO_SNDBUF: 4K", 4, SOL_SOCKET, SO_SNDBUF, 4096, 0, 4},
	{"SO_RCVBUF: 5000", 4, SOL_SOCKET, SO_RCVBUF, 5000, 0, 4},
	{"SO_RCVTIMEO: 1500ms", 4, SOL_SOCKET, SO_RCVTIMEO, 1, 500000, sizeof(struct timeval)},
	{"SO_SNDTIMEO: 5s", 4, SOL_SOCKET, SO_SNDTIMEO, 5, 0, sizeof(struct timeval)},
	{"SO_REUSEADDR: 1", 4, SOL_SOCKET, SO_REUSEADDR, 1, 0, 4},
	{"IP_RECVERR: 1", 4, IPPROTO_IP, IP_RECVERR, 1, 0, 4},
	{"IP_RECVERR: 1", 6, IPPROTO_IPV6, IPV6_RECVERR, 1, 0, 4},
};
#define OPTIONS ((int)(sizeof(options) / sizeof(*options)))

START_TEST(options_reach_the_peer)
{
	char text[256];
	struct plan *plan;
	const struct peer_option *option;

	snprintf(text, sizeof(text), "{setsockopt: {%s}}", options[_i].text);
	plan = load_step(text, options[_i].ip);
	ck_assert_int_eq(plan->program[0].step[2].peer.option_count, 1);
	option = &plan->program[0].step[2].peer.option[0];
	ck_assert_int_eq(option->level, options[_i].level);
	ck_assert_int_eq(option->name, options[_i].name);
	ck_assert_int_eq(option->value, options[_i].value);
	ck_assert_int_eq(option->value2, options[_i].value2);
	ck_assert_int_eq(option->size, options[_i].size);
	plan_free(plan);
}
END_TEST

START_TEST(wrong_steps_are_refused)
{
	const struct {
		const char *step, *text;
	} wrong[] = {
		{"{send: 0}", "0 is not within 1..1073741824"},
		{"{send: ''}", "a text to send has 1 to 255 bytes, not 0"},
		{"{recv: 0}", "0 is not within"},
		{"{exit: 256}", "256 is not within 0..255"},
		{"{poll: {timeout: 5s}}", "'poll' lacks 'events'"},
		{"{poll: {events: []}}", "'events' takes at least one word"},
		{"{poll: in}", "'poll' takes a mapping (events, ...), not 'in'"},
		{"{setsockopt: {}}", "sets 1 to 8 options, not 0"},
		{"{shutdown: all}", "unknown value 'all' for 'shutdown'"},
		{"{sleep: 25h}", "25h is too long: at most 24h"},
		{"{heartbeat: {every: 0}}", "0 is too short: at least 1ms"},
		{"{recv: 5, as: exit}", "a step cannot be called 'exit'"},
		{"{recv: 5, as: Recv}", "'Recv' is no name for a step"},
		{"[recv]", "expected step, not a list"},
		{"{}", "an item without a step"},
		{"{use: later}", "no step before this is a connect or accept 'later'"},
		{"{relay: server}", "'relay' without a socket"},
		{"{repeat: {times: 0, steps: [recv]}}", "0 is not within 1..400"},
		{"{repeat: {times: 2}}", "lacks 'steps'"},
		{"{repeat: {times: 400, steps: [{repeat: {times: 400, steps: []}}]}}",
		 "without steps"},
		{"{repeat: {times: 300, steps: [recv, recv]}}", "more than 400 steps"},
		{"{close: now}", "unknown value 'now' for 'close'"},
	};
	char source[1024];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(source, sizeof(source),
			 "case: a\nhosts:\n  client: {program: [{connect: server:80}, %s]}\n  "
			 "server: \n",
			 wrong[i].step);
		must_refuse(source, wrong[i].text);
	}
}
END_TEST

/* What is repeated is written out, with the names that it would have then. */
START_TEST(steps_are_repeated)
{
	static const char *const names[] = {"connect", "ask",    "recv",       "repeated",
					    "ask#2",   "recv#2", "repeated#2", "recv#3"};
	struct plan *plan = load(
		"case: a\nhosts:\n"
		"  client: {program: [connect: \"server:80\", {repeat: {times: 2, steps: "
		"[{send: 5, as: ask}, recv, {sleep: 1s, as: repeated}]}}, recv]}\n"
		"  server: {program: [listen: 80, accept]}\nexpect: {}\n");
	const struct plan_program *program = &plan->program[0];

	ck_assert_int_eq(program->step_count, sizeof(names) / sizeof(*names));
	for (int i = 0; i < program->step_count; i++)
		ck_assert_str_eq(program->step[i].name, names[i]);
	plan_free(plan);
}
END_TEST

/* Whether the run of two that wait for each other, and of a third that nobody asks about, is over:
 * when those in OVER are, and of the first two those in WAIT do that. */
static bool all_over(uint32_t over, uint32_t wait)
{
	struct plan *plan = load(
		"case: a\nhosts:\n"
		"  one: {program: [{after: {two: {step: recv}}}]}\n"
		"  two: {program: [{listen: 80}, accept, {after: {one: exit}}, recv]}\n"
		"  three: {program: [pause]}\nexpect: {one: {exit: 0}, two: {accept: 0}}\n");
	uint32_t awaits[] = {0, 0, 0};
	bool is_over;

	for (int i = 0; i < 2; i++)
		if (wait & 1u << i)
			awaits[i] = plan_awaited_from(plan, i, 0);
	is_over = plan_all_over(plan, over, awaits, 0);
	plan_free(plan);
	return is_over;
}

START_TEST(a_run_is_over_when_nobody_goes_on)
{
	ck_assert(!all_over(0, 0));
	ck_assert(!all_over(1, 0));
	ck_assert(all_over(3, 0));
	ck_assert(!all_over(0, 1)); /* the second goes on, and may do it */
	ck_assert(all_over(2, 1));  /* it will not: the first waits in vain */
	ck_assert(all_over(0, 3));  /* each waits for the other */
}
END_TEST

/* None is left out of the table. */
START_TEST(every_step_has_a_kind)
{
	for (int op = 0; op < PEER_OP_COUNT; op++)
		ck_assert_msg(step_kinds[op].needs >= NEEDS_NOTHING, "step %d", op);
}
END_TEST

/* The record calls them as the author does. */
START_TEST(options_have_one_name)
{
	for (int i = 0; i < option_count; i++)
		ck_assert_str_eq(sockopt_name(option_table[i].level, option_table[i].number),
				 option_table[i].name);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("step");

	tcase_add_loop_test(tests, steps_reach_the_peer, 0, STEPS);
	tcase_add_test(tests, addresses_go_by_ip_version);
	tcase_add_test(tests, texts_and_modifiers);
	tcase_add_loop_test(tests, options_reach_the_peer, 0, OPTIONS);
	tcase_add_test(tests, wrong_steps_are_refused);
	tcase_add_test(tests, steps_are_repeated);
	tcase_add_test(tests, a_run_is_over_when_nobody_goes_on);
	tcase_add_test(tests, every_step_has_a_kind);
	tcase_add_test(tests, options_have_one_name);
	return run_tests(tests);
}
