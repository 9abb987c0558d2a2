/* SPDX-License-Identifier: MIT
 *
 * The faults of a timeline: their table, and what each is for the conductor.
 */
#include <string.h>

#include "decode.h"
#include "duration.h"
#include "fault.h"
#include "packets.h"

#define FAULT(member) TO(struct fault_args, fault.member)

/* Where `all` or a host stand for directions: from and to any, or both ways of one host. */
static bool decode_around(struct decoder *d, const struct node *node, void *ret)
{
	struct fault_args *args = ret;
	int host;

	if (!want_scalar(d, node, "a host, all, or {from: a host, to: a host}"))
		return false;
	if (strcmp(node->text, "all") == 0)
		return true;
	host = find_host(d, node, node->text, 0);
	if (host < 0)
		return false;
	args->fault.from = host;
	args->both_ways = true;
	return true;
}

static const struct word programs_words[] = {
	{"start", true, "start its programs again"}, {"none", false, NULL}, {NULL, 0, NULL}};
static const struct word router_word[] = {{PLACE_ROUTER_NAME, 0, NULL}, {NULL, 0, NULL}};

static const struct field process_fields[] = {
	{NULL, TYPE_PROGRAM, FAULT(program), .help = ""},
};
#define HOST_OR_ROUTER .min = PLACE_ROUTER, .looks = "a host, or router"

static const struct field host_fields[] = {
	{NULL, TYPE_HOST, FAULT(host), .help = ""},
};
static const struct field crash_fields[] = {
	{NULL, TYPE_HOST, FAULT(host), HOST_OR_ROUTER, .help = ""},
};
static const struct field reboot_fields[] = {
	{"host", TYPE_HOST, FAULT(host), HOST_OR_ROUTER, .required = true,
	 .help = "which host, or the router"},
	{"down", TYPE_DURATION, FAULT(down_ns), .help = "how long it is off, 0 if not said"},
	{"programs", TYPE_WORD, FAULT(start_again), .words = programs_words,
	 .help = "what happens to its programs, start if not said"},
};
static const struct field panic_fields[] = {
	{"host", TYPE_HOST, FAULT(host), .required = true, .help = "which host"},
	{"reboot", TYPE_DURATION, FAULT(down_ns), .min = 1,
	 .help = "how long after it boots again by itself, in whole seconds (its sysctl "
		 "kernel.panic); never if not said. Meanwhile no fault cuts its power"},
	{"programs", TYPE_WORD, FAULT(start_again), .words = programs_words,
	 .help = "what happens to its programs then, start if not said"},
};
static const struct field suspend_fields[] = {
	{"host", TYPE_HOST, FAULT(host), .required = true, .help = "which host"},
	{"keep", TYPE_NUMBER, FAULT(keep), .max = 10000,
	 .help = "packets that wait for it meanwhile, as in the queue of a virtual machine's card; "
		 "0 if not said"},
};
static const struct field step_fields[] = {
	{"host", TYPE_HOST, FAULT(host), .required = true, .help = "which host"},
	{"forward", TYPE_DURATION, FAULT(forward_ns), .min = 1, .help = "so far"},
	{"back", TYPE_DURATION, FAULT(back_ns), .min = 1, .help = "or so far"},
};
static const struct word end_words[] = {
	{"host", false, "its own: it sees no carrier, as on a cable does the other host"},
	{"router", true, "the router's, who sees no carrier then; the host keeps its own"},
	{NULL, 0, NULL}};
static const struct field cable_fields[] = {
	{"host", TYPE_HOST, FAULT(host), .required = true, .help = "whose cable"},
	{"end", TYPE_WORD, FAULT(router_end), .words = end_words,
	 .help = "which end of it, host if not said"},
};
static const struct field shutdown_fields[] = {
	{"host", TYPE_HOST, FAULT(host), .required = true, .help = "which host"},
	{"grace", TYPE_DURATION, FAULT(grace_ns),
	 .help = "from SIGTERM to SIGKILL, for who has not ended by then; 5s if not said"},
};

#define FROM_TO                                                                                    \
	{"from", TYPE_HOST, FAULT(from), .min = -1, .help = "the sender, any if not said"},        \
	{                                                                                          \
		"to", TYPE_HOST, FAULT(to), .min = -1, .help = "the receiver, any if not said"     \
	}

#define AROUND                                                                                     \
	{                                                                                          \
		NULL, TYPE_CUSTOM, .decode = decode_around, .looks = "a host, or all",             \
				   .schema = "{\"type\": \"string\"}",                             \
				   .help = "both ways of the host, or everything"                  \
	}

