/* SPDX-License-Identifier: MIT
 *
 * Expectations: the table of their kinds, and those about sockets, counters and silence.
 */
#include "expect.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "conntrack_words.h"
#include "counter_words.h"
#include "list.h"
#include "tcp_words.h"

struct plan_expect *expect_add(struct decoder *d, const struct node *node, enum expect_kind kind)
{
	struct plan *plan = d->plan;
	struct plan_expect *expect;

	if (plan->expect_count == EXPECTS_MAX) {
		diag_error(d->diags, node->span, "more than %d expectations in one case",
			   EXPECTS_MAX);
		return NULL;
	}
	expect = LIST_ADD(d->pool, plan, expect);
	*expect = (struct plan_expect){.kind = kind,
				       .place = place_of(node->key ? node->key : node)};
	condition_beside(d, node, &expect->on);
	return expect;
}

#define SOCKET(member) TO(struct expect_socket, member)

static const struct field socket_fields[] = {
	{"host", TYPE_HOST, SOCKET(host), .required = true, .help = "whose sockets"},
	{"at", TYPE_MOMENT, SOCKET(at_ns), .max = INT64_MAX, .looks = "a moment (10s), or end",
	 .help = "when, at the end if not said"},
	{"state", TYPE_WORDS, SOCKET(states), .words = tcp_state_words,
	 .help = "one of these; none: there is no such socket. Listening sockets count only where "
		 "LISTEN is named"},
	{"count", TYPE_NUMBER, SOCKET(count), .min = 0, .max = 100000,
	 .help = "exactly so many in one of the states; if not said, at least one, and all "
		 "selected "
		 "ones are"},
	{"port", TYPE_NUMBER, SOCKET(local_port), .min = 1, .max = 65535,
	 .help = "selects by the local port"},
	{"remote_port", TYPE_NUMBER, SOCKET(remote_port), .min = 1, .max = 65535,
	 .help = "selects by the remote port"},
	{"timer", TYPE_WORD, SOCKET(timer), .words = tcp_timer_words,
	 .help = "the timer that runs"},
	{"expires", TYPE_DURATIONS, SOCKET(expires), .help = "the time that the timer has left"},
	{"retransmits", TYPE_NUMBERS, SOCKET(retransmits), .max = INT64_MAX,
	 .help = "retransmissions of the oldest segment"},
	{"backoff", TYPE_NUMBERS, SOCKET(backoff), .max = INT64_MAX,
	 .help = "times the timer doubled"},
	{"probes", TYPE_NUMBERS, SOCKET(probes), .max = INT64_MAX,
	 .help = "keepalive or window probes without an answer"},
	{"rqueue", TYPE_SIZES, SOCKET(rqueue), .help = "bytes received and not read"},
	{"wqueue", TYPE_SIZES, SOCKET(wqueue), .help = "bytes sent and not acknowledged"},
	{"rto", TYPE_DURATIONS, SOCKET(rto), .help = "the retransmission timeout"},
	{"unacked", TYPE_NUMBERS, SOCKET(unacked), .max = INT64_MAX,
	 .help = "segments not acknowledged"},
	{"orphan", TYPE_BOOL, SOCKET(orphan), .help = "no process has it any more"},
};
const struct form expect_socket_form = {
	.name = "a socket expectation", FIELDS(socket_fields), .beside = &condition_form};

/* All but none and LISTEN; with NEW_SYN_RECV. */
#define ANY_STATE (((1u << TCP_STATES) - 1) & ~(1u << 0 | 1u << TCP_LISTEN))

static bool is_among(const char *word, const char *const words[])
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

void check_none(struct decoder *d, const struct node *node, uint32_t states,
		const char *const selecting[])
{
	static const char *const any[] = {"at", "state", "when", "on", "because", NULL};

	if (states != 1u || node->kind != NODE_MAP)
		return;
	for (const struct node *value = node->child; value; value = value->next)
		if (!is_among(value->key->text, any) && !is_among(value->key->text, selecting))
			diag_help(d->diags,
				  diag_error(d->diags, value->key->span,
					     "'%s' of what is not there: state: none",
					     value->key->text),
				  "give a state that there is, or leave this out");
}

static void decode_socket(struct decoder *d, const struct node *node)
{
	static const char *const selecting[] = {"host", "port", "remote_port", NULL};
	struct plan_expect *expect = expect_add(d, node, EXPECT_SOCKET);

	if (!expect)
		return;
	expect->socket = (struct expect_socket){.host = PLAN_ANY,
						.at_ns = INT64_MAX,
						.local_port = PLAN_ANY,
						.remote_port = PLAN_ANY,
						.states = ANY_STATE,
						.count = PLAN_ANY,
						.timer = -1,
						.orphan = -1};
	form_decode(d, &expect_socket_form, node, &expect->socket);
	check_none(d, node, expect->socket.states, selecting);
}

void expect_sockets(struct decoder *d, const struct node *list)
{
	if (!want_list(d, list, "a list of socket expectations"))
		return;
	for (const struct node *item = list->child; item; item = item->next)
		decode_socket(d, item);
}

