/* SPDX-License-Identifier: MIT
 *
 * A JSON Schema of the case language for editors: from the tables, and as text, so that the
 * guest's library needs no JSON. It accepts every right case and knows most wrong ones;
 * `halfopen lint` knows all.
 */
#include "reference.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conntrack_words.h"
#include "counter_words.h"
#include "errno_words.h"
#include "expect.h"
#include "slip.h"
#include "sysctl_words.h"
#include "text.h"

/* Any value can be made of variables. */
#define VARIABLE "{\"type\": \"string\", \"pattern\": \"\\\\$\"}"
#define WHEN     "\"when\": {\"type\": \"object\"}"

static void print_form(FILE *out, const struct form *form, const char *more);

static void print_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* What YAML takes for something else than a string. */
static bool is_no_string(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0' || strcmp(name, "true") == 0 ||
	       strcmp(name, "false") == 0;
}

static void print_words(FILE *out, const struct word *words)
{
	fputs("{\"enum\": [", out);
	for (const struct word *word = words; word->name; word++) {
		if (word != words)
			fputs(", ", out);
		print_string(out, word->name);
		if (is_no_string(word->name))
			fprintf(out, ", %s", word->name);
	}
	fputs("], \"enumDescriptions\": [", out);
	for (const struct word *word = words; word->name; word++)
		for (int i = 0; i <= is_no_string(word->name); i++) {
			fputs(word != words || i ? ", " : "", out);
			print_string(out, word->help ? word->help : "");
		}
	fputs("]}", out);
}

static void print_value(FILE *out, const struct field *field)
{
	fputs("{\"description\": ", out);
	print_string(out, field->help);
	fputs(", \"anyOf\": [", out);
	if (field->form) {
		print_form(out, field->form, WHEN);
	} else if (field->words) {
		print_words(out, field->words);
		if (field->type == TYPE_WORDS) {
			fputs(", {\"type\": \"array\", \"items\": ", out);
			print_words(out, field->words);
			fputc('}', out);
		}
	} else {
		fputs(field_schema(field) ? field_schema(field) : "{}", out);
	}
	fputs(", " VARIABLE "]}", out);
}

/* The mapping of a form; and the value that may stand for it. MORE: another property. */
static void print_form(FILE *out, const struct form *form, const char *more)
{
	struct slip_keys keys = {0};
	const char *between = "";

	if (form->bare) {
		fputs("{\"anyOf\": [", out);
		print_value(out, &form->field[form->bare - 1]);
		if (form->count == 1) {
			fputs("]}", out);
			return;
		}
		fputs(", ", out);
	}
	fputs("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {", out);
	for (int i = 0; i < form->count; i++) {
		if (!form->field[i].key)
			continue;
		fputs(between, out);
		print_string(out, form->field[i].key);
		fputs(": ", out);
		print_value(out, &form->field[i]);
		slip_add(&keys, form->field[i].key);
		between = ", ";
	}
	for (int i = 0; form->beside && i < form->beside->count; i++) {
		fputs(between, out);
		print_string(out, form->beside->field[i].key);
		fputs(": ", out);
		print_value(out, &form->beside->field[i]);
		slip_add(&keys, form->beside->field[i].key);
		between = ", ";
	}
	fprintf(out, "%s%s}", more ? between : "", more ? more : "");
	slip_print(&keys, keys.count, out);
	between = ", \"required\": [";
	for (int i = 0; i < form->count; i++) {
		if (!form->field[i].required || !form->field[i].key)
			continue;
		fputs(between, out);
		print_string(out, form->field[i].key);
		between = ", ";
	}
	fprintf(out, "%s}%s", strcmp(between, ", ") == 0 ? "]" : "", form->bare ? "]}" : "");
}

/* What an editor offers among names that kernels have more of, each a WHAT; MORE may be NULL. */
static void print_names(FILE *out, const char *what, const char *const *names,
			const char *const *more)
{
	const char *between = "";

	fputs("{\"type\": \"object\", \"properties\": {" WHEN ", ", out);
	for (; *names || (more && *more); names++) {
		if (!*names) {
			names = more;
			more = NULL;
		}
		fputs(between, out);
		print_string(out, *names);
		fprintf(out, ": {\"$ref\": \"#/$defs/%s\"}", what);
		between = ", ";
	}
	/* Those of each interface are not among them. */
	fprintf(out,
		"}, \"patternProperties\": {\"^net[./]ipv[46][./](conf|neigh|route)[./]\": "
		"{\"$ref\": "
		"\"#/$defs/%s\"}}, \"additionalProperties\": {\"deprecationMessage\": \"no %s of a "
		"kernel that we know: `halfopen lint` has the nearest\"}}",
		what, what);
}

