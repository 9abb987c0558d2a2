/* SPDX-License-Identifier: MIT */
#include "base_test.h"
#include "verdict_test.h"

#define CLIENT_AT_10S                                                                              \
	"ESTABLISHED 10.0.0.0:40000 - 10.0.0.9:8081, timer keepalive in 1.000 s, queues 10/20, "   \
	"rto "                                                                                     \
	"0.204 s, backoff 3, probes 4, unacked 2, retransmits 1"
#define AT_10S(what) "sockets: [{host: client, at: 10s, " what "}]"
#define SERVER(what) "sockets: [{host: server, at: 10s, " what "}]"

static const struct judged rows[] = {
	{AT_10S("state: ESTABLISHED"), HOLDS, "", "client: ESTABLISHED socket at 10.000",
	 CLIENT_AT_10S},
	{AT_10S("state: CLOSE_WAIT"), FAILS, "1 in another state",
	 "client: CLOSE_WAIT socket at 10.000", CLIENT_AT_10S},
	{AT_10S("state: [CLOSE_WAIT, ESTABLISHED]"), HOLDS, "", NULL, NULL},
	{AT_10S("state: none"), FAILS, "1 there", "client: no socket at 10.000", NULL},
	{AT_10S("state: [none, ESTABLISHED]"), HOLDS, "", NULL, NULL},
	{AT_10S("count: 1"), HOLDS, "", "client: 1 socket at 10.000", NULL},
	{AT_10S("count: 0"), FAILS, "1 instead of 0", "client: 0 sockets at 10.000", NULL},
	{AT_10S("port: 40000"), HOLDS, "", "client: socket at port 40000 at 10.000", NULL},
	{AT_10S("port: 40001"), FAILS, "there is none", NULL, "no socket"},
	{AT_10S("remote_port: 8081"), HOLDS, "", "client: socket to port 8081 at 10.000", NULL},
	{AT_10S("remote_port: 8082"), FAILS, "there is none", NULL, NULL},
	{AT_10S("remote_port: 8082, state: none"), HOLDS, "", NULL, NULL},
	/* What a socket is like. */
	{AT_10S("timer: keepalive"), HOLDS, "", "client: socket, timer keepalive at 10.000", NULL},
	{AT_10S("timer: none"), FAILS, "timer keepalive", NULL, NULL},
	{AT_10S("timer: probe"), FAILS, "timer keepalive", NULL, NULL},
	{AT_10S("orphan: false"), HOLDS, "", "client: socket, not an orphan at 10.000", NULL},
	{AT_10S("orphan: true"), FAILS, "not an orphan", "client: socket, orphan at 10.000", NULL},
	{AT_10S("expires: 1s"), HOLDS, "", "client: socket, expires 1.000 s at 10.000", NULL},
	{AT_10S("expires: 2s"), FAILS, "expires: 1.000 s too short", NULL, NULL},
	{AT_10S("expires: ..900ms"), FAILS, "expires: 0.100 s too long", NULL, NULL},
	{AT_10S("rto: 200ms"), HOLDS, "", "client: socket, rto 0.200 s at 10.000", NULL},
	{AT_10S("rto: 210ms..1s"), FAILS, "rto: 0.006 s too short", NULL, NULL},
	{AT_10S("retransmits: 0"), HOLDS, "", "client: socket, retransmits 0 at 10.000", NULL},
	{AT_10S("retransmits: 1"), FAILS, "retransmits: 0 instead of 1", NULL, NULL},
	{AT_10S("backoff: 3"), HOLDS, "", "client: socket, backoff 3 at 10.000", NULL},
	{AT_10S("backoff: 4.."), FAILS, "backoff: 3 instead of at least 4", NULL, NULL},
	{AT_10S("probes: 4"), HOLDS, "", "client: socket, probes 4 at 10.000", NULL},
	{AT_10S("probes: 1..3"), FAILS, "probes: 4 instead of 1..3", NULL, NULL},
	{AT_10S("rqueue: 10"), HOLDS, "", "client: socket, rqueue 10 at 10.000", NULL},
	{AT_10S("rqueue: 0"), FAILS, "rqueue: 10 instead of 0", NULL, NULL},
	{AT_10S("wqueue: 20"), HOLDS, "", "client: socket, wqueue 20 at 10.000", NULL},
	{AT_10S("wqueue: 21"), FAILS, "wqueue: 20 instead of 21", NULL, NULL},
	{AT_10S("unacked: 2"), HOLDS, "", "client: socket, unacked 2 at 10.000", NULL},
	{AT_10S("unacked: 3"), FAILS, "unacked: 2 instead of 3", NULL, NULL},
	{AT_10S("rto: 5s, probes: 9"), FAILS, "probes: 4 instead of 9; rto: 4.796 s too short",
	 NULL, NULL},
	/* Several sockets; one listens, and counts only where that is asked. */
	{SERVER("state: ESTABLISHED"), FAILS, "1 in another state", NULL,
	 "ESTABLISHED 10.0.0.0:8081 - 10.0.0.9:40000, timer none, queues 0/0, rto 0.200 s, backoff "
	 "0, "
	 "probes 0, unacked 0, retransmits 0; FIN_WAIT2 10.0.0.0:8081 - 10.0.0.9:40001, timer "
	 "time-wait in 50.000 s, queues 0/0, orphan"},
	{SERVER("state: ESTABLISHED, count: 1"), HOLDS, "",
	 "server: 1 ESTABLISHED socket at 10.000", NULL},
	{SERVER("count: 2"), HOLDS, "", NULL, NULL},
	{SERVER("count: 3"), FAILS, "2 instead of 3", "server: 3 sockets at 10.000", NULL},
	{SERVER("state: LISTEN"), HOLDS, "", NULL, NULL},
	{SERVER("state: LISTEN, count: 2"), FAILS, "1 instead of 2", NULL, NULL},
	{SERVER("state: [LISTEN, FIN_WAIT2]"), FAILS, "1 in another state", NULL, NULL},
	{SERVER("state: [LISTEN, FIN_WAIT2], count: 2"), HOLDS, "", NULL, NULL},
	{SERVER("state: none"), FAILS, "2 there", NULL, NULL},
	{SERVER("remote_port: 40001, orphan: true"), HOLDS, "", NULL, NULL},
	{SERVER("remote_port: 40001, orphan: false"), FAILS, "an orphan", NULL, NULL},
	/* What the kernel does not tell is not 0. */
	{SERVER("remote_port: 40000, expires: ..1s"), FAILS, "expires: no timer runs", NULL, NULL},
	{SERVER("remote_port: 40001, rto: ..1s"), FAILS, "rto: there is none in this state", NULL,
	 NULL},
	{SERVER("remote_port: 40001, probes: ..1"), FAILS, "probes: -1 instead of 0..1", NULL,
	 NULL},
	/* When. */
	{"sockets: [{host: client, state: none}]", HOLDS, "", "client: no socket at the end",
	 "no socket"},
	{"sockets: [{host: client, state: ESTABLISHED}]", FAILS, "there is none",
	 "client: ESTABLISHED socket at the end", NULL},
	{"sockets: [{host: server, at: 37s, state: none}]", HOLDS, "", NULL, NULL},
	{"sockets: [{host: server, at: 37s, state: LISTEN}]", HOLDS, "", NULL, NULL},
	/* Where nobody looked, nothing is known ... */
	{"sockets: [{host: client, at: 20s, state: none}]", UNDECIDED, "the record cannot tell",
	 NULL, "the sockets were not looked at then: the run ended at 1:40.000"},
	{"sockets: [{host: client, at: 10.002s, state: ESTABLISHED}]", UNDECIDED,
	 "the record cannot tell", NULL, NULL},
	{"sockets: [{host: client, at: 10.001s, state: ESTABLISHED}]", HOLDS, "", NULL, NULL},
	{"sockets: [{host: client, at: 9.999s, state: ESTABLISHED}]", HOLDS, "", NULL, NULL},
	{"sockets: [{host: idle, state: none}]", UNDECIDED, "the record cannot tell", NULL, NULL},
	{"sockets: [{host: server, at: 29.9s, state: none}]", UNDECIDED, "the record cannot tell",
	 NULL, NULL},
	{"sockets: [{host: server, at: 49.9s, state: none}]", UNDECIDED, "the record cannot tell",
	 NULL, NULL},
	/* ... unless the host had no power: then it has no sockets. */
	{"sockets: [{host: server, at: 30s, state: none}]", HOLDS, "", NULL,
	 "no socket: the host has no power"},
	{"sockets: [{host: server, at: 34.9s, state: none}]", HOLDS, "", NULL, NULL},
	{"sockets: [{host: server, at: 35s, state: none}]", UNDECIDED, "the record cannot tell",
	 NULL, NULL},
	{"sockets: [{host: server, state: none}]", HOLDS, "", NULL, NULL},
	{"sockets: [{host: server, state: LISTEN}]", FAILS, "there is none", NULL, NULL},
	{"sockets: [{host: server, count: 0}]", HOLDS, "", NULL, NULL},
	{"sockets: [{host: server, at: 50s, state: none}]", HOLDS, "", NULL, NULL},
	/* Counters, of all boots of a host. */
	{"counters: {client: {TcpRetransSegs: 5}}", HOLDS, "",
	 "client: TcpRetransSegs changes by 5", "client: TcpRetransSegs changed by 5"},
	{"counters: {client: {TcpRetransSegs: 7}}", FAILS, "change: 5 instead of 7", NULL, NULL},
	{"counters: {client: {TcpRetransSegs: ..4}}", FAILS, "change: 5 instead of at most 4", NULL,
	 NULL},
	{"counters: {server: {TcpRetransSegs: 5}}", HOLDS, "", NULL, NULL},
	{"counters: {server: {TcpRetransSegs: 6..}}", FAILS, "change: 5 instead of at least 6",
	 NULL, NULL},
	{"counters: {client: {TcpCurrEstab: -1}}", HOLDS, "", NULL, NULL},
	{"counters: {client: {TcpExtTCPAbortOnTimeout: 0}}", HOLDS, "", NULL, NULL},
	{"counters: {client: {TcpExtTCPAbortOnTimeout: 1}}", FAILS, "change: 0 instead of 1", NULL,
	 "client: TcpExtTCPAbortOnTimeout changed by 0"},
	{"counters: {client: {TcpExtThere: 0}}", UNDECIDED, "the record cannot tell",
	 "client: TcpExtThere changes by 0", "that host's kernel has no such counter"},
	{"counters: {idle: {TcpRetransSegs: 0}}", UNDECIDED, "the record cannot tell", NULL,
	 "no counter of that host was recorded"},
};

