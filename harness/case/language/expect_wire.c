/* SPDX-License-Identifier: MIT
 *
 * Expectations of packets.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "packet_words.h"
#include "packets.h"
#include "tcp_words.h"
#include "value.h"

struct wire_args {
	struct expect_wire wire;
	int64_t after_ns, before_ns;
	const struct node *order;
};

#define WIRE(member) TO(struct wire_args, wire.member)

static const struct word seen_words[] = {
	{"sent", SEEN_SENT, "left the sender's interface"},
	{"delivered", SEEN_DELIVERED, "reached the receiver's interface"},
	{"lost", SEEN_LOST, "sent, and never reached it"},
	{NULL, 0, NULL},
};

/* A code, or [type, code]. */
static bool decode_icmp(struct decoder *d, const struct node *node, void *ret)
{
	static const struct field byte = {.type = TYPE_NUMBER, .size = sizeof(int), .max = 255};
	struct expect_wire *wire = ret;

	if (node->kind != NODE_LIST)
		return field_decode(d, &byte, node, &wire->icmp_code);
	if (node->count != 2) {
		node_error(d->diags, node, "'icmp' takes a code or [type, code], not %d numbers",
			   node->count);
		return false;
	}
	return field_decode(d, &byte, node->child, &wire->icmp_type) &&
	       field_decode(d, &byte, node->child->next, &wire->icmp_code);
}

#define TIMES                                                                                      \
	{"within", TYPE_MOMENTS, WIRE(within), .help = "sent when, the whole run if not said"},    \
		{"after", TYPE_MOMENT, TO(struct wire_args, after_ns),                             \
		 .help = "short for within: after.."},                                             \
	{                                                                                          \
		"before", TYPE_MOMENT, TO(struct wire_args, before_ns),                            \
			.help = "short for within: ..before"                                       \
	}
#define TIMES_MASK 7u

static const struct field wire_fields[] = {
	TIMES,
	{"from", TYPE_HOST, WIRE(from), .min = PLACE_ROUTER, .looks = "a host, router, or any",
	 .help = "who sent it"},
	{"to", TYPE_HOST, WIRE(to), .min = PLACE_ROUTER, .looks = "a host, router, or any",
	 .help = "to whom"},
	{"kind", TYPE_WORDS, WIRE(kinds), .words = packet_kind_words,
	 .help = "any of these kinds, all but background if not said"},
	{"not", TYPE_WORDS, WIRE(not_kinds), .words = packet_kind_words, .looks = "as kind",
	 .help = "and none of these"},
	{"seen", TYPE_WORD, WIRE(seen), .words = seen_words,
	 .help = "what became of it, sent if not said"},
	{"count", TYPE_NUMBERS, WIRE(count), .min = 0, .max = INT64_MAX,
	 .help = "how many, at least one if not said"},
	{"every", TYPE_DURATIONS, WIRE(every), .help = "time from one to the next"},
	{"first", TYPE_MOMENTS, WIRE(first), .help = "when the first was sent"},
	{"last", TYPE_MOMENTS, WIRE(last), .help = "when the last was sent"},
	{"length", TYPE_SIZES, WIRE(length), .help = "TCP payload of each, in bytes"},
	{"port", TYPE_NUMBER, WIRE(port), .min = 1, .max = 65535,
	 .help = "only TCP segments with this port at either end"},
	{"flags", TYPE_WORDS, WIRE(flags), .words = tcp_flag_words,
	 .help = "only TCP segments with all of these flags; ECN asks with syn, ece and cwr, and "
		 "is "
		 "granted with syn, ack and ece (RFC 3168, 6.1.1)"},
	{"ecn", TYPE_WORDS, WIRE(ecn), .words = tcp_ecn_words,
	 .help = "only TCP segments whose IP header says any of these, as they were sent"},
	TCP_OPTION("mss", WIRE(mss), decode_mss, "of the MSS option of each, as it was sent"),
	TCP_OPTION("scale", WIRE(scale), decode_scale,
		   "of the window scale option of each (0..14), as it was sent"),
	{"icmp", TYPE_CUSTOM, TO(struct wire_args, wire), .decode = decode_icmp,
	 .looks = "a code, or [type, code]",
	 .schema = "{\"type\": [\"integer\", \"array\"], \"items\": {\"type\": \"integer\"}}",
	 .help = "of the ICMP message"},
};
const struct form expect_wire_form = {
	.name = "a wire expectation", FIELDS(wire_fields), .beside = &condition_form};

static bool keep_order(struct decoder *d, const struct node *node, void *ret)
{
	((struct wire_args *)ret)->order = node;
	return want_list(d, node, "a list of packets (client syn)");
}

