/* SPDX-License-Identifier: MIT
 *
 * Forms and verbs: which keys there are. What their values are is in type.c.
 */
#include "field.h"

#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "matrix.h"
#include "value.h"

struct plan_place place_of(const struct node *node)
{
	return (struct plan_place){node->span.line, node->span.column};
}

struct span span_of_place(struct plan_place place, const char *word)
{
	return (struct span){place.line, place.column, place.line,
			     place.column + (int)strlen(word)};
}

bool refuse_why(struct decoder *d, const struct node *node, const struct why *why)
{
	struct diag *diag = node_error(d->diags, node, "%s", why->text);

	if (*why->help)
		diag_help(d->diags, diag, "%s", why->help);
	return false;
}

static bool refuse_kind(struct decoder *d, const struct node *node, const char *looks,
			const char *help)
{
	struct diag *diag;

	if (node->broken)
		return false;
	if (node->key && node->kind != NODE_SCALAR)
		diag = diag_error(d->diags, node->key->span, "'%.60s' takes %s, not %s",
				  node->key->text, looks, node_describe(d->pool, node));
	else if (node->key)
		diag = node_error(d->diags, node, "'%.60s' takes %s, not %s", node->key->text,
				  looks, node_describe(d->pool, node));
	else
		diag = node_error(d->diags, node, "expected %s, not %s", looks,
				  node_describe(d->pool, node));
	if (help)
		diag_help(d->diags, diag, "%s", help);
	return false;
}

bool want_scalar(struct decoder *d, const struct node *node, const char *looks)
{
	const char *help = NULL;

	if (node->kind == NODE_SCALAR && !node_is_empty(node))
		return true;
	if (node->kind == NODE_LIST && node->key && node_get(d->root, node->key->text) == node &&
	    matrix_is_key(node->key->text))
		help = pool_printf(d->pool, "for a run with each of them: matrix: {%s: [...]}",
				   node->key->text);
	return refuse_kind(d, node, looks, help);
}

bool want_list(struct decoder *d, const struct node *node, const char *looks)
{
	return node->kind == NODE_LIST ||
	       refuse_kind(d, node, looks,
			   node->kind == NODE_MAP ? "each item of a list starts with '- '" : NULL);
}

bool want_map(struct decoder *d, const struct node *node, const char *looks)
{
	return node->kind == NODE_MAP ||
	       refuse_kind(d, node, looks,
			   node->kind == NODE_LIST ? "keys of a mapping have no '- ' before them"
						   : NULL);
}

static int find_field(const struct form *form, const char *key)
{
	for (int i = 0; i < form->count; i++)
		if (form->field[i].key && strcmp(form->field[i].key, key) == 0)
			return i;
	return -1;
}

static bool is_beside(const struct form *form, const char *key)
{
	return form->beside && find_field(form->beside, key) >= 0;
}

/* A required key that MAP lacks may be what the unknown one was meant to be: that is said once. */
static void unknown_key(struct decoder *d, const struct form *form, const struct node *map,
			const struct node *key)
{
	struct diag *diag = diag_error(d->diags, key->span, "unknown key '%.60s' in %s", key->text,
				       form->name);
	struct known known;

	known_init(&known, key->text);
	for (int i = 0; i < form->count; i++)
		if (form->field[i].key)
			known_add(&known, form->field[i].key);
	for (int i = 0; form->beside && i < form->beside->count; i++)
		known_add(&known, form->beside->field[i].key);
	if (form == &host_form)
		d->programs_missing = true;
	if (known_meant(&known) || !elsewhere_help(d->diags, diag, key->text))
		known_help(d->diags, diag, &known, "its keys");
	for (int i = 0; i < form->count && !known_meant(&known); i++)
		if (form->field[i].required && !node_get(map, form->field[i].key))
			diag_help(d->diags, diag, "what is missing here is '%s': %s",
				  form->field[i].key, form->field[i].help);
}

static void check_required(struct decoder *d, const struct form *form, const struct node *node,
			   uint32_t seen)
{
	for (int i = 0; i < form->count; i++) {
		const struct field *field = &form->field[i];

		if (field->required && !(seen & 1u << i))
			diag_help(d->diags,
				  diag_error(d->diags,
					     node->kind == NODE_MAP && node->key ? node->key->span
										 : node->span,
					     "%s lacks '%s'", form->name, field->key),
				  "add '%s': %s", field->key, field->help);
	}
}

/* A form without keys is one value, which may be a mapping of its own kind. */
static bool is_bare(const struct form *form, const struct node *node)
{
	if (!form->bare)
		return false;
	return node->kind != NODE_MAP || (form->count == 1 && !form->field->key);
}

