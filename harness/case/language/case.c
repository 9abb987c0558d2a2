/* SPDX-License-Identifier: MIT
 *
 * The top level of a case, and the order in which its parts are decoded.
 */
#include <stdio.h>
#include <string.h>

#include "decode.h"

#define TOP(member) TO(struct plan, member)

/* A claim is a label of tests and a word of the command line. */
static bool check_claim(struct decoder *d, const struct node *node)
{
	if (!want_scalar(d, node, "a claim's name"))
		return false;
	if (is_plain_word(node->text))
		return true;
	diag_help(d->diags, node_error(d->diags, node, "'%.60s' is no claim", node->text),
		  "a claim is one word of letters, digits, '_', '.' and '-'");
	return false;
}

static bool decode_claims(struct decoder *d, const struct node *node, void *ret)
{
	struct plan *plan = ret;

	if (!want_list(d, node, "a list of claims"))
		return false;
	plan->claims = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 1));
	for (const struct node *item = node->child; item; item = item->next)
		if (check_claim(d, item))
			plan->claims[plan->claim_count++] = pool_strdup(d->pool, item->text);
	return true;
}

static const struct field verdict_fields[] = {
	{"fail", TYPE_TEXT, TOP(fails_with), .required = true,
	 .help = "the run must fail, with this text in the failure"},
};
static const struct form verdict_form = {.name = "verdict", FIELDS(verdict_fields)};

static bool decode_verdict(struct decoder *d, const struct node *node, void *ret)
{
	struct plan *plan = ret;

	if (node->kind == NODE_SCALAR && strcmp(node->text, "pass") == 0)
		return true;
	if (node->kind != NODE_MAP) {
		diag_help(d->diags,
			  node_error(d->diags, node,
				     "'verdict' is pass or {fail: \"text\"}, not %s",
				     node_describe(d->pool, node)),
			  "the text is what the failure's message must contain");
		return false;
	}
	form_decode(d, &verdict_form, node, plan);
	plan->must_fail = true;
	return true;
}

static const struct word ip_words[] = {{"4", 4, NULL}, {"6", 6, NULL}, {NULL, 0, NULL}};
static const struct word network_words[] = {
	{"cable", NETWORK_CABLE, "two hosts; a host that goes off takes the other's carrier along"},
	{"switch", NETWORK_SWITCH, "all hosts at one switch; the others keep their carrier"},
	{"router", NETWORK_ROUTER, "each host in a subnet of its own, a router between them"},
	{NULL, 0, NULL},
};
static const struct word neighbour_words[] = {
	{"permanent", false, "every host knows every MAC address"},
	{"dynamic", true, "by ARP and neighbour discovery"},
	{NULL, 0, NULL},
};

static bool decode_link(struct decoder *d, const struct node *node, void *ret)
{
	struct plan *plan = ret;
	const struct node *reorder;

	plan->link_explicit = true;
	form_decode(d, &impairment_form, node, &plan->link);
	if (node->kind != NODE_MAP)
		return false;
	reorder = node_get(node, "reorder");
	if (reorder && plan->link.reorder > 0 && !plan->link.delay_ns)
		diag_help(d->diags,
			  diag_error(d->diags, reorder->key->span,
				     "'reorder' without a delay that a packet could skip"),
			  "give a delay as well");
	return true;
}

#define LINK                                                                                       \
	{                                                                                          \
		"link", TYPE_CUSTOM,                                                               \
			.decode = decode_link, .looks = "a mapping",                               \
			.schema = "{\"$ref\": \"#/$defs/link\"}",                                  \
			.help = "what each link does to packets; a run on a kernel without netem " \
				"is "                                                              \
				"then skipped. "                                                   \
				"If not said: a delay of 1 ms, where the kernel has netem"         \
	}
#define NEIGHBOURS                                                                                 \
	{                                                                                          \
		"neighbours", TYPE_WORD, TOP(neighbours_dynamic),                                  \
			.words = neighbour_words,                                                  \
			.help = "how hosts know each other's MAC address, permanent if not said"   \
	}
#define NAT                                                                                        \
	{                                                                                          \
		"nat", TYPE_BOOL, TOP(nat),                                                        \
			.help = "the last host is outside: the router translates the addresses "   \
				"of all others into its own"                                       \
	}

static bool decode_later(struct decoder *d, const struct node *node, void *ret)
{
	(void)d;
	(void)node;
	(void)ret;
	return true;
}

