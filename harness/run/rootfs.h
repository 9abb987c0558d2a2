/* SPDX-License-Identifier: MIT
 *
 * rootfs: the files that commands of the user's see on a host.
 *
 * Three kinds: what is the machine's that we run on, and only to be read (/usr, /etc, /opt and the
 * like, and the case's folder); the host's own disk, a tmpfs that lives as long as its power and
 * holds all the rest (/, /root, /var, /home, ...); and what each boot makes anew (/tmp, /run, /dev,
 * /proc). Nothing else of the machine's is there: no socket of a daemon's, no device, no home.
 *
 * To be called in a new mount namespace, by a process with CAP_SYS_ADMIN over it. In a user
 * namespace the machine's mounts are locked onto each other: bound with all that is on them, they
 * may still be made stricter (mount_namespaces(7)).
 */
#ifndef HALFOPEN_ROOTFS_H
#define HALFOPEN_ROOTFS_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "plan.h"

struct rootfs {
	const struct plan *plan; /* for what it puts on the disk of HOST */
	int host;
	const char *disk;     /* where the host's disk is mounted */
	uid_t owner;          /* of what is the host's own */
	const char *hosts;    /* the text of /etc/hosts */
	const char *hostname; /* of /etc/hostname */
	const char *boot_id;  /* of /proc/sys/kernel/random/boot_id */
	const char *shown;    /* a folder of the machine's to be seen at its own place; "": none */
};

/* The root directory here is the machine's that we run on; else we made it, for QEMU, and it has no
 * /etc/passwd. It may have an /etc: Debian's awk and java are links into /etc/alternatives. */
bool rootfs_is_machines(void);

/* Mounts a tmpfs on DISK, which is a folder, and owned by OWNER. */
int rootfs_disk_make(const char *disk, uid_t owner, struct err *err);

/* Builds the tree and makes it the caller's root directory. Returns a descriptor of /proc/sys as it
 * is before it becomes read-only, or -errno. */
int rootfs_enter(const struct rootfs *rootfs, struct err *err);

#endif
