/* SPDX-License-Identifier: MIT
 *
 * landlock: what a process may still do to files, and nothing to networks and to processes outside
 * (Documentation/userspace-api/landlock.rst). Needs no rights. By raw system calls and with numbers
 * of its own: the headers of a distribution know less than its kernel. Internal to harness/kernel.
 */
#ifndef HALFOPEN_LANDLOCK_H
#define HALFOPEN_LANDLOCK_H

#include <stdint.h>

struct err;

/* What a rule gives; include/uapi/linux/landlock.h. */
#define LANDLOCK_EXECUTE      (1ULL << 0)
#define LANDLOCK_WRITE_FILE   (1ULL << 1)
#define LANDLOCK_READ_FILE    (1ULL << 2)
#define LANDLOCK_READ_DIR     (1ULL << 3)
#define LANDLOCK_RESOLVE_UNIX (1ULL << 16) /* to connect to a unix socket */

/* From this version on a process can send signals only to its like. */
#define LANDLOCK_ABI_SIGNALS 6
/* From this one on it knows the paths of sockets. */
#define LANDLOCK_ABI_SOCKETS 9

/* The version that the running kernel has; 0: none, or it is not switched on. */
int landlock_abi(void);

/* A set of rules that denies all that the ABI knows. A descriptor, or -errno. */
int landlock_open(int abi, struct err *err);

/* RIGHTS on PATH and all below it. What is not there needs no right. */
int landlock_add(int set, const char *path, uint64_t rights, struct err *err);
int landlock_add_fd(int set, int fd, uint64_t rights, struct err *err);

/* The calling process, for ever, with all that come from it. It has no_new_privs already. */
int landlock_enter(int set, struct err *err);

#endif
