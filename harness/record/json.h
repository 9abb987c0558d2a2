/* SPDX-License-Identifier: MIT
 *
 * json: text from anywhere as JSON takes it.
 */
#ifndef HALFOPEN_JSON_H
#define HALFOPEN_JSON_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/* A string, with U+FFFD for what is no UTF-8; null for NULL. */
static inline json_t *json_text(const char *text)
{
	json_t *string = text ? json_string(text) : json_null();

	if (!string) {
		char *repaired = utf8_repair(text, strlen(text));

		string = json_string(repaired);
		free(repaired);
	}
	return string;
}

#endif
