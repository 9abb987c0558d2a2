/* SPDX-License-Identifier: MIT
 *
 * json: what may come from anywhere, as JSON that nothing happens by: texts that are no UTF-8 have
 * a form, and what is printed moves no terminal and commands no log.
 */
#ifndef HALFOPEN_JSON_H
#define HALFOPEN_JSON_H

#include <jansson.h>
#include <stdio.h>

/* A string, with U+FFFD for each byte that is of no character; null for NULL. */
json_t *json_text(const char *text);

/* As json_dumpf(), which takes FLAGS; but control characters, also those beyond ASCII, and what
 * turns the direction of writing are escaped, and so is what a log of a CI takes for a command
 * ("##["). 0 or -1. */
int json_print(const json_t *json, FILE *out, size_t flags);

#endif
