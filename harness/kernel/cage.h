/* SPDX-License-Identifier: MIT
 *
 * cage: the confinement (confine.h) of one User-Mode Linux, and what its lists point to.
 */
#ifndef HALFOPEN_CAGE_H
#define HALFOPEN_CAGE_H

#include <limits.h>
#include <stdint.h>

#include "confine.h"

struct err;

struct cage {
	struct confiner confiner; /* first: guest_wait() frees it, and all with it */
	struct confinement rules;
	const char *readable[5];
	char output[PATH_MAX], memory[PATH_MAX], helpers[PATH_MAX], folder[PATH_MAX];
};

struct cage_options {
	const char *kernel;
	const char *init;     /* beside it are the other helpers */
	const char *readable; /* a folder; or NULL */
	const char *root;     /* another one, of the guest's files; or NULL */
	const char *folder;   /* the run's */
	int memory_mib;
	/* Of a world: what it connects to, as world_launcher names it; its frames leave by one of
	 * them. NULL: it reads `plan` in the folder and writes `raw` there. */
	const char *const *sockets;
};

/* Takes from what a confined kernel wrote to its console the lines that tell what it may not do,
 * and need not. */
void cage_quieten(char *console);
/* The line of CONSOLE that tells of a process of the kernel's that is gone, as only another's
 * signal does it; NULL: there is none. */
const char *cage_loss(const char *console);

/* Where a UML of the run in FOLDER looks for room for its memory: its TMPDIR. */
const char *cage_memory(const char *folder);

/* CAGE is where it stays, and so are the strings of OPTIONS. */
int cage_make(const struct cage_options *options, struct cage *cage, struct err *err);
void cage_done(struct cage *cage);

#endif