static const struct field order_fields[] = {
	TIMES,
	{"order", TYPE_CUSTOM, .decode = keep_order, .required = true,
	 .looks = "a list of packets (client syn)",
	 .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}",
	 .help = "each a host and what the packet is: all of these kinds"},
};
const struct form expect_order_form = {
	.name = "an order expectation", FIELDS(order_fields), .beside = &condition_form};

/* `after` and `before` are `within`. */
static void join_times(struct decoder *d, const struct node *node, uint32_t given,
		       struct wire_args *args)
{
	struct plan_range *within = &args->wire.within;

	if (given & 6u && node_get(node, "within")) {
		diag_help(d->diags,
			  diag_error(d->diags, node_get(node, "within")->key->span,
				     "'within' together with '%s'",
				     given & 2u ? "after" : "before"),
			  "after and before are short for a within that is open at one end");
		return;
	}
	if (!(given & 6u))
		return;
	*within = (struct plan_range){true, given & 2u ? args->after_ns : 0,
				      given & 4u ? args->before_ns : INT64_MAX};
	if (within->lo > within->hi)
		diag_note(d->diags,
			  node_error(d->diags, node_get(node, "before"),
				     "'before' is earlier than 'after'"),
			  node_get(node, "after")->span, "which is here");
}

/* "client data fin" */
static bool decode_item(struct decoder *d, const struct node *node, struct expect_order_item *item)
{
	struct node word;
	char *text, *rest, *next;
	int64_t kind;

	if (!want_scalar(d, node, "a packet (client syn)"))
		return false;
	text = pool_strdup(d->pool, node->text);
	next = strtok_r(text, " ", &rest);
	word = node_slice(d->pool, node, next ? (size_t)(next - text) : 0, next ? strlen(next) : 0);
	item->from = find_host(d, &word, word.text, 0);
	if (item->from < 0)
		return false;
	next = strtok_r(NULL, " ", &rest);
	if (!next) {
		diag_help(
			d->diags,
			node_error(d->diags, node, "'%.60s' does not say which packet", node->text),
			"write a host and a kind, for example %.60s syn", node->text);
		return false;
	}
	for (; next; next = strtok_r(NULL, " ", &rest)) {
		word = node_slice(d->pool, node, (size_t)(next - text), strlen(next));
		if (!find_word(d, packet_kind_words, &word, &kind))
			return false;
		item->kinds |= (uint32_t)kind;
	}
	return true;
}

static void decode_order(struct decoder *d, const struct node *node)
{
	struct plan_expect *expect = expect_add(d, node, EXPECT_ORDER);
	struct wire_args args = {0};
	struct expect_order *order;
	uint32_t given;

	if (!expect)
		return;
	given = form_decode(d, &expect_order_form, node, &args);
	join_times(d, node, given, &args);
	if (!args.order || args.order->kind != NODE_LIST)
		return;
	order = &expect->order;
	order->within = args.wire.within;
	order->item = pool_alloc(d->pool, sizeof(*order->item) * (size_t)(args.order->count + 1));
	for (const struct node *item = args.order->child; item; item = item->next)
		if (decode_item(d, item, &order->item[order->item_count]))
			order->item_count++;
}

static void decode_packets(struct decoder *d, const struct node *node)
{
	struct plan_expect *expect = expect_add(d, node, EXPECT_WIRE);
	struct wire_args args = {.wire = {.from = PLAN_ANY,
					  .to = PLAN_ANY,
					  .icmp_type = PLAN_ANY,
					  .icmp_code = PLAN_ANY}};
	uint32_t given;

	if (!expect)
		return;
	given = form_decode(d, &expect_wire_form, node, &args);
	if (node->kind != NODE_MAP)
		return;
	join_times(d, node, given, &args);
	if (!args.wire.kinds)
		args.wire.kinds = args.wire.icmp_code != PLAN_ANY ? 1u << KIND_ICMP
								  : KINDS_BUT_BACKGROUND;
	if (args.wire.from != PLAN_ANY && args.wire.from == args.wire.to)
		diag_error(d->diags, node_get(node, "to")->span, "a packet from '%s' to itself",
			   node_get(node, "to")->text);
	if (args.wire.count.set && args.wire.count.hi == 0 &&
	    (args.wire.every.set || args.wire.first.set || args.wire.last.set))
		node_error(d->diags, node_get(node, "count"),
			   "of no packet there is no first, last or next");
	expect->wire = args.wire;
}

void expect_wire(struct decoder *d, const struct node *list)
{
	if (!want_list(d, list, "a list of packet expectations"))
		return;
	for (const struct node *item = list->child; item; item = item->next) {
		if (item->kind == NODE_MAP && node_get(item, "order"))
			decode_order(d, item);
		else
			decode_packets(d, item);
	}
}
