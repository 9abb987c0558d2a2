/* SPDX-License-Identifier: MIT
 *
 * The word that the author may have meant.
 */
#include <stdio.h>
#include <string.h>

#include "diag.h"

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

const char *known_meant(const struct known *known)
{
	const char *word = known_nearest(known);

	return word ? word : meant_word(known);
}

void known_help(struct diags *diags, struct diag *diag, const struct known *known,
		const char *intro)
{
	const char *word = diag ? known_meant(known) : NULL;
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
