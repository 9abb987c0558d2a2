/* SPDX-License-Identifier: MIT
 *
 * A worker writes a head, then its data, into its pipe and exits. Whatever else comes out of
 * the pipe, or nothing, is a worker that died. It is its end that counts, not the pipe's:
 * children that outlive it may hold that open.
 */
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descendants.h"
#include "file.h"
#include "signals.h"
#include "text.h"

#define TICK_MS 100

struct head {
	int error;
	struct err err;
	size_t size; /* of the data */
};

struct worker {
	pid_t pid; /* 0: the place is free */
	int pipe;
	int status;
	bool ended;
	int index;
	struct text data; /* head and data, as far as they came */
};

struct crew {
	const struct jobs *jobs;
	struct worker *worker; /* jobs->parallel of them */
	struct pollfd *fds;    /* their pipes, and after them the signals */
	struct signals signals;
	int next, running;
};

static void worker_main(const struct jobs *jobs, int index, int fd, pid_t parent)
{
	struct head head = {0};
	struct text data = {0};
	FILE *out = text_stream(&data);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (getppid() != parent)
		_exit(126);
	head.error = jobs->work(jobs->arg, index, out, &head.err);
	descendants_end(); /* a hostile kernel may have left a process: not for the next job */
	text_stream_end(&data, out);
	head.size = data.size;
	if (file_write_all(fd, &head, sizeof(head)) || file_write_all(fd, data.bytes, data.size))
		_exit(125);
	/* _exit: what the parent had buffered is his to write. */
	text_done(&data);
	_exit(0);
}

static bool crew_has_more(const struct crew *crew)
{
	const struct jobs *jobs = crew->jobs;

	return crew->next < jobs->count && (!jobs->wanted || jobs->wanted(jobs->arg));
}

static int crew_start(struct crew *crew, int place, struct err *err)
{
	int fd[2], index = crew->next;
	pid_t pid, parent = getpid();

	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		signals_close(&crew->signals);
		worker_main(crew->jobs, index, fd[1], parent);
	}
	close(fd[1]);
	if (pid < 0) {
		close(fd[0]);
		return err_sys(err, errno, "fork");
	}
	crew->worker[place] = (struct worker){.pid = pid, .pipe = fd[0], .index = index};
	crew->fds[place] = (struct pollfd){.fd = fd[0], .events = POLLIN};
	crew->next++;
	crew->running++;
	if (crew->jobs->started)
		crew->jobs->started(crew->jobs->arg, index);
	return 0;
}

static void crew_free_place(struct crew *crew, int place)
{
	close(crew->worker[place].pipe);
	text_done(&crew->worker[place].data);
	crew->worker[place] = (struct worker){0};
	crew->fds[place].fd = -1;
	crew->running--;
}

static void crew_finish(struct crew *crew, int place)
{
	struct worker *worker = &crew->worker[place];
	struct job_result result = {.index = worker->index};
	struct head head;

	if (worker->data.size >= sizeof(head))
		memcpy(&head, worker->data.bytes, sizeof(head));
	if (worker->data.size >= sizeof(head) && worker->data.size == sizeof(head) + head.size) {
		result.data = worker->data.bytes + sizeof(head);
		result.size = head.size;
		result.error = head.error;
		result.err = head.err;
	} else if (WIFSIGNALED(worker->status)) {
		result.error = err_set(&result.err, ECHILD, "the run's process died: %s",
				       strsignal(WTERMSIG(worker->status)));
	} else {
		result.error = err_set(&result.err, ECHILD, "the run's process ended early");
	}
	crew->jobs->finished(crew->jobs->arg, &result);
	crew_free_place(crew, place);
}

/* All that is in the pipe now. False: its end. */
static bool crew_read(struct worker *worker)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(worker->pipe, bytes, sizeof(bytes))) > 0)
		text_put_n(&worker->data, bytes, (size_t)n);
	return n < 0;
}

static int crew_step(struct crew *crew, struct err *err)
{
	const struct jobs *jobs = crew->jobs;
	int ret = 0, sig;

	for (int i = 0; i < jobs->parallel && !ret; i++)
		if (!crew->worker[i].pid && crew_has_more(crew))
			ret = crew_start(crew, i, err);
	if (ret)
		return ret;
	if (poll(crew->fds, jobs->parallel + 1, jobs->tick ? TICK_MS : -1) < 0 && errno != EINTR)
		return err_sys(err, errno, "poll");
	while ((sig = signals_next(&crew->signals)))
		if (sig != SIGCHLD)
			return err_set(err, EINTR, "interrupted");
	for (int i = 0; i < jobs->parallel; i++) {
		struct worker *worker = &crew->worker[i];

		if (!worker->pid)
			continue;
		/* First its end, then what it wrote: the other way round could miss some. */
		worker->ended = waitpid(worker->pid, &worker->status, WNOHANG) == worker->pid;
		if (!crew_read(worker))
			crew->fds[i].fd = -1;
		if (worker->ended)
			crew_finish(crew, i);
	}
	if (jobs->tick)
		jobs->tick(jobs->arg);
	return 0;
}

static void crew_abandon(struct crew *crew)
{
	for (int i = 0; i < crew->jobs->parallel; i++) {
		if (!crew->worker[i].pid)
			continue;
		if (!crew->worker[i].ended) {
			kill(crew->worker[i].pid, SIGKILL);
			waitpid(crew->worker[i].pid, NULL, 0);
		}
		crew_free_place(crew, i);
	}
}

int jobs_run(const struct jobs *jobs, struct err *err)
{
	static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
	struct crew crew = {.jobs = jobs};
	int ret = 0;

	crew.worker = calloc(jobs->parallel, sizeof(*crew.worker));
	crew.fds = calloc(jobs->parallel + 1, sizeof(*crew.fds));
	if (!crew.worker || !crew.fds)
		ret = err_sys(err, ENOMEM, "jobs");
	else
		ret = signals_open(&crew.signals, ending, (int)(sizeof(ending) / sizeof(ending[0])),
				   err);
	if (ret)
		goto out;
	for (int i = 0; i < jobs->parallel; i++)
		crew.fds[i].fd = -1;
	crew.fds[jobs->parallel] = (struct pollfd){.fd = crew.signals.fd, .events = POLLIN};
	while (!ret && (crew.running || crew_has_more(&crew)))
		ret = crew_step(&crew, err);
	if (ret)
		crew_abandon(&crew);
	signals_close(&crew.signals);
out:
	free(crew.worker);
	free(crew.fds);
	return ret;
}
