/* SPDX-License-Identifier: MIT
 *
 * trace: all ways into another process: to see what it does, its memory, descriptors and files.
 */
#ifndef HALFOPEN_TRACE_H
#define HALFOPEN_TRACE_H

#include <stdbool.h>
#include <sys/types.h>

/* Tells of each way whether it was open. */
void trace(pid_t pid, void (*tell)(bool through, const char *way));

#endif
