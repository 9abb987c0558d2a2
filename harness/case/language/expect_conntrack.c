/* SPDX-License-Identifier: MIT
 *
 * `conntrack:` of the expectations: what the router knows at a moment.
 */
#include <string.h>

#include "conntrack_words.h"
#include "expect.h"

/* "server", "server:8081"; WITH_VIPS: "web:80". */
static bool decode_end_of(struct decoder *d, const struct node *node, bool with_vips, void *ret)
{
	struct plan_end *end = ret;
	struct known known;
	struct node name, port;

	if (!want_scalar(d, node,
			 with_vips ? "a host or a VIP, and perhaps a port (server:8081)"
				   : "a host, and perhaps a port (server:8081)"))
		return false;
	if (split_port(d, node, &name, &port) && !parse_port(d, &port, &end->port))
		return false;
	end->address = with_vips ? address_named(d->plan, name.text) : PLAN_ANY;
	known_init(&known, name.text);
	for (int i = 0; i < d->plan->host_count && end->address < 0; i++) {
		if (strcmp(d->plan->host[i].name, name.text) == 0)
			end->host = i;
		known_add(&known, d->plan->host[i].name);
	}
	for (int i = 0; with_vips && i < d->plan->address_count; i++)
		known_add(&known, d->plan->address[i].name);
	if (end->address < 0 && end->host < 0)
		known_help(d->diags,
			   node_error(d->diags, &name,
				      with_vips ? "there is neither a host '%.60s' nor a VIP"
						: "there is no host '%.60s'",
				      name.text),
			   &known, "there are");
	return end->address >= 0 || end->host >= 0;
}

/* No packet comes from a VIP, and none is translated to one. */
static bool decode_host_end(struct decoder *d, const struct node *node, void *ret)
{
	return decode_end_of(d, node, false, ret);
}

static bool decode_end(struct decoder *d, const struct node *node, void *ret)
{
	return decode_end_of(d, node, true, ret);
}

#define CONNTRACK(member) TO(struct expect_conntrack, member)
#define END(key_, decode_, looks_, help_)                                                          \
	{                                                                                          \
#key_, TYPE_CUSTOM, CONNTRACK(key_), .decode = decode_, .looks = looks_,           \
						     .schema = "{\"type\": \"string\"}",           \
						     .help = help_                                 \
	}

static const struct field conntrack_fields[] = {
	{"at", TYPE_MOMENT, CONNTRACK(at_ns), .max = INT64_MAX, .looks = "a moment (10s), or end",
	 .help = "when, at the end if not said"},
	END(from, decode_host_end, "a host (client), or with a port (client:40001)",
	    "only those that it began, as far as the router knows"),
	END(to, decode_end, "a host or a VIP (web), or with a port (web:80)",
	    "only those that were begun to it"),
	END(backend, decode_host_end, "a host (pod-1), or with a port (pod-1:8080)",
	    "only those whose packets go there: of a VIP, which backend it became"),
	{"state", TYPE_WORDS, CONNTRACK(states), .words = conntrack_state_words,
	 .help = "one of these; none: there is no such entry"},
	{"count", TYPE_NUMBER, CONNTRACK(count), .min = 0, .max = 100000,
	 .help = "exactly so many in one of the states; if not said, at least one, and all "
		 "selected ones are"},
	{"expires", TYPE_DURATIONS, CONNTRACK(expires),
	 .help = "until it is forgotten, if no packet comes; the kernel tells whole seconds, "
		 "rounded down"},
	{"replied", TYPE_BOOL, CONNTRACK(replied),
	 .help = "packets went both ways (not UNREPLIED); not of IPVS"},
	{"assured", TYPE_BOOL, CONNTRACK(assured),
	 .help = "it is not the first to go when the table is full (ASSURED); not of IPVS"},
};
const struct form expect_conntrack_form = {
	.name = "a conntrack expectation", FIELDS(conntrack_fields), .beside = &condition_form};

static void decode_conntrack(struct decoder *d, const struct node *node)
{
	static const struct plan_end anyone = {.host = PLAN_ANY, .address = PLAN_ANY};
	static const char *const selecting[] = {"from", "to", "backend", NULL};
	struct plan_expect *expect = expect_add(d, node, EXPECT_CONNTRACK);

	if (!expect)
		return;
	expect->conntrack = (struct expect_conntrack){.at_ns = INT64_MAX,
						      .from = anyone,
						      .to = anyone,
						      .backend = anyone,
						      .states = ~1u,
						      .count = PLAN_ANY,
						      .replied = -1,
						      .assured = -1};
	form_decode(d, &expect_conntrack_form, node, &expect->conntrack);
	check_none(d, node, expect->conntrack.states, selecting);
	if (plan_router_balances(d->plan) &&
	    (expect->conntrack.replied >= 0 || expect->conntrack.assured >= 0))
		diag_help(d->diags,
			  node_error(d->diags, node, "IPVS tells neither 'replied' nor 'assured'"),
			  "its states say what it has seen: state: ESTABLISHED");
}

void expect_conntrack(struct decoder *d, const struct node *list)
{
	if (!plan_router_tracks(d->plan) && !plan_router_balances(d->plan)) {
		diag_help(d->diags,
			  diag_error(d->diags, list->key->span,
				     d->plan->network == NETWORK_ROUTER
					     ? "this router tracks no connections"
					     : "there is no router that would track connections"),
			  "the case needs network: router, and nat: true, vips, or a middlebox");
		return;
	}
	if (!want_list(d, list, "a list of conntrack expectations"))
		return;
	for (const struct node *item = list->child; item; item = item->next)
		decode_conntrack(d, item);
}
