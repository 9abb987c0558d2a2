/* SPDX-License-Identifier: MIT */
#include <linux/netfilter/nf_conntrack_tcp.h>

#include "base_test.h"
#include "verdict_test.h"

#define CLIENT "10.0.1.1"
#define SERVER "10.0.2.1"
#define VIP    "10.0.0.101"

/* Of the client at 10 s one to the VIP and one to the server itself, which does not answer; none of
 * it is left at the end. */
static struct record_conntrack entries[] = {
	{10 * S, TCP_CONNTRACK_ESTABLISHED, CLIENT, VIP, 40000, 80, SERVER, CLIENT, 8081, 40000,
	 true, true, 431990 * S},
	{10 * S, TCP_CONNTRACK_SYN_SENT, CLIENT, SERVER, 40001, 8082, SERVER, CLIENT, 8082, 40001,
	 false, false, 110 * S},
};
static struct record_sampled looks[] = {{10 * S, PLACE_ROUTER}, {100 * S, PLACE_ROUTER}};
static struct record_counter counted[] = {
	{.host = PLACE_ROUTER, .name = "conntrack_invalid", .before = 1, .after = 3},
	{.host = 0, .name = "TcpRetransSegs", .unread = 1}};

#define AT_10S(what) "conntrack: [{at: 10s, " what "}]"
#define TO_VIP       "ESTABLISHED client:40000 > web:80 (server:8081), 119h59m50s left"

static const struct judged rows[] = {
	{AT_10S("from: client, to: \"web:80\", backend: \"server:8081\", state: ESTABLISHED"),
	 HOLDS, "",
	 "router knows ESTABLISHED connection from client to web:80 with backend server:8081 at "
	 "10.000",
	 TO_VIP},
	{AT_10S("to: web, state: [SYN_SENT, CLOSE]"), FAILS, "1 in another state",
	 "router knows SYN_SENT or CLOSE connection to web at 10.000", TO_VIP},
	{AT_10S("to: server, state: SYN_SENT"), HOLDS, "", NULL,
	 "SYN_SENT client:40001 > server:8082, 110s left, not replied, not assured"},
	{AT_10S("from: \"client:40001\", state: SYN_SENT"), HOLDS, "",
	 "router knows SYN_SENT connection from client:40001 at 10.000", NULL},
	{AT_10S("from: server"), FAILS, "there is none", NULL, "no such connection"},
	{AT_10S("from: server, state: none"), HOLDS, "",
	 "router knows no connection from server at 10.000", NULL},
	{AT_10S("state: none"), FAILS, "2 there", "router knows no connection at 10.000", NULL},
	{AT_10S("backend: server, count: 2"), HOLDS, "", NULL, NULL},
	{AT_10S("backend: \"server:8081\", count: 2"), FAILS, "1 instead of 2",
	 "router knows 2 connections with backend server:8081 at 10.000", NULL},
	{AT_10S("to: web, expires: 431990s, replied: true, assured: true"), HOLDS, "",
	 "router knows connection to web, expires 119:59:50.000, replied, assured at 10.000", NULL},
	{AT_10S("to: web, expires: ..300s"), FAILS, "expires: 119:54:50.000 too long", NULL, NULL},
	{AT_10S("to: server, replied: true"), FAILS, "not replied", NULL, NULL},
	{AT_10S("to: server, assured: true"), FAILS, "not assured", NULL, NULL},
	{"conntrack: [{state: none}]", HOLDS, "", "router knows no connection at the end",
	 "no such connection"},
	{"conntrack: [{at: 20s, state: none}]", UNDECIDED, "the record cannot tell", NULL,
	 "the router was not looked at then: the run ended at 1:40.000"},
	{"counters: {router: {conntrack_invalid: 2}}", HOLDS, "",
	 "router: conntrack_invalid changes by 2", "router: conntrack_invalid changed by 2"},
	{"counters: {router: {conntrack_invalid: 0}}", FAILS, "change: 2 instead of 0", NULL, NULL},
	{"counters: {router: {conntrack_drop: 0}}", UNDECIDED, "the record cannot tell", NULL,
	 NULL},
	{"counters: {client: {TcpRetransSegs: 0}}", UNDECIDED, "the record cannot tell", NULL,
	 "client: TcpRetransSegs changed by 0, without what a boot counted that ended before it "
	 "was "
	 "read"},
};

START_TEST(what_the_router_knows)
{
	struct record record = story;

	record.conntrack = entries;
	record.conntrack_count = 2;
	record.sampled = looks;
	record.sampled_count = 2;
	record.counter = counted;
	record.counter_count = 2;
	judge_row(&rows[_i], &record);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("conntrack");

	tcase_add_loop_test(tcase, what_the_router_knows, 0, sizeof(rows) / sizeof(*rows));
	return run_tests(tcase);
}
