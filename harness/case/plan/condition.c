/* SPDX-License-Identifier: MIT */
#include "condition.h"

#include <stdio.h>
#include <string.h>

static bool has_netem(const struct kernel_facts *facts)
{
	return facts->netem;
}

static bool has_virtual_clock(const struct kernel_facts *facts)
{
	return facts->virtual_clock;
}

/* What a kernel has or has not. */
static const struct {
	const char *name;
	bool (*holds)(const struct kernel_facts *facts);
	const char *in_words;
} capabilities[] = {
	{"netem", has_netem, "netem (the kernel's module sch_netem)"},
	{"virtual-clock", has_virtual_clock, "a virtual clock (a UML kernel)"},
};
#define CAPABILITIES (sizeof(capabilities) / sizeof(*capabilities))

/* "kernel >= 6.5", "kernel < 6.18": parsed to a version. */
static bool parse_version(const char *text, bool *ret_least, unsigned *ret_major,
			  unsigned *ret_minor)
{
	char op[3];
	int end = 0;

	if (sscanf(text, "kernel %2[<>=] %3u.%3u%n", op, ret_major, ret_minor, &end) != 3 ||
	    text[end] || (strcmp(op, ">=") != 0 && strcmp(op, "<") != 0))
		return false;
	*ret_least = op[0] == '>';
	return true;
}

static bool term_holds(const char *term, const struct kernel_facts *facts)
{
	unsigned major = 0, minor = 0, is_major = 0, is_minor = 0;
	bool least, is_less;

	for (size_t i = 0; i < CAPABILITIES; i++)
		if (strcmp(capabilities[i].name, term) == 0)
			return capabilities[i].holds(facts);
	if (!parse_version(term, &least, &major, &minor) ||
	    sscanf(facts->release, "%u.%u", &is_major, &is_minor) != 2)
		return false;
	is_less = is_major != major ? is_major < major : is_minor < minor;
	return is_less != least;
}

const char *condition_lacking(char *const *term, int count, const struct kernel_facts *facts)
{
	for (int i = 0; i < count; i++)
		if (!term_holds(term[i], facts))
			return term[i];
	return NULL;
}

const char *condition_in_words(const char *term)
{
	for (size_t i = 0; i < CAPABILITIES; i++)
		if (strcmp(capabilities[i].name, term) == 0)
			return capabilities[i].in_words;
	return term;
}

const char *condition_capability(int i)
{
	return i < (int)CAPABILITIES ? capabilities[i].name : NULL;
}

bool condition_spell(const char *text, char *ret_term, size_t size)
{
	unsigned major, minor;
	bool least;

	for (size_t i = 0; i < CAPABILITIES; i++)
		if (strcmp(capabilities[i].name, text) == 0) {
			snprintf(ret_term, size, "%s", text);
			return true;
		}
	if (!parse_version(text, &least, &major, &minor))
		return false;
	snprintf(ret_term, size, "kernel %s %u.%u", least ? ">=" : "<", major, minor);
	return true;
}