static const struct field around_fields[] = {
	AROUND,
	FROM_TO,
};
static const struct field reject_fields[] = {
	FROM_TO,
	{"with", TYPE_CUSTOM, TO(struct fault_args, fault), .decode = decode_refusal,
	 .required = true,
	 .looks = "net-unreachable, host-unreachable, protocol-unreachable, port-unreachable, "
		  "net-prohibited, host-prohibited, admin-prohibited, no-route, "
		  "address-unreachable, code N, or rst",
	 .schema = "{\"type\": \"string\"}",
	 .help = "the answer, a code of ICMP destination unreachable or a RST; in IPv6 "
		 "the "
		 "nearest that there is"},
	{"packets", TYPE_FORM, .form = &filter_form, .help = "which packets, all if not said"},
};
static const struct field drop_fields[] = {
	FROM_TO,
	FILTER(struct fault_args, fault.filter),
};
#define FROM_TO_OR_ROUTER                                                                          \
	{"from", TYPE_HOST, FAULT(from), .min = -1, .help = "the sender, any if not said"},        \
	{                                                                                          \
		"to", TYPE_HOST, FAULT(to), .min = PLACE_ROUTER,                                   \
					    .help = "the receiver, any if not said; router: the "  \
						    "way of what they send "                       \
						    "until it is there"                            \
	}

static const struct field heal_fields[] = {
	AROUND,
	FROM_TO_OR_ROUTER,
};
static const struct field impair_fields[] = {
	FROM_TO_OR_ROUTER,
	IMPAIRMENT(struct fault_args, fault.impairment.),
};
static const struct field forget_fields[] = {
	{NULL, TYPE_WORD, FAULT(reject_code), .words = router_word, .help = ""},
};

static const struct field failover_fields[] = {
	{NULL, TYPE_WORD, FAULT(reject_code), .words = router_word, .help = "the same, at once"},
	{"after", TYPE_DURATION, FAULT(down_ns), .required = true,
	 .help = "so long nothing passes: until the other one notices, as three advertisements of "
		 "VRRP (3s), or until it is up again"},
};

static const struct word mac_words[] = {
	{"own", false, "the address is at the MAC address that the host has"},
	{"same", true, "the two hosts' MAC addresses change places: a spare in another's stead"},
	{NULL, 0, NULL}};
static const struct field move_fields[] = {
	{"address", TYPE_CUSTOM, FAULT(address), .decode = decode_address, .required = true,
	 .looks = "an address of `addresses`", .schema = "{\"type\": \"string\"}", .help = "which"},
	{"to", TYPE_CUSTOM, FAULT(to), .decode = decode_new_holder, .required = true,
	 .looks = "a host, or nobody", .schema = "{\"type\": \"string\"}",
	 .help = "who has it then; a host that has it already may say so again"},
	{"announce", TYPE_BOOL, FAULT(announce),
	 .help = "it tells the segment: gratuitous ARP, in IPv6 an unsolicited neighbour "
		 "advertisement; true if not said"},
	{"both", TYPE_BOOL, FAULT(both),
	 .help = "who had it has it still (a split brain); false if not said"},
	{"mac", TYPE_WORD, FAULT(same_mac), .words = mac_words, .help = "own if not said"},
};
static const struct field backend_fields[] = {
	{"vip", TYPE_CUSTOM, TO(struct fault_args, fault), .decode = decode_vip_port,
	 .required = true,
	 .looks = "one of the router's `vips` (web), and a port if it has several "
		  "(web:80)",
	 .schema = "{\"type\": \"string\"}", .help = "of which"},
	{"backend", TYPE_CUSTOM, .decode = decode_backend_later, .required = true,
	 .looks = "a host (pod-1), and a port if it is another one (pod-1:8080)",
	 .schema = "{\"type\": \"string\"}", .help = "which"},
};
static const struct word takes_words[] = {
	{"address", TAKES_ADDRESS, "as when a lease of DHCP ends"},
	{"route", TAKES_ROUTE, "the default route; behind a router"},
	{NULL, 0, NULL}};
static const struct field ifdown_fields[] = {
	{"host", TYPE_HOST, FAULT(host), .required = true, .help = "whose"},
	{"only", TYPE_WORD, FAULT(takes), .words = takes_words,
	 .help = "not the interface, but that of it"},
};