static const struct word balancer_words[] = {
	{"dnat", BALANCER_DNAT, "netfilter, by its entry of the connection (conntrack)"},
	{"ipvs", BALANCER_IPVS,
	 "IPVS, by an entry of its own, for 900 s without a packet and 2 minutes after the end; "
	 "what belongs to a backend that was removed is dropped, unless net.ipv4.vs.* says "
	 "otherwise"},
	{NULL, 0, NULL}};

static const struct field network_fields[] = {
	{"type", TYPE_WORD, TOP(network), .words = network_words, .required = true,
	 .help = "its form"},
	LINK,
	NEIGHBOURS,
	NAT,
	{"middlebox", TYPE_FORM, .form = &middlebox_form,
	 .help = "the router knows connections, forgets those that are idle, and lets nothing pass "
		 "of what it does not know"},
	{"vips", TYPE_CUSTOM, .decode = decode_later,
	 .looks = "a mapping of names to ports and backends ({web: {80: [pod-1:8080, "
		  "pod-2:8080]}})",
	 .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"object\", "
		   "\"minProperties\": 1, \"propertyNames\": {\"pattern\": \"^[0-9]+$\"}, "
		   "\"additionalProperties\": {\"type\": [\"string\", \"array\"], \"items\": "
		   "{\"type\": \"string\"}}}}",
	 .help = "virtual addresses, which the router translates (DNAT): each new connection to "
		 "such a port goes to the next of its backends in turn, the first one first"},
	{"balancer", TYPE_WORD, TOP(balancer), .words = balancer_words,
	 .help = "who does that, dnat if not said"},
	{"sysctl", TYPE_CUSTOM, .decode = decode_later,
	 .looks = "a mapping of sysctls (net.netfilter.nf_conntrack_tcp_timeout_established: 60)",
	 .schema = "{\"type\": \"object\"}",
	 .help = "what the router's kernel is set to, as a host's"},
};
static const struct form network_form = {.name = "network", FIELDS(network_fields), .bare = 1};

static const struct field top_fields[] = {
	{"case", TYPE_TEXT, TOP(name), .required = true, .help = "what it shows, in one line"},
	{"about", TYPE_TEXT, TOP(about), .help = "prose"},
	{"claims", TYPE_CUSTOM, .decode = decode_claims, .looks = "a list of words ([A3, C4c])",
	 .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\", \"pattern\": "
		   "\"^[A-Za-z0-9_.-]+$\"}}",
	 .help = "which claims it is evidence for"},
	{"outage", TYPE_FORM, .form = &outage_form, .help = "who reported this, and what they saw"},
	{"verdict", TYPE_CUSTOM, .decode = decode_verdict, .looks = "pass, or {fail: \"text\"}",
	 .schema = "{\"anyOf\": [{\"const\": \"pass\"}, {\"type\": \"object\", \"properties\": "
		   "{\"fail\": {\"type\": \"string\"}}, \"required\": [\"fail\"]}]}",
	 .help = "for cases that must fail: the text that the failure must contain"},
	{"needs", TYPE_CUSTOM, .decode = decode_needs,
	 .looks = CONDITION_LOOKS
	 ", \"program redis-cli\", \"program redis-cli (redis-tools)\" with Debian's package, "
	 "machine-files",
	 .schema = NEEDS_SCHEMA,
	 .help = "a run on a kernel that lacks it, or where such a program is not installed, is "
		 "skipped with that reason; machine-files: what a program reads of this machine, "
		 "as Python does its modules: in QEMU there are only executables, with their "
		 "libraries"},
	{"ip", TYPE_WORD, TOP(ip_version), .words = ip_words,
	 .help = "which protocol, 4 if not said"},
	{"network", TYPE_FORM, .form = &network_form,
	 .help = "what is between the hosts, switch if not said"},
	LINK,
	NEIGHBOURS,
	NAT,
	{"until", TYPE_DURATION, TOP(until_ns), .min = 1000000,
	 .help = "the run ends then; if not said, 1 s after the last program of which something "
		 "is expected ended (or each, when nothing is expected of any), the timeline is "
		 "over and every moment that an expectation names has passed"},
	{"tolerance", TYPE_DURATION, TOP(tolerance_ns),
	 .help = "for times given alone, 20ms if not said"},
	{"matrix", TYPE_CUSTOM, .decode = decode_later, .looks = "a mapping of axes",
	 .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": [\"array\", "
		   "\"object\"], \"minItems\": 1, \"minProperties\": 1}}",
	 .help = "the case is run with each combination of these values"},
	{"hosts", TYPE_CUSTOM, .decode = decode_later, .required = true,
	 .looks = "a mapping of names to hosts",
	 .schema = "{\"type\": \"object\", \"minProperties\": 2, \"propertyNames\": {\"pattern\": "
		   "\"^[a-z][a-z0-9-]{0,11}$\"}, \"additionalProperties\": {\"$ref\": "
		   "\"#/$defs/host\"}}",
	 .help = "two to eight machines, in order"},
	{"addresses", TYPE_CUSTOM, .decode = decode_later,
	 .looks = "a mapping of names to hosts, or to nobody ({vip: server})",
	 .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}",
	 .help = "addresses beside the hosts' own that can move, and who has each first; others "
		 "ask for its MAC address always. The network is a switch or a cable"},
	{"timeline", TYPE_CUSTOM, .decode = decode_later, .looks = "a list of faults",
	 .schema = "{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/fault\"}}",
	 .help = "what goes wrong, and when"},
	{"expect", TYPE_CUSTOM, .decode = decode_later, .looks = "a mapping",
	 .schema = "{\"$ref\": \"#/$defs/expect\"}", .help = "what must come out"},
};
const struct form case_form = {.name = "a case", FIELDS(top_fields)};

