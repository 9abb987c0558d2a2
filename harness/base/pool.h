/* SPDX-License-Identifier: MIT
 *
 * pool: memory that is given back all at once. A plan, a tree of nodes, a list of
 * diagnostics: many small pieces with one lifetime. Not for things that are freed one by one.
 */
#ifndef HALFOPEN_POOL_H
#define HALFOPEN_POOL_H

#include <stddef.h>

struct pool {
	struct pool_chunk *chunk;
};

/* Zeroed memory, aligned for anything. Never NULL: what a case of 1 MiB can ask for is
 * bounded (node.h), so memory that is not there is not an error to be handled but abort(). */
void *pool_alloc(struct pool *pool, size_t size);
char *pool_strndup(struct pool *pool, const char *text, size_t length);
char *pool_strdup(struct pool *pool, const char *text);
char *pool_printf(struct pool *pool, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Gives everything back; the pool can be used again. */
void pool_done(struct pool *pool);

/* A pool on the heap, for structures that carry theirs in a `void *memory`. */
struct pool *pool_new(void);
void pool_free(struct pool *pool); /* NULL is fine */

#endif
