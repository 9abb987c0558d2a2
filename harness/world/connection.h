/* SPDX-License-Identifier: MIT
 *
 * connection: Unix sockets towards a guest. Nothing here waits: what a guest does not read is its
 * error, and what it has not yet written whole is left for later.
 */
#ifndef HALFOPEN_CONNECTION_H
#define HALFOPEN_CONNECTION_H

#include <stddef.h>
#include <sys/types.h>

#include "err.h"

/* A listening socket at PATH, in the place of whatever was there: a descriptor, or -errno. */
int connection_listen(const char *path, struct err *err);
/* One who has connected, and his process: a descriptor, -EAGAIN: nobody, or -errno. */
int connection_accept(int listener, pid_t *ret_pid);

/* Sends all of it, with COUNT descriptors, which stay the caller's. 0; -EPIPE: nobody is there any
 * more; -EPROTO: he does not read. */
int connection_send(int fd, const void *bytes, size_t size, const int *pass, int count,
		    struct err *err);
/* What is there, up to SIZE bytes. How many; 0: the end; -EAGAIN: nothing yet; -EPROTO: more
 * descriptors than there is room for. *COUNT: of PASSED, which has room for MOST, and may hold
 * some already. They are the caller's. */
ssize_t connection_receive(int fd, void *bytes, size_t size, int *passed, int *count, int most);

#endif
