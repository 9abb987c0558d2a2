/* SPDX-License-Identifier: MIT
 *
 * What paths on a host's disk look like, and words that can be a name anywhere.
 */
#include <string.h>

#include "decode.h"

#define PATH_LONGEST 1000
#define PART_LONGEST 255

const char *path_fault(const char *path)
{
	if (*path != '/')
		return "does not begin with '/'";
	for (const char *part = path; *part; part += 1 + strcspn(part + 1, "/")) {
		size_t length = strcspn(part + 1, "/");

		if (!length)
			return "has an empty part";
		if (part[1] == '.' && strspn(part + 1, ".") == length && length <= 2)
			return "goes by '.' or '..'";
		if (length > PART_LONGEST)
			return "has a part that is too long";
	}
	return strlen(path) > PATH_LONGEST ? "is too long" : NULL;
}

bool path_is_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}

bool is_plain_word(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_.-";

	return *text && !text[strspn(text, letters)];
}