START_TEST(sockets_and_counters)
{
	judge_row(&rows[_i], &story);
}
END_TEST

/* Only the retransmission timer counts retransmissions. */
START_TEST(retransmissions)
{
	static const struct judged again[] = {
		{AT_10S("retransmits: 1"), HOLDS, "", NULL, NULL},
		{AT_10S("retransmits: 2"), FAILS, "retransmits: 1 instead of 2", NULL, NULL}};
	struct record_socket socket = story.socket[1];
	struct record record = story;

	socket.timer = 1;
	record.socket = &socket;
	record.socket_count = 1;
	judge_row(&again[0], &record);
	judge_row(&again[1], &record);
}
END_TEST

/* A busy machine looks late, but never before it was to. */
static const struct judged real_rows[] = {
	{"sockets: [{host: client, at: 9.75s, state: ESTABLISHED}]", HOLDS, "", NULL, NULL},
	{"sockets: [{host: client, at: 9.749s, state: ESTABLISHED}]", UNDECIDED,
	 "the record cannot tell", NULL, NULL},
	{"sockets: [{host: client, at: 10.01s, state: ESTABLISHED}]", UNDECIDED,
	 "the record cannot tell", NULL, NULL},
	{AT_10S("expires: 1.2s"), HOLDS, "", NULL, NULL},
	{AT_10S("expires: 1.3s"), FAILS, "expires: 0.300 s too short", NULL, NULL},
};

