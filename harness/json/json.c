/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "utf8.h"

json_t *json_text(const char *text)
{
	json_t *string = text ? json_string(text) : json_null();

	if (!string) {
		char *repaired = text_repair(text, strlen(text));

		string = json_string(repaired);
		free(repaired);
	}
	return string;
}

/* Outside of strings there is nothing of the kind. */
static bool is_harmful(uint32_t character, const char *text)
{
	return character == 0x7f || (character >= 0x80 && utf8_is_control(character)) ||
	       utf8_is_turning(character) || strncmp(text, "##[", 3) == 0;
}

int json_print(const json_t *json, FILE *out, size_t flags)
{
	char *text = json_dumps(json, flags);
	const char *at = text, *plain = text;

	if (!text)
		return -1;
	while (*at) {
		uint32_t character = 0;
		size_t n;

		if (*at >= ' ' && *at < 0x7f && *at != '#') { /* nearly all */
			at++;
			continue;
		}
		n = utf8_decode(at, strnlen(at, 4), &character);
		if (is_harmful(character, at)) {
			fwrite(plain, 1, (size_t)(at - plain), out);
			fprintf(out, "\\u%04X", (unsigned)character);
			plain = at + n;
		}
		at += n;
	}
	fwrite(plain, 1, (size_t)(at - plain), out);
	free(text);
	return ferror(out) ? -1 : 0;
}
