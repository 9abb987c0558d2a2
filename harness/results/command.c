/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cleanup.h"
#include "results.h"
#include "text.h"

/* An argument as a POSIX shell takes it. */
static void add_quoted(struct text *text, const char *argument)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-._~/=,:+@%";

	if (*argument && strspn(argument, plain) == strlen(argument)) {
		text_put(text, argument);
		return;
	}
	text_put(text, "'");
	for (; *argument; argument++) {
		if (*argument == '\'')
			text_put(text, "'\\''");
		else
			text_add(text, "%c", *argument);
	}
	text_put(text, "'");
}

char *result_command(const json_t *result)
{
	struct text text = {0};
	const char *kernel = result_string(json_object_get(result, "kernel"), "name");
	double seed = result_number(result, "seed"), phase_ns = result_number(result, "phase_ns");
	AUTO_FREE char *run = result_run(result);
	json_t *sysctl;
	size_t at;

	text_put(&text, "halfopen run");
	if (*kernel) {
		text_put(&text, " --kernel ");
		add_quoted(&text, kernel);
	}
	json_array_foreach(json_object_get(result, "sysctl"), at, sysctl)
	{
		text_put(&text, " --sysctl ");
		add_quoted(&text, json_string_value(sysctl) ? json_string_value(sysctl) : "");
	}
	if (seed > 0)
		text_add(&text, " --seed %.0f", seed);
	if (phase_ns > 0)
		text_add(&text, " --phase %.0fns", phase_ns);
	text_put(&text, " ");
	add_quoted(&text, run);
	return text_take(&text);
}
