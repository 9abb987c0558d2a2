/* SPDX-License-Identifier: MIT
 *
 * The tree of one variant: a copy in which the matrix has had its say.
 *
 * A variable may hold a list or a mapping: it then stands for all of it, and a list within a
 * list for its items. What can grow by that is bounded by the number of nodes and the length
 * of a text.
 */
#include <ctype.h>
#include <string.h>

#include "matrix.h"

#define TEXT_MAX 65536 /* of a scalar, with its variables put in */

struct expansion {
	struct matrix *matrix;
	struct pool *pool;
	struct diags *diags;
	const struct node *value[MATRIX_AXES]; /* that each axis has */
	size_t nodes, bytes, lookups;
	bool too_big;
};

size_t variable_at(const char *text, char ret_name[32])
{
	bool braces = text[1] == '{';
	size_t at = 1 + braces, length = 0;

	ret_name[0] = '\0';
	if (text[1] == '$')
		return 2;
	while (isalnum((unsigned char)text[at + length]) || text[at + length] == '_')
		length++;
	if (!length || length > 31 || (braces && text[at + length] != '}') ||
	    isdigit((unsigned char)text[at]))
		return 0;
	memcpy(ret_name, text + at, length);
	ret_name[length] = '\0';
	return at + length + braces;
}

/* What NAME stands for in this variant. An axis of sets stands for the name of its set,
 * which is a key. */
static const struct node *find_variable(struct expansion *e, const char *name)
{
	struct variable *variable = matrix_variable(e->matrix, name);

	e->lookups++;
	if (variable) {
		variable->used = true;
		return node_get(e->value[variable->axis], name);
	}
	for (int i = 0; i < e->matrix->axis_count; i++) {
		struct axis *axis = &e->matrix->axis[i];

		if (strcmp(axis->name, name) == 0) {
			axis->used = true;
			return axis->sets ? e->value[i]->key : e->value[i];
		}
	}
	return NULL;
}

static void no_variable(struct expansion *e, const struct node *node, const char *at, size_t length,
			const char *name)
{
	const struct variable *variable = matrix_variable(e->matrix, name);
	struct diag *diag = diag_error(e->diags, node_part(node, (size_t)(at - node->text), length),
				       "variable '%s' has no value in this variant", name);

	if (variable)
		diag_note(e->diags, diag, variable->value->key->span,
			  "other variants have it from here");
}

static void too_big(struct expansion *e, const struct node *node)
{
	if (!e->too_big)
		diag_error(e->diags, node->span, "the variables make this case too big");
	e->too_big = true;
}

static struct node *copy(struct expansion *e, const struct node *node)
{
	struct node *made;

	if (++e->nodes > NODE_COUNT) {
		too_big(e, node);
		return NULL;
	}
	made = pool_alloc(e->pool, sizeof(*made));
	*made = *node;
	made->child = made->next = NULL;
	made->count = 0;
	return made;
}

static struct node *expand(struct expansion *e, const struct node *node);

/* All children of NODE but the one of the key BUT. */
static void expand_children(struct expansion *e, const struct node *node, const char *but,
			    struct node *made)
{
	struct node **link = &made->child;

	for (const struct node *child = node->child; child && !e->too_big; child = child->next) {
		struct node *copied;

		if (child->key && strcmp(child->key->text, but) == 0)
			continue;
		copied = expand(e, child);
		if (!copied)
			continue;
		made->count++;
		*link = copied;
		if (node->kind == NODE_LIST && child->kind == NODE_SCALAR &&
		    copied->kind == NODE_LIST) {
			made->count += copied->count - 1;
			*link = copied->child;
		}
		while (*link)
			link = &(*link)->next;
	}
}

/* Can VALUE stand in place of the LENGTH bytes at AT? False, reported. */
static bool can_put(struct expansion *e, const struct node *node, const char *at, size_t length,
		    const char *name, const struct node *value)
{
	if (!value)
		no_variable(e, node, at, length, name);
	else if (value->kind != NODE_SCALAR)
		diag_error(e->diags, node_part(node, (size_t)(at - node->text), length),
			   "variable '%s' is %s: it cannot stand within a text", name,
			   node_describe(e->pool, value));
	return value && value->kind == NODE_SCALAR;
}

