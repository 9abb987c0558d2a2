/* SPDX-License-Identifier: MIT
 *
 * `outage:` who reported what a case shows, and what they saw.
 */
#include "outage.h"

#include <ctype.h>
#include <string.h>

#include "decode.h"

const struct word outage_symptoms[] = {
	{"hangs-for-minutes", 0,
	 "hangs for minutes, then \"connection timed out\" or \"no route to host\""},
	{"hangs-for-ever", 1, "hangs, and never comes back"},
	{"idle-then-dead", 2, "worked, was idle for a while, and is dead"},
	{"reset-at-work", 3, "\"connection reset by peer\" in the middle of work"},
	{"first-write-lost", 4,
	 "the first message is lost without an error, the next is \"broken pipe\""},
	{"data-lost", 5, "what was sent does not arrive whole"},
	{"cannot-connect", 6, "cannot connect, or only after minutes"},
	{"cannot-start", 7, "the server does not come up again: \"address already in use\""},
	{"piles-up", 8, "connections that nobody uses pile up, until there is no room for more"},
	{"dies-while-well", 9, "the connection ends although both sides are well"},
	{NULL, 0, NULL},
};

static bool decode_symptom(struct decoder *d, const struct node *node, void *ret)
{
	struct plan *plan = ret;
	int64_t value;

	if (!want_scalar(d, node, "what people see") ||
	    !find_word(d, outage_symptoms, node, &value))
		return false;
	plan->outage.symptom = pool_strdup(d->pool, node->text);
	return true;
}

/* "redis-py#1527", "#" and a number at the end; or a word without one, as "KIP-764". */
static bool is_report(const char *text)
{
	const char *number = strchr(text, '#');

	for (const char *at = text; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("-_./#", *at))
			return false;
	return *text && *text != '#' &&
	       (!number || (number[1] && !number[1 + strspn(number + 1, "0123456789")]));
}

static bool decode_reports(struct decoder *d, const struct node *node, void *ret)
{
	struct plan *plan = ret;

	if (!want_list(d, node, "a list of reports"))
		return false;
	plan->outage.reports = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 1));
	for (const struct node *item = node->child; item; item = item->next) {
		if (!want_scalar(d, item, "a report"))
			return false;
		if (is_report(item->text))
			plan->outage.reports[plan->outage.report_count++] = pool_strdup(d->pool,
											item->text);
		else
			diag_help(
				d->diags,
				node_error(d->diags, item, "'%.60s' is no report", item->text),
				"write the project and the number, as redis-py#1527; or a word, as "
				"KIP-764");
	}
	return true;
}

#define OUTAGE(member) TO(struct plan, outage.member)

static const struct field outage_fields[] = {
	{"symptom", TYPE_CUSTOM, .required = true, .words = outage_symptoms,
	 .decode = decode_symptom, .help = "what they see"},
	{"reports", TYPE_CUSTOM, .decode = decode_reports,
	 .looks = "a list of reports ([redis-py#1527])",
	 .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}",
	 .help = "where that was told"},
	{"saw", TYPE_TEXT, OUTAGE(saw), .help = "the same in a sentence, as it was told"},
	{"cost", TYPE_TEXT, OUTAGE(cost), .help = "what the cures of the axis `fix` cost"},
};
const struct form outage_form = {
	.name = "outage",
	FIELDS(outage_fields),
	.example = "outage: {symptom: idle-then-dead, reports: [redis-py#1527]}"};