#define FORM(verb, fields, bare_)                                                                  \
	(&(const struct form){.name = "'" verb "'", FIELDS(fields), .bare = bare_})

static void need_router(struct decoder *d, const struct node *node, const char *what)
{
	if (d->plan->network != NETWORK_ROUTER)
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "'%s' in a network without a router", what),
			  "the case needs network: router");
}

static void finish_direction(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	struct fault_args *args = ret;
	struct plan_fault *fault = &args->fault;

	(void)given;
	if (node->kind == NODE_MAP && !node->count)
		diag_help(d->diags,
			  node_error(d->diags, node, "'%s' says nothing", node->key->text),
			  "give from, to or both");
	if (fault->from >= 0 && fault->from == fault->to)
		diag_error(d->diags, node->key->span, "'%s' from '%s' to itself", node->key->text,
			   d->plan->host[fault->from].name);
}

static void finish_shutdown(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	struct fault_args *args = ret;

	(void)d, (void)node;
	if (!(given & 2))
		args->fault.grace_ns = 5 * NSEC_PER_SEC;
}

static void finish_step(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	const struct plan_fault *fault = &((struct fault_args *)ret)->fault;

	(void)given;
	if (!fault->forward_ns == !fault->back_ns)
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span, "'step' does not say which way"),
			  "give either forward or back");
}

static void finish_panic(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	const struct plan_fault *fault = &((struct fault_args *)ret)->fault;
	int64_t below_ns = fault->down_ns - fault->down_ns % NSEC_PER_SEC;
	const struct node *programs = node_get(node, "programs");
	char below[32], above[32];

	(void)given;
	if (programs && !fault->down_ns)
		diag_help(d->diags,
			  diag_error(d->diags, programs->key->span,
				     "'programs' of a host that does not boot again"),
			  "say when it does (reboot: 10s), or leave 'programs' out");
	if (below_ns == fault->down_ns)
		return;
	duration_format(below_ns, below, sizeof(below));
	duration_format(below_ns + NSEC_PER_SEC, above, sizeof(above));
	diag_help(d->diags,
		  node_error(d->diags, node_get(node, "reboot"),
			     "kernel.panic, after which it boots, is in whole seconds"),
		  "did you mean %s%s%s?", below_ns ? below : "", below_ns ? " or " : "", above);
}

static void finish_cable(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	(void)given;
	if (((struct fault_args *)ret)->fault.router_end)
		need_router(d, node, "end: router");
}

static void finish_reject(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	const struct node *packets = node_get(node, "packets");

	finish_direction(d, node, given, ret);
	if (packets)
		filter_check(d, packets, &((struct fault_args *)ret)->fault.filter);
}

static void finish_drop(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	finish_direction(d, node, given, ret);
	if (!(given & ~3u))
		diag_help(
			d->diags,
			diag_error(d->diags, node->key->span, "'drop' does not say which packets"),
			"give flags, ecn, mss, scale, a port, longer_than, next or which; "
			"blackhole drops all");
	filter_check(d, node, &((struct fault_args *)ret)->fault.filter);
}

/* Outside of a router that translates addresses all that are inside look alike. */
static bool hides_sender(const struct plan *plan, const struct plan_fault *fault)
{
	int outside = plan->host_count - 1;

	return plan->nat && plan->host_count > 2 && fault->from != PLAN_ANY &&
	       fault->from != outside && (fault->to == PLAN_ANY || fault->to == outside);
}

/* Where `impair` counts its own fields from. */
enum { DELAY = 2, JITTER, LOSS, DUPLICATE, REORDER, CORRUPT, RATE, LIMIT };

/* On its way to the router nothing befalls a packet, whatever the links are like (topology.h): what
 * is not said is not. */
static void only_said(struct plan_impairment *how, uint32_t given)
{
	struct plan_impairment said = {0};

	said.delay_ns = given & 1u << DELAY ? how->delay_ns : 0;
	said.jitter_ns = given & 1u << JITTER ? how->jitter_ns : 0;
	said.loss = given & 1u << LOSS ? how->loss : 0;
	said.duplicate = given & 1u << DUPLICATE ? how->duplicate : 0;
	said.reorder = given & 1u << REORDER ? how->reorder : 0;
	said.corrupt = given & 1u << CORRUPT ? how->corrupt : 0;
	said.rate = given & 1u << RATE ? how->rate : 0;
	said.limit = given & 1u << LIMIT ? how->limit : 0;
	*how = said;
}

