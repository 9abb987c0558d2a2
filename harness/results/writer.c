/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include <string.h>

const struct writer *const writers[] = {
	&writer_text,   &writer_json,        &writer_junit,    &writer_tap,
	&writer_github, &writer_codequality, &writer_markdown, NULL};

const struct writer *writer_find(const char *name, size_t size)
{
	for (const struct writer *const *writer = writers; *writer; writer++)
		if (strlen((*writer)->name) == size && memcmp((*writer)->name, name, size) == 0)
			return *writer;
	return NULL;
}
