/* SPDX-License-Identifier: MIT
 *
 * Expectations of what a command writes.
 */
#include <string.h>

#include "expect.h"

#define OUTPUT(member) TO(struct output_args, of.member)

struct output_args {
	struct expect_output of;
	char *absent;
};

static const struct field output_fields[] = {
	{"line", TYPE_TEXT, OUTPUT(line), .help = "lines in which this text is"},
	{"not", TYPE_TEXT, TO(struct output_args, absent), .help = "short for line and count: 0"},
	{"count", TYPE_NUMBERS, OUTPUT(count), .min = 0, .max = INT64_MAX,
	 .help = "how many of them, at least one if not said"},
	{"at", TYPE_MOMENTS, OUTPUT(at), .help = "when the first of them was written"},
	{"within", TYPE_MOMENTS, OUTPUT(within),
	 .help = "those that were written then, the whole run if not said"},
};
const struct form expect_output_form = {.name = "an expectation of output",
					FIELDS(output_fields),
					.bare = 1,
					.beside = &condition_form};

static void check_keys(struct decoder *d, const struct node *item, const struct output_args *args)
{
	const struct node *line = NULL, *absent = NULL, *key = NULL;

	if (item->kind == NODE_MAP) {
		line = node_get(item, "line");
		absent = node_get(item, "not");
		key = node_get(item, "count") ? node_get(item, "count") : node_get(item, "at");
	}
	if (item->kind == NODE_MAP && !line == !absent)
		diag_help(d->diags,
			  node_error(d->diags, item,
				     line ? "it has both 'line' and 'not'"
					  : "it names neither a line nor one that is not there"),
			  "for example: {line: timed out, at: 75s..77s}");
	else if (absent && key)
		diag_error(d->diags, key->key->span, "'%s' of lines that are not there",
			   key->key->text);
	else if (args->of.count.set && args->of.count.hi == 0 && args->of.at.set)
		diag_error(d->diags, node_get(item, "at")->key->span,
			   "'at' of lines that are not there");
	line = line ? line : absent ? absent : item;
	if (line->kind == NODE_SCALAR && !*line->text)
		node_error(d->diags, line, "a text of nothing is in each line");
}

static void decode_item(struct decoder *d, const struct node *item, int program, int incarnation)
{
	struct output_args args = {.of = {.program = program, .incarnation = incarnation}};
	struct plan_expect *expect = expect_add(d, item, EXPECT_OUTPUT);

	int before = d->diags->errors;

	if (!expect)
		return;
	form_decode(d, &expect_output_form, item, &args);
	if (d->diags->errors == before)
		check_keys(d, item, &args);
	if (args.absent) {
		args.of.line = args.absent;
		args.of.count.set = true;
	}
	if (!args.of.line)
		args.of.line = pool_strdup(d->pool, "");
	expect->output = args.of;
}

void expect_output(struct decoder *d, const struct node *node, int program, int incarnation)
{
	if (!d->plan->program[program].command) {
		if (!d->steps_missing)
			diag_help(d->diags,
				  diag_error(d->diags, node->key->span,
					     "program '%s' has steps: it writes nothing",
					     d->plan->program[program].name),
				  "what its steps returned can be expected");
		return;
	}
	for (const struct node *item = node_first(node); item; item = node_next(node, item))
		decode_item(d, item, program, incarnation);
}
