/* SPDX-License-Identifier: MIT
 *
 * matrix: the axes of a case and what they do to its tree: `$name` becomes the value that
 * the variant has, a mapping whose `when:` does not hold is not there, and a top-level key
 * that is an axis gets its value. Works on nodes, before anything is decoded.
 */
#ifndef HALFOPEN_CASE_MATRIX_H
#define HALFOPEN_CASE_MATRIX_H

#include "node.h"

#define MATRIX_AXES      8
#define MATRIX_VALUES    1000 /* of one axis */
#define MATRIX_VARIABLES 256  /* of all sets */
#define MATRIX_VARIANTS  10000
#define MATRIX_WORK      1000000 /* nodes of all variants together: about a second */

struct axis {
	const char *name;
	const struct node *node; /* the list of values, or the mapping of named sets */
	bool sets;               /* of variables */
	bool used;               /* as a variable, by `when` or as a top-level key */
};

struct variable {
	const struct node *value; /* in the first set that has it */
	int axis;
	bool used;
};

struct matrix {
	struct axis axis[MATRIX_AXES];
	int axis_count;
	int variant_count;         /* 1 without a matrix */
	struct variable *variable; /* of the sets; the axes' own names are variables as well */
	int variable_count;
};

/* Reads and checks ROOT's `matrix:`, and every `when:` and `$name` of the tree against it.
 * False, with the reasons in DIAGS, when the variants cannot be made. */
bool matrix_read(struct pool *pool, struct diags *diags, struct node *root,
		 struct matrix *ret_matrix);

/* CHOICE: for each axis, which value. Of variant number INDEX: the last axis turns fastest. */
void matrix_choice(const struct matrix *matrix, int index, int choice[MATRIX_AXES]);
/* By name, without making all variants. False: there is none. */
bool matrix_find(const struct matrix *matrix, const char *variant, int ret_choice[MATRIX_AXES]);
/* "ip=4,timers=short" */
char *matrix_variant(const struct matrix *matrix, struct pool *pool, const int choice[MATRIX_AXES]);

/* The tree of one variant, in POOL. NULL, with the reason in DIAGS, when it grows too big;
 * other errors leave something in their place. Adds to *work for each node made. */
struct node *matrix_expand(struct matrix *matrix, struct pool *pool, struct diags *diags,
			   const struct node *root, const int choice[MATRIX_AXES], int *work);

/* Warns of variables and axes that no variant used. After all were expanded. */
void matrix_warn_unused(const struct matrix *matrix, struct diags *diags);

/* Between the files that implement this. */
struct variable *matrix_variable(const struct matrix *matrix, const char *name); /* or NULL */
const struct axis *matrix_axis(const struct matrix *matrix, const char *name);   /* or NULL */
const struct node *axis_value(const struct axis *axis, int index);
const char *axis_label(const struct axis *axis, const struct node *value);
bool matrix_is_key(const char *name); /* a top-level key that an axis may set */

/* The `$name` at TEXT[0] == '$'. Bytes used; *ret_name is "" for `$$`. 0: not one. */
size_t variable_at(const char *text, char ret_name[32]);

/* Checks every `when:` and `$name` of ROOT. */
void matrix_check(const struct matrix *matrix, struct pool *pool, struct diags *diags,
		  const struct node *root);

#endif
