/* SPDX-License-Identifier: MIT
 *
 * word: a table of what something may be called, and the number that each name stands for. A
 * case's author writes these words, the record has them, and messages say them.
 */
#ifndef HALFOPEN_WORD_H
#define HALFOPEN_WORD_H

#include <stdint.h>

struct word { /* an array of them ends with a NULL name */
	const char *name;
	int64_t value;
	const char *help; /* or NULL */
};

/* The name of VALUE; "?": it has none. */
const char *word_name(const struct word *words, int64_t value);
/* The one of that NAME (may be NULL), or NULL. */
const struct word *word_find(const struct word *words, const char *name);

#endif
