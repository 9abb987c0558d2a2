/* SPDX-License-Identifier: MIT
 *
 * halfopen reference: the case language, from the tables that read it.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "load.h"

static const struct argp_option option_table[] = {
    {"markdown", 'm', NULL, 0, "for people: docs/case-format.md (the default)", 0},
    {"schema", 's', NULL, 0, "for editors: a JSON Schema", 0},
    {0}};

static error_t take(int key, char *arg, struct argp_state *state)
{
	char *(**form)(void) = state->input;

	(void)arg;
	if (key == 'm')
		*form = case_reference_markdown;
	else if (key == 's')
		*form = case_reference_schema;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static const struct argp parser = {
    .options = option_table,
    .parser = take,
    .doc = "Prints the reference of the case language.",
};

int cmd_reference(int argc, char **argv)
{
	char *(*form)(void) = case_reference_markdown;
	char *text;

	argp_parse(&parser, argc, argv, 0, NULL, &form);
	text = form();
	fputs(text, stdout);
	free(text);
	return STATUS_HELD;
}
