/* SPDX-License-Identifier: MIT
 *
 * list: an array that grows, as a pointer and a count: `type *name; int name_count`. Both start
 * as 0. It doubles at powers of two, so the count alone says how much room there is; taking
 * elements off its end is setting the count.
 *
 * With a POOL the array lives there, and the pool also keeps what it grew out of; with NULL it is
 * the heap's, and free() gives it back. An array is one or the other. Memory that is not there is
 * abort(), as in pool.h.
 */
#ifndef HALFOPEN_LIST_H
#define HALFOPEN_LIST_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

/* A pointer to a new, zeroed element at the end of OWNER's list NAME, good until the next one is
 * added. The arguments are evaluated several times. */
#define LIST_ADD(pool, owner, name) LIST_ADD_TO(pool, (owner)->name, (owner)->name##_count)
/* The same where the two have other names. */
#define LIST_ADD_TO(pool, array, count)                                                            \
	((array) = list_make_room(pool, array, count, sizeof(*(array))), &(array)[(count)++])

/* ARRAY, moved if need be, with room for one more zeroed element of SIZE bytes behind COUNT. */
void *list_make_room(struct pool *pool, void *array, int count, size_t size);

/* Lists of strings, each of which is the heap's, as the array is. */
void list_add_string(char ***array, int *count, const char *text);
bool list_has_string(char *const *array, int count, const char *text);
void list_free_strings(char **array, int count);

/* Sorts by the int64_t MEMBER of the elements; equal ones stay in their order. For lists that
 * nearly are in order. */
#define LIST_SORT(owner, name, member)                                                             \
	do {                                                                                       \
		static_assert(sizeof(*(owner)->name) <= LIST_SORT_MOST, "list_sort() has room");   \
		list_sort((owner)->name, (owner)->name##_count, sizeof(*(owner)->name),            \
			  offsetof(__typeof__(*(owner)->name), member));                           \
	} while (0)
#define LIST_SORT_MOST 512
void list_sort(void *array, int count, size_t size, size_t offset);

#endif
