/* SPDX-License-Identifier: MIT
 *
 * program: what runs on the hosts: scripted peers and commands, started, watched, killed.
 *
 * A program is a child process in its host's network namespace, without capabilities. It is
 * made with CLONE_VM | CLONE_VFORK: copying the page tables of process 1 for a child that
 * execs at once is most of the cost of fork() under UML.
 */
#ifndef HALFOPEN_PROGRAM_H
#define HALFOPEN_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "netem.h"
#include "out.h"
#include "plan.h"

struct program {
	const struct plan_program *plan;
	int index;       /* in the plan */
	pid_t pid;       /* 0: not running */
	int fd;          /* peer: its reports; command: its output; -1: closed */
	int incarnation; /* of the next or present start */
	bool ended;      /* ran and is over */
	bool listening;  /* its first listen step is done */
	bool idle;       /* in a pause step: nothing more will come of it */
};

/* Starts it in NET. HELPERS: the folder with halfopen-peer. ROOT: where a command finds its
 * root directory, or NULL. Writes RAW_PROGRAM. */
int program_start(struct program *program, struct net *net, const char *helpers, const char *root,
		  struct out *out, struct err *err);

/* Reads what waits in its descriptor; writes RAW_STEP, RAW_OUTPUT. */
void program_drain(struct program *program, struct out *out);

/* SIGNAL to the process (to its process group, for a command); nothing when it is not
 * running. */
void program_signal(const struct program *program, int signal);

/* After waitpid() told STATUS: drains, closes, writes RAW_PROGRAM. */
void program_ended(struct program *program, int status, struct out *out);

#endif
