/* SPDX-License-Identifier: MIT */
#include "node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "source.h"
#include "text.h"
#include "utf8.h"

struct node *node_get(const struct node *map, const char *key)
{
	for (struct node *value = map->child; value; value = value->next)
		if (value->key && strcmp(value->key->text, key) == 0)
			return value;
	return NULL;
}

const struct node *node_first(const struct node *node)
{
	return node->kind == NODE_LIST ? node->child : node;
}

const struct node *node_next(const struct node *node, const struct node *item)
{
	return node->kind == NODE_LIST ? item->next : NULL;
}

void node_append(struct node *parent, struct node *child)
{
	struct node **link = &parent->child;

	while (*link)
		link = &(*link)->next;
	*link = child;
	parent->count++;
}

bool node_is_empty(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->plain && !*node->text;
}

const char *node_describe(struct pool *pool, const struct node *node)
{
	switch (node->kind) {
	case NODE_SCALAR:
		if (node_is_empty(node))
			return "nothing";
		return pool_printf(pool, "'%.60s%s'", node->text,
				   strlen(node->text) > 60 ? "..." : "");
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a mapping";
	}
	return "";
}

static void add_text(struct text *text, const struct node *node, int depth)
{
	const char *between = depth || node->kind == NODE_LIST ? "," : " ";

	if (node->kind == NODE_SCALAR)
		text_put(text, node->text);
	for (const struct node *child = node->child; child; child = child->next) {
		if (child != node->child)
			text_put(text, between);
		if (child->key)
			text_add(text, "%s=", child->key->text);
		add_text(text, child, depth + 1);
	}
}

const char *node_text(struct pool *pool, const struct node *node)
{
	char buf[200]; /* cut off silently: for people, not for programs */
	struct text text = text_over(buf, sizeof(buf));

	add_text(&text, node, 0);
	for (char *c = buf; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return pool_strdup(pool, buf);
}

static int characters(const char *text, size_t size)
{
	int count = 0;

	for (size_t i = 0; i < size; count++) {
		size_t n = utf8_decode(text + i, size - i, NULL);

		i += n ? n : 1;
	}
	return count;
}

struct span node_part(const struct node *node, size_t offset, size_t length)
{
	struct span span = node->span;
	int all = characters(node->text, strlen(node->text));
	int quote = span.end_column - span.column - all;

	/* Escapes, folded lines: the text is not what stands in the file, letter by letter. */
	if (node->origin || node->rewritten || span.line != span.end_line ||
	    quote != (node->plain ? 0 : 2))
		return span;
	span.column += quote / 2 + characters(node->text, offset);
	span.end_column = span.column + characters(node->text + offset, length);
	return span;
}

struct node node_slice(struct pool *pool, const struct node *node, size_t offset, size_t length)
{
	struct node slice = *node;

	slice.text = pool_strndup(pool, node->text + offset, length);
	slice.span = node_part(node, offset, length);
	return slice;
}

static void note_origin(struct diags *diags, struct diag *diag, const struct node *node)
{
	if (node->origin && node->origin->kind == NODE_SCALAR)
		diag_note(diags, diag, node->origin->span, "$%s is '%.60s' here", node->variable,
			  node->origin->text);
}

struct diag *node_error(struct diags *diags, const struct node *node, const char *fmt, ...)
{
	struct span at = node->span;
	struct diag *diag;
	char text[512];
	va_list ap;

	/* Of a value that is not there, the key is what can be pointed at. */
	if (node_is_empty(node) && node->key)
		at = node->key->span;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag = diag_error(diags, at, "%s", text);
	note_origin(diags, diag, node);
	return diag;
}
