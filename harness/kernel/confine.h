/* SPDX-License-Identifier: MIT
 *
 * confine: starts a program that can do next to nothing to this machine, whatever it is told: a
 * User-Mode Linux, whose guest's root could otherwise do all that the UML's user can. The process
 * confines itself before it becomes the program, and cannot undo it:
 *
 *   rights    started by root it becomes a user that owns nothing; without any capability
 *   rlimits   the size of what it writes, descriptors, no core files
 *   Landlock  reads below a few folders, executes a few files, writes nothing, sends signals to
 *             its like, uses no network
 *   seccomp   about 110 system calls; no socket but a unix stream; no new namespace
 *
 * The little that it must open for writing, or connect to, it asks its starter for (seccomp's user
 * notification): who compares the path with the list, opens it himself, and hands over the
 * descriptor. So nothing that the program does to the path meanwhile counts, and no rule of
 * Landlock allows a write. Questions come to confine_fd(), which belongs into the starter's poll
 * loop; each is answered at once.
 *
 * An older kernel, or a container, may lack a part. Then it goes without, as well as it can:
 * confine_probe() says what that means. docs/security.md has the whole.
 *
 * Of several programs each has a confiner. What they are to connect to (a world's time socket and
 * cards) is named in `sockets`, and listens before it asks: so the other side sees a connection of
 * the starter's. Internal to harness/kernel, but for confine_probe(); cage.h is for others.
 */
#ifndef HALFOPEN_CONFINE_H
#define HALFOPEN_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;

#define CONFINE_UID     65534 /* whom root becomes */
#define CONFINE_SOCKETS 32

/* Lists end with NULL, or are NULL. All stays the caller's, for as long as the program runs. */
struct confinement {
	const char *const *readable;   /* folders and files, beside those of the system */
	const char *const *executable; /* files, beside the program and its loader */
	/* Unix stream sockets: exact paths, one connect() each. If it REBOOTS, who connects to the
	 * first has executed itself again, and may connect to all once more. A folder on the way
	 * may be the starter's /proc/self/fd/N. */
	const char *const *sockets;
	bool reboots;
	bool no_random;     /* getrandom() is not there */
	const char *output; /* exact path: opened for writing, once, it is ... */
	int output_fd;      /* ... a copy of this */
	const char *memory; /* folder: O_TMPFILE there is a memory file without it */
	size_t memory_size; /* of the second, in bytes: the kernel's. 0: not known */
	size_t largest;     /* bytes of the largest file, and of the data segment */
};

/* What this machine has for it. */
struct confine_means {
	int landlock;   /* ABI; 0: none */
	bool seccomp;   /* a filter can be set */
	bool questions; /* and somebody be asked */
	bool other_uid; /* root only: can become another user */
};

/* Tries it, once; the rest of this process's life the same answer. */
const struct confine_means *confine_probe(void);

/* For tests: as if no more than MEANS were there. NULL: as it is. */
void confine_pretend(const struct confine_means *means);

/* Whether the process that is confined could reach PATH, and do ACCESS (R_OK, X_OK) to it. */
bool confine_can_reach(const char *path, int access);

struct confiner {
	const struct confinement *rules;
	int channel[2]; /* to the child, until it has begun */
	int program;    /* what it becomes, O_PATH */
	int listener;   /* -1: nobody asks (any more) */
	pid_t pid;
	int memories; /* files that were handed out */
	bool output_given;
	bool connected[CONFINE_SOCKETS];
};

/* Before fork(). RULES must outlive the confiner. */
int confine_open(struct confiner *confiner, const char *program, const struct confinement *rules,
		 struct err *err);

/* In the child, instead of execve(): does not return. PARENT died: ends. What goes wrong is told to
 * confine_begin(). Descriptors but 0, 1 and 2 are closed. */
void confine_exec(struct confiner *confiner, pid_t parent, char *const argv[], char *const env[])
	__attribute__((noreturn));

/* In the parent, with the child's PID: waits until it is confined. On failure it is dead or dies.
 */
int confine_begin(struct confiner *confiner, pid_t pid, struct err *err);

/* Where questions come, for poll(); -1: none come. */
int confine_fd(const struct confiner *confiner);

/* Answers those that are there, as far as these are not too many at once. */
void confine_answer(struct confiner *confiner);

void confine_close(struct confiner *confiner);

#endif