/* Of hosts, and of the router. */
static void print_counters(FILE *out)
{
	static const struct word *const tables[] = {conntrack_counter_words, ipvs_counter_words};
	const char *router[16];
	int count = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct word *word = tables[i]; word->name; word++) {
			assert(count < (int)(sizeof(router) / sizeof(*router)) - 1);
			router[count++] = word->name;
		}
	router[count] = NULL;
	print_names(out, "counter", counter_names, router);
}

static void print_errnos(FILE *out)
{
	fputs("{\"enum\": [0", out);
	for (int i = 1; i <= ERRNO_LAST; i++)
		if (errno_by_number(i)) {
			fputs(", ", out);
			print_string(out, errno_by_number(i));
		}
	fputs("], \"enumDescriptions\": [\"it succeeded\"", out);
	for (int i = 1; i <= ERRNO_LAST; i++)
		if (errno_by_number(i)) {
			fputs(", ", out);
			print_string(out, strerrordesc_np(i));
		}
	fputs("]}", out);
}

static void print_socket_options(FILE *out)
{
	struct slip_keys keys = {0};

	fputs("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {", out);
	fputs(WHEN, out);
	for (int i = 0; i < option_count; i++) {
		slip_add(&keys, option_table[i].name);
		fputs(", ", out);
		print_string(out, option_table[i].name);
		fputs(": {\"description\": ", out);
		print_string(out, option_table[i].help);
		fputc('}', out);
	}
	fputc('}', out);
	slip_print(&keys, keys.count, out);
	fputc('}', out);
}

static void print_verb(FILE *out, const struct verb_table *table, const struct verb *verb)
{
	struct slip_keys keys = {0};

	fputs("{\"type\": \"object\", \"description\": ", out);
	print_string(out, verb->help);
	fputs(", \"additionalProperties\": false, \"properties\": {", out);
	print_string(out, verb->name);
	fputs(": {\"description\": ", out);
	print_string(out, verb->help);
	if (verb->argument == ARGUMENT_NONE) {
		fputs(", \"type\": \"null\"}", out);
	} else {
		fputs(verb->argument == ARGUMENT_OPTIONAL ? ", \"anyOf\": [{\"type\": \"null\"}, "
							  : ", \"anyOf\": [",
		      out);
		print_form(out, verb->form, NULL);
		fputs(", " VARIABLE "]}", out);
	}
	for (int i = 0; i < table->modifiers->count; i++) {
		fputs(", ", out);
		print_string(out, table->modifiers->field[i].key);
		fputs(": ", out);
		print_value(out, &table->modifiers->field[i]);
	}
	fputs(", " WHEN "}", out);
	slip_add(&keys, verb->name);
	for (int i = 0; i < table->modifiers->count; i++)
		slip_add(&keys, table->modifiers->field[i].key);
	slip_print(&keys, 1, out);
	fputs(", \"required\": [", out);
	print_string(out, verb->name);
	for (int i = 0; i < table->modifiers->count; i++) {
		if (!table->modifiers->field[i].required)
			continue;
		fputs(", ", out);
		print_string(out, table->modifiers->field[i].key);
	}
	fputs("]", out);
	for (int i = 0; i < 2 && table->either[i]; i++) {
		fputs(i ? ", {\"required\": [" : ", \"oneOf\": [{\"required\": [", out);
		print_string(out, table->either[i]);
		fputs(i ? "]}]" : "]}", out);
	}
	fputs("}", out);
}

/* Words without an argument, and mappings of one verb. */
static void print_verbs(FILE *out, const struct verb_table *table)
{
	const char *between = "";

	/* The first is what an editor speaks of when none is right. */
	fputs("{\"anyOf\": [{\"enum\": [", out);
	for (int i = 0; i < table->count; i++) {
		if (table->verb[i].argument == ARGUMENT_REQUIRED)
			continue;
		fputs(between, out);
		print_string(out, table->verb[i].name);
		between = ", ";
	}
	between = "";
	fputs("], \"enumDescriptions\": [", out);
	for (int i = 0; i < table->count; i++) {
		if (table->verb[i].argument == ARGUMENT_REQUIRED)
			continue;
		fputs(between, out);
		print_string(out, table->verb[i].help);
		between = ", ";
	}
	fputs("]}, " VARIABLE, out);
	for (int i = 0; i < table->count; i++) {
		fputs(",\n  ", out);
		print_verb(out, table, &table->verb[i]);
	}
	fputs("]}", out);
}

