/* SPDX-License-Identifier: MIT
 *
 * uml: one User-Mode Linux as a process: started, killed, reaped, its console.
 *
 * It has a process group of its own, with the processes that it traces, dies with us (PDEATHSIG),
 * has no descriptor but /dev/null and the console's pipe, and no random place in memory (a random
 * program break would change how much memory the guest has: arch/um/kernel/um_arch.c).
 */
#ifndef HALFOPEN_UML_H
#define HALFOPEN_UML_H

#include <sched.h>
#include <sys/types.h>

#include "err.h"
#include "world.h"

#define UML_CONSOLE_KEPT 8192

struct uml {
	pid_t pid; /* 0: none */
	int pid_fd, console;
	size_t kept;
	char tail[UML_CONSOLE_KEPT + 1]; /* the last of what its console said */
};

struct uml_start {
	const char *path;
	char *const *argv, *const *envp;
	int processor; /* where it begins; -1: anywhere */
	int keep;      /* a descriptor that it has as well; -1: none */
	const struct world_launcher *launcher;
	void *launcher_data;
};

void uml_init(struct uml *uml);
int uml_start(struct uml *uml, const struct uml_start *start, struct err *err);
/* The caller and what it makes from now on have one processor; -1: as it is. */
void uml_begin_on(int processor);
/* So has a UML, with what it traces. */
void uml_move(const struct uml *uml, int processor);
/* Kills all of it and does not wait: it ends where it is, or ON one of these. */
void uml_kill_soon(const struct uml *uml, const cpu_set_t *on);
/* Kills all of it and waits until it is gone: its status. Nothing if there is none. */
int uml_kill(struct uml *uml);
/* Its pid_fd is readable: its status, and the rest of its console. */
int uml_reap(struct uml *uml);
/* Reads what its console has said. False: it has closed it. */
bool uml_read_console(struct uml *uml);
enum world_end uml_end_of(int status);

#endif
