/* SPDX-License-Identifier: MIT
 *
 * container: a host as the user's commands on it see it: a machine of its own.
 *
 * It has its own files (rootfs.h), processes, host name, System V IPC and cgroup root, beside the
 * network that topology.h built. Its process 1 is a child of ours that reaps and does nothing else.
 * Killed, it takes every process of the host along, whatever session it is in: that is a power
 * loss, after which its files are as they were at first.
 *
 * Where the kernel lets us, its processes are root in a user namespace of their own: to the kernel
 * they are a user who owns nothing, and who can make no namespaces. Where it does not, they are
 * that user without one. Only who may be nobody else than himself (in a user namespace with a
 * single id) stays that.
 *
 * A host that is a kernel of its own has its root (own_root.h), which its root may change as he
 * likes, and all users with their rights: what holds them is outside of that kernel.
 *
 * Scripted peers run outside of it: they are ours, read no files, and are not seen from inside.
 */
#ifndef HALFOPEN_CONTAINER_H
#define HALFOPEN_CONTAINER_H

#include <stdbool.h>

#include "err.h"
#include "plan.h"

struct container;

/* Of a host that is a kernel of its own. */
struct container_own {
	const char *files; /* of what its root is made (files.h) */
};

/* Makes the host's disk. SHOWN: a folder of the machine's that commands see; "": none. OWN: NULL
 * where the kernel is that of all hosts. */
int container_new(const struct plan *plan, int host, const char *shown,
		  const struct container_own *own, struct container **ret_container,
		  struct err *err);
void container_free(struct container *container); /* NULL is fine */

/* A boot: the first, or after container_power_off(). */
int container_power_on(struct container *container, struct err *err);
bool container_is_on(const struct container *container);
bool container_is_machine(const struct container *container); /* a kernel of its own */

/* Kills all of its processes at once; container_power_off() waits until they are gone. Between the
 * two whoever started one with container_enter() reaps it: process 1 ends after all others. */
void container_kill(struct container *container);
void container_power_off(struct container *container);

/* Sends SIGNAL to all of its processes, as an init does that shuts down. */
void container_signal(struct container *container, int signal);

/* The children of the calling process are born among the container's processes from now on (NULL:
 * among its own). They enter the rest themselves. 0 or -errno. */
int container_adopt(struct container *container);

/* In such a child, which may share its parent's memory: enters the rest; then becomes the user that
 * commands run as. 0, or -1 with errno. */
int container_enter(const struct container *container);
int container_become_user(const struct container *container);

#endif
