/* SPDX-License-Identifier: MIT
 *
 * manual: the man pages, made from what --help and the reference are made from: halfopen(1), one
 * a command, and halfopen-case(5). COMMANDS is the table of them, which ends with one without a
 * name.
 */
#ifndef HALFOPEN_MANUAL_H
#define HALFOPEN_MANUAL_H

#include <stddef.h>

struct command;

/* The name of page I, "halfopen-run", into RET_NAME of SIZE bytes. Its section, or 0: no more. */
int manual_name(const struct command *commands, int i, char *ret_name, size_t size);
/* The page in roff, malloc()ed; NULL: no such page, or no memory. */
char *manual_page(const struct command *commands, const char *name);

#endif
