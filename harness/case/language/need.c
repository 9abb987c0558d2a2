/* SPDX-License-Identifier: MIT
 *
 * `need`, `on` and `because`: conditions as a case writes them.
 */
#include <stdio.h>
#include <string.h>

#include "condition.h"
#include "decode.h"

static void decode_term(struct decoder *d, const struct node *node, const char *subject,
			const char *also, struct plan_condition *condition)
{
	char term[CONDITION_TERM];
	struct known known;

	if (!want_scalar(d, node, "something that a kernel has"))
		return;
	if (condition_spell(node->text, term, sizeof(term))) {
		condition->term[condition->count++] = pool_strdup(d->pool, term);
		return;
	}
	known_init(&known, node->text);
	for (int i = 0; condition_capability(i); i++)
		known_add(&known, condition_capability(i));
	if (also)
		known_add(&known, also);
	known_add(&known, "kernel >= 6.5");
	known_add(&known, "kernel < 6.5");
	known_help(d->diags, node_error(d->diags, node, "%s '%.60s'", subject, node->text), &known,
		   "possible are");
}

#define MACHINE_FILES "machine-files"

/* "program telnet", "program mosquitto_sub (mosquitto-clients)" among the needs of a case. */
static bool decode_program(struct decoder *d, const struct node *node, int *count)
{
	static const char word[] = "program ";
	struct plan *plan = d->plan;
	char name[64] = "", package[64] = "", end = '\0';
	int fields;

	if (node->kind != NODE_SCALAR || strncmp(node->text, word, strlen(word)) != 0)
		return false;
	fields = sscanf(node->text + strlen(word), "%63[^ /] (%63[^ ()])%c", name, package, &end);
	if (fields < 1 || fields > 2 ||
	    (fields == 1 && strlen(name) != strlen(node->text) - strlen(word))) {
		diag_help(d->diags,
			  node_error(d->diags, node, "'%.60s' is no name of a program",
				     node->text + strlen(word)),
			  "for example: needs: [program redis-server, program mosquitto_sub "
			  "(mosquitto-clients)]");
		return true;
	}
	plan->needed_program[*count] = pool_strdup(d->pool, name);
	plan->needed_package[(*count)++] = fields == 2 ? pool_strdup(d->pool, package) : NULL;
	return true;
}

bool decode_needs(struct decoder *d, const struct node *node, void *ret)
{
	struct plan *plan = ret;
	int count = 0;

	plan->needed_program = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 2));
	plan->needed_package = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 2));
	plan->needs.term = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 1));
	for (const struct node *item = node_first(node); item; item = node_next(node, item))
		if (item->kind == NODE_SCALAR && strcmp(item->text, MACHINE_FILES) == 0)
			plan->needs_files = true;
		else if (!decode_program(d, item, &count))
			decode_term(d, item, "a case cannot need", MACHINE_FILES, &plan->needs);
	return true;
}

static void condition_decode(struct decoder *d, const struct node *node, const char *subject,
			     struct plan_condition *condition)
{
	condition->term = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 1));
	for (const struct node *item = node_first(node); item; item = node_next(node, item))
		decode_term(d, item, subject, NULL, condition);
}

static bool decode_on(struct decoder *d, const struct node *node, void *ret)
{
	condition_decode(d, node, "nothing depends on", ret);
	return true;
}

static const struct field condition_fields[] = {
	{"on", TYPE_CUSTOM, .decode = decode_on, .looks = CONDITION_LOOKS,
	 .schema = CONDITION_SCHEMA,
	 .help = "it is meant only for kernels that are or have this; of a list, all of it"},
	{"because", TYPE_TEXT, TO(struct plan_condition, because),
	 .help = "why kernels differ in it: the change to the kernel, or the setting"},
};
const struct form condition_form = {.name = "a condition", FIELDS(condition_fields)};

void condition_beside(struct decoder *d, const struct node *map, struct plan_condition *condition)
{
	const struct node *on = map->kind == NODE_MAP ? node_get(map, "on") : NULL;
	const struct node *because = map->kind == NODE_MAP ? node_get(map, "because") : NULL;

	if (on)
		field_decode(d, &condition_fields[0], on, condition);
	if (because)
		field_decode(d, &condition_fields[1], because, condition);
	if (on && !because)
		diag_help(d->diags, diag_error(d->diags, on->key->span, "'on' without 'because'"),
			  "say why kernels differ in this: the change to the kernel, or the "
			  "setting");
	if (because && !on)
		diag_help(d->diags,
			  diag_error(d->diags, because->key->span, "'because' without 'on'"),
			  "it is the reason for an 'on': on: \"kernel >= 6.5\"");
}
