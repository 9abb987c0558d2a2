/* SPDX-License-Identifier: MIT
 *
 * foreign: sockets of other processes.
 */
#ifndef HALFOPEN_FOREIGN_H
#define HALFOPEN_FOREIGN_H

#include <sys/types.h>

/* A pidfd of the process that THREAD is of; -1. */
int foreign_process(pid_t thread);

/* A descriptor of the same socket as PROCESS (a pidfd) has at FD; -1: that is none of TCP. */
int foreign_socket(int process, int fd);

#endif
