/* SPDX-License-Identifier: MIT
 *
 * A schema can say no distance between words. But a word of which one or two letters at one place
 * are others, too many, missing or swapped is a regular expression: what is before and what is
 * behind that place.
 */
#include "slip.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST 4 /* shorter ones are near to too much */

void slip_add(struct slip_keys *keys, const char *key)
{
	assert(keys->count < SLIP_KEYS_MOST);
	keys->key[keys->count++] = key;
}

/* WORD without COUNT letters from AT on, in whose place something else may be. */
static void print_gap(FILE *out, const char *word, size_t at, size_t count, const char *between)
{
	fprintf(out, "%s%.*s.{0,2}%s", between, (int)at, word, word + at + count);
}

static void print_pattern(FILE *out, const struct slip_keys *keys, const char *word)
{
	size_t length = strlen(word);
	const char *between = "";

	fputs("^(?!(?:", out);
	for (int i = 0; i < keys->count; i++) /* what is as long may be what was meant */
		if (labs((long)strlen(keys->key[i]) - (long)length) <= 2) {
			fprintf(out, "%s%s", between, keys->key[i]);
			between = "|";
		}
	fputs(")$)(?:", out);
	for (size_t i = 0; i < length; i++)
		print_gap(out, word, i, 1, i ? "|" : "");
	for (size_t i = 0; length > SHORTEST && i + 1 < length; i++)
		print_gap(out, word, i, 2, "|");
	fputs(")$", out);
}

void slip_print(const struct slip_keys *keys, int first, FILE *out)
{
	const char *between = ", \"patternProperties\": {";

	for (int i = 0; i < first; i++) {
		if (strlen(keys->key[i]) < SHORTEST)
			continue;
		fprintf(out, "%s\"", between);
		print_pattern(out, keys, keys->key[i]);
		fprintf(out, "\": {\"enum\": [], \"errorMessage\": \"did you mean '%s'?\"}",
			keys->key[i]);
		between = ", ";
	}
	fputs(strcmp(between, ", ") == 0 ? "}" : "", out);
}
