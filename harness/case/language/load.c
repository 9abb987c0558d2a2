/* SPDX-License-Identifier: MIT
 *
 * From the text of a case to its plans: the one way through the other files here.
 */
#include "load.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "matrix.h"
#include "utf8.h"

struct file { /* a case file that was read, before its variants are made */
	struct pool tree;
	struct diags diags;
	struct node *root;
	struct matrix matrix;
};

static bool file_read(struct file *file, const char *name, const char *source, size_t size)
{
	*file = (struct file){0};
	diags_init(&file->diags, name, source, size);
	file->root = node_parse(&file->tree, &file->diags);
	/* After a key that is there twice, what is missing would be complained of as well. */
	if (!file->root || file->diags.errors ||
	    !matrix_read(&file->tree, &file->diags, file->root, &file->matrix))
		return false;
	diags_end_file(&file->diags);
	return true;
}

static void file_done(struct file *file)
{
	pool_done(&file->tree);
	diags_done(&file->diags);
}

/* The plan of one variant, in POOL: complete only when no error was added. TREE gets what is
 * only needed on the way. */
static struct plan *make_plan(struct file *file, struct pool *tree, struct pool *pool,
			      const int choice[MATRIX_AXES], const char *const *extra_sysctl,
			      int *work)
{
	struct plan *plan = pool_alloc(pool, sizeof(*plan));
	struct decoder decoder = {
		.pool = pool, .diags = &file->diags, .plan = plan, .extra_sysctl = extra_sysctl};

	plan->variant = matrix_variant(&file->matrix, pool, choice);
	decoder.root = matrix_expand(&file->matrix, tree, &file->diags, file->root, choice, work);
	if (decoder.root)
		decode_case(&decoder);
	return plan;
}

static bool check_variants(struct file *file)
{
	struct pool scratch = {0};
	int choice[MATRIX_AXES], work = 0;

	for (int i = 0; i < file->matrix.variant_count; i++) {
		const struct plan *plan;

		matrix_choice(&file->matrix, i, choice);
		plan = make_plan(file, &scratch, &scratch, choice, NULL, &work);
		diags_end_variant(&file->diags, plan->variant);
		pool_done(&scratch);
		if (file->diags.errors && file->diags.kept >= 2 * DIAGS_PRINTED)
			break;
		if (work > MATRIX_WORK) {
			diag_error(&file->diags, node_get(file->root, "matrix")->key->span,
				   "too many variants of too long a case");
			break;
		}
	}
	if (!file->diags.errors)
		matrix_warn_unused(&file->matrix, &file->diags);
	return !file->diags.errors;
}

/* What a terminal might act upon stands in no text that people are to read; a newline may end the
 * title, and stand anywhere in prose. A record's case is not asked: it is what it was. */
static void check_text(struct file *file, const char *key, const char *allowed)
{
	const struct node *node = node_get(file->root, key);
	const char *at = node && node->kind == NODE_SCALAR ? node->text : "";
	uint32_t character = 0;
	size_t size;

	for (; *at; at += size) {
		size = utf8_decode(at, strlen(at), &character);
		if (size == 0)
			return; /* is said elsewhere */
		if (!utf8_is_control(character) ||
		    (character < 0x80 && strchr(allowed, (int)character)) ||
		    (character == '\n' && !at[1]))
			continue;
		diag_help(&file->diags,
			  node_error(&file->diags, node, "the control character \\x%02x in '%s'",
				     character, key),
			  "this text is printed: leave it out, or say it in words");
		return;
	}
}

static bool check_texts(struct file *file)
{
	check_text(file, "case", "");
	check_text(file, "about", "\n\t");
	return !file->diags.errors;
}

static char *scalar_text(struct pool *pool, const struct node *root, const char *key)
{
	const struct node *node = node_get(root, key);

	return node && node->kind == NODE_SCALAR ? pool_strdup(pool, node->text) : NULL;
}

static struct case_file *make_case(const struct file *file)
{
	struct pool *pool = pool_new();
	struct case_file *made = pool_alloc(pool, sizeof(*made));
	const struct node *claims = node_get(file->root, "claims");
	int choice[MATRIX_AXES];

	made->memory = pool;
	made->file = pool_strdup(pool, file->diags.file);
	made->source = pool_strndup(pool, file->diags.source, file->diags.size);
	made->name = scalar_text(pool, file->root, "case");
	made->about = scalar_text(pool, file->root, "about");
	if (claims) {
		made->claims = pool_alloc(pool, sizeof(char *) * (size_t)(claims->count + 1));
		for (const struct node *item = claims->child; item; item = item->next)
			if (item->kind == NODE_SCALAR)
				made->claims[made->claim_count++] = pool_strdup(pool, item->text);
	}
	made->symptom = node_get(file->root, "outage")
				? scalar_text(pool, node_get(file->root, "outage"), "symptom")
				: NULL;
	made->variant_count = file->matrix.variant_count;
	made->variant = pool_alloc(pool, sizeof(char *) * (size_t)made->variant_count);
	for (int i = 0; i < made->variant_count; i++) {
		matrix_choice(&file->matrix, i, choice);
		made->variant[i] = matrix_variant(&file->matrix, pool, choice);
	}
	return made;
}

int case_parse(const char *file, const char *source, size_t size, struct case_file **ret_case,
	       struct diagnostics *diagnostics)
{
	struct file read;
	int ret = -EINVAL;

	if (file_read(&read, file, source, size) && check_texts(&read) && check_variants(&read)) {
		*ret_case = make_case(&read);
		ret = 0;
	}
	diags_print(&read.diags, diagnostics);
	file_done(&read);
	return ret;
}

void case_file_free(struct case_file *case_file)
{
	if (case_file)
		pool_free(case_file->memory);
}

static void no_variant(struct file *file, const char *variant)
{
	struct diag *diag = diag_error(&file->diags, (struct span){0},
				       "there is no variant '%.200s'", variant);
	struct known known;
	int choice[MATRIX_AXES];

	known_init(&known, variant);
	for (int i = 0; i < file->matrix.variant_count && i < 100; i++) {
		matrix_choice(&file->matrix, i, choice);
		known_add(&known, matrix_variant(&file->matrix, &file->tree, choice));
	}
	if (file->matrix.axis_count)
		known_help(&file->diags, diag, &known, "the variants are");
	else
		diag_help(&file->diags, diag, "the case has no matrix");
}

int plan_load(const char *file, const char *source, size_t size, const char *variant,
	      const char *const *extra_sysctl, struct plan **ret_plan,
	      struct diagnostics *diagnostics)
{
	int choice[MATRIX_AXES], work = 0, ret = -EINVAL;
	struct pool *pool = pool_new();
	struct plan *plan;
	struct file read;

	if (!file_read(&read, file, source, size)) {
		/* said already */
	} else if (!matrix_find(&read.matrix, variant ? variant : "", choice)) {
		no_variant(&read, variant ? variant : "");
	} else {
		plan = make_plan(&read, &read.tree, pool, choice, extra_sysctl, &work);
		diags_end_variant(&read.diags, plan->variant);
		plan->file = pool_strdup(pool, file);
		plan->source = pool_strndup(pool, source, size);
		plan->memory = pool;
		if (!read.diags.errors) {
			*ret_plan = plan;
			pool = NULL;
			ret = 0;
		}
	}
	pool_free(pool);
	diags_print(&read.diags, diagnostics);
	file_done(&read);
	return ret;
}
