/* SPDX-License-Identifier: MIT
 *
 * program: what runs on the hosts: scripted peers and commands, started, watched, killed.
 *
 * A program is a child process in its host's network namespace, without capabilities; a command
 * also enters its host's container and gives up more (container.h, restrict.h). How it comes to
 * be is launch.h's.
 */
#ifndef HALFOPEN_PROGRAM_H
#define HALFOPEN_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "launch.h"
#include "out.h"
#include "output.h"
#include "plan.h"
#include "text.h"

struct program {
	const struct plan *of;
	const struct plan_program *plan;
	int index;       /* in the plan */
	pid_t pid;       /* 0: not running */
	int fd;          /* peer: its reports; command: its output; -1: closed */
	int incarnation; /* of the next or present start */
	int starts;      /* so far, where they are counted (plan.h) */
	bool ended;      /* ran and is over */
	uint32_t ready;  /* of the plan's list, what it has done and nobody has heard of */
	bool idle;       /* in a pause step: nothing more will come of it */
	uint32_t awaits; /* in an after step: which of the plan's list, as a bit */
	uint32_t told;   /* what of the list it knows to be so */
	struct kept_output output; /* of a command */
	struct text line;          /* that it has not ended yet, if one is waited for */
	int stdin_fd;              /* of one that is told more as time passes; -1: closed */
	int listen_fd;             /* where its listen(2) comes, if one is waited for; -1 */
	int calls_fd;              /* of one that is traced: what it does; -1 */
	int next_input;            /* of the plan's, that it has not been told */
};

/* Writes RAW_PROGRAM. */
int program_start(struct program *program, const struct program_place *place, struct out *out,
		  struct err *err);

/* Reads what waits in its descriptor, if that is not too much at once; writes RAW_STEP,
 * RAW_OUTPUT. */
void program_drain(struct program *program, struct out *out);

/* Tells a command that runs what it is to have read until NOW_NS. */
int program_feed(struct program *program, int64_t now_ns, struct err *err);

/* Tells a peer with after steps what is so of the plan's list. */
int program_tell(struct program *program, uint32_t is_so, struct err *err);

/* Does the listen(2) that waits for it; what it is by that goes to program->ready. */
void program_listen(struct program *program);

/* Nothing more of it will be asked for: the end of a command's output. */
void program_finish(struct program *program, struct out *out);

/* SIGNAL to the process; for a command, to all that it has started. Nothing when it is not running.
 */
void program_signal(const struct program *program, int signal);

/* After waitpid() told STATUS: drains, closes, writes RAW_PROGRAM. */
void program_ended(struct program *program, int status, struct out *out);

#endif
