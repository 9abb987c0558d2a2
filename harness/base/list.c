/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

void *list_make_room(struct pool *pool, void *array, int count, size_t size)
{
	size_t room = count ? 2 * (size_t)count : 1;
	void *grown = array;

	if ((count & (count - 1)) == 0) {
		grown = pool ? pool_alloc(pool, room * size) : reallocarray(array, room, size);
		if (!grown)
			abort();
		if (pool && count)
			memcpy(grown, array, (size_t)count * size);
	}
	memset((char *)grown + (size_t)count * size, 0, size);
	return grown;
}

void list_add_string(char ***array, int *count, const char *text)
{
	*LIST_ADD_TO(NULL, *array, *count) = text_copy(text);
}

bool list_has_string(char *const *array, int count, const char *text)
{
	for (int i = 0; i < count; i++)
		if (strcmp(array[i], text) == 0)
			return true;
	return false;
}

void list_free_strings(char **array, int count)
{
	for (int i = 0; i < count; i++)
		free(array[i]);
	free(array);
}

void list_sort(void *array, int count, size_t size, size_t offset)
{
	char *at = array, one[LIST_SORT_MOST];

	for (int i = 1; i < count; i++) {
		int to = i;
		int64_t key, before;

		memcpy(&key, at + (size_t)i * size + offset, sizeof(key));
		for (; to > 0; to--) {
			memcpy(&before, at + (size_t)(to - 1) * size + offset, sizeof(before));
			if (before <= key)
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
