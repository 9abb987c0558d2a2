/* SPDX-License-Identifier: MIT
 *
 * Every `when:` and every `$name` of a case, against its matrix: once for the whole file,
 * whatever the variants make of it.
 */
#include <string.h>

#include "matrix.h"

struct check {
	const struct matrix *matrix;
	struct pool *pool;
	struct diags *diags;
};

static void unknown_variable(const struct check *c, struct span at, const char *name)
{
	struct diag *diag = diag_error(c->diags, at, "unknown variable '%s'", name);
	struct known known;

	known_init(&known, name);
	for (int i = 0; i < c->matrix->axis_count; i++)
		known_add(&known, c->matrix->axis[i].name);
	for (int i = 0; i < c->matrix->variable_count; i++)
		known_add(&known, c->matrix->variable[i].value->key->text);
	if (c->matrix->axis_count)
		known_help(c->diags, diag, &known, "the matrix has");
	else
		diag_help(c->diags, diag, "the case has no matrix; a dollar sign is written $$");
}

static void check_scalar(const struct check *c, const struct node *node)
{
	const char *s = node->text;
	size_t length;
	char name[32];

	while ((s = strchr(s, '$'))) {
		length = variable_at(s, name);
		if (!length) {
			diag_help(c->diags,
				  diag_error(c->diags, node_part(node, (size_t)(s - node->text), 1),
					     "no variable's name after '$'"),
				  "a dollar sign is written $$");
			return;
		}
		if (*name && !matrix_axis(c->matrix, name) && !matrix_variable(c->matrix, name))
			unknown_variable(c, node_part(node, (size_t)(s - node->text), length),
					 name);
		s += length;
	}
}

static void check_label(const struct check *c, const struct axis *axis, const struct node *value)
{
	struct known known;

	if (value->kind != NODE_SCALAR) {
		diag_error(c->diags, value->span, "expected a value of axis '%s', not %s",
			   axis->name, node_describe(c->pool, value));
		return;
	}
	known_init(&known, value->text);
	for (const struct node *has = axis->node->child; has; has = has->next) {
		if (strcmp(axis_label(axis, has), value->text) == 0)
			return;
		known_add(&known, axis_label(axis, has));
	}
	known_help(c->diags,
		   node_error(c->diags, value, "axis '%s' has no value %s", axis->name,
			      node_describe(c->pool, value)),
		   &known, "its values");
}

static void check_when(const struct check *c, const struct node *when)
{
	if (when->kind != NODE_MAP || !when->count) {
		diag_help(c->diags,
			  node_error(c->diags, when, "'when' takes a mapping of axes, not %s",
				     node_describe(c->pool, when)),
			  "write it as when: {ip: 6}");
		return;
	}
	if (!c->matrix->axis_count) {
		diag_error(c->diags, when->key->span, "'when' in a case without a matrix");
		return;
	}
	for (const struct node *value = when->child; value; value = value->next) {
		const struct axis *axis = matrix_axis(c->matrix, value->key->text);
		struct known known;
		struct diag *diag;

		if (axis && value->kind == NODE_LIST) {
			for (const struct node *item = value->child; item; item = item->next)
				check_label(c, axis, item);
			continue;
		}
		if (axis) {
			check_label(c, axis, value);
			continue;
		}
		diag = diag_error(c->diags, value->key->span, "the matrix has no axis '%.40s'",
				  value->key->text);
		known_init(&known, value->key->text);
		for (int i = 0; i < c->matrix->axis_count; i++)
			known_add(&known, c->matrix->axis[i].name);
		known_help(c->diags, diag, &known, "its axes");
	}
}

static void check_tree(const struct check *c, const struct node *node)
{
	if (node->kind == NODE_SCALAR)
		check_scalar(c, node);
	for (const struct node *child = node->child; child; child = child->next) {
		if (child->key && strcmp(child->key->text, "when") == 0)
			check_when(c, child);
		else
			check_tree(c, child);
	}
}

/* A matrix is where variables come from. */
static void check_matrix(const struct check *c, const struct node *node)
{
	const char *dollar = strchr(node->text, '$');

	if (dollar)
		diag_error(c->diags, node_part(node, (size_t)(dollar - node->text), 1),
			   "a variable within the matrix");
	for (const struct node *child = node->child; child; child = child->next) {
		if (child->key && strcmp(child->key->text, "when") == 0)
			diag_error(c->diags, child->key->span, "'when' within the matrix");
		check_matrix(c, child);
	}
}

void matrix_check(const struct matrix *matrix, struct pool *pool, struct diags *diags,
		  const struct node *root)
{
	struct check check = {matrix, pool, diags};

	for (const struct node *child = root->child; child; child = child->next) {
		if (strcmp(child->key->text, "matrix") == 0)
			check_matrix(&check, child);
		else if (strcmp(child->key->text, "when") == 0)
			diag_help(diags,
				  diag_error(diags, child->key->span,
					     "'when' cannot hold for a whole case"),
				  "it stands in any mapping below, which is there only then: a "
				  "host, link, network, a step, a fault, an expectation");
		else
			check_tree(&check, child);
	}
}
