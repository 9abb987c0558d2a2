/* SPDX-License-Identifier: MIT
 *
 * list: growing the record's arrays, which live in its pool.
 */
#ifndef HALFOPEN_RECORD_LIST_H
#define HALFOPEN_RECORD_LIST_H

#include <string.h>

#include "pool.h"

/* Room for one more element of SIZE bytes at the end of *LIST; zeroed. The array doubles at
 * powers of two; the pool keeps what it grew out of until the record goes. */
static inline void *list_grow(struct pool *pool, void **list, int *count, size_t size)
{
	if ((*count & (*count - 1)) == 0) {
		void *grown = pool_alloc(pool, (*count ? 2 * (size_t)*count : 1) * size);

		if (*count)
			memcpy(grown, *list, (size_t)*count * size);
		*list = grown;
	}
	return (char *)*list + (size_t)(*count)++ * size;
}

/* A pointer to a new, zeroed element of RECORD's list NAME. */
#define LIST_ADD(pool, owner, name)                                                                \
	((__typeof__((owner)->name))list_grow(pool, (void **)&(owner)->name,                       \
					      &(owner)->name##_count, sizeof(*(owner)->name)))

#endif
