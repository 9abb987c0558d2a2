/* SPDX-License-Identifier: MIT
 *
 * programs: which executables of this machine the commands of a plan start. On a kernel whose root
 * is this machine's they are simply there; into an initramfs they must be put.
 */
#ifndef HALFOPEN_PROGRAMS_H
#define HALFOPEN_PROGRAMS_H

struct plan;

/* The paths of the shell and of every word of a command that names an executable, on the guest's
 * PATH or by its own path. Ended by NULL; a plan without commands has none. Free with
 * programs_free(). NULL: no memory. */
char **programs_of_plan(const struct plan *plan);
void programs_free(char **programs);

#endif