static void print_list(FILE *out, const struct form *form)
{
	fputs("{\"type\": \"array\", \"items\": ", out);
	print_form(out, form, WHEN);
	fputc('}', out);
}

static void print_one_or_list(FILE *out, const struct form *form)
{
	fputs("{\"anyOf\": [" VARIABLE ", ", out);
	print_form(out, form, WHEN);
	fputs(", ", out);
	print_list(out, form);
	fputs("]}", out);
}

/* "wire": {"description": ..., "allOf": [ */
static void begin_section(FILE *out, const char *name, const char *more)
{
	for (int i = 0; i < expect_table.count; i++) {
		if (strcmp(expect_table.section[i].name, name) != 0)
			continue;
		fprintf(out, "\n  \"%s\": {\"description\": ", name);
		print_string(out, expect_table.section[i].help);
		fprintf(out, ", %s", more);
	}
}

/* Keys that are no section are programs, and theirs are steps. */
static void print_expect(FILE *out)
{
	fputs("{\"type\": \"object\", \"properties\": {", out);
	begin_section(out, "sockets", "\"type\": \"array\", \"items\": ");
	print_form(out, &expect_socket_form, WHEN);
	fputs("},", out);
	begin_section(out, "conntrack", "\"type\": \"array\", \"items\": ");
	print_form(out, &expect_conntrack_form, WHEN);
	fputs("},", out);
	begin_section(out, "wire", "\"type\": \"array\", \"items\": {\"anyOf\": [");
	print_form(out, &expect_wire_form, WHEN);
	fputs(", ", out);
	print_form(out, &expect_order_form, WHEN);
	fputs("]}},", out);
	begin_section(out, "counters",
		      "\"type\": \"object\", \"properties\": {" WHEN "}, "
		      "\"additionalProperties\": {\"$ref\": \"#/$defs/counters\"}},");
	begin_section(out, "silence", "\"anyOf\": [");
	print_form(out, &expect_silence_form, WHEN);
	fputs(", ", out);
	print_list(out, &expect_silence_form);
	fputs("]}},\n  \"additionalProperties\": {\"anyOf\": [" VARIABLE
	      ", {\"type\": \"object\", \"properties\": {" WHEN
	      "}, \"patternProperties\": {\"^exit(@[0-9]+)?$\": ",
	      out);
	print_one_or_list(out, &expect_exit_form);
	fputs(", \"^output(@[0-9]+)?$\": ", out);
	print_one_or_list(out, &expect_output_form);
	fputs(", \"^calls(@[0-9]+)?$\": ", out);
	print_one_or_list(out, &expect_calls_form);
	fputs("},\n  \"additionalProperties\": ", out);
	print_one_or_list(out, &expect_step_form);
	fputs("}]}}", out);
}

char *case_reference_schema(void)
{
	struct text text = {0};
	FILE *out = text_stream(&text);

	fputs("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
	      "\"title\": \"a case of halfopen, version 1\",\n\"$ref\": "
	      "\"#/$defs/case\",\n\"$defs\": {\n\"case\": ",
	      out);
	print_form(out, &case_form, NULL);
	fputs(",\n\"link\": ", out);
	print_form(out, &impairment_form, WHEN);
	fputs(",\n\"host\": {\"anyOf\": [{\"type\": \"null\"}, ", out);
	print_form(out, &host_form, WHEN);
	fputs("]},\n\"program\": ", out);
	print_form(out, &program_form, WHEN);
	fputs(",\n\"step\": ", out);
	print_verbs(out, &step_table);
	fputs(",\n\"fault\": ", out);
	print_verbs(out, &fault_table);
	fputs(",\n\"errno\": ", out);
	print_errnos(out);
	fputs(",\n\"options\": ", out);
	print_socket_options(out);
	fputs(",\n\"sysctls\": ", out);
	print_names(out, "sysctl", sysctl_names, machine_sysctl_names);
	fputs(",\n\"sysctl\": {\"description\": \"a sysctl, as sysctl(8) has it: its value, or a "
	      "mapping "
	      "with `value`, `on` and `because`\"}",
	      out);
	fputs(",\n\"counters\": ", out);
	print_counters(out);
	fputs(",\n\"counter\": {\"description\": \"a counter, as nstat(8) has it: by how much it "
	      "grows\"}",
	      out);
	fputs(",\n\"expect\": ", out);
	print_expect(out);
	fputs("}}\n", out);
	text_stream_end(&text, out);
	return text_take(&text);
}
