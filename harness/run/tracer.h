/* SPDX-License-Identifier: MIT
 *
 * tracer: tells what a command does with its TCP sockets: which calls, when, what they returned.
 *
 * A process of its own follows the command and all that it starts by ptrace(2). A filter of system
 * calls stops them at those that may be of a socket, and nowhere else; what is done then is
 * looked at, and not changed: signals, stops and restarts of calls go their way. When the tracer
 * ends, so does whom it follows; it ends when nobody is left.
 *
 * Of a command that makes very many calls those that moved bytes are only counted from some
 * time on.
 */
#ifndef HALFOPEN_TRACER_H
#define HALFOPEN_TRACER_H

#include "err.h"

struct tracer {
	int submit; /* for the command, before it is executed */
	int calls;  /* struct raw_call each, their times those of CLOCK_MONOTONIC */
};

/* -EOPNOTSUPP: not on this architecture. */
int tracer_start(struct tracer *ret_tracer, struct err *err);

/* In the process that is to be followed: waits until it is, and sets the filter. Needs either the
 * rights for that or no_new_privs. 0, or -1 and errno. */
int tracer_submit(int fd);

#endif
