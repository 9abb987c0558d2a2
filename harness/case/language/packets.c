/* SPDX-License-Identifier: MIT */
#include "packets.h"

#include <string.h>

#include "decode.h"
#include "fault.h"
#include "icmp_words.h"
#include "value.h"

static bool decode_code(struct decoder *d, const struct node *node, struct plan_fault *fault)
{
	int last = d->plan->ip_version == 6 ? 7 : 15;
	struct why why;
	int64_t code;

	if (!value_number(node->text + 5, strlen(node->text + 5), &code, &why) || code < 0 ||
	    code > last) {
		node_error(d->diags, node, "codes of destination unreachable are 0..%d in IPv%d",
			   last, d->plan->ip_version);
		return false;
	}
	fault->reject_code = (int)code;
	fault->reject_with = pool_printf(d->pool, "code %d", (int)code);
	return true;
}

bool decode_refusal(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_fault *fault = ret;
	bool six = d->plan->ip_version == 6;
	struct known known;

	if (!want_scalar(d, node, "what the router answers"))
		return false;
	fault->reject_type = six ? ICMP_UNREACHABLE6 : ICMP_UNREACHABLE4;
	if (strncmp(node->text, "code ", 5) == 0)
		return decode_code(d, node, fault);
	known_init(&known, node->text);
	for (const struct icmp_answer *answer = icmp_answers; answer->word; answer++) {
		known_add(&known, answer->word);
		if (strcmp(answer->word, node->text) != 0)
			continue;
		fault->reject_code = six ? answer->code6 : answer->code4;
		if (fault->reject_code < 0)
			fault->reject_type = -1;
		fault->reject_with = pool_strdup(d->pool, six ? answer->nft6 : answer->nft4);
		return true;
	}
	known_add(&known, "code N");
	known_help(d->diags,
		   node_error(d->diags, node, "a router cannot answer '%.60s'", node->text), &known,
		   "it can answer");
	return false;
}

bool decode_flags(struct decoder *d, const struct node *node, void *ret)
{
	static const struct field flags = {
		.type = TYPE_WORDS, .words = tcp_flag_words, .size = sizeof(int)};
	struct plan_filter *filter = ret;

	if (!field_decode(d, &flags, node, &filter->flags))
		return false;
	filter->flags_mask = filter->flags;
	return true;
}

static bool decode_option(struct decoder *d, const struct node *node, int64_t max, void *ret)
{
	const struct field numbers = {
		.type = TYPE_NUMBERS, .size = sizeof(struct plan_range), .max = max};

	if (node->kind != NODE_SCALAR || strcmp(node->text, "none") != 0)
		return field_decode(d, &numbers, node, ret);
	*(struct plan_range *)ret = (struct plan_range){true, -1, -1};
	return true;
}

bool decode_mss(struct decoder *d, const struct node *node, void *ret)
{
	return decode_option(d, node, 65535, ret);
}

bool decode_scale(struct decoder *d, const struct node *node, void *ret)
{
	return decode_option(d, node, 14, ret);
}

/* 3, or [3, 5..7]. */
bool decode_which(struct decoder *d, const struct node *node, void *ret)
{
	static const struct field range = {
		.type = TYPE_NUMBERS, .size = sizeof(struct plan_range), .min = 1, .max = INT_MAX};
	struct plan_filter *filter = ret;

	if (node->kind == NODE_LIST && (node->count > WHICH_MAX || !node->count)) {
		node_error(d->diags, node, "'which' takes 1 to %d numbers or ranges", WHICH_MAX);
		return false;
	}
	for (const struct node *item = node_first(node); item; item = node_next(node, item))
		if (!field_decode(d, &range, item, &filter->which[filter->which_count++]))
			return false;
	return true;
}

static const struct field filter_fields[] = {FILTER(struct fault_args, fault.filter)};
const struct form filter_form = {
	.name = "packets", FIELDS(filter_fields), .example = "packets: {flags: [syn], next: 1}"};

static const struct field impairment_fields[] = {IMPAIRMENT(struct plan_impairment, )};
const struct form impairment_form = {
	.name = "link", FIELDS(impairment_fields), .example = "link: {delay: 50ms, loss: 1%}"};

void filter_check(struct decoder *d, const struct node *node, const struct plan_filter *filter)
{
	if (filter->count && filter->which_count)
		diag_help(d->diags,
			  diag_error(d->diags, node_get(node, "which")->key->span,
				     "'which' beside 'next'"),
			  "the next two of them are which: 1..2");
}
