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
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descendants.h"
#include "err.h"
#include "scratch.h"

#define GRACE_MS 1000

static const int handed_on[] = {SIGINT, SIGTERM, SIGHUP};
#define HANDED_ON (sizeof(handed_on) / sizeof(handed_on[0]))

/* Signals are read from a descriptor, so that no handler is needed and none is lost. */
struct watch {
	int signals;
	sigset_t old_mask;
};

static int watch_init(struct watch *watch, struct err *err)
{
	struct sigaction action;
	sigset_t mask;

	signal(SIGCHLD, SIG_DFL); /* ignored, it would take the status away */
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	for (size_t i = 0; i < HANDED_ON; i++) {
		/* What nohup or a shell told us to ignore stays ignored. */
		sigaction(handed_on[i], NULL, &action);
		if (action.sa_handler != SIG_IGN)
			sigaddset(&mask, handed_on[i]);
	}
	sigprocmask(SIG_BLOCK, &mask, &watch->old_mask);
	watch->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (watch->signals < 0)
		return err_sys(err, errno, "signalfd");
	return 0;
}

static void watch_done(struct watch *watch)
{
	close(watch->signals);
	sigprocmask(SIG_SETMASK, &watch->old_mask, NULL);
}

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
static int watch_child(struct watch *watch, pid_t child, int lifeline, bool with_grace,
		       int *ret_status, int *ret_signal)
{
	struct pollfd fds[] = {{.fd = watch->signals, .events = POLLIN},
			       {.fd = lifeline, .events = POLLIN}};
	struct signalfd_siginfo info;
	int timeout_ms = -1, ready;

	for (;;) {
		ready = poll(fds, 2, timeout_ms);
		if (ready == 0 || (ready > 0 && fds[1].revents))
			return -1;
		while (read(watch->signals, &info, sizeof(info)) == sizeof(info)) {
			if (info.ssi_signo == SIGCHLD)
				continue;
			kill(child, info.ssi_signo);
			*ret_signal = info.ssi_signo;
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
		     struct watch *front_watch, int lifeline, int report)
{
	pid_t back = getpid(), child;
	struct watch watch;
	struct err err;
	int status = SIGKILL, signal_seen = 0;

	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (watch_init(&watch, &err) || scratch_make(scratch, &err))
		goto fail;
	close(front_watch->signals);
	watch.old_mask = front_watch->old_mask;
	child = fork();
	if (child == 0) {
		watch_done(&watch);
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
	watch_child(&watch, child, lifeline, true, &status, &signal_seen);
	descendants_kill();
	scratch_remove(scratch);
	_exit(status_of(status));
fail:
	if (write(report, &err, sizeof(err)) < 0)
		_exit(125);
	_exit(125);
}

/* The front's end of it, when the back is running. */
static int run_front(struct watch *watch, pid_t back, const char *scratch, int report,
		     struct err *err)
{
	int status, signal_seen = 0;
	struct err why;

	watch_child(watch, back, -1, false, &status, &signal_seen);
	if (WIFSIGNALED(status)) {
		descendants_kill();
		scratch_remove(scratch);
		return err_set(err, ECHILD, "the process that watches over the runs was killed");
	}
	if (read(report, &why, sizeof(why)) == sizeof(why))
		return err_set(err, ECHILD, "%s", why.text);
	if (signal_seen && WEXITSTATUS(status) >= 128) {
		watch_done(watch);
		signal(signal_seen, SIG_DFL);
		raise(signal_seen);
	}
	return WEXITSTATUS(status);
}

int supervise(int (*work)(void *arg, const char *scratch), void *arg, struct err *err)
{
	int lifeline[2], report[2], ret;
	char scratch[SCRATCH_PATH_MAX];
	struct watch watch;
	pid_t back;

	ret = scratch_name(scratch, err);
	if (ret)
		return ret;
	if (pipe2(lifeline, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ret = watch_init(&watch, err);
	if (ret)
		return ret;
	fflush(NULL);
	back = fork();
	if (back == 0) {
		close(lifeline[1]);
		close(report[0]);
		run_back(work, arg, scratch, &watch, lifeline[0], report[1]);
	}
	close(lifeline[0]);
	close(report[1]);
	ret = back < 0 ? err_sys(err, errno, "fork")
		       : run_front(&watch, back, scratch, report[0], err);
	close(lifeline[1]);
	close(report[0]);
	watch_done(&watch);
	return ret;
}
