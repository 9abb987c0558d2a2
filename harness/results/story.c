/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <stdio.h>
#include <string.h>

#include "results.h"

struct story story_of(const json_t *result)
{
	const char *file = result_string(result, "file"), *end = strrchr(file, '/'), *begin;

	if (!end || end == file || end[-1] == '.')
		return (struct story){"cases", 5};
	for (begin = end; begin > file && begin[-1] != '/';)
		begin--;
	return (struct story){begin, (int)(end - begin)};
}

bool story_has(const struct story *story, const json_t *result)
{
	struct story other = story_of(result);

	return other.size == story->size &&
	       memcmp(other.name, story->name, (size_t)other.size) == 0;
}

void story_path(const char *folder, const json_t *result, char *path, size_t size)
{
	const char *file = result_string(result, "file");
	size_t used = *file == '/' || !folder ? 0 : (size_t)snprintf(path, size, "%s", folder);

	if (used >= size)
		used = 0;
	while (strncmp(file, "./", 2) == 0 || strncmp(file, "../", 3) == 0) {
		bool up = file[1] == '.';

		if (up && used == 0)
			break;
		if (up)
			do
				used--;
			while (used > 0 && path[used - 1] != '/');
		file += up ? 3 : 2;
	}
	snprintf(path + used, size - used, "%s", file);
}