/* The groups of /proc/net/snmp, netstat and snmp6 that counters' names start with. */
static const char *const counter_groups[] = {"TcpExt",  "IpExt",    "Tcp",     "Ip6",
					     "IpReasm", "Ip",       "IcmpMsg", "Icmp6",
					     "Icmp",    "MPTcpExt", "UdpLite", "Udp"};

static bool check_router_counter(struct decoder *d, const struct node *key)
{
	int64_t value;

	if (plan_router_balances(d->plan))
		return find_word(d, ipvs_counter_words, key, &value);
	if (!plan_router_tracks(d->plan)) {
		diag_help(d->diags,
			  diag_error(d->diags, key->span,
				     "this router tracks no connections, and "
				     "counts nothing"),
			  "the case needs nat: true, vips, or a middlebox");
		return false;
	}
	return find_word(d, conntrack_counter_words, key, &value);
}

static bool check_counter(struct decoder *d, const struct node *key)
{
	const char *name = key->text;
	struct diag *diag;

	for (size_t i = 0; i < sizeof(counter_groups) / sizeof(*counter_groups); i++) {
		size_t length = strlen(counter_groups[i]);

		if (strncmp(name, counter_groups[i], length) == 0 && name[length] &&
		    strlen(name) < 64)
			return !is_slip(d, key, "counter", counter_names);
	}
	diag = diag_error(d->diags, key->span, "'%.60s' is no counter of the kernel", name);
	if (strncmp(name, "TCP", 3) == 0)
		diag_help(d->diags, diag, "did you mean 'TcpExt%.60s'?", name);
	else
		diag_help(d->diags, diag,
			  "counters are called as in nstat(8): TcpRetransSegs, "
			  "TcpExtTCPAbortOnTimeout, ...");
	return false;
}

static const struct field counter_fields[] = {
	{"change", TYPE_NUMBERS, TO(struct expect_counter, change), .required = true,
	 .min = INT64_MIN, .max = INT64_MAX, .help = "by how much it changed"},
};
const struct form expect_counter_form = {.name = "a counter's expectation",
					 FIELDS(counter_fields),
					 .bare = 1,
					 .beside = &condition_form};

static void decode_counter(struct decoder *d, const struct node *node, const struct node *key,
			   int host)
{
	struct plan_expect *expect = expect_add(d, node, EXPECT_COUNTER);

	if (!expect ||
	    !(host == PLACE_ROUTER ? check_router_counter(d, key) : check_counter(d, key)))
		return;
	expect->counter.host = host;
	expect->counter.name = pool_strdup(d->pool, key->text);
	form_decode(d, &expect_counter_form, node, &expect->counter);
}

void expect_counters(struct decoder *d, const struct node *map)
{
	if (!want_map(d, map, "a mapping of hosts to counters"))
		return;
	for (const struct node *host = map->child; host; host = host->next) {
		bool is_router = d->plan->network == NETWORK_ROUTER &&
				 strcmp(host->key->text, PLACE_ROUTER_NAME) == 0;
		int index = is_router ? PLACE_ROUTER
				      : find_host(d, host->key, host->key->text, PLACE_ROUTER);

		if (index == PLAN_ANY || !want_map(d, host, "a mapping of counters"))
			continue;
		for (const struct node *value = host->child; value; value = value->next) {
			for (const struct node *item = node_first(value); item;
			     item = node_next(value, item))
				decode_counter(d, item, value->key, index);
		}
	}
}

static const struct field silence_fields[] = {
	{"within", TYPE_MOMENTS, TO(struct expect_silence, within), .required = true,
	 .help = "when (55s..3h)"},
	{"host", TYPE_HOST, TO(struct expect_silence, host), .min = -1,
	 .help = "whose packets, steps and sockets; if not said, all"},
};
const struct form expect_silence_form = {
	.name = "silence", FIELDS(silence_fields), .beside = &condition_form};

static void decode_silence(struct decoder *d, const struct node *node)
{
	struct plan_expect *expect = expect_add(d, node, EXPECT_SILENCE);
	const struct node *within;
	const struct plan_range *range;

	if (!expect)
		return;
	expect->silence.host = PLAN_ANY;
	form_decode(d, &expect_silence_form, node, &expect->silence);
	within = node->kind == NODE_MAP ? node_get(node, "within") : NULL;
	range = &expect->silence.within;
	if (!within || !range->set)
		return;
	if (range->lo == range->hi)
		diag_help(d->diags,
			  node_error(d->diags, within, "silence lasts for a time, not a moment"),
			  "give a range, for example 55s..3h");
	else if (range->hi != INT64_MAX)
		moment_check(d, within, range->hi);
}

void expect_silence(struct decoder *d, const struct node *node)
{
	for (const struct node *item = node_first(node); item; item = node_next(node, item))
		decode_silence(d, item);
}

