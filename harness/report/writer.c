/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include <string.h>

const struct writer *const writers[] = {&writer_text, &writer_json,   &writer_junit,
					&writer_tap,  &writer_github, NULL};

const struct writer *writer_find(const char *name, size_t size)
{
	for (const struct writer *const *writer = writers; *writer; writer++)
		if (strlen((*writer)->name) == size && memcmp((*writer)->name, name, size) == 0)
			return *writer;
	return NULL;
}

void text_visible(const char *text, bool line, void (*put)(int character, FILE *out), FILE *out)
{
	static const char digits[] = "0123456789abcdef";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\n' || c == '\t') {
			put(line ? ' ' : c, out);
		} else if (c < 0x20 || c == 0x7f) {
			put('\\', out);
			put('x', out);
			put(digits[c >> 4], out);
			put(digits[c & 15], out);
		} else {
			put(c, out);
		}
	}
}
