/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

/* FNV-1a. Whoever makes names alike in it on purpose has them found more slowly. */
static uint64_t hash_of(const char *text, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3ULL;
	return hash ^ hash >> 32;
}

/* The slot that has it, or would. */
static int *slot_of(const struct names *names, const char *text, size_t size)
{
	size_t at = hash_of(text, size) % names->slot_count;

	for (;; at = (at + 1) % names->slot_count) {
		int number = names->slot[at] - 1;

		if (number < 0 || (strncmp(names->name[number], text, size) == 0 &&
				   names->name[number][size] == '\0'))
			return &names->slot[at];
	}
}

/* At least half of the slots are free. */
static void make_room(struct names *names)
{
	if (2 * (size_t)(names->name_count + 1) <= names->slot_count)
		return;
	free(names->slot);
	names->slot_count = 4 * (size_t)(names->name_count + 4);
	names->slot = calloc(names->slot_count, sizeof(*names->slot));
	if (!names->slot)
		abort();
	for (int i = 0; i < names->name_count; i++)
		*slot_of(names, names->name[i], strlen(names->name[i])) = i + 1;
}

int names_add(struct names *names, const char *text, size_t size)
{
	int *slot;

	make_room(names);
	slot = slot_of(names, text, size);
	if (!*slot) {
		char *copy = strndup(text, size);

		if (!copy)
			abort();
		*LIST_ADD(NULL, names, name) = copy;
		*slot = names->name_count;
	}
	return *slot - 1;
}

void names_done(struct names *names)
{
	list_free_strings(names->name, names->name_count);
	free(names->slot);
	*names = (struct names){0};
}
