/* SPDX-License-Identifier: MIT
 *
 * `middlebox:` of a router: for how long it knows a connection, and what it does with a packet of
 * one that it does not know. Those of some makers have names, with what they say of their own.
 */
#include "decode.h"
#include "strip_words.h"

enum {
	LIKE_AWS_NAT = 1,
	LIKE_AWS_NLB,
	LIKE_AZURE,
	LIKE_AZURE_RESET,
	LIKE_GCP,
	LIKE_IPVS,
	LIKE_COUNT
};

static const struct word like_words[] = {
	{"aws-nat", LIKE_AWS_NAT,
	 "Amazon's NAT gateway: 350 s, then a RST to the inner side (Amazon VPC, \"NAT gateways\", "
	 "troubleshooting)"},
	{"aws-nlb", LIKE_AWS_NLB,
	 "its Network Load Balancer: 350 s, then a RST (Elastic Load Balancing, \"Connection idle "
	 "timeout\")"},
	{"azure", LIKE_AZURE,
	 "Azure's load balancer: 4 min, then silence (\"Load Balancer TCP reset and idle "
	 "timeout\"; "
	 "without TCP reset)"},
	{"azure-reset", LIKE_AZURE_RESET,
	 "the same with TCP reset: 4 min, then at once a RST to both ends"},
	{"gcp", LIKE_GCP,
	 "Google Cloud's firewall: 10 min, then silence (VPC, \"connection tracking\": idle "
	 "connections)"},
	{"ipvs", LIKE_IPVS,
	 "Linux' own load balancer, as of Kubernetes: 900 s, then a RST (ip_vs_proto_tcp.c: "
	 "tcp_timeouts, tcp_conn_schedule())"},
	{NULL, 0, NULL},
};

static const struct plan_middlebox likes[LIKE_COUNT] = {
	[LIKE_AWS_NAT] = {.idle_ns = 350 * NSEC_PER_SEC, .unknown = REFUSAL_RST},
	[LIKE_AWS_NLB] = {.idle_ns = 350 * NSEC_PER_SEC, .unknown = REFUSAL_RST},
	[LIKE_AZURE] = {.idle_ns = 240 * NSEC_PER_SEC, .unknown = REFUSAL_DROP},
	[LIKE_AZURE_RESET] = {.idle_ns = 240 * NSEC_PER_SEC,
			      .unknown = REFUSAL_DROP,
			      .then = REFUSAL_RST,
			      .to = TOLD_BOTH},
	[LIKE_GCP] = {.idle_ns = 600 * NSEC_PER_SEC, .unknown = REFUSAL_DROP},
	[LIKE_IPVS] = {.idle_ns = 900 * NSEC_PER_SEC, .unknown = REFUSAL_RST},
};

static const struct word refusal_words[] = {
	{"drop", REFUSAL_DROP, "it vanishes"},
	{"rst", REFUSAL_RST, "its sender gets a RST"},
	{"icmp", REFUSAL_ICMP,
	 "its sender gets an error of ICMP, \"administratively prohibited\", which "
	 "TCP does not give up for (RFC 5461)"},
	{NULL, 0, NULL},
};

static const struct word to_words[] = {
	{"sender", TOLD_SENDER, "who sends next, for each packet until a SYN"},
	{"both", TOLD_BOTH, "both ends, when the time is over"},
	{NULL, 0, NULL},
};

static const struct word counts_words[] = {
	{"packets", false, "any packet of the connection"},
	{"payload", true,
	 "data, SYN and FIN: keepalive does not help. Not with one kernel for all hosts"},
	{NULL, 0, NULL},
};

