/* SPDX-License-Identifier: MIT */
#include "visible.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "text.h"
#include "utf8.h"

static void put_string(const char *string, void (*put)(int character, FILE *out), FILE *out)
{
	for (; *string; string++)
		put((unsigned char)*string, out);
}

static void put_escape(const char *bytes, size_t size, void (*put)(int character, FILE *out),
		       FILE *out)
{
	for (size_t i = 0; i < size; i++) {
		char escape[8];

		snprintf(escape, sizeof(escape), "\\x%02x", (unsigned char)bytes[i]);
		put_string(escape, put, out);
	}
}

/* SIZE bytes of it. */
static void put_part(const char *text, size_t size, bool line,
		     void (*put)(int character, FILE *out), FILE *out)
{
	while (size) {
		uint32_t character = 0;
		size_t n = utf8_decode(text, size, &character), used = n ? n : 1;

		if (*text == '\n' || *text == '\t') {
			put(line ? ' ' : *text, out);
		} else if (utf8_is_turning(character)) {
			char escape[16];

			snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)character);
			put_string(escape, put, out);
		} else if (n == 0 || utf8_is_control(character)) {
			put_escape(text, used, put, out);
		} else {
			for (size_t i = 0; i < n; i++)
				put((unsigned char)text[i], out);
		}
		text += used;
		size -= used;
	}
}

/* Where the first command for a CI's log is in TEXT, or NULL. GitHub takes "::name::" after blanks
 * at the begin of a line, with parameters before the second "::", and "##[name]" anywhere
 * (actions/runner, src/Runner.Common/ActionCommand.cs); Azure's agent "##vso[" as well. */
static const char *command_find(const char *text)
{
	const char *old = strstr(text, "##["), *azure = strstr(text, "##vso[");
	const char *first = old && (!azure || old < azure) ? old : azure;

	for (const char *at = text; at && (!first || at < first); at = strchr(at, '\n')) {
		at += strspn(at, " \t\r\n");
		if (strncmp(at, "::", 2) == 0 && isalpha((unsigned char)at[2])) {
			const char *end = strstr(at + 2, "::");

			if (end && end < at + strcspn(at, "\n"))
				return at;
		}
	}
	return first;
}

void visible_each(const char *text, bool line, void (*put)(int character, FILE *out), FILE *out)
{
	for (const char *command; (command = command_find(text)); text = command + 1) {
		put_part(text, (size_t)(command - text), line, put, out);
		put_escape(command, 1, put, out);
	}
	put_part(text, strlen(text), line, put, out);
}

static void put_plain(int character, FILE *out)
{
	fputc(character, out);
}

void visible_print(const char *text, bool line, FILE *out)
{
	visible_each(text, line, put_plain, out);
}

char *visible_copy(const char *text, bool line)
{
	struct text copy = {0};
	FILE *out = text_stream(&copy);

	visible_print(text, line, out);
	text_stream_end(&copy, out);
	return text_take(&copy);
}
