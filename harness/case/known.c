/* SPDX-License-Identifier: MIT
 *
 * The word that the author may have meant.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "diag.h"

#define LONGEST 48 /* words longer than this are nobody's typing error */

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

/* Words from other tools and from speech; what is meant by them here. */
static const struct synonym {
	const char *word, *meant;
} synonyms[] = {
	{"name", "case"},        {"after", "at"},
	{"time", "at"},          {"src", "from"},
	{"source", "from"},      {"dst", "to"},
	{"destination", "to"},   {"read", "in"},
	{"write", "out"},        {"title", "case"},
	{"output", "out"},       {"description", "about"},
	{"read", "recv"},        {"receive", "recv"},
	{"recieve", "recv"},     {"write", "send"},
	{"bind", "listen"},      {"delay", "sleep"},
	{"latency", "delay"},    {"restart", "reboot"},
	{"poweroff", "crash"},   {"power-off", "crash"},
	{"block", "blackhole"},  {"partition", "blackhole"},
	{"unplug", "pull"},      {"disconnect", "pull"},
	{"unblock", "heal"},     {"freeze", "stop"},
	{"flush", "forget"},     {"hang", "blocked"},
	{"hangs", "blocked"},    {"block", "blocked"},
	{"blocks", "blocked"},   {"timeout", "ETIMEDOUT"},
	{"reset", "ECONNRESET"}, {"refused", "ECONNREFUSED"},
	{"success", "ok"},       {"assert", "expect"},
	{"events", "timeline"},  {"faults", "timeline"},
	{"variants", "matrix"},  {"interval", "every"},
	{"duration", "for"},     {"retransmit", "retransmission"},
	{"alive", "running"},
};

const char *known_synonym(const char *word)
{
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(*synonyms); i++)
		if (strcasecmp(synonyms[i].word, word) == 0)
			return synonyms[i].meant;
	return NULL;
}

/* The one of KNOWN's words that is meant by another word; NULL: none. */
static const char *meant_word(const struct known *known)
{
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(*synonyms); i++) {
		if (strcasecmp(synonyms[i].word, known->wanted) != 0)
			continue;
		for (int j = 0; j < known->count; j++)
			if (strcmp(known->word[j], synonyms[i].meant) == 0)
				return known->word[j];
	}
	return NULL;
}

const char *known_nearest(const struct known *known)
{
	/* A third of the letters may be wrong. */
	int least = (int)strlen(known->wanted) / 3 + 1;
	const char *word = NULL;

	if (least < 2)
		least = 2;
	for (int i = 0; i < known->count; i++) {
		int d = distance(known->wanted, known->word[i]);

		if (d > 1 && starts_with(known->word[i], known->wanted))
			d = 1;
		/* A word of one or two letters is not another one because both are short. */
		if (d < least && d < (int)strlen(known->word[i])) {
			least = d;
			word = known->word[i];
		}
	}
	return word ? word : meant_word(known);
}

void known_help(struct diags *diags, struct diag *diag, const struct known *known,
		const char *intro)
{
	const char *word = diag ? known_nearest(known) : NULL;
	char list[240] = "";
	size_t used = 0;

	if (word) {
		diag_help(diags, diag, "did you mean '%s'?", word);
		return;
	}
	for (int i = 0; i < known->count; i++) {
		if (used + strlen(known->word[i]) + 8 > sizeof(list)) {
			strcpy(list + used, ", ...");
			break;
		}
		used += (size_t)sprintf(list + used, "%s%s", i ? ", " : "", known->word[i]);
	}
	if (known->count)
		diag_help(diags, diag, "%s: %s", intro, list);
}