START_TEST(sockets_on_a_real_clock)
{
	struct record record = story;

	record.kernel.virtual_clock = false;
	judge_row(&real_rows[_i], &record);
}
END_TEST

/* Of two looks the nearer one counts. */
START_TEST(sampled_twice)
{
	static const struct judged none = {AT_10S("state: none"), HOLDS, "", NULL, NULL};
	static const struct judged there = {
		"sockets: [{host: client, at: 9.9996s, state: ESTABLISHED}]", HOLDS, "", NULL,
		NULL};
	struct record_sampled looks[] = {{10 * S + 500000, 0}, {10 * S, 0}, {10 * S - 500000, 0}};
	struct record_socket socket = story.socket[1];
	struct record record = story;

	record.sampled = looks;
	record.sampled_count = 3;
	record.socket = &socket;
	record.socket_count = 1;
	socket.t_ns = looks[2].t_ns;
	judge_row(&none, &record);
	judge_row(&there, &record);
}
END_TEST

/* The same run, in which the server goes down at DOWN_NS and comes up at UP_NS. */
static void judge_power(int64_t down_ns, int64_t up_ns, enum holding holding)
{
	struct record_host changes[] = {{down_ns, 1, false}, {up_ns, 1, true}};
	struct record record = story;
	struct judgement *judgement;
	struct plan *plan = story_plan("", "sockets: [{host: server, state: none}]");

	record.host = changes;
	record.host_count = 2;
	ck_assert_int_eq(judge(plan, &record, &judgement, NULL), 0);
	ck_assert_int_eq(judgement->finding[0].holding, holding);
	judgement_free(judgement);
	plan_free(plan);
}

START_TEST(power)
{
	judge_power(30 * S, 200 * S, HOLDS);
	judge_power(100 * S, 200 * S, HOLDS);
	judge_power(101 * S, 200 * S, UNDECIDED); /* still up at the end */
	judge_power(30 * S, 35 * S, UNDECIDED);   /* up again */
	judge_power(30 * S, 30 * S, UNDECIDED);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("sockets");

	tcase_add_loop_test(tcase, sockets_and_counters, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_test(tcase, retransmissions);
	tcase_add_loop_test(tcase, sockets_on_a_real_clock, 0,
			    sizeof(real_rows) / sizeof(*real_rows));
	tcase_add_test(tcase, sampled_twice);
	tcase_add_test(tcase, power);
	return run_tests(tcase);
}
