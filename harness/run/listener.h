/* SPDX-License-Identifier: MIT
 *
 * listener: that a command listens, told at the moment at which it does.
 *
 * The kernel tells nobody of a new listening socket: sock_diag has to be asked. So listen(2) of the
 * command and all that it starts is handed to us by a seccomp filter (seccomp_unotify(2)), and is
 * done here, on a copy of its descriptor: who waits for the port is started after it, and at the
 * same time. What is no socket of TCP's does it itself.
 */
#ifndef HALFOPEN_LISTENER_H
#define HALFOPEN_LISTENER_H

/* In the process that becomes the command, whose descriptors are its own, as the last thing that it
 * gives up: sends the descriptor on which its calls come through the socket TO. 0, or -1 with errno
 * where the kernel has no such thing. */
int listener_hand_over(int to);
/* At the other end of that socket: takes it. -1: nothing came. */
int listener_take(int from);

/* Does one call that waits at FD. Returns the port on which a socket of TCP's listens by it, 0:
 * none does, or -1: nobody can call any more. */
int listener_serve(int fd);

#endif