static const struct expect_section sections[] = {
	{"PROGRAM: STEP", EXPECT_STEP, "what a step returned, and when",
	 "client: {recv: {errno: ETIMEDOUT, at: 75s}}", &expect_step_form, NULL},
	{"PROGRAM: exit", EXPECT_PROGRAM, "how a program ended", "client: {exit: {status: 0}}",
	 &expect_exit_form, NULL},
	{"PROGRAM: output", EXPECT_OUTPUT,
	 "lines that a command wrote, to stdout or stderr, and when",
	 "client: {output: [{line: timed out, at: 75s..77s}, {line: retry, count: 3}, {not: "
	 "panic}]}",
	 &expect_output_form, NULL},
	{"PROGRAM: calls", EXPECT_CALLS,
	 "what a command with `trace: network` did with its TCP sockets",
	 "client: {calls: [{call: connect, with: \"server:80\"}, {call: recv, errno: ETIMEDOUT, "
	 "at: 75s..77s}]}",
	 &expect_calls_form, NULL},
	{"sockets", EXPECT_SOCKET, "sockets of a host at a moment, as the kernel tells them",
	 "sockets: [{host: server, at: 10s, state: CLOSE_WAIT}]", &expect_socket_form,
	 expect_sockets},
	{"conntrack", EXPECT_CONNTRACK,
	 "connections that the router knows at a moment, as conntrack(8) lists them; with "
	 "`balancer: ipvs` those of IPVS, as ipvsadm(8) -Lc does",
	 "conntrack: [{at: 5s, from: client, to: \"server:8081\", state: ESTABLISHED}]",
	 &expect_conntrack_form, expect_conntrack},
	{"wire", EXPECT_WIRE, "packets: who sent which, when, how many",
	 "wire: [{from: client, kind: keepalive-probe, after: 55s, count: 5, every: 3s}]",
	 &expect_wire_form, expect_wire},
	{"order", EXPECT_ORDER,
	 "an item of wire: exactly these TCP packets, as sent, in this order, and no others in "
	 "that "
	 "time",
	 "wire: [{order: [client syn, server syn-ack, client ack], before: 1s}]",
	 &expect_order_form, NULL},
	{"counters", EXPECT_COUNTER,
	 "by how much a counter of the kernel changed over the run. Of a kernel that lost its "
	 "power, hung "
	 "or is suspended when nobody knew beforehand, as by a fault with after, it cannot be "
	 "judged "
	 "(where each host has one of its own)",
	 "counters: {client: {TcpExtTCPAbortOnTimeout: 1, TcpRetransSegs: 5..}}",
	 &expect_counter_form, expect_counters},
	{"silence", EXPECT_SILENCE,
	 "nothing happened: no packet but background, no step begun or ended, no state changed",
	 "silence: {within: 55s..3h}", &expect_silence_form, expect_silence},
};
const struct expect_table expect_table = {sections, sizeof(sections) / sizeof(*sections)};

static int compare_ns(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* When the guest has to look at the sockets, and at what the router knows. */
static void collect_samples(struct decoder *d)
{
	struct plan *plan = d->plan;
	int count = 0;

	plan->sample_ns = pool_alloc(d->pool, sizeof(int64_t) * (size_t)(plan->expect_count + 1));
	for (int i = 0; i < plan->expect_count; i++) {
		const struct plan_expect *expect = &plan->expect[i];
		int64_t at_ns = expect->kind == EXPECT_SOCKET      ? expect->socket.at_ns
				: expect->kind == EXPECT_CONNTRACK ? expect->conntrack.at_ns
								   : INT64_MAX;

		if (at_ns != INT64_MAX)
			plan->sample_ns[count++] = at_ns;
	}
	qsort(plan->sample_ns, (size_t)count, sizeof(int64_t), compare_ns);
	for (int i = 0; i < count; i++)
		if (i == 0 || plan->sample_ns[i] != plan->sample_ns[i - 1])
			plan->sample_ns[plan->sample_count++] = plan->sample_ns[i];
}

static bool is_program(const struct plan *plan, const char *name)
{
	for (int i = 0; i < plan->program_count; i++)
		if (strcmp(plan->program[i].name, name) == 0)
			return true;
	return false;
}

static void decode_section(struct decoder *d, const struct node *value)
{
	const char *name = value->key->text;
	struct known known;
	struct diag *diag;

	for (int i = 0; i < expect_table.count; i++)
		if (sections[i].decode && strcmp(sections[i].name, name) == 0) {
			sections[i].decode(d, value);
			return;
		}
	if (is_program(d->plan, name)) {
		expect_program(d, value);
		return;
	}
	known_init(&known, name);
	for (int i = 0; i < d->plan->program_count; i++)
		known_add(&known, d->plan->program[i].name);
	for (int i = 0; i < expect_table.count; i++)
		if (sections[i].decode)
			known_add(&known, sections[i].name);
	if (d->programs_missing)
		return;
	diag = diag_error(d->diags, value->key->span,
			  "there is no program '%.60s' to expect something of", name);
	host_help(d, diag, name);
	known_help(d->diags, diag, &known, "expectations are about");
}

void decode_expect(struct decoder *d, const struct node *map)
{
	if (!want_map(d, map,
		      "a mapping of programs, sockets, conntrack, wire, counters and silence"))
		return;
	for (const struct node *value = map->child; value; value = value->next)
		decode_section(d, value);
	collect_samples(d);
}
