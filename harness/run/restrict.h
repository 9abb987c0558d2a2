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

/* In the process that is to become the program, which may share its parent's memory: 0, or -1 with
 * errno. A scripted peer gives up its capabilities: lock(), so that no execve() and no other user's
 * number brings or takes any, then capabilities(). A command gives up the rest as well: early() as
 * the conductor that it still is, late(), which is capabilities() too, as the user that it has
 * become. */
int restrict_early(int oom_score);
int restrict_lock(void);
int restrict_capabilities(const struct restriction *restriction);
int restrict_late(const struct restriction *restriction);

#endif
