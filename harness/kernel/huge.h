/* SPDX-License-Identifier: MIT
 *
 * huge: memory of a kernel to be, in huge pages where it writes to all of it as it boots. Page by
 * page a machine takes longer to give it that than the kernel to boot in it.
 */
#ifndef HALFOPEN_HUGE_H
#define HALFOPEN_HUGE_H

#include <stddef.h>

/* FD, a memfd, becomes SIZE bytes, all zero. What cannot be had in huge pages (before 6.1 nothing)
 * is had page by page. */
void huge_memory(int fd, size_t size);

#endif