static void finish_impair(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	struct plan_impairment *impairment = &((struct fault_args *)ret)->fault.impairment;

	finish_direction(d, node, given, ret);
	if (((struct fault_args *)ret)->fault.to == PLACE_ROUTER)
		only_said(impairment, given);
	if (hides_sender(d->plan, &((struct fault_args *)ret)->fault))
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "the router's address is all that '%s' sees of a sender",
				     d->plan->host[d->plan->host_count - 1].name),
			  "with nat: true leave out 'from', or give a 'to' that is not the last "
			  "host");
	if (!(given & ~3u))
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span, "'impair' does not say how"),
			  "give delay, jitter, loss, duplicate, reorder, corrupt, rate or limit");
	else if (impairment->reorder > 0 && !impairment->delay_ns)
		diag_help(d->diags,
			  diag_error(d->diags, node_get(node, "reorder")->key->span,
				     "'reorder' without a delay that a packet could skip"),
			  "give a delay as well");
}

static void finish_forget(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	(void)given;
	(void)ret;
	need_router(d, node, "forget");
	if (plan_router_balances(d->plan))
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "'forget' of IPVS, which can be made to forget nothing"),
			  "another router knows nothing: failover: router");
	else if (d->plan->network == NETWORK_ROUTER && !plan_router_tracks(d->plan))
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "'forget' of a router that knows of no connections"),
			  "one with nat: true or vips does, and one that is a middlebox: network: "
			  "{type: router, middlebox: {idle: 350s}}");
}

/* Of a router it is as if another one took over, or none. */
static void finish_power(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	struct plan_fault *fault = &((struct fault_args *)ret)->fault;
	const struct node *programs = node_get(node, "programs");

	(void)given;
	if (fault->host == PLAN_ANY)
		diag_error(d->diags, node->span, "one at a time: a host, or router");
	if (fault->host != PLACE_ROUTER)
		return;
	if (programs)
		diag_error(d->diags, programs->key->span, "on a router no programs run");
	if (fault->op == FAULT_CRASH)
		fault->down_ns = OFF_FOR_GOOD;
	fault->op = FAULT_FAILOVER;
	fault->kind = &fault_kinds[FAULT_FAILOVER];
	fault->host = PLAN_ANY;
}

static void finish_failover(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	(void)given;
	(void)ret;
	need_router(d, node, "failover");
}

static void finish_backend(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	struct plan_fault *fault = &((struct fault_args *)ret)->fault;
	const struct plan_vip_port *port = &d->plan->address[fault->address]
						    .vip_port[fault->vip_port];

	(void)given;
	decode_backend(d, node_get(node, "backend"), port->port, &fault->backend);
}

/* `host` is who tells that it happened: who has it then; of nobody, who had it, when all faults are
 * sorted. */
static void finish_move(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	struct plan_fault *fault = &((struct fault_args *)ret)->fault;

	if (!(given & 4))
		fault->announce = fault->to != PLAN_ANY;
	fault->host = fault->to;
	if (fault->to == PLAN_ANY && (fault->announce || fault->both || fault->same_mac))
		diag_error(d->diags, node_get(node, "to")->key->span,
			   "what nobody has is announced by nobody, kept by nobody, and at no MAC");
}

static void finish_ifdown(struct decoder *d, const struct node *node, uint32_t given, void *ret)
{
	(void)given;
	if (((struct fault_args *)ret)->fault.takes == TAKES_ROUTE)
		need_router(d, node, "only: route");
}