/* `link: ` beside `network: {link: }`. */
static void check_twice(struct decoder *d)
{
	static const char *const keys[] = {"link", "neighbours", "nat"};
	const struct node *network = node_get(d->root, "network");

	if (!network || network->kind != NODE_MAP)
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct node *here = node_get(d->root, keys[i]),
				  *there = node_get(network, keys[i]);

		if (here && there)
			diag_note(
				d->diags,
				diag_error(d->diags, here->key->span, "'%s' given twice", keys[i]),
				there->key->span, "it is given here as well");
	}
}

static void check_top(struct decoder *d)
{
	struct plan *plan = d->plan;
	const struct node *nat = node_get(d->root, "nat"), *expect = node_get(d->root, "expect");
	const struct node *network = node_get(d->root, "network");

	check_twice(d);
	middlebox_finish(d);
	if (!nat && network && network->kind == NODE_MAP)
		nat = node_get(network, "nat");
	if (nat && plan->nat && plan->network != NETWORK_ROUTER)
		diag_help(
			d->diags,
			diag_error(d->diags, nat->key->span, "'nat' in a network without a router"),
			"the case needs network: router");
	if (plan->name && strchr(plan->name, '\n'))
		diag_help(d->diags,
			  node_error(d->diags, node_get(d->root, "case"), "'case' is one line"),
			  "longer texts go to 'about'");
	if (!expect)
		diag_warning(d->diags, node_get(d->root, "hosts")->key->span, PLAN_EXPECTS_NOTHING);
}

/* The router is a machine, too. What the network is must be known before, and its VIPs. */
static void decode_router(struct decoder *d)
{
	const struct node *network = node_get(d->root, "network"), *sysctl = NULL;
	struct plan_host *router = &d->plan->router;

	if (network && network->kind == NODE_MAP)
		sysctl = node_get(network, "sysctl");
	if (sysctl && d->plan->network != NETWORK_ROUTER)
		diag_help(d->diags,
			  diag_error(d->diags, sysctl->key->span,
				     "'sysctl' of a network without a router"),
			  "it is the router's; a host's stands below the host");
	if (d->plan->network != NETWORK_ROUTER)
		return;
	router->name = pool_strdup(d->pool, PLACE_ROUTER_NAME);
	add_extra_sysctl(d, router);
	if (sysctl)
		decode_sysctl(d, sysctl, router);
}

void decode_case(struct decoder *d)
{
	const struct node *hosts = node_get(d->root, "hosts");
	const struct node *timeline = node_get(d->root, "timeline");
	const struct node *expect = node_get(d->root, "expect");
	struct plan *plan = d->plan;

	plan->ip_version = 4;
	plan->network = NETWORK_SWITCH;
	plan->tolerance_ns = 20 * NSEC_PER_SEC / 1000;
	plan->link.delay_ns = NSEC_PER_SEC / 1000;
	form_decode(d, &case_form, d->root, plan);
	if (!hosts)
		return;
	check_top(d);
	decode_hosts(d, hosts);
	if (!plan->host)
		return;
	decode_addresses(d);
	decode_router(d);
	decode_programs(d, hosts);
	resolve_targets(d);
	if (timeline)
		decode_timeline(d, timeline);
	check_timeline(d);
	if (expect)
		decode_expect(d, expect);
}
