/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 8192 /* a typical plan is one or two; the guest pays for each page */
#define ALIGN _Alignof(max_align_t)

struct pool_chunk {
	struct pool_chunk *next;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

static struct pool_chunk *chunk_new(size_t size)
{
	struct pool_chunk *chunk = calloc(1, sizeof(*chunk) + size);

	if (!chunk)
		abort();
	chunk->size = size;
	return chunk;
}

void *pool_alloc(struct pool *pool, size_t size)
{
	struct pool_chunk *chunk = pool->chunk;

	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (!chunk || chunk->size - chunk->used < size) {
		chunk = chunk_new(size > CHUNK ? size : CHUNK);
		/* A big piece goes behind the current chunk, whose rest is still good. */
		if (size > CHUNK && pool->chunk) {
			chunk->next = pool->chunk->next;
			pool->chunk->next = chunk;
		} else {
			chunk->next = pool->chunk;
			pool->chunk = chunk;
		}
	}
	chunk->used += size;
	return chunk->data + chunk->used - size;
}

char *pool_strndup(struct pool *pool, const char *text, size_t length)
{
	return memcpy(pool_alloc(pool, length + 1), text, length);
}

char *pool_strdup(struct pool *pool, const char *text)
{
	return pool_strndup(pool, text, strlen(text));
}

char *pool_printf(struct pool *pool, const char *fmt, ...)
{
	char *text, *copy;
	va_list ap;
	int length;

	va_start(ap, fmt);
	length = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (length < 0)
		abort();
	copy = pool_strndup(pool, text, (size_t)length);
	free(text);
	return copy;
}

void pool_done(struct pool *pool)
{
	while (pool->chunk) {
		struct pool_chunk *next = pool->chunk->next;

		free(pool->chunk);
		pool->chunk = next;
	}
}

struct pool *pool_new(void)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		abort();
	return pool;
}

void pool_free(struct pool *pool)
{
	if (pool)
		pool_done(pool);
	free(pool);
}