/* A word where a mapping stands is often the right one: `restart: always`. */
static bool want_form(struct decoder *d, const struct form *form, const struct node *node)
{
	const char *looks = form->field->key
				    ? pool_printf(d->pool, "a mapping (%s%s)", form->field->key,
						  form->count > 1 ? ", ..." : "")
				    : "a mapping";

	if (node->kind == NODE_SCALAR && form->example)
		return refuse_kind(d, node, looks,
				   pool_printf(d->pool, "for example: %s", form->example));
	return want_map(d, node, looks);
}

uint32_t form_decode(struct decoder *d, const struct form *form, const struct node *node, void *out)
{
	uint32_t given = 0, seen = 0;
	bool unknown = false;

	if (is_bare(form, node)) {
		int i = form->bare - 1;

		return (uint32_t)field_decode(d, &form->field[i], node, out) << i;
	}
	if (!want_form(d, form, node))
		return 0;
	for (const struct node *value = node->child; value; value = value->next) {
		int i = find_field(form, value->key->text);

		if (i < 0 && is_beside(form, value->key->text))
			continue;
		if (i < 0) {
			unknown_key(d, form, node, value->key);
			unknown = true;
			continue;
		}
		seen |= 1u << i;
		given |= (uint32_t)field_decode(d, &form->field[i], value, out) << i;
	}
	if (!unknown)
		check_required(d, form, node, seen);
	return given;
}

static const struct verb *find_verb(const struct verb_table *table, const char *name)
{
	for (int i = 0; i < table->count; i++)
		if (strcmp(table->verb[i].name, name) == 0)
			return &table->verb[i];
	return NULL;
}

static void unknown_verb(struct decoder *d, const struct verb_table *table, const struct node *node,
			 const char *name)
{
	struct diag *diag = node_error(d->diags, node, "unknown %s '%.60s'", table->what, name);
	const char *colon = strchr(name, ':');
	struct known known, beside;

	known_init(&known, name);
	for (int i = 0; i < table->count; i++)
		known_add(&known, table->verb[i].name);
	known_init(&beside, name);
	for (int i = 0; i < table->modifiers->count; i++)
		known_add(&beside, table->modifiers->field[i].key);
	if (colon && colon[1])
		diag_help(d->diags, diag, "a ':' needs a space behind it: '%.*s: %.40s'",
			  (int)(colon - name), name, colon + 1);
	else if (!known_meant(&known) && known_meant(&beside))
		known_help(d->diags, diag, &beside, "");
	else if (known_meant(&known) || !elsewhere_help(d->diags, diag, name))
		known_help(d->diags, diag, &known,
			   pool_printf(d->pool, "the %ss are", table->what));
}

static const struct verb *pick_of_map(struct decoder *d, const struct verb_table *table,
				      const struct node *node, const struct node **ret_argument)
{
	const struct verb *verb = NULL, *found;

	for (const struct node *value = node->child; value; value = value->next) {
		if (find_field(table->modifiers, value->key->text) >= 0)
			continue;
		found = find_verb(table, value->key->text);
		if (!found) {
			unknown_verb(d, table, value->key, value->key->text);
			return NULL;
		}
		if (verb) {
			diag_help(d->diags,
				  diag_error(d->diags, value->key->span,
					     "a second %s, '%s', in one item", table->what,
					     found->name),
				  "start it with a '- ' of its own");
			return NULL;
		}
		verb = found;
		*ret_argument = value;
	}
	if (!verb)
		diag_help(d->diags,
			  diag_error(d->diags, node->span, "an item without a %s", table->what),
			  "for example: %s", table->verb[0].example);
	return verb;
}

const struct verb *verb_pick(struct decoder *d, const struct verb_table *table,
			     const struct node *node, const struct node **ret_argument)
{
	const struct verb *verb;

	*ret_argument = NULL;
	if (node->kind == NODE_MAP) {
		verb = pick_of_map(d, table, node, ret_argument);
	} else {
		if (!want_scalar(d, node, table->what))
			return NULL;
		verb = find_verb(table, node->text);
		if (!verb)
			unknown_verb(d, table, node, node->text);
	}
	if (!verb)
		return NULL;
	if (*ret_argument && (*ret_argument)->broken)
		return NULL;
	if (*ret_argument && node_is_empty(*ret_argument))
		*ret_argument = NULL;
	if (verb->argument == ARGUMENT_REQUIRED && !*ret_argument) {
		diag_help(d->diags,
			  diag_error(d->diags,
				     node->kind == NODE_MAP ? node_get(node, verb->name)->key->span
							    : node->span,
				     "'%s' lacks its value", verb->name),
			  "for example: %s", verb->example);
		return NULL;
	}
	if (verb->argument == ARGUMENT_NONE && *ret_argument) {
		diag_help(d->diags,
			  node_error(d->diags, *ret_argument, "'%s' takes no value", verb->name),
			  "write it as: %s", verb->example);
		return NULL;
	}
	return verb;
}