static const struct field middlebox_fields[] = {
	{"like", TYPE_WORD, TO(struct plan, middlebox.like), .words = like_words,
	 .help = "one that there is: what it does where nothing else is said"},
	{"idle", TYPE_DURATION, TO(struct plan, middlebox.idle_ns), .min = NSEC_PER_SEC,
	 .help = "a connection without a packet for so long is forgotten, in whole seconds"},
	{"counts", TYPE_WORD, TO(struct plan, middlebox.by_payload), .words = counts_words,
	 .help = "what ends that idleness, packets if not said"},
	{"unknown", TYPE_WORD, TO(struct plan, middlebox.unknown), .words = refusal_words,
	 .help = "what happens to a TCP packet of a connection that it does not know, drop if not "
		 "said"},
	{"then", TYPE_WORD, TO(struct plan, middlebox.then), .words = refusal_words,
	 .help = "what becomes of packets of a connection that was forgotten for being idle, as "
		 "unknown "
		 "if not said. Not with one kernel for all hosts"},
	{"to", TYPE_WORD, TO(struct plan, middlebox.to), .words = to_words,
	 .help = "whom then is for, the sender if not said"},
	{"strip", TYPE_WORDS, TO(struct plan, middlebox.strip), .words = strip_words,
	 .help = "what it takes out of TCP segments. Not with one kernel for all hosts"},
	{"syn_proxy", TYPE_BOOL, TO(struct plan, middlebox.syn_proxy),
	 .help = "it answers each SYN itself, with a window of 0, and connects to the receiver "
		 "once "
		 "the sender has acknowledged that (Linux' own, nf_synproxy_core.c)"},
	{"mss", TYPE_NUMBER, TO(struct plan, middlebox.mss), .min = 1, .max = 65535,
	 .help = "a larger MSS in a SYN is lowered to this. Not with one kernel for all hosts"},
};
const struct form middlebox_form = {.name = "middlebox", FIELDS(middlebox_fields), .bare = 1};

/* What a connection meets that was idle for too long. */
static void then_finish(struct decoder *d, const struct node *node)
{
	struct plan_middlebox *box = &d->plan->middlebox;
	const struct plan_middlebox *like = &likes[box->like];
	bool is_map = node->kind == NODE_MAP;
	const struct node *to = is_map ? node_get(node, "to") : NULL;

	if (!box->then && !(is_map && node_get(node, "unknown")))
		box->then = like->then;
	if (!box->to)
		box->to = box->then == like->then && like->to ? like->to : TOLD_SENDER;
	if (to && !box->then)
		diag_help(d->diags,
			  diag_error(d->diags, to->span, "'to' without 'then': nobody is told"),
			  "say what, as then: rst");
	else if (to && box->to == TOLD_BOTH && box->then != REFUSAL_RST)
		diag_help(d->diags,
			  diag_error(d->diags, to->span, "both ends can only be sent a RST"),
			  "then: rst, to: both; or to: sender, whose packet an error of ICMP "
			  "answers");
	/* Then it is like any other that is not known; what a kernel cannot count is not. */
	if (box->by_payload && !box->then)
		box->then = box->unknown;
	else if (!box->by_payload && box->to == TOLD_SENDER && box->then == box->unknown)
		box->then = REFUSAL_UNSAID;
}

void middlebox_finish(struct decoder *d)
{
	const struct node *network = node_get(d->root, "network"), *node = NULL;
	struct plan_middlebox *box = &d->plan->middlebox;
	bool is_map, knows;

	if (network && network->kind == NODE_MAP)
		node = node_get(network, "middlebox");
	if (!node)
		return;
	is_map = node->kind == NODE_MAP;
	knows = box->like || box->idle_ns || box->unknown || box->then || box->to;
	if (d->plan->network != NETWORK_ROUTER) {
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "a middlebox in a network without a router"),
			  "the case needs network: {type: router, ...}: it is one");
		return;
	}
	if (box->mss && box->strip & STRIP_MSS)
		diag_help(d->diags,
			  diag_error(d->diags, node_get(node, "mss")->key->span,
				     "'mss' lowers what 'strip: mss' takes out"),
			  "leave out one of them");
	if (is_map && !knows &&
	    (node_get(node, "strip") || node_get(node, "mss") || box->syn_proxy))
		return; /* it changes packets, and knows no connections */
	if (box->like && !box->idle_ns)
		box->idle_ns = likes[box->like].idle_ns;
	if (box->unknown == REFUSAL_UNSAID)
		box->unknown = box->like ? likes[box->like].unknown : REFUSAL_DROP;
	then_finish(d, node);
	if (is_map && !node_get(node, "idle") && !node_get(node, "like"))
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "this middlebox does not say when it forgets a connection"),
			  "give idle, as idle: 350s, or the name of one (like)");
	else if (box->idle_ns % NSEC_PER_SEC)
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span, "idle is in whole seconds"),
			  "so the kernel has it (nf_conntrack_tcp_timeout_established)");
}
