/* SPDX-License-Identifier: MIT */
#include "base_test.h"
#include "verdict_test.h"

#define WIRE(what)   "wire: [{" what "}]"
#define PROBES(what) WIRE("kind: keepalive-probe, " what)
#define SETUP        "client syn, server syn-ack, client ack"

static const struct judged rows[] = {
	/* Which, and how many. */
	{WIRE("kind: keepalive-probe"), HOLDS, "", "at least 1 keepalive-probe from anybody",
	 "3 at 11.000, 14.000, 17.000"},
	{WIRE("kind: fin"), FAILS, "count: 0 instead of at least 1", "at least 1 fin from anybody",
	 "0"},
	{PROBES("count: 3"), HOLDS, "", "3 keepalive-probe from anybody", NULL},
	{PROBES("count: 4"), FAILS, "count: 3 instead of 4", NULL, NULL},
	{PROBES("count: 2"), FAILS, "count: 3 instead of 2", NULL, NULL},
	{PROBES("count: ..2"), FAILS, "count: 3 instead of 0..2", NULL, NULL},
	{PROBES("count: 0"), FAILS, "count: 3 instead of 0", NULL, NULL},
	{WIRE("kind: fin, count: 0"), HOLDS, "", "0 fin from anybody", "0"},
	{WIRE("kind: [rst, syn], count: 2"), HOLDS, "", "2 syn or rst from anybody",
	 "2 at 0.000, 20.000"},
	{WIRE("kind: tcp, not: [keepalive-probe, rst], count: 5"), HOLDS, "",
	 "5 tcp, not rst or keepalive-probe from anybody", NULL},
	{WIRE("count: 11"), HOLDS, "", "11 packets from anybody", NULL},
	{WIRE("kind: other, count: 1"), HOLDS, "", NULL, NULL},
	{WIRE("kind: arp-request, count: 1"), HOLDS, "", NULL, NULL},
	/* From whom to whom. */
	{WIRE("from: client, kind: ack, count: 1"), HOLDS, "", "1 ack from client", NULL},
	{WIRE("from: server, kind: ack, count: 1"), HOLDS, "", NULL, "1 at 1.001"},
	{WIRE("from: server, kind: syn"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	{WIRE("to: client, kind: ack, count: 1"), HOLDS, "", "1 ack from anybody to client", NULL},
	{WIRE("to: server, kind: syn-ack"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	{WIRE("from: router, kind: icmp, count: 1"), HOLDS, "", "1 icmp from router", NULL},
	{WIRE("from: client, kind: icmp"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	{WIRE("icmp: 1"), HOLDS, "", "at least 1 icmp code 1 from anybody", NULL},
	{WIRE("icmp: [3, 1]"), HOLDS, "", "at least 1 icmp type 3 code 1 from anybody", NULL},
	{WIRE("icmp: 0"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	{WIRE("icmp: [5, 1]"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	/* What became of it. */
	{PROBES("seen: lost, count: 3"), HOLDS, "", "3 keepalive-probe lost from anybody", NULL},
	{PROBES("seen: delivered"), FAILS, "count: 0 instead of at least 1",
	 "at least 1 keepalive-probe delivered from anybody", NULL},
	{WIRE("kind: syn, seen: delivered, count: 1"), HOLDS, "", NULL, NULL},
	{WIRE("kind: syn, seen: lost"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	/* When; the ends are within. */
	{PROBES("within: 11s..14s, count: 2"), HOLDS, "",
	 "2 keepalive-probe from anybody within 11.000..14.000", "2 at 11.000, 14.000"},
	{PROBES("within: 11.001s..16.999s, count: 1"), HOLDS, "", NULL, NULL},
	{PROBES("after: 14s, count: 2"), HOLDS, "",
	 "2 keepalive-probe from anybody within 14.000..", NULL},
	{PROBES("before: 14s, count: 2"), HOLDS, "",
	 "2 keepalive-probe from anybody within ..14.000", NULL},
	{PROBES("after: 17.001s"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	{PROBES("within: 16s..16.1s, count: 0"), HOLDS, "", NULL, NULL},
	/* A moment alone is widened by the tolerance, 20 ms to both sides. */
	{PROBES("within: 14s, count: 0"), FAILS, "count: 1 instead of 0", NULL, "1 at 14.000"},
	{PROBES("within: 14.02s, count: 1"), HOLDS, "",
	 "1 keepalive-probe from anybody within 14.020", NULL},
	{PROBES("within: 13.98s, count: 1"), HOLDS, "", NULL, NULL},
	{PROBES("within: 14.021s, count: 0"), HOLDS, "", NULL, NULL},
	{PROBES("within: 13.979s, count: 0"), HOLDS, "", NULL, NULL},
	{PROBES("first: 11s"), HOLDS, "",
	 "at least 1 keepalive-probe from anybody, the first at 11.000", NULL},
	{PROBES("first: 12s"), FAILS, "first: 1.000 s too early", NULL, NULL},
	{PROBES("first: 10s..10.9s"), FAILS, "first: 0.100 s too late", NULL, NULL},
	{PROBES("last: 17.02s"), HOLDS, "",
	 "at least 1 keepalive-probe from anybody, the last at 17.020", NULL},
	{PROBES("last: 17.021s"), FAILS, "last: 0.021 s too early", NULL, NULL},
	{PROBES("last: 16s"), FAILS, "last: 1.000 s too late", NULL, NULL},
	{PROBES("every: 3s"), HOLDS, "", "at least 1 keepalive-probe from anybody, every 3.000 s",
	 NULL},
	{PROBES("every: 2s"), FAILS, "spacing: 1.000 s too long; spacing: 1.000 s too long", NULL,
	 NULL},
	{PROBES("every: 3.1s..4s"), FAILS, "spacing: 0.100 s too short; spacing: 0.100 s too short",
	 NULL, NULL},
	{PROBES("before: 14s, every: 3s"), HOLDS, "", NULL, NULL},
	{PROBES("before: 13s, every: 3s"), FAILS, "no spacing: fewer than two", NULL, NULL},
	{WIRE("kind: fin, count: 0.., first: 1s"), FAILS, "there is none", NULL, NULL},
	{WIRE("kind: fin, count: 0.., last: 1s"), FAILS, "there is none", NULL, NULL},
	{WIRE("kind: data, length: 100"), HOLDS, "",
	 "at least 1 data from anybody, each of length 100", NULL},
	{WIRE("kind: data, length: 101"), FAILS, "length: 100 instead of 101", NULL, NULL},
	{WIRE("kind: data, length: ..99"), FAILS, "length: 100 instead of 0..99", NULL, NULL},
	{WIRE("kind: tcp, before: 1s, length: 100"), FAILS,
	 "length: 0 instead of 100; length: 0 instead of 100; length: 0 instead of 100", NULL,
	 NULL},
	/* Order: all of TCP in that time, and nothing else. */
	{WIRE("order: [" SETUP "], before: 500ms"), HOLDS, "",
	 "client syn, server syn-ack, client ack within ..0.500",
	 "client syn, server syn-ack, client ack"},
	{WIRE("order: [" SETUP "], before: 1s"), FAILS,
	 "number 4 is client data at 1.000, one too many", NULL,
	 "client syn, server syn-ack, client ack, client data"},
	{WIRE("order: [" SETUP ", client data], before: 500ms"), FAILS,
	 "number 4 is missing: client data", NULL, NULL},
	{WIRE("order: [client syn, client ack, server syn-ack], before: 500ms"), FAILS,
	 "number 2 is server syn-ack at 0.001 instead of client ack", NULL, NULL},
	{WIRE("order: [client syn, server ack, client ack], before: 500ms"), FAILS,
	 "number 2 is server syn-ack at 0.001 instead of server ack", NULL, NULL},
	{WIRE("order: [client tcp, server tcp, client tcp ack], before: 500ms"), HOLDS, "",
	 "client tcp, server tcp, client ack+tcp within ..0.500", NULL},
	{WIRE("order: [client data rst], within: 1s..1s"), FAILS,
	 "number 1 is client data at 1.000 instead of client data+rst", NULL, NULL},
	{WIRE("order: [], within: 20.02s"), FAILS, "number 1 is client rst at 20.000, one too many",
	 "no TCP packets within 20.020", NULL},
	{WIRE("order: [client rst], within: 19.98s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [], within: 20.021s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [], after: 20.001s"), HOLDS, "", "no TCP packets within 20.001..",
	 "no TCP packets"},
	{WIRE("order: [], after: 20s"), FAILS, "number 1 is client rst at 20.000, one too many",
	 NULL, NULL},
	/* Silence: packets but background, steps, programs, sockets. */
	{"silence: {within: 65s..99s}", HOLDS, "", "silence of anybody within 1:05.000..1:39.000",
	 "nothing"},
	{"silence: {within: 16s..18s}", FAILS, "a packet at 17.000", NULL,
	 "client > server: ACK, keepalive probe, lost [keepalive-probe tcp]"},
	{"silence: {host: server, within: 16s..18s}", HOLDS, "",
	 "silence of server within 16.000..18.000", NULL},
	{"silence: {within: 10s..18s}", FAILS, "a packet at 11.000", NULL,
	 "client > server: ACK, keepalive probe, lost [keepalive-probe tcp] and 3 more"},
	{"silence: {within: 17s..18s}", FAILS, "a packet at 17.000", NULL, NULL},
	{"silence: {within: 16s..17s}", FAILS, "a packet at 17.000", NULL, NULL},
	{"silence: {host: server, within: 36s..40s}", FAILS, "a step began at 40.000", NULL,
	 "server (start 2): recv 100 ... and 1 more"},
	/* sent before, but it comes in */
	{"silence: {host: server, within: 1.0005s..1.0009s}", HOLDS, "", NULL, NULL},
	{"silence: {host: server, within: 2.5ms..3ms}", FAILS, "a packet came in at 0.003", NULL,
	 "client > server: ACK"},
	{"silence: {within: 2.5ms..3ms}", FAILS, "a packet came in at 0.003", NULL, NULL},
	{"silence: {host: client, within: 2.5ms..3ms}", HOLDS, "", NULL, NULL},
	{"silence: {within: 61.9s..63s}", FAILS, "a step began at 1:02.000", NULL, NULL},
	{"silence: {host: server, within: 49s..60s}", FAILS, "a program ended at 50.000", NULL,
	 NULL},
	{"silence: {host: server, within: 31s..35s}", FAILS, "a program started at 35.000", NULL,
	 NULL},
	{"silence: {host: client, within: 61.1s..61.5s}", FAILS, "a step ended at 1:01.200", NULL,
	 "client: recv: ECONNRESET and 1 more"},
};

START_TEST(wire)
{
	judge_row(&rows[_i], &story);
}
END_TEST

/* The only thing that happens is what happens to the socket. */
START_TEST(silence_of_sockets)
{
	static const struct judged row = {"silence: {within: 61.1s..61.5s}", FAILS,
					  "a socket changed its state at 1:01.200", NULL,
					  "client: socket 10.0.0.0:40000 - 10.0.0.9:8081 is gone"};
	struct record record = story;

	record.step_count = 0;
	judge_row(&row, &record);
}
END_TEST

/* netem's duplicate of the SYN: its sender sent one, two arrived. */
static const struct judged duplicate_rows[] = {
	{WIRE("kind: syn, count: 1"), HOLDS, "", NULL, NULL},
	{WIRE("kind: syn, count: 2, seen: delivered"), HOLDS, "", NULL, NULL},
	{WIRE("kind: syn, count: 0, seen: lost"), HOLDS, "", NULL, NULL},
	{WIRE("order: [client syn, server syn-ack, client ack], before: 500ms"), HOLDS, "", NULL,
	 NULL},
};

START_TEST(made_on_the_way)
{
	struct record_packet packets[4] = {story.packet[0], story.packet[0], story.packet[1],
					   story.packet[2]};
	struct record record = story;

	packets[1].made_on_way = true;
	record.packet = packets;
	record.packet_count = 4;
	judge_row(&duplicate_rows[_i], &record);
	packets[1].arrived_ns = -1; /* the duplicate is lost: nothing of its sender's is */
	if (_i != 1)
		judge_row(&duplicate_rows[_i], &record);
}
END_TEST

/* What a run did not last to is not known to be missing. */
static const struct judged short_rows[] = {
	{WIRE("kind: fin, within: 19s..30s, count: 0"), UNDECIDED, "the record cannot tell", NULL,
	 "0; the run ended at 25.000"},
	{WIRE("kind: fin, within: 19s..25s, count: 0"), HOLDS, "", NULL, NULL},
	{WIRE("kind: fin, after: 19s, count: 0"), HOLDS, "", NULL, NULL},
	{WIRE("kind: fin, after: 26s, count: 0"), UNDECIDED, "the record cannot tell", NULL, NULL},
	{WIRE("kind: rst, within: 19s..30s, count: 1"), UNDECIDED, "the record cannot tell", NULL,
	 NULL},
	{WIRE("kind: rst, within: 19s..30s, last: 20s"), UNDECIDED, "the record cannot tell", NULL,
	 NULL},
	{WIRE("kind: rst, within: 19s..30s, first: 20s"), HOLDS, "", NULL, NULL},
	{WIRE("kind: rst, within: 19s..30s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [client rst], within: 19s..30s"), UNDECIDED, "the record cannot tell", NULL,
	 NULL},
	{WIRE("order: [client rst], within: 19s..25s"), HOLDS, "", NULL, NULL},
	{"silence: {within: 21s..30s}", UNDECIDED, "the record cannot tell", NULL,
	 "nothing; the run ended at 25.000"},
	{"silence: {within: 21s..25s}", HOLDS, "", NULL, NULL},
	{"silence: {host: idle, within: 26s..}", UNDECIDED, "the record cannot tell", NULL, NULL},
	{"silence: {within: 19s..30s}", FAILS, "a packet at 20.000", NULL, NULL},
};

START_TEST(run_that_was_too_short)
{
	struct record record = story;

	record.step_count = record.program_count = 0;
	record.end_ns = 25 * S;
	judge_row(&short_rows[_i], &record);
}
END_TEST

/* Of a window that is open beyond `until` all there was to see was seen. */
START_TEST(window_longer_than_the_run)
{
	static const struct judged row = {WIRE("kind: fin, within: 65s..200s, count: 0"), HOLDS, "",
					  NULL, NULL};

	judge_row(&row, &story);
}
END_TEST

/* At the edges of a window what is counted on a real clock may be in or out. */
static const struct judged real_rows[] = {
	{PROBES("within: 16s..16.75s"), HOLDS, "", NULL, "0"},
	{PROBES("within: 16s..16.749s"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	{PROBES("within: 17.02s..18s"), HOLDS, "", NULL, NULL},
	{PROBES("within: 17.021s..18s"), FAILS, "count: 0 instead of at least 1", NULL, NULL},
	{PROBES("within: 16.751s..18s, count: 0"), HOLDS, "", NULL, NULL},
	{PROBES("within: 16.75s..18s, count: 0"), FAILS, "count: 1 instead of 0", NULL, NULL},
	{PROBES("within: 16s..17.019s, count: 0"), HOLDS, "", NULL, NULL},
	{PROBES("within: 16s..17.02s, count: 0"), FAILS, "count: 1 instead of 0", NULL, NULL},
	{PROBES("within: 13.9s..16.9s, count: 1"), HOLDS, "", NULL, NULL},
	{PROBES("within: 13.9s..16.9s, count: 2"), HOLDS, "", NULL, NULL},
	{PROBES("within: 13.9s..16.9s, count: 3"), FAILS, "count: 1 instead of 3", NULL, NULL},
	{PROBES("every: 3.25s..4s"), HOLDS, "", NULL, NULL},
	{PROBES("every: 3.251s..4s"), FAILS,
	 "spacing: 0.251 s too short; spacing: 0.251 s too short", NULL, NULL},
	{PROBES("first: 11.04s"), HOLDS, "", NULL, NULL},
	{PROBES("first: 11.041s"), FAILS, "first: 0.041 s too early", NULL, NULL},
	{PROBES("last: 16.73s"), HOLDS, "", NULL, NULL},
	{PROBES("last: 16.729s"), FAILS, "last: 0.271 s too late", NULL, NULL},
	/* near an edge is in or out, whichever is right */
	{WIRE("order: [client keepalive-probe], within: 13s..16s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [client keepalive-probe], within: 13.9s..16.9s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [client keepalive-probe, client keepalive-probe], within: 13.9s..16.9s"),
	 HOLDS, "", NULL, NULL},
	{WIRE("order: [client keepalive-probe], within: 16.9s..20.01s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [client rst], within: 16.9s..20.01s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [], within: 16.9s..20.01s"), HOLDS, "", NULL, NULL},
	{WIRE("order: [client rst], within: 16.74s..20.01s"), FAILS,
	 "number 1 is client keepalive-probe at 17.000 instead of client rst", NULL, NULL},
	{WIRE("order: [client keepalive-probe], within: 16.9s..20.03s"), FAILS,
	 "number 2 is client rst at 20.000, one too many", NULL, NULL},
	{WIRE("order: [], within: 16s..16.27s"), UNDECIDED, "too short a time for a real clock",
	 NULL, NULL},
	{"silence: {within: 16.751s..18s}", HOLDS, "", NULL, NULL},
	{"silence: {within: 16.75s..18s}", FAILS, "a packet at 17.000", NULL, NULL},
	{"silence: {within: 16s..17.019s}", HOLDS, "", NULL, NULL},
	{"silence: {within: 16s..17.02s}", FAILS, "a packet at 17.000", NULL, NULL},
	{PROBES("within: 16.9s..17.1s, count: 1"), HOLDS, "", NULL, NULL},
	{WIRE("kind: fin, count: 0"), HOLDS, "", NULL, NULL},
	{WIRE("kind: fin, after: 99.9s, count: 0"), HOLDS, "", NULL, NULL},
	/* Nothing is left of these. */
	{"silence: {within: 16s..16.27s}", UNDECIDED, "too short a time for a real clock", NULL,
	 NULL},
	{"silence: {within: 16s..16.271s}", HOLDS, "", NULL, NULL},
	{PROBES("within: 16s..16.27s, count: 0"), UNDECIDED, "too short a time for a real clock",
	 NULL, NULL},
};

START_TEST(wire_on_a_real_clock)
{
	struct record record = story;

	record.kernel.virtual_clock = false;
	judge_row(&real_rows[_i], &record);
}
END_TEST

/* Where the explanation looks: at what is wrong, else at the last, else where it was to be. */
static const struct {
	const char *expect;
	int64_t t_ns;
} moments[] = {
	{PROBES("count: 2"), 17 * S},
	{PROBES("every: 2s"), 14 * S},
	{PROBES("every: 3s"), 17 * S},
	{PROBES("first: 12s"), 11 * S},
	{PROBES("every: 2s, first: 12s"), 14 * S},
	{PROBES("first: 11s, last: 16s"), 17 * S},
	{WIRE("kind: fin, within: 5s..6s"), 5 * S},
	{WIRE("kind: fin"), -1},
	{WIRE("kind: syn, count: 2"), 0},
	{WIRE("order: [client syn, client ack], before: 1ms"), 1 * MS},
	{WIRE("order: [client syn], after: 90s"), 90 * S},
	{"silence: {within: 16s..18s}", 17 * S},
	{"silence: {within: 65s..99s}", -1},
	{"client: {exit: 0}", -1},
	{"worker: {exit: 0}", 20 * S},
	{"server: {listen: blocked}", 0},
	{"sockets: [{host: client, at: 10s, state: none}]", 10 * S},
	{"sockets: [{host: client, state: ESTABLISHED}]", 100 * S},
};

START_TEST(moment)
{
	struct plan *plan = story_plan("", moments[_i].expect);
	struct judgement *judgement;

	ck_assert_int_eq(judge(plan, &story, &judgement, NULL), 0);
	ck_assert_int_eq(judgement->finding[0].t_ns, moments[_i].t_ns);
	judgement_free(judgement);
	plan_free(plan);
}
END_TEST

#define TEN_TIMES "1.000, 1.000, 1.000, 1.000, 1.000, 1.000, 1.000, 1.000, 1.000, 1.000"

/* A long list is cut, not lost. */
START_TEST(many_packets)
{
	static const struct judged all = {WIRE("kind: ack, count: 20"), HOLDS, "", NULL,
					  "20 at " TEN_TIMES ", " TEN_TIMES};
	static const struct judged more = {WIRE("kind: ack, count: 1"), FAILS,
					   "count: 400 instead of 1", NULL,
					   "400 at " TEN_TIMES ", " TEN_TIMES ", ..."};
	static const struct judged order = {WIRE("order: [client syn]"), FAILS,
					    "number 1 is client ack at 1.000 instead of client syn",
					    NULL, NULL};
	static struct record_packet packets[400];
	struct record record = story;

	for (int i = 0; i < 400; i++) {
		packets[i] = story.packet[2];
		packets[i].sent_ns = 1 * S;
	}
	record.packet = packets;
	record.packet_count = 20;
	judge_row(&all, &record);
	record.packet_count = 400;
	judge_row(&more, &record);
	judge_row(&order, &record);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("wire");

	tcase_add_loop_test(tcase, wire, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_loop_test(tcase, run_that_was_too_short, 0,
			    sizeof(short_rows) / sizeof(*short_rows));
	tcase_add_loop_test(tcase, wire_on_a_real_clock, 0, sizeof(real_rows) / sizeof(*real_rows));
	tcase_add_loop_test(tcase, moment, 0, sizeof(moments) / sizeof(*moments));
	tcase_add_test(tcase, silence_of_sockets);
	tcase_add_loop_test(tcase, made_on_the_way, 0,
			    sizeof(duplicate_rows) / sizeof(*duplicate_rows));
	tcase_add_test(tcase, window_longer_than_the_run);
	tcase_add_test(tcase, many_packets);
	return run_tests(tcase);
}
