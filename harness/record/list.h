/* SPDX-License-Identifier: MIT
 *
 * list: growing the record's arrays, which live in its pool.
 */
#ifndef HALFOPEN_RECORD_LIST_H
#define HALFOPEN_RECORD_LIST_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
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

/* Sorts COUNT elements of SIZE bytes by the int64_t at OFFSET in each; equal ones stay in their
 * order. For lists that nearly are in order. */
static inline void list_sort_by_time(void *list, int count, size_t size, size_t offset)
{
	char *at = list, one[512];

	for (int i = 1; i < count; i++) {
		int to = i;
		int64_t t_ns, before_ns;

		memcpy(&t_ns, at + (size_t)i * size + offset, sizeof(t_ns));
		for (; to > 0; to--) {
			memcpy(&before_ns, at + (size_t)(to - 1) * size + offset,
			       sizeof(before_ns));
			if (before_ns <= t_ns)
				break;
		}
		if (to == i)
			continue;
		memcpy(one, at + (size_t)i * size, size);
		memmove(at + (size_t)(to + 1) * size, at + (size_t)to * size,
			(size_t)(i - to) * size);
		memcpy(at + (size_t)to * size, one, size);
	}
}

#define LIST_SORT(owner, name, time)                                                               \
	do {                                                                                       \
		static_assert(sizeof(*(owner)->name) <= 512, "list_sort_by_time() has room");      \
		list_sort_by_time((owner)->name, (owner)->name##_count, sizeof(*(owner)->name),    \
				  offsetof(__typeof__(*(owner)->name), time));                     \
	} while (0)

#endif
