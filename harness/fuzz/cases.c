/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include "use.h"

static const char *const texts[CASES] = {
	"case: two hosts\n"
	"hosts:\n"
	"  client: {program: [{connect: server:8081}, {send: 100}, recv]}\n"
	"  server: {program: [{listen: 8081}, accept, recv, pause]}\n"
	"timeline: [{at: 2s, crash: server}]\n"
	"expect: {client: {recv: blocked}}\n",
	"case: a router, the other family, and all kinds of expectations\n"
	"ip: 6\n"
	"network: router\n"
	"hosts:\n"
	"  client: {program: [{connect: server:8081}, {send: 100}, recv]}\n"
	"  server: {program: [{listen: 8081}, accept, {recv: eof}]}\n"
	"timeline: [{at: 2s, reboot: {host: server, down: 1s}}, {at: 5s, kill: client}]\n"
	"expect:\n"
	"  client: {recv: {errno: ECONNRESET, at: 3s..4s}}\n"
	"  sockets:\n"
	"    - {host: client, at: 1s, state: ESTABLISHED, timer: retransmission}\n"
	"  wire:\n"
	"    - {from: client, to: server, kind: syn, count: 1}\n"
	"  counters: {client: {TcpExtTCPAbortOnTimeout: 1}}\n",
	"case: commands\n"
	"hosts:\n"
	"  client: {program: {command: 'nc server 8081'}}\n"
	"  server: {program: [{listen: 8081}, accept, recv, pause]}\n"
	"expect: {client: {exit: 0}}\n",
	"case: three hosts\n"
	"hosts:\n"
	"  client: {program: [{connect: server:8081}, {heartbeat: {every: 1s}}]}\n"
	"  server: {program: [{listen: 8081}, accept, echo]}\n"
	"  other:\n"
	"timeline: [{at: 2s, pull: server}, {at: 4s, plug: server}]\n"
	"expect: {client: {heartbeat: {errno: ETIMEDOUT}}}\n",
};

const struct plan *cases_plan(uint8_t number)
{
	static struct plan *plans[CASES];

	number %= CASES;
	if (!plans[number])
		plans[number] = use_case(texts[number]);
	return plans[number];
}
