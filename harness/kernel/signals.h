/* SPDX-License-Identifier: MIT
 *
 * signals: signals as a descriptor to poll, so that no handler is needed and none is lost.
 * Internal to harness/kernel.
 */
#ifndef HALFOPEN_SIGNALS_H
#define HALFOPEN_SIGNALS_H

#include <signal.h>

struct err;

struct signals {
	int fd; /* readable when there is one */
	sigset_t old_mask;
};

/* Blocks SIGCHLD and the COUNT signals of LIST until signals_close(). What the caller was told
 * to ignore, by nohup or a shell, stays ignored. Children inherit what is blocked. */
int signals_open(struct signals *signals, const int *list, int count, struct err *err);

/* The next one that came, or 0. SIGCHLD may stand for several children. */
int signals_next(struct signals *signals);

void signals_close(struct signals *signals);

#endif