static const struct verb faults[] = {
	{"kill", FAULT_KILL, "SIGKILL to a program", "kill: client", ARGUMENT_REQUIRED,
	 FORM("kill", process_fields, 1), NULL},
	{"terminate", FAULT_TERMINATE, "SIGTERM to a program", "terminate: client",
	 ARGUMENT_REQUIRED, FORM("terminate", process_fields, 1), NULL},
	{"start", FAULT_START, "starts a program again that has ended; nothing if it runs",
	 "start: client", ARGUMENT_REQUIRED, FORM("start", process_fields, 1), NULL},
	{"stop", FAULT_STOP, "SIGSTOP to a program", "stop: client", ARGUMENT_REQUIRED,
	 FORM("stop", process_fields, 1), NULL},
	{"continue", FAULT_CONTINUE, "SIGCONT to a program", "continue: client", ARGUMENT_REQUIRED,
	 FORM("continue", process_fields, 1), NULL},
	{"crash", FAULT_CRASH, "a host loses power, or the router: no packet leaves it any more",
	 "crash: server", ARGUMENT_REQUIRED, FORM("crash", crash_fields, 1), finish_power},
	{"reboot", FAULT_REBOOT,
	 "a host loses power and comes up again; one that crashed before only comes up. A router "
	 "comes "
	 "up as one that takes over (failover): knowing no connection",
	 "reboot: {host: server, down: 5s, programs: none}", ARGUMENT_REQUIRED,
	 FORM("reboot", reboot_fields, 1), finish_power},
	{"shutdown", FAULT_SHUTDOWN, "a host stops in order: SIGTERM, SIGKILL, off the network",
	 "shutdown: {host: server, grace: 5s}", ARGUMENT_REQUIRED,
	 FORM("shutdown", shutdown_fields, 1), finish_shutdown},
	{"panic", FAULT_PANIC,
	 "a host's kernel panics: it does nothing more, its carrier stays (needs a kernel for each "
	 "host)",
	 "panic: {host: server, reboot: 10s}", ARGUMENT_REQUIRED, FORM("panic", panic_fields, 1),
	 finish_panic},
	{"hang", FAULT_HANG,
	 "a host's kernel stops: it answers nothing, not even ARP, and its carrier stays (needs a "
	 "kernel for each host)",
	 "hang: server", ARGUMENT_REQUIRED, FORM("hang", host_fields, 1), NULL},
	{"suspend", FAULT_SUSPEND,
	 "a host's time stands still, as with a laptop's lid closed or a virtual machine paused "
	 "(needs a kernel for each host)",
	 "suspend: {host: client, keep: 100}", ARGUMENT_REQUIRED,
	 FORM("suspend", suspend_fields, 1), NULL},
	{"resume", FAULT_RESUME,
	 "it goes on: for it and its timers no time has passed, and its wall clock is behind",
	 "resume: client", ARGUMENT_REQUIRED, FORM("resume", host_fields, 1), NULL},
	{"step", FAULT_STEP, "a host's wall clock is set (needs a kernel for each host)",
	 "step: {host: server, back: 1h}", ARGUMENT_REQUIRED, FORM("step", step_fields, 0),
	 finish_step},
	{"pull", FAULT_PULL, "a host's cable: who is at the end that is pulled sees no carrier",
	 "pull: client", ARGUMENT_REQUIRED, FORM("pull", cable_fields, 1), finish_cable},
	{"plug", FAULT_PLUG, "the cable back in", "plug: client", ARGUMENT_REQUIRED,
	 FORM("plug", cable_fields, 1), finish_cable},
	{"blackhole", FAULT_BLACKHOLE, "packets vanish on the path",
	 "blackhole: {from: client, to: server}", ARGUMENT_REQUIRED,
	 FORM("blackhole", around_fields, 1), finish_direction},
	{"reject", FAULT_REJECT,
	 "the router refuses packets and says so; without one the receiver does, as a packet "
	 "filter there, which its next boot knows nothing of (this needs a kernel for each host)",
	 "reject: {from: client, to: server, with: host-unreachable}", ARGUMENT_REQUIRED,
	 FORM("reject", reject_fields, 0), finish_reject},
	{"drop", FAULT_DROP, "some packets vanish on the path",
	 "drop: {from: client, to: server, flags: [fin], next: 1}", ARGUMENT_REQUIRED,
	 FORM("drop", drop_fields, 0), finish_drop},
	{"impair", FAULT_IMPAIR,
	 "the way to a host gets worse, or to the router; what is not said stays as the link has "
	 "it, which to the router is no delay",
	 "impair: {from: client, to: server, loss: 5%}", ARGUMENT_REQUIRED,
	 FORM("impair", impair_fields, 0), finish_impair},
	{"heal", FAULT_HEAL, "undoes blackhole, reject, drop and impair", "heal: all",
	 ARGUMENT_REQUIRED, FORM("heal", heal_fields, 1), finish_direction},
	{"forget", FAULT_FORGET,
	 "the router forgets all connections; if it is no middlebox it takes one up again when the "
	 "translated side "
	 "sends, as "
	 "Linux does: for a firewall that drops what it does not know, blackhole",
	 "forget: router", ARGUMENT_REQUIRED, FORM("forget", forget_fields, 1), finish_forget},
	{"failover", FAULT_FAILOVER,
	 "the router loses its power, and another one takes over its addresses and MACs, as by "
	 "VRRP, "
	 "or itself after a reboot: with the same settings, VIPs and the backends that there are "
	 "by "
	 "then, and knowing no connection",
	 "failover: {after: 3s}", ARGUMENT_REQUIRED, FORM("failover", failover_fields, 1),
	 finish_failover},
	{"add_backend", FAULT_ADD_BACKEND,
	 "the router translates new connections to one more backend, and begins its turn with the "
	 "first again",
	 "add_backend: {vip: web, backend: server:8081}", ARGUMENT_REQUIRED,
	 FORM("add_backend", backend_fields, 0), finish_backend},
	{"remove_backend", FAULT_REMOVE_BACKEND,
	 "to one less, and begins its turn with the first again; connections that it knows stay "
	 "where they are; with none left it answers as one that has nothing at this port (RST)",
	 "remove_backend: {vip: web, backend: server:8080}", ARGUMENT_REQUIRED,
	 FORM("remove_backend", backend_fields, 0), finish_backend},
	{"move", FAULT_MOVE,
	 "an address goes from who has it to another host, as when VRRP fails over; connections "
	 "stay where they are",
	 "move: {address: vip, to: client, announce: false}", ARGUMENT_REQUIRED,
	 FORM("move", move_fields, 0), finish_move},
	{"ifdown", FAULT_IFDOWN,
	 "a host sets its own interface down: its routes go, in IPv6 its addresses as well",
	 "ifdown: client", ARGUMENT_REQUIRED, FORM("ifdown", ifdown_fields, 1), finish_ifdown},
	{"ifup", FAULT_IFUP,
	 "undoes ifdown: interface, addresses and routes are there again, the same "
	 "ones",
	 "ifup: client", ARGUMENT_REQUIRED, FORM("ifup", host_fields, 1), NULL},
};

