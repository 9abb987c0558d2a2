/* SPDX-License-Identifier: MIT */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "err.h"
#include "signals.h"

/* Moving the text is dear only when a guest talks a lot. */
static void tail_add(struct tail *tail, const char *text, size_t size)
{
	if (size > tail->size) {
		text += size - tail->size;
		size = tail->size;
	}
	if (tail->used + size > tail->size) {
		size_t gone = tail->used + size - tail->size;

		memmove(tail->text, tail->text + gone, tail->used - gone);
		tail->used -= gone;
	}
	memcpy(tail->text + tail->used, text, size);
	tail->used += size;
}

/* The console ends lines with CR LF, and the first line may have lost its beginning. */
void tail_finish(struct tail *tail)
{
	char *from = tail->text, *to = tail->text, *end = tail->text + tail->used;

	if (tail->used == tail->size) {
		char *line = memchr(from, '\n', tail->used);

		from = line ? line + 1 : from;
	}
	for (; from < end; from++)
		if (*from != '\r' && *from != '\0')
			*to++ = *from;
	*to = '\0';
}

int tail_read(struct tail *tail, int fd)
{
	char text[4096];
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		tail_add(tail, text, n);
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static bool has_ended(pid_t pid, int *ret_status)
{
	return waitpid(pid, ret_status, WNOHANG) == pid;
}

/* False: the time is over, and it has not ended. */
static bool wait_for_end(const struct guest *guest, struct signals *signals, int64_t limit_ns,
			 struct tail *tail, int *ret_status)
{
	int64_t deadline = clock_now_ns() + limit_ns, left;
	struct pollfd fds[] = {{.fd = signals->fd, .events = POLLIN},
			       {.fd = guest->console, .events = POLLIN},
			       {.events = POLLIN}};

	while ((left = deadline - clock_now_ns()) > 0) {
		struct timespec ts = clock_timespec(left);
		int ready;

		while (signals_next(signals))
			;
		if (has_ended(guest->pid, ret_status))
			return true;
		fds[2].fd = guest->confiner ? confine_fd(guest->confiner) : -1;
		ready = ppoll(fds, 3, &ts, NULL);
		if (ready < 0 && errno != EINTR)
			return false;
		if (ready <= 0)
			continue;
		if (fds[1].revents && tail_read(tail, guest->console))
			fds[1].fd = -1;
		if (fds[2].revents)
			confine_answer(guest->confiner);
	}
	return has_ended(guest->pid, ret_status);
}

int guest_prepare_child(int console)
{
	const struct rlimit no_core = {1, 1}; /* at 0 a program that takes them is called */
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(console, 1) < 0 || dup2(console, 2) < 0)
		return -1;
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_CORE, &no_core); /* a UML that panics aborts */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return 0;
}

/* About one UML 6.1 in four hundred aborts while it takes itself down, after it has said that
 * it is halted. By then process 1 has asked for the end, and what it wrote was written. */
static bool died_halted(int status, const char *tail)
{
	return WTERMSIG(status) == SIGABRT && strstr(tail, "reboot: System halted");
}

int guest_wait(struct guest *guest, int64_t limit_ns, char *text, size_t text_size, struct err *err)
{
	struct tail tail = {.text = text, .size = text_size - 1};
	struct signals signals;
	const char *loss;
	bool ended;
	int status;
	int ret = signals_open(&signals, NULL, 0, err);

	fcntl(guest->console, F_SETFL, O_NONBLOCK);
	ended = ret == 0 && wait_for_end(guest, &signals, limit_ns, &tail, &status);
	if (ret == 0)
		signals_close(&signals);
	if (!ended) {
		/* All of its session in one call: a process that a UML traces must not
		 * outlive it, not for a moment. */
		kill(-guest->pid, SIGKILL);
		kill(guest->pid, SIGKILL);
		while (waitpid(guest->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	/* A UML's user processes are in its session, and have lost their tracer. */
	kill(-guest->pid, SIGKILL);
	tail_read(&tail, guest->console);
	tail_finish(&tail);
	if (guest->quieten)
		guest->quieten(text);
	close(guest->console);
	if (guest->confiner)
		confine_close(guest->confiner);
	free(guest->confiner);
	guest->confiner = NULL;
	if (ret)
		return ret;
	if (!ended)
		return err_set(err, ETIMEDOUT, "no end within %.3g s of real time: killed",
			       limit_ns / 1e9);
	if (WIFSIGNALED(status) && !died_halted(status, text))
		return err_set(err, ECHILD, "killed by signal %d (%s)", WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	if (WIFEXITED(status) && WEXITSTATUS(status))
		return err_set(err, ECHILD, "ended with status %d", WEXITSTATUS(status));
	loss = guest->loss ? guest->loss(text) : NULL;
	if (loss)
		return err_set(err, ECHILD, "one of its processes was killed from outside: %.*s",
			       (int)strcspn(loss, "\n"), loss);
	return 0;
}
