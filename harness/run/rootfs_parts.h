/* SPDX-License-Identifier: MIT
 *
 * rootfs_parts: what the trees of both kinds of host are built of (rootfs.h, own_root.h). Names are
 * below the working directory, which is to become the root.
 */
#ifndef HALFOPEN_ROOTFS_PARTS_H
#define HALFOPEN_ROOTFS_PARTS_H

#include <sys/types.h>

#include "err.h"

int file_make(const char *path, const char *text, struct err *err); /* mode 0644 */
/* SIZE 0: half of the memory. */
int tmpfs_mount(const char *path, unsigned int mode, uid_t owner, unsigned long long size,
		struct err *err);
/* /dev/stdin, /var/run and the like, where their folders are. */
int links_make(struct err *err);
/* SHOWN, a folder of the machine's, read-only at its own place; "": none. After all others: it may
 * lie in /tmp. */
int folder_show(const char *shown, uid_t owner, struct err *err);
/* The working directory becomes the root. */
int root_change(struct err *err);

#endif
