/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "err.h"

int signals_open(struct signals *signals, const int *list, int count, struct err *err)
{
	struct sigaction action;
	sigset_t mask;

	signal(SIGCHLD, SIG_DFL); /* ignored, it would take the children's status away */
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	for (int i = 0; i < count; i++) {
		sigaction(list[i], NULL, &action);
		if (action.sa_handler != SIG_IGN)
			sigaddset(&mask, list[i]);
	}
	signals->fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return err_sys(err, errno, "signalfd");
	sigprocmask(SIG_BLOCK, &mask, &signals->old_mask);
	return 0;
}

int signals_next(struct signals *signals)
{
	struct signalfd_siginfo info;

	return read(signals->fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

void signals_close(struct signals *signals)
{
	close(signals->fd);
	sigprocmask(SIG_SETMASK, &signals->old_mask, NULL);
}
