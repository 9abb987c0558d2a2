/* SPDX-License-Identifier: MIT
 *
 * Prints the words of the case language as a dictionary for fuzz_case.
 */
#include <stdio.h>

#include "decode.h"
#include "expect.h"

static void print_form(const struct form *form)
{
	for (int i = 0; form && i < form->count; i++) {
		if (form->field[i].key)
			printf("\"%s: \"\n", form->field[i].key);
		for (const struct word *word = form->field[i].words; word && word->name; word++)
			printf("\"%s\"\n", word->name);
		print_form(form->field[i].form);
	}
}

static void print_verbs(const struct verb_table *table)
{
	for (int i = 0; i < table->count; i++) {
		printf("\"%s: \"\n", table->verb[i].name);
		print_form(table->verb[i].form);
	}
	print_form(table->modifiers);
}

int main(void)
{
	const struct form *const forms[] = {&case_form, &host_form, &program_form,
					    &impairment_form};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		print_form(forms[i]);
	print_verbs(&step_table);
	print_verbs(&fault_table);
	for (int i = 0; i < expect_table.count; i++)
		print_form(expect_table.section[i].form);
	for (int i = 0; i < option_count; i++)
		printf("\"%s: \"\n", option_table[i].name);
	puts("\"when: \"\n\"$ip\"\n\"recv@1\"\n\"recv#2\"\n\"..\"\n\" +- "
	     "\"\n\"75s\"\n\"5%\"\n\"64K\"");
	return 0;
}
