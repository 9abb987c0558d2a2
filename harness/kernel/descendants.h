/* SPDX-License-Identifier: MIT
 *
 * descendants: all processes below this one, and their end.
 */
#ifndef HALFOPEN_DESCENDANTS_H
#define HALFOPEN_DESCENDANTS_H

/* Kills and reaps every process that descends from this one, until there is none. The
 * caller must be a child subreaper (prctl(2)), so that orphans come to it instead of
 * getting away. Needs /proc. */
void descendants_kill(void);

/* The same, where there is hardly ever one: what is left is a child of this process by now, or will
 * be when its parent is dead. Costs one system call if there is none. */
void descendants_end(void);

#endif
