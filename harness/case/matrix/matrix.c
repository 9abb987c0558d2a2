/* SPDX-License-Identifier: MIT
 *
 * Reading `matrix:`.
 */
#include "matrix.h"

#include <ctype.h>
#include <string.h>

/* What may be said in a variant's name: it becomes a folder's and a test's. */
#define LABEL_HELP "it has at most 32 letters, digits, '.', '_', '+', '-', ':' and '%'"

static const char *const axis_keys[] = {"ip", "network", "until", "neighbours", "nat", "tolerance"};

bool matrix_is_key(const char *name)
{
	for (size_t i = 0; i < sizeof(axis_keys) / sizeof(*axis_keys); i++)
		if (strcmp(axis_keys[i], name) == 0)
			return true;
	return false;
}

struct variable *matrix_variable(const struct matrix *matrix, const char *name)
{
	for (int i = 0; i < matrix->variable_count; i++)
		if (strcmp(matrix->variable[i].value->key->text, name) == 0)
			return &matrix->variable[i];
	return NULL;
}

const struct axis *matrix_axis(const struct matrix *matrix, const char *name)
{
	for (int i = 0; i < matrix->axis_count; i++)
		if (strcmp(matrix->axis[i].name, name) == 0)
			return &matrix->axis[i];
	return NULL;
}

const struct node *axis_value(const struct axis *axis, int index)
{
	const struct node *value = axis->node->child;

	while (index--)
		value = value->next;
	return value;
}

const char *axis_label(const struct axis *axis, const struct node *value)
{
	return axis->sets ? value->key->text : value->text;
}

