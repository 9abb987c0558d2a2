/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "load.h"

typedef char *reference_fn(void);

static const struct argp_option argp_options[] = {
	{"markdown", 'm', NULL, 0, "as Markdown, for docs/case-format.md (the default)", 0},
	{"schema", 's', NULL, 0, "as a JSON Schema, for editors", 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	reference_fn **reference = state->input;

	(void)arg;
	switch (key) {
	case 'm':
		*reference = case_reference_markdown;
		return 0;
	case 's':
		*reference = case_reference_schema;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp reference_argp = {argp_options,
				    parse_option,
				    NULL,
				    "Prints the reference of the case language, made from the "
				    "tables that the parser goes by.",
				    NULL,
				    NULL,
				    NULL};

int cmd_reference(int argc, char **argv)
{
	reference_fn *reference = case_reference_markdown;
	char *text;

	cmd_parse(&reference_argp, argc, argv, &reference);
	text = reference();
	if (!text)
		return EXIT_COULD_NOT;
	fputs(text, stdout);
	free(text);
	return EXIT_HELD;
}
