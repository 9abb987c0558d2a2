/* SPDX-License-Identifier: MIT
 *
 * `middlebox:` of a router: for how long it knows a connection, and what it does with a packet of
 * one that it does not know. Those of some makers have names, with what they say of their own.
 */
#include "decode.h"

enum { LIKE_AWS_NAT = 1, LIKE_AWS_NLB, LIKE_AZURE, LIKE_GCP, LIKE_IPVS, LIKE_COUNT };

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
	{"gcp", LIKE_GCP,
	 "Google Cloud's firewall: 10 min, then silence (VPC, \"connection tracking\": idle "
	 "connections)"},
	{"ipvs", LIKE_IPVS,
	 "Linux' own load balancer, as of Kubernetes: 900 s, then a RST (ip_vs_proto_tcp.c: "
	 "tcp_timeouts, tcp_conn_schedule())"},
	{NULL, 0, NULL},
};

static const struct plan_middlebox likes[LIKE_COUNT] = {
	[LIKE_AWS_NAT] = {350 * NSEC_PER_SEC, UNKNOWN_RST, LIKE_AWS_NAT},
	[LIKE_AWS_NLB] = {350 * NSEC_PER_SEC, UNKNOWN_RST, LIKE_AWS_NLB},
	[LIKE_AZURE] = {240 * NSEC_PER_SEC, UNKNOWN_DROP, LIKE_AZURE},
	[LIKE_GCP] = {600 * NSEC_PER_SEC, UNKNOWN_DROP, LIKE_GCP},
	[LIKE_IPVS] = {900 * NSEC_PER_SEC, UNKNOWN_RST, LIKE_IPVS},
};

static const struct word unknown_words[] = {
	{"drop", UNKNOWN_DROP, "it vanishes"},
	{"rst", UNKNOWN_RST, "its sender gets a RST"},
	{NULL, 0, NULL},
};

static const struct field middlebox_fields[] = {
	{"like", TYPE_WORD, TO(struct plan, middlebox.like), .words = like_words,
	 .help = "one that there is: what it does where nothing else is said"},
	{"idle", TYPE_DURATION, TO(struct plan, middlebox.idle_ns), .min = NSEC_PER_SEC,
	 .help = "a connection without a packet for so long is forgotten, in whole seconds"},
	{"unknown", TYPE_WORD, TO(struct plan, middlebox.unknown), .words = unknown_words,
	 .help = "what happens to a TCP packet of a connection that it does not know, drop if not "
		 "said"},
};
const struct form middlebox_form = {.name = "middlebox", FIELDS(middlebox_fields), .bare = 1};

void middlebox_finish(struct decoder *d)
{
	const struct node *network = node_get(d->root, "network"), *node = NULL;
	struct plan_middlebox *box = &d->plan->middlebox;

	if (network && network->kind == NODE_MAP)
		node = node_get(network, "middlebox");
	if (!node)
		return;
	if (box->like && !box->idle_ns)
		box->idle_ns = likes[box->like].idle_ns;
	if (box->unknown == UNKNOWN_UNSAID)
		box->unknown = box->like ? likes[box->like].unknown : UNKNOWN_DROP;
	if (d->plan->network != NETWORK_ROUTER)
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "a middlebox in a network without a router"),
			  "the case needs network: {type: router, ...}: it is one");
	else if (node->kind == NODE_MAP && !node_get(node, "idle") && !node_get(node, "like"))
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "this middlebox does not say when it forgets a connection"),
			  "give idle, as idle: 350s, or the name of one (like)");
	else if (box->idle_ns % NSEC_PER_SEC)
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span, "idle is in whole seconds"),
			  "so the kernel has it (nf_conntrack_tcp_timeout_established)");
}
