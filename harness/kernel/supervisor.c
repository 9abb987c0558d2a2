/* SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descendants.h"
#include "err.h"
#include "pipe.h"
#include "scratch.h"
#include "signals.h"

#define GRACE_MS 10000

static const int handed_on[] = {SIGINT, SIGTERM, SIGHUP};
#define HANDED_ON (int)(sizeof(handed_on) / sizeof(handed_on[0]))

/* Reaps whoever ended; true when CHILD was among them. */
static bool reap(pid_t child, int *ret_status)
{
	bool found = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == child) {
			*ret_status = status;
			found = true;
		}
	}
	return found;
}

/* Until CHILD ends (0, with its status), or LIFELINE says end-of-file, or the grace after a
 * signal is over (-1). LIFELINE may be -1. ret_signal: the last one handed on. */
static int watch_child(struct signals *signals, pid_t child, int lifeline, bool with_grace,
		       int *ret_status, int *ret_signal)
{
	struct pollfd fds[] = {{.fd = signals->fd, .events = POLLIN},
			       {.fd = lifeline, .events = POLLIN}};
	int timeout_ms = -1, ready, sig;

	for (;;) {
		ready = poll(fds, 2, timeout_ms);
		/* Without it there is no watching: as if the lifeline had ended. */
		if (ready < 0 && errno != EINTR)
			return -1;
		if (ready == 0 || (ready > 0 && fds[1].revents))
			return -1;
		while ((sig = signals_next(signals))) {
			if (sig == SIGCHLD)
				continue;
			kill(child, sig);
			*ret_signal = sig;
			timeout_ms = with_grace ? GRACE_MS : -1;
		}
		if (reap(child, ret_status))
			return 0;
	}
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void run_work(int (*work)(void *arg, const char *scratch), void *arg, const char *scratch,
		     pid_t back)
{
	int status;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != back)
		_exit(126);
	status = work(arg, scratch);
	fflush(NULL);
	_exit(status);
}

/* The back's whole life. Its status is the work's. */
static void run_back(int (*work)(void *arg, const char *scratch), void *arg, const char *scratch,
		     struct signals *front_signals, int lifeline, int report)
{
	pid_t back = getpid(), child;
	struct signals signals;
	struct err err = {""};
	int status = SIGKILL, signal_seen = 0;

	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (signals_open(&signals, handed_on, HANDED_ON, &err) || scratch_make(scratch, &err))
		goto fail;
	close(front_signals->fd);
	signals.old_mask = front_signals->old_mask;
	child = fork();
	if (child == 0) {
		signals_close(&signals);
		close(lifeline);
		close(report);
		run_work(work, arg, scratch, back);
	}
	if (child < 0) {
		err_sys(&err, errno, "fork");
		scratch_remove(scratch);
		goto fail;
	}
	close(report);
	watch_child(&signals, child, lifeline, true, &status, &signal_seen);
	descendants_kill();
	scratch_remove(scratch);
	_exit(status_of(status));
fail:
	if (write(report, &err, sizeof(err)) < 0)
		_exit(125);
	_exit(125);
}

/* The front's end of it, when the back is running. */
static int run_front(struct signals *signals, pid_t back, const char *scratch, int report,
		     struct err *err)
{
	int status, signal_seen = 0;
	struct err why;

	watch_child(signals, back, -1, false, &status, &signal_seen);
	if (WIFSIGNALED(status)) {
		descendants_kill();
		scratch_remove(scratch);
		return err_set(err, ECHILD, "the process that watches over the runs was killed");
	}
	if (read(report, &why, sizeof(why)) == sizeof(why))
		return err_set(err, ECHILD, "%s", why.text);
	if (signal_seen && WEXITSTATUS(status) >= 128) {
		signals_close(signals);
		signal(signal_seen, SIG_DFL);
		raise(signal_seen);
	}
	return WEXITSTATUS(status);
}

int supervise(int (*work)(void *arg, const char *scratch), void *arg, struct err *err)
{
	AUTO_PIPE struct pipe lifeline = NO_PIPE, report = NO_PIPE;
	char scratch[SCRATCH_PATH_MAX];
	struct signals signals;
	pid_t back;
	int ret;

	ret = scratch_name(scratch, err);
	if (ret)
		return ret;
	if ((ret = pipe_open(&lifeline)) || (ret = pipe_open(&report)))
		return err_sys(err, ret, "pipe");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ret = signals_open(&signals, handed_on, HANDED_ON, err);
	if (ret)
		return ret;
	fflush(NULL);
	back = fork();
	if (back == 0) {
		close(lifeline.in);
		close(report.out);
		run_back(work, arg, scratch, &signals, lifeline.out, report.in);
	}
	pipe_close_in(&report);
	ret = back < 0 ? err_sys(err, errno, "fork")
		       : run_front(&signals, back, scratch, report.out, err);
	signals_close(&signals);
	return ret;
}
