/* SPDX-License-Identifier: MIT
 *
 * node: a case file as a tree: mappings, lists and scalars, each with its place. What YAML
 * can do and the case language does not want (anchors, aliases, tags, several documents,
 * keys given twice) is refused here, and what is too big or too deep to be a case as well.
 *
 * Made from libyaml's events, not from its documents: those forget where an alias stood, and
 * are complete before anyone can say that the file is too deep.
 */
#ifndef HALFOPEN_CASE_NODE_H
#define HALFOPEN_CASE_NODE_H

#include "diag.h"

#define NODE_DEPTH 20    /* the language itself needs 10 */
#define NODE_COUNT 20000 /* in one case, also after expansion */
#define NODE_KEYS  256   /* in one mapping */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	bool plain;       /* a scalar without quotes */
	const char *text; /* of a scalar; never NULL */
	struct span span;
	struct node *key; /* its key, when it is a value in a mapping */
	struct node *child, *next;
	int count;      /* children */
	bool broken;    /* has no value, and that was reported */
	bool rewritten; /* variables were put in: not the text that stands in the file */
	/* All of it is the value of a variable, which stands there. */
	const struct node *origin;
	const char *variable;
};

/* The root of the tree, in POOL; NULL, with the reason in DIAGS. */
struct node *node_parse(struct pool *pool, struct diags *diags);

/* The value of a key; NULL when it is not there. */
struct node *node_get(const struct node *map, const char *key);
/* Where a list may stand, or one alone: its items in order, or NODE itself. */
const struct node *node_first(const struct node *node);
const struct node *node_next(const struct node *node, const struct node *item);

void node_append(struct node *parent, struct node *child);

/* Written with nothing in it: `key:` or `- `. */
bool node_is_empty(const struct node *node);

/* "a mapping", "a list" or the scalar's text in quotes: for messages. */
const char *node_describe(struct pool *pool, const struct node *node);

/* The node on one line, for people: "{to: server:8081}" gives "to=server:8081". */
const char *node_text(struct pool *pool, const struct node *node);

/* The place of LENGTH bytes at OFFSET in the scalar's text, where that can be told: else the
 * whole scalar's. */
struct span node_part(const struct node *node, size_t offset, size_t length);

/* A part of the scalar as a scalar of its own. */
struct node node_slice(struct pool *pool, const struct node *node, size_t offset, size_t length);

/* A diag at the node, which also says where its value came from if a variable put it there. */
struct diag *node_error(struct diags *diags, const struct node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
