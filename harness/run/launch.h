/* SPDX-License-Identifier: MIT
 *
 * launch: how the process of a program comes to be: on its host, with what it is to have open, as
 * whom it is, and with nothing of ours.
 *
 * It is made with CLONE_VM | CLONE_VFORK: copying the page tables of process 1 for a child that
 * execs at once is most of the cost of fork() under UML. Until then it shares our memory.
 */
#ifndef HALFOPEN_LAUNCH_H
#define HALFOPEN_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "container.h"
#include "err.h"
#include "netem.h"
#include "plan.h"
#include "restrict.h"

/* Where programs run. */
struct program_place {
	struct net *net;
	struct container *container; /* for commands */
	const struct restriction *restriction;
	const char *helpers; /* the folder with halfopen-peer */
	int watch;           /* an epoll that peers put their connections into (peer.h) */
};

struct launch {
	const struct program_place *place;
	int fd; /* peer: becomes PEER_FD; command: stdout and stderr */
	char *const *argv;
	const struct plan_program *plan; /* of a command; NULL: a peer */
	int oom_score;
	int stdin_fd; /* -1: /dev/null */
	int tracer;   /* who follows it (tracer.h); -1: nobody */
	int listener; /* a socket to which a descriptor goes (listener.h); -1: nobody waits */
};

/* The process, or -errno: -EOPNOTSUPP: the kernel does not tell when a command listens. */
pid_t launch_run(const struct launch *launch, struct err *err);

/* On the machine, where commands are looked for if they say nothing else. */
bool launch_finds(const char *name);

#endif
