/* SPDX-License-Identifier: MIT
 *
 * restrict: what a command of the user's gives up before it begins, beside what it never gets to
 * see (container.h): capabilities and ways to new ones, system calls that no server needs and that
 * reach the kernel's darker corners or something that no namespace divides, descriptors, and more
 * processes, memory and core dumps than a case should need.
 *
 * What a kernel does not have it goes without (docs/security.md says what then remains).
 */
#ifndef HALFOPEN_RESTRICT_H
#define HALFOPEN_RESTRICT_H

#include <stdbool.h>

#include "err.h"

struct restriction;

/* Made once, used for each program; FOR_COMMANDS: what restrict_late() needs, too. */
int restriction_new(bool for_commands, struct restriction **ret_restriction, struct err *err);
void restriction_free(struct restriction *restriction); /* NULL is fine */

/* In the process that is to become the command, which may share its parent's memory. early() as the
 * conductor that it still is, late() as the user that it will be. 0, or -1 with errno. */
int restrict_early(void);
int restrict_late(const struct restriction *restriction);

/* Without capabilities, and without a way to get any: what a scripted peer gives up. */
int restrict_capabilities(const struct restriction *restriction);

#endif
