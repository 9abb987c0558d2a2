/* SPDX-License-Identifier: MIT */
#include "condition.h"

#include <stdio.h>
#include <string.h>

#include "decode.h"

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

/* In exactly one spelling, for those who read the plan; NULL: it is no term. */
static char *spell(struct decoder *d, const char *text)
{
	unsigned major, minor;
	bool least;

	for (size_t i = 0; i < CAPABILITIES; i++)
		if (strcmp(capabilities[i].name, text) == 0)
			return pool_strdup(d->pool, text);
	if (!parse_version(text, &least, &major, &minor))
		return NULL;
	return pool_printf(d->pool, "kernel %s %u.%u", least ? ">=" : "<", major, minor);
}

static void decode_term(struct decoder *d, const struct node *node, const char *subject,
			struct plan_condition *condition)
{
	struct known known;
	char *term;

	if (!want_scalar(d, node, "something that a kernel has"))
		return;
	term = spell(d, node->text);
	if (term) {
		condition->term[condition->count++] = term;
		return;
	}
	known_init(&known, node->text);
	for (size_t i = 0; i < CAPABILITIES; i++)
		known_add(&known, capabilities[i].name);
	known_add(&known, "kernel >= 6.5");
	known_add(&known, "kernel < 6.5");
	known_help(d->diags, node_error(d->diags, node, "%s '%.60s'", subject, node->text), &known,
		   "possible are");
}

void condition_decode(struct decoder *d, const struct node *node, const char *subject,
		      struct plan_condition *condition)
{
	condition->term = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 1));
	if (node->kind != NODE_LIST)
		decode_term(d, node, subject, condition);
	else
		for (const struct node *item = node->child; item; item = item->next)
			decode_term(d, item, subject, condition);
}

static bool decode_on(struct decoder *d, const struct node *node, void *ret)
{
	condition_decode(d, node, "nothing depends on", ret);
	return true;
}

static const struct field condition_fields[] = {
	{"on", TYPE_CUSTOM, .decode = decode_on, .looks = CONDITION_LOOKS,
	 .schema = CONDITION_SCHEMA,
	 .help = "it is meant only for kernels that are or have this; of a list, all of it"},
	{"because", TYPE_TEXT, TO(struct plan_condition, because),
	 .help = "why kernels differ in it: the change to the kernel, or the setting"},
};
const struct form condition_form = {.name = "a condition", FIELDS(condition_fields)};

void condition_beside(struct decoder *d, const struct node *map, struct plan_condition *condition)
{
	const struct node *on = map->kind == NODE_MAP ? node_get(map, "on") : NULL;
	const struct node *because = map->kind == NODE_MAP ? node_get(map, "because") : NULL;

	if (on)
		field_decode(d, &condition_fields[0], on, condition);
	if (because)
		field_decode(d, &condition_fields[1], because, condition);
	if (on && !because)
		diag_help(d->diags, diag_error(d->diags, on->key->span, "'on' without 'because'"),
			  "say why kernels differ in this: the change to the kernel, or the "
			  "setting");
	if (because && !on)
		diag_help(d->diags,
			  diag_error(d->diags, because->key->span, "'because' without 'on'"),
			  "it is the reason for an 'on': on: \"kernel >= 6.5\"");
}
