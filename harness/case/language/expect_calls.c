/* SPDX-License-Identifier: MIT
 *
 * Expectations of what a command does with its sockets.
 */
#include "call_words.h"
#include "expect.h"

#define CALLS(member) TO(struct expect_calls, member)

static bool decode_errno(struct decoder *d, const struct node *node, void *ret)
{
	struct expect_calls *calls = ret;

	calls->errno_set = decode_errnos(d, node, &calls->err, calls->or_err);
	return calls->errno_set;
}

static const struct word blocked_words[] = {{"true", OUTCOME_BLOCKED, NULL}, {NULL, 0, NULL}};

static const struct field calls_fields[] = {
	{"call", TYPE_WORD, CALLS(call), .words = call_words, .required = true, .help = "which"},
	{"with", TYPE_TEXT, CALLS(with),
	 .help = "those where this is in what the ladder shows beside: server:6379, "
		 "TCP_USER_TIMEOUT=30000 (in the kernel's unit), SHUT_WR"},
	{"errno", TYPE_CUSTOM, .decode = decode_errno,
	 .looks = "an error's name (ETIMEDOUT), a list of them, or 0",
	 .schema = "{\"anyOf\": [{\"$ref\": \"#/$defs/errno\"}, {\"type\": \"array\", \"items\": "
		   "{\"$ref\": \"#/$defs/errno\"}}]}",
	 .help = "those that failed with that, or one of them; 0: those that succeeded"},
	{"returns", TYPE_NUMBERS, CALLS(returns), .min = INT64_MIN, .max = INT64_MAX,
	 .help = "those that returned so much"},
	{"blocked", TYPE_WORD, CALLS(outcome), .words = blocked_words,
	 .help = "those that never returned, instead of those that did"},
	{"count", TYPE_NUMBERS, CALLS(count), .min = 0, .max = INT64_MAX,
	 .help = "how many of them, at least one if not said"},
	{"at", TYPE_MOMENTS, CALLS(at), .help = "when the first of them returned; or began"},
	{"took", TYPE_DURATIONS, CALLS(took), .help = "how long that ran"},
	{"within", TYPE_MOMENTS, CALLS(within),
	 .help = "those that returned then, or began; the whole run if not said"},
};
const struct form expect_calls_form = {
	.name = "an expectation of calls", FIELDS(calls_fields), .beside = &condition_form};

static void check_keys(struct decoder *d, const struct node *item, const struct expect_calls *of)
{
	static const char *const returned[] = {"errno", "returns", "took"};
	const struct node *at = node_get(item, "at");

	for (size_t i = 0; i < sizeof(returned) / sizeof(*returned); i++) {
		const struct node *key = node_get(item, returned[i]);

		if (key && of->outcome == OUTCOME_BLOCKED)
			diag_error(d->diags, key->key->span,
				   "a call that is blocked has not returned anything");
	}
	if (at && of->count.set && of->count.hi == 0)
		diag_error(d->diags, at->key->span, "'at' of calls that are not there");
}

static void decode_item(struct decoder *d, const struct node *item, int program, int incarnation)
{
	struct plan_expect *expect = expect_add(d, item, EXPECT_CALLS);
	int before = d->diags->errors;

	if (!expect)
		return;
	expect->calls = (struct expect_calls){
		.program = program, .incarnation = incarnation, .outcome = OUTCOME_DONE};
	form_decode(d, &expect_calls_form, item, &expect->calls);
	if (d->diags->errors == before)
		check_keys(d, item, &expect->calls);
}

void expect_calls(struct decoder *d, const struct node *node, int program, int incarnation)
{
	const struct plan_program *planned = &d->plan->program[program];

	if (!planned->traced) {
		if (!d->steps_missing)
			diag_help(d->diags,
				  diag_error(d->diags, node->key->span,
					     "nobody looks at the calls of program '%s'",
					     planned->name),
				  planned->command
					  ? "it is a command: trace: network"
					  : "it has steps: what they returned can be expected");
		return;
	}
	for (const struct node *item = node_first(node); item; item = node_next(node, item))
		decode_item(d, item, program, incarnation);
}
