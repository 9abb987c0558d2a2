/* SPDX-License-Identifier: MIT
 *
 * A word that is right at another place: where that is. Whoever writes `command` beside
 * `program`, or a fault among the steps, knows the word and not the place.
 */
#include <string.h>

#include "decode.h"

static const struct belongs {
	const struct form *form;
	const struct verb_table *verbs;
	const char *what, *before, *after; /* "'X' is WHAT: BEFOREx: ...AFTER" */
} places[] = {
	{NULL, &step_table, "a step", "program: [", "]"},
	{NULL, &fault_table, "a fault", "timeline: [{at: 5s, ", "}]"},
	{&case_form, NULL, "a key of the case, which is not indented", "", ""},
	{&host_form, NULL, "a key of a host", "hosts: {client: {", "}}"},
	{&program_form, NULL, "a key of a program", "program: {", "}"},
	{&impairment_form, NULL, "a key of a link", "link: {", "}"},
	{&fault_modifiers, NULL, "a key of a fault", "timeline: [{", ", crash: server}]"},
};

static const char *verb_named(const struct verb_table *table, const char *word)
{
	for (int i = 0; i < table->count; i++)
		if (strcmp(table->verb[i].name, word) == 0)
			return table->verb[i].example;
	return NULL;
}

static bool has_key(const struct form *form, const char *word)
{
	for (int i = 0; i < form->count; i++)
		if (form->field[i].key && strcmp(form->field[i].key, word) == 0)
			return true;
	return false;
}

static bool help_with(struct diags *diags, struct diag *diag, const char *word)
{
	for (int i = 0; i < option_count; i++)
		if (strcmp(option_table[i].name, word) == 0) {
			diag_help(diags, diag, "'%s' is a socket option: setsockopt: {%s: ...}",
				  word, word);
			return true;
		}
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const struct belongs *place = &places[i];
		const char *example = place->verbs ? verb_named(place->verbs, word) : NULL;

		if (!example && !(place->form && has_key(place->form, word)))
			continue;
		diag_help(diags, diag, "'%s' is %s: %s%s%s%s", word, place->what, place->before,
			  example ? example : word, example ? "" : ": ...", place->after);
		return true;
	}
	return false;
}

bool elsewhere_help(struct diags *diags, struct diag *diag, const char *word)
{
	const char *other = known_synonym(word);

	return help_with(diags, diag, word) || (other && help_with(diags, diag, other));
}