const struct fault_kind fault_kinds[FAULT_OP_COUNT] = {
	[FAULT_KILL] = {EFFECT_PROGRAM, DOER_HOST},
	[FAULT_TERMINATE] = {EFFECT_PROGRAM, DOER_HOST},
	[FAULT_STOP] = {EFFECT_PROGRAM, DOER_HOST},
	[FAULT_CONTINUE] = {EFFECT_PROGRAM, DOER_HOST},
	[FAULT_START] = {EFFECT_PROGRAM, DOER_HOST},
	[FAULT_CRASH] = {EFFECT_OFF, DOER_WORLD},
	[FAULT_REBOOT] = {EFFECT_OFF_AND_ON, DOER_WORLD},
	[FAULT_SHUTDOWN] = {EFFECT_OFF, DOER_HOST},
	[FAULT_PULL] = {EFFECT_CABLE, DOER_WORLD},
	[FAULT_PLUG] = {EFFECT_CABLE, DOER_WORLD},
	[FAULT_BLACKHOLE] = {EFFECT_WORSE, DOER_ROUTER},
	[FAULT_REJECT] = {EFFECT_WORSE, DOER_ROUTER},
	[FAULT_IMPAIR] = {EFFECT_WORSE, DOER_WORLD},
	[FAULT_DROP] = {EFFECT_WORSE, DOER_ROUTER},
	[FAULT_HEAL] = {EFFECT_HEALED, DOER_BOTH},
	[FAULT_FORGET] = {EFFECT_ROUTER, DOER_ROUTER},
	[FAULT_FAILOVER] = {EFFECT_ROUTER, DOER_WORLD},
	[FAULT_ADD_BACKEND] = {EFFECT_BACKEND, DOER_ROUTER},
	[FAULT_REMOVE_BACKEND] = {EFFECT_BACKEND, DOER_ROUTER},
	[FAULT_MOVE] = {EFFECT_ADDRESS, DOER_HOST},
	[FAULT_IFDOWN] = {EFFECT_INTERFACE, DOER_HOST},
	[FAULT_IFUP] = {EFFECT_INTERFACE, DOER_HOST},
	[FAULT_PANIC] = {EFFECT_STILL, DOER_HOST},
	[FAULT_HANG] = {EFFECT_STILL, DOER_WORLD},
	[FAULT_SUSPEND] = {EFFECT_STILL, DOER_WORLD},
	[FAULT_RESUME] = {EFFECT_RESUMED, DOER_WORLD},
	[FAULT_STEP] = {EFFECT_CLOCK, DOER_HOST},
};

const struct verb_table fault_table = {
	"fault", faults, sizeof(faults) / sizeof(*faults), &fault_modifiers, {"at", "after"}};
