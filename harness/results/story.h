/* SPDX-License-Identifier: MIT
 *
 * story: where a result's case is: which story it is of, and its path in the user's repository.
 */
#ifndef HALFOPEN_STORY_H
#define HALFOPEN_STORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct story {            /* the folder that a case file is in */
	const char *name; /* in the result; not ended by a NUL */
	int size;
};

struct story story_of(const json_t *result);
bool story_has(const struct story *story, const json_t *result);

/* The path of RESULT's case from the top of the repository, into PATH: FOLDER (of struct listing)
 * and its file in one, without "." and ".."; what leads out of the folder stays. */
void story_path(const char *folder, const json_t *result, char *path, size_t size);

#endif