static bool is_name(const char *name)
{
	size_t length = strlen(name);

	if (!isalpha((unsigned char)*name) || length > 31)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

static bool is_label(const char *label)
{
	size_t length = strlen(label);

	if (!length || length > 32)
		return false;
	for (; *label; label++)
		if (!isalnum((unsigned char)*label) && !strchr("._+-%:", *label))
			return false;
	return true;
}

static bool check_label(struct diags *diags, const struct axis *axis, const struct node *label)
{
	struct diag *diag;

	if (is_label(label->text))
		return true;
	diag = diag_error(diags, label->span, "'%.40s' cannot stand in a variant's name",
			  label->text);
	diag_help(diags, diag, "%s%s", LABEL_HELP,
		  axis->sets ? "" : "; other values get a name: {name: {variable: value}}");
	return false;
}

/* A variable of a set: another axis must not have it too. */
static bool check_variable(struct diags *diags, struct matrix *matrix, int axis,
			   const struct node *value)
{
	const char *name = value->key->text;
	const struct variable *known = matrix_variable(matrix, name);
	const struct axis *other = known ? &matrix->axis[known->axis] : matrix_axis(matrix, name);

	if (known && known->axis == axis)
		return true;
	/* In its own axis it hides the axis' name. */
	if (other && other != &matrix->axis[axis]) {
		diag_note(diags,
			  diag_error(diags, value->key->span, "axis '%s' has a variable '%s' too",
				     other->name, name),
			  known ? known->value->key->span : other->node->key->span, "here");
		return false;
	}
	if (!is_name(name)) {
		diag_help(diags,
			  diag_error(diags, value->key->span, "'%.40s' is no name for a variable",
				     name),
			  "use letters, digits and _");
		return false;
	}
	if (matrix->variable_count == MATRIX_VARIABLES) {
		diag_error(diags, value->key->span, "more than %d variables", MATRIX_VARIABLES);
		return false;
	}
	matrix->variable[matrix->variable_count++] = (struct variable){value, axis, false};
	return true;
}

static bool read_set(struct pool *pool, struct diags *diags, struct matrix *matrix, int index,
		     const struct node *set)
{
	const struct axis *axis = &matrix->axis[index];

	if (set->kind != NODE_MAP) {
		diag_help(diags,
			  node_error(diags, set,
				     "set '%s' of axis '%s' is a mapping of variables, not %s",
				     set->key->text, axis->name, node_describe(pool, set)),
			  "write it as %s: {variable: value}, or make the axis a list of values",
			  set->key->text);
		return false;
	}
	if (!check_label(diags, axis, set->key))
		return false;
	for (const struct node *value = set->child; value; value = value->next)
		if (!check_variable(diags, matrix, index, value))
			return false;
	return true;
}

static bool read_values(struct pool *pool, struct diags *diags, const struct axis *axis)
{
	for (const struct node *value = axis->node->child; value; value = value->next) {
		if (value->kind != NODE_SCALAR) {
			diag_help(
				diags,
				diag_error(diags, value->span,
					   "a value of axis '%s' is a single value, not %s",
					   axis->name, node_describe(pool, value)),
				"for several variables at once name the sets: name: {a: 1, b: 2}");
			return false;
		}
		if (!check_label(diags, axis, value))
			return false;
		for (const struct node *other = axis->node->child; other != value;
		     other = other->next)
			if (strcmp(other->text, value->text) == 0) {
				diag_note(diags,
					  diag_error(diags, value->span, "'%s' twice in axis '%s'",
						     value->text, axis->name),
					  other->span, "it was given here first");
				return false;
			}
	}
	return true;
}

static bool read_axis(struct pool *pool, struct diags *diags, struct matrix *matrix,
		      const struct node *root, const struct node *node)
{
	struct axis *axis = &matrix->axis[matrix->axis_count];
	const struct node *key;

	if (matrix->axis_count == MATRIX_AXES) {
		diag_error(diags, node->key->span, "more than %d axes", MATRIX_AXES);
		return false;
	}
	*axis = (struct axis){node->key->text, node, node->kind == NODE_MAP,
			      matrix_is_key(node->key->text)};
	if (!is_name(axis->name)) {
		diag_help(diags,
			  diag_error(diags, node->key->span, "'%.40s' is no name for an axis",
				     axis->name),
			  "use letters, digits and _");
		return false;
	}
	if (node->kind == NODE_SCALAR && !node_is_empty(node)) {
		diag_help(diags,
			  node_error(diags, node, "axis '%s' has values in a list, not %s",
				     axis->name, node_describe(pool, node)),
			  "write it as %s: [%.60s]", axis->name, node->text);
		return false;
	}
	if (!node->count) {
		diag_help(diags,
			  diag_error(diags, node->key->span, "axis '%s' has no values", axis->name),
			  "give a list of values, or named sets of variables");
		return false;
	}
	key = axis->used ? node_get(root, axis->name) : NULL;
	if (key) {
		diag_note(diags,
			  diag_error(diags, key->key->span, "'%s' is set by the matrix as well",
				     axis->name),
			  node->key->span, "by this axis");
		return false;
	}
	if (node->count > MATRIX_VALUES) {
		diag_error(diags, node->key->span, "more than %d values in one axis",
			   MATRIX_VALUES);
		return false;
	}
	matrix->axis_count++;
	if (!axis->sets)
		return read_values(pool, diags, axis);
	for (const struct node *set = node->child; set; set = set->next)
		if (!read_set(pool, diags, matrix, matrix->axis_count - 1, set))
			return false;
	return true;
}

bool matrix_read(struct pool *pool, struct diags *diags, struct node *root,
		 struct matrix *ret_matrix)
{
	const struct node *node = node_get(root, "matrix");
	struct matrix matrix = {.variant_count = 1};
	int before = diags->errors;

	if (node && node->kind != NODE_MAP) {
		diag_help(diags,
			  node_error(diags, node, "'matrix' is a mapping of axes, not %s",
				     node_describe(pool, node)),
			  "write it as matrix: {ip: [4, 6]}");
		return false;
	}
	if (node) {
		matrix.variable = pool_alloc(pool, sizeof(struct variable) * MATRIX_VARIABLES);
		for (const struct node *axis = node->child; axis; axis = axis->next)
			if (read_axis(pool, diags, &matrix, root, axis) &&
			    matrix.variant_count <= MATRIX_VARIANTS)
				matrix.variant_count *= axis->count;
		if (matrix.variant_count > MATRIX_VARIANTS)
			diag_error(diags, node->key->span, "the matrix has more than %d variants",
				   MATRIX_VARIANTS);
	}
	if (diags->errors > before)
		return false;
	matrix_check(&matrix, pool, diags, root);
	*ret_matrix = matrix;
	return diags->errors == before;
}

void matrix_choice(const struct matrix *matrix, int index, int choice[MATRIX_AXES])
{
	for (int i = matrix->axis_count - 1; i >= 0; i--) {
		choice[i] = index % matrix->axis[i].node->count;
		index /= matrix->axis[i].node->count;
	}
}

/* The value of one "axis=value" of a variant's name, whose LENGTH bytes are at TEXT. */
static int find_label(const struct axis *axis, const char *text, size_t length)
{
	size_t name = strlen(axis->name);
	int i = 0;

	if (length <= name || memcmp(text, axis->name, name) != 0 || text[name] != '=')
		return -1;
	for (const struct node *value = axis->node->child; value; value = value->next, i++) {
		const char *label = axis_label(axis, value);

		if (strlen(label) == length - name - 1 &&
		    memcmp(label, text + name + 1, length - name - 1) == 0)
			return i;
	}
	return -1;
}

bool matrix_find(const struct matrix *matrix, const char *variant, int ret_choice[MATRIX_AXES])
{
	for (int i = 0; i < matrix->axis_count; i++) {
		size_t length = strcspn(variant, ",");

		ret_choice[i] = find_label(&matrix->axis[i], variant, length);
		if (ret_choice[i] < 0 || (variant[length] == ',') != (i + 1 < matrix->axis_count))
			return false;
		variant += length + (variant[length] == ',');
	}
	return !*variant;
}

char *matrix_variant(const struct matrix *matrix, struct pool *pool, const int choice[MATRIX_AXES])
{
	char *name = pool_strdup(pool, "");

	for (int i = 0; i < matrix->axis_count; i++)
		name = pool_printf(
			pool, "%s%s%s=%s", name, i ? "," : "", matrix->axis[i].name,
			axis_label(&matrix->axis[i], axis_value(&matrix->axis[i], choice[i])));
	return name;
}

void matrix_warn_unused(const struct matrix *matrix, struct diags *diags)
{
	for (int i = 0; i < matrix->axis_count; i++) {
		const struct axis *axis = &matrix->axis[i];

		if (!axis->used && !axis->sets)
			diag_help(diags,
				  diag_warning(diags, axis->node->key->span,
					       "axis '%s' is not used", axis->name),
				  "its runs are all the same: say $%s somewhere, or in a 'when:'",
				  axis->name);
	}
	for (int i = 0; i < matrix->variable_count; i++)
		if (!matrix->variable[i].used)
			diag_warning(diags, matrix->variable[i].value->key->span,
				     "variable '%s' is not used",
				     matrix->variable[i].value->key->text);
}
