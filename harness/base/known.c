/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LONGEST 64 /* words longer than this are nobody's typing error */

/* Keys, verbs and kinds are lower case with dashes; states, options and error names upper
 * case with underscores. Whoever only got that wrong meant this word. */
static int fold(char c)
{
	return c == '_' || c == ' ' ? '-' : tolower((unsigned char)c);
}

static int min3(int a, int b, int c)
{
	int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Insertions, deletions, replacements, and swaps of neighbours (optimal string alignment). */
static int distance(const char *a, const char *b)
{
	int rows[3][LONGEST + 1], n = (int)strlen(a), m = (int)strlen(b);
	int *before = rows[0], *last = rows[1], *row = rows[2];

	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	for (int j = 0; j <= m; j++)
		last[j] = j;
	for (int i = 1; i <= n; i++) {
		int *spare = before;

		row[0] = i;
		for (int j = 1; j <= m; j++) {
			int differs = fold(a[i - 1]) != fold(b[j - 1]);

			row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + differs);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[m];
}

void known_init(struct known *known, const char *wanted)
{
	known->wanted = wanted;
	known->count = 0;
}

void known_add(struct known *known, const char *word)
{
	if (known->count < (int)(sizeof(known->word) / sizeof(*known->word)))
		known->word[known->count++] = word;
}

static bool starts_with(const char *text, const char *start)
{
	return strlen(start) >= 3 && strncasecmp(text, start, strlen(start)) == 0;
}

/* The nearest that is nearer than LEAST. */
static const char *nearer(const struct known *known, int least, bool may_be_cut)
{
	const char *word = NULL;

	for (int i = 0; i < known->count; i++) {
		int d = distance(known->wanted, known->word[i]);

		if (may_be_cut && d > 1 && starts_with(known->word[i], known->wanted))
			d = 1;
		/* A word of one or two letters is not another one because both are short. */
		if (d < least && d < (int)strlen(known->word[i])) {
			least = d;
			word = known->word[i];
		}
	}
	return word;
}

const char *known_nearest(const struct known *known)
{
	/* A third of the letters may be wrong. */
	int least = (int)strlen(known->wanted) / 3 + 1;

	return nearer(known, least < 2 ? 2 : least, true);
}

const char *known_slip(const struct known *known)
{
	return nearer(known, 4, false);
}