/* NODE's text with its variables put in; NULL when it is too long. */
static const char *substitute(struct expansion *e, const struct node *node, bool *ret_broken)
{
	size_t size = 0, length;
	char name[32], *text = NULL;

	/* First the length, then the text. */
	for (int pass = 0; pass < 2; pass++) {
		size = 0;
		for (const char *s = node->text; *s; s += length) {
			const struct node *value;
			const char *put = s;
			size_t put_size = length = 1;

			if (*s == '$' && (length = variable_at(s, name)) && *name) {
				value = find_variable(e, name);
				if (!pass && !can_put(e, node, s, length, name, value))
					*ret_broken = true;
				put = value && value->kind == NODE_SCALAR ? value->text : "";
				put_size = strlen(put);
			}
			if (!length)
				length = 1; /* matrix_check() has refused it */
			if (text)
				memcpy(text + size, put, put_size);
			size += put_size;
		}
		e->bytes += size + strlen(node->text);
		if (size > TEXT_MAX || e->bytes > 4 * TEXT_MAX + 8 * e->diags->size)
			return NULL;
		if (!pass)
			text = pool_alloc(e->pool, size + 1);
	}
	return text;
}

static struct node *expand_scalar(struct expansion *e, const struct node *node)
{
	struct node *made = copy(e, node);
	const char *first = strchr(node->text, '$');
	const struct node *value;
	char name[32];

	if (!made || !first)
		return made;
	if (first == node->text && variable_at(first, name) == strlen(first) && *name) {
		value = find_variable(e, name);
		if (value && value->kind != NODE_SCALAR) {
			made->kind = value->kind;
			made->span = value->span;
			made->text = "";
			expand_children(e, value, "when", made);
			return made;
		}
		if (!value) {
			no_variable(e, node, first, strlen(first), name);
			made->text = "";
			made->plain = made->broken = true;
			return made;
		}
		made->text = value->text;
		made->plain = value->plain;
		made->origin = value;
		made->variable = pool_strdup(e->pool, name);
		return made;
	}
	made->text = substitute(e, node, &made->broken);
	if (!made->text) {
		too_big(e, node);
		return NULL;
	}
	if (made->broken)
		made->text = "";
	made->plain = node->plain || made->broken;
	made->rewritten = true;
	return made;
}

static bool is_chosen(const struct expansion *e, int axis, const struct node *values)
{
	const char *label = axis_label(&e->matrix->axis[axis], e->value[axis]);

	if (values->kind == NODE_SCALAR)
		return strcmp(values->text, label) == 0;
	for (const struct node *value = values->child; value; value = value->next)
		if (strcmp(value->text, label) == 0)
			return true;
	return false;
}

static bool holds(struct expansion *e, const struct node *when)
{
	bool all = true;

	for (int i = 0; i < e->matrix->axis_count; i++) {
		const struct node *values = node_get(when, e->matrix->axis[i].name);

		if (!values)
			continue;
		e->matrix->axis[i].used = true;
		all = all && is_chosen(e, i, values);
	}
	return all;
}

/* NULL: it is not there in this variant. */
static struct node *expand(struct expansion *e, const struct node *node)
{
	const struct node *when;
	struct node *made;

	if (node->kind == NODE_SCALAR)
		return expand_scalar(e, node);
	when = node->kind == NODE_MAP ? node_get(node, "when") : NULL;
	if (when && !holds(e, when))
		return NULL;
	made = copy(e, node);
	if (made)
		expand_children(e, node, "when", made);
	return made;
}

struct node *matrix_expand(struct matrix *matrix, struct pool *pool, struct diags *diags,
			   const struct node *root, const int choice[MATRIX_AXES], int *work)
{
	struct expansion e = {.matrix = matrix, .pool = pool, .diags = diags};
	struct node *made;

	for (int i = 0; i < matrix->axis_count; i++)
		e.value[i] = axis_value(&matrix->axis[i], choice[i]);
	made = copy(&e, root);
	if (made)
		expand_children(&e, root, "matrix", made);
	for (int i = 0; i < matrix->axis_count; i++) {
		struct axis *axis = &matrix->axis[i];
		struct node *key;

		if (!matrix_is_key(axis->name))
			continue;
		key = copy(&e, axis->sets ? e.value[i]->key : e.value[i]);
		if (!key)
			break;
		key->key = axis->node->key;
		node_append(made, key);
	}
	*work += (int)(e.nodes + e.bytes / 64 + e.lookups * (size_t)matrix->variable_count / 16);
	return e.too_big ? NULL : made;
}
