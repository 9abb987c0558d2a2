/* SPDX-License-Identifier: MIT
 *
 * The reference of the case language, as Markdown, from the same tables that decode it.
 */
#include "reference.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "reference_text.h"
#include "text.h"

static void print_words(FILE *out, const struct word *words)
{
	for (const struct word *word = words; word->name; word++) {
		fprintf(out, "%s`%s`", word == words ? "" : ", ", word->name);
		if (word->help)
			fprintf(out, " (%s)", word->help);
	}
}

static void print_looks(FILE *out, const struct field *field)
{
	if (field->type == TYPE_WORDS && !field->looks)
		fputs("one or a list of ", out);
	if (field->words && !field->looks)
		print_words(out, field->words);
	else if (field->form && field->form->bare)
		print_looks(out, &field->form->field[field->form->bare - 1]);
	if (field->form)
		fprintf(out, "%sa mapping, see below", field->form->bare ? "; or " : "");
	else if (!field->words || field->looks)
		fputs(field_looks(field), out);
	if (field->type == TYPE_NUMBER && field->min != field->max)
		fprintf(out,
			field->max < INT_MAX ? " (%" PRId64 "..%" PRId64 ")"
					     : " (at least %" PRId64 ")",
			field->min, field->max);
}

static void print_fields(FILE *out, const struct form *form)
{
	fputs("\n| key | value | meaning |\n| --- | --- | --- |\n", out);
	for (int i = 0; i < form->count; i++) {
		const struct field *field = &form->field[i];

		if (field->key)
			fprintf(out, "| `%s`%s | ", field->key,
				field->required ? " (required)" : "");
		else
			fputs("| (bare) | ", out);
		print_looks(out, field);
		fprintf(out, " | %s |\n", field->help);
	}
	if (form->bare && form->field[form->bare - 1].key && form->count > 1)
		fprintf(out, "\nA value without a mapping is `%s`.\n",
			form->field[form->bare - 1].key);
	for (int i = 0; i < form->count; i++) {
		const struct form *inner = form->field[i].form;

		if (!inner)
			continue;
		fprintf(out, "\nKeys of `%s`%s%s%s:\n", form->field[i].key,
			inner->bare      ? ", if it is a mapping"
			: inner->example ? ", as in `"
					 : "",
			inner->example ? inner->example : "", inner->example ? "`" : "");
		print_fields(out, inner);
	}
}

static void print_verbs(FILE *out, const struct verb_table *table)
{
	for (int i = 0; i < table->count; i++) {
		const struct verb *verb = &table->verb[i];
		const struct form *form = verb->form;

		fprintf(out, "\n### %s\n\n`%s`: %s.\n", verb->name, verb->example, verb->help);
		if (form && form->count == 1 && !form->field->key) {
			fputs("\nValue: ", out);
			print_looks(out, form->field);
			fprintf(out, "%s%s.%s\n", *form->field->help ? "; " : "", form->field->help,
				verb->argument == ARGUMENT_OPTIONAL ? " It may be left out." : "");
		} else if (form) {
			print_fields(out, form);
		}
	}
}

static void print_options(FILE *out)
{
	fprintf(out, "\n%s\n| option | value | meaning |\n| --- | --- | --- |\n",
		reference_options);
	for (int i = 0; i < option_count; i++)
		fprintf(out, "| `%s`%s | %s | %s |\n", option_table[i].name,
			option_table[i].level6 ? " (`IPV6_RECVERR` where ip is 6)" : "",
			option_looks(&option_table[i]), option_table[i].help);
}

static void print_expectations(FILE *out)
{
	for (int i = 0; i < expect_table.count; i++) {
		const struct expect_section *section = &expect_table.section[i];

		fprintf(out, "\n### %s\n\n`%s`: %s.\n", section->name, section->example,
			section->help);
		if (section->form)
			print_fields(out, section->form);
	}
}

/* A link to each chapter, as renderers of Markdown name them. */
static void print_contents(FILE *out, const char *body)
{
	fputs("## Contents\n\n", out);
	for (const char *at = body; at; at = strstr(at, "\n## ")) {
		size_t size;

		at += strspn(at, "\n");
		if (strncmp(at, "## ", 3) != 0)
			continue;
		at += 3;
		size = strcspn(at, "\n");
		fprintf(out, "- [%.*s](#", (int)size, at);
		for (size_t i = 0; i < size; i++)
			fputc(at[i] == ' ' ? '-' : tolower((unsigned char)at[i]), out);
		fputs(")\n", out);
	}
	fputc('\n', out);
}

static void print_recipes(FILE *out)
{
	fprintf(out, "\n%s", reference_recipes);
	for (const struct case_template *one = case_templates; one->name; one++)
		fprintf(out, "\n### init %s\n\n%s:\n\n```yaml\n%.*s```\n", one->name, one->help,
			(int)*one->size, (const char *)one->text);
}

/* All below the introduction. */
static void print_body(FILE *out)
{
	fprintf(out, "%s\n## Keys of a case\n", reference_values);
	print_fields(out, &case_form);
	fprintf(out, "\nKeys of `link`, here and in `network`, as in `%s`:\n",
		impairment_form.example);
	print_fields(out, &impairment_form);
	fprintf(out, "\n%s\n%s", reference_networks, reference_matrix);
	fprintf(out, "\n%s\nKeys of a host:\n", reference_hosts);
	print_fields(out, &host_form);
	fputs("\nKeys of a sysctl that is a mapping:\n", out);
	print_fields(out, &sysctl_form);
	fputs("\nand, both or none, `on` and `because` as expectations have them: on other kernels "
	      "it "
	      "is not set.\n",
	      out);
	fputs("\nKeys of a program that is a mapping:\n", out);
	print_fields(out, &program_form);
	fputs("\nKeys of an item of `stdin`:\n", out);
	print_fields(out, &stdin_form);
	fprintf(out, "\n%s", reference_steps);
	print_fields(out, &step_modifiers);
	print_verbs(out, &step_table);
	print_options(out);
	fprintf(out, "\n%s", reference_timeline);
	print_fields(out, &fault_modifiers);
	print_verbs(out, &fault_table);
	fprintf(out, "\n%s", reference_expect);
	print_fields(out, &condition_form);
	print_expectations(out);
	print_recipes(out);
}

char *case_reference_markdown(void)
{
	struct text body = {0}, text = {0};
	FILE *out = text_stream(&body);

	print_body(out);
	text_stream_end(&body, out);
	out = text_stream(&text);
	fputs(reference_intro, out);
	print_contents(out, body.bytes);
	fputs(body.bytes, out);
	text_stream_end(&text, out);
	text_done(&body);
	return text_take(&text);
}
