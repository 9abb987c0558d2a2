/* SPDX-License-Identifier: MIT */
#include "word.h"

#include <stddef.h>
#include <string.h>

const char *word_name(const struct word *words, int64_t value)
{
	for (; words->name; words++)
		if (words->value == value)
			return words->name;
	return "?";
}

const struct word *word_find(const struct word *words, const char *name)
{
	for (; name && words->name; words++)
		if (strcmp(words->name, name) == 0)
			return words;
	return NULL;
}
