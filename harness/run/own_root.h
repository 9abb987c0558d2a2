/* SPDX-License-Identifier: MIT
 *
 * own_root: the files of a host that is a kernel of its own, as its programs see them.
 *
 * Its root is an overlay: below, the machine's own files or an unpacked image, which stay what they
 * are; above, what is written, in the host's memory or on its disk. What of the lower files is not
 * for it to see, or cannot be read from inside, is put right above them when the upper is made,
 * as outside has listed it (handover/files.h). /tmp, /run, /dev, /proc and /sys are of one boot.
 * Nothing of it is read-only: the kernel and all on it are the host's.
 */
#ifndef HALFOPEN_OWN_ROOT_H
#define HALFOPEN_OWN_ROOT_H

#include "err.h"
#include "plan.h"

struct own_root {
	const char *at; /* an empty folder's name, for what is written and then for the root */
	const struct plan *plan;
	int host;
	const char *files;    /* files.h */
	const char *hosts;    /* the text of /etc/hosts */
	const char *hostname; /* of /etc/hostname */
	const char *shown;    /* a folder of the machine's to be seen at its own place; "": none */
};

/* Mounts what is to be written to; on a disk that was used before, it is as it was left. */
int own_root_disk_make(const struct own_root *root, struct err *err);

/* In a new mount namespace: builds the tree and makes it the root directory. */
int own_root_enter(const struct own_root *root, struct err *err);

#endif
