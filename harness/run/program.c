/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"

#define AT_ONCE   (64 << 10)
#define IN_A_PIPE (1 << 20) /* fcntl(2), F_SETPIPE_SZ */

/* What the child needs, all prepared before it exists: it shares our memory. */
struct launch {
	const struct program_place *place;
	int fd; /* peer: becomes PEER_FD; command: stdout and stderr */
	bool peer;
	int oom_score; /* of a command */
	char *const *argv;
	int err;          /* out: errno of what failed; 0 */
	const char *what; /* out */
};

/* When the machine's memory is full, commands go first. And by the number, which is inherited, and
 * which nobody changes who has not got that in mind, all that a command started is told from what
 * others did: in whatever session it is, and whoever its parent is now. */
static int oom_score(const struct program *program)
{
	return 1000 - program->index;
}

static int launch_fails(struct launch *launch, const char *what)
{
	launch->err = errno;
	launch->what = what;
	_exit(127);
}

/* stdin is /dev/null everywhere; nothing else than what is said is open. */
static int descriptors_set(const struct launch *launch)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), fd, watch;

	if (null < 0 || dup2(null, 0) < 0)
		return -1;
	if (!launch->peer)
		return dup2(launch->fd, 1) < 0 || dup2(launch->fd, 2) < 0 ||
				       close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0
			       ? -1
			       : 0;
	/* Out of each other's way first: either may have the number of the other. */
	fd = fcntl(launch->fd, F_DUPFD, PEER_WATCH + 1);
	watch = fcntl(launch->place->watch, F_DUPFD, PEER_WATCH + 1);
	if (fd < 0 || watch < 0 || dup2(fd, PEER_FD) < 0 || dup2(watch, PEER_WATCH) < 0)
		return -1;
	return close_range(PEER_WATCH + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void launch_command(struct launch *launch)
{
	const struct program_place *place = launch->place;

	if (restrict_early(launch->oom_score) < 0)
		launch_fails(launch, "cannot be marked");
	if (container_enter(place->container) < 0)
		launch_fails(launch, "cannot enter its host");
	if (restrict_lock() < 0 || container_become_user(place->container) < 0 ||
	    chdir("/root") < 0)
		launch_fails(launch, "cannot become its host's user");
	if (setsid() < 0 || descriptors_set(launch) < 0)
		launch_fails(launch, "cannot hand over its output");
	if (restrict_late(place->restriction) < 0)
		launch_fails(launch, "cannot give up its rights");
}

static int launch_child(void *arg)
{
	struct launch *launch = arg;
	static char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
					    "HOME=/root", NULL};
	sigset_t empty;

	if (setns(net_fd(launch->place->net), CLONE_NEWNET) < 0)
		launch_fails(launch, "cannot enter its host's network");
	if (!launch->peer)
		launch_command(launch);
	else if (descriptors_set(launch) < 0)
		launch_fails(launch, "cannot hand over its socket");
	else if (restrict_lock() < 0 || restrict_capabilities(launch->place->restriction) < 0)
		launch_fails(launch, "cannot drop its capabilities");
	sigemptyset(&empty);
	sigprocmask(SIG_SETMASK, &empty, NULL);
	execve(launch->argv[0], launch->argv, environment);
	return launch_fails(launch, "cannot execute");
}

static pid_t launch_run(struct launch *launch, struct err *err)
{
	static char stack[32 * 1024] __attribute__((aligned(16)));
	pid_t pid;
	int ret = launch->peer ? 0 : container_adopt(launch->place->container);

	if (ret < 0)
		return err_sys(err, ret, "cannot enter its host");
	pid = clone(launch_child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, launch);
	if (pid < 0)
		ret = err_sys(err, errno, "cannot make a process");
	if (!launch->peer && container_adopt(NULL) < 0)
		ret = err_sys(err, errno, "cannot come back from its host");
	if (ret < 0)
		return ret;
	if (launch->err) {
		waitpid(pid, NULL, 0);
		return err_sys(err, launch->err, "%s: %s", launch->argv[0], launch->what);
	}
	return pid;
}

static int script_send(const struct program *program, const struct out *out, struct err *err)
{
	const struct plan_program *plan = program->plan;
	struct peer_script script = {.t0_ns = out->t0_ns, .step_count = (uint32_t)plan->step_count};

	if (send(program->fd, &script, sizeof(script), MSG_NOSIGNAL) != sizeof(script))
		return err_sys(err, errno, "cannot hand over the script");
	for (int i = 0; i < plan->step_count; i++)
		if (send(program->fd, &plan->step[i].peer, sizeof(struct peer_step),
			 MSG_NOSIGNAL) != sizeof(struct peer_step))
			return err_sys(err, errno, "cannot hand over step %d", i + 1);
	fcntl(program->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

static int start_peer(struct program *program, const struct program_place *place, struct out *out,
		      struct err *err)
{
	char path[4096];
	char *argv[] = {path, NULL};
	struct launch launch = {.place = place, .peer = true, .argv = argv};
	int pair[2];

	snprintf(path, sizeof(path), "%s/halfopen-peer", place->helpers);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "socketpair");
	launch.fd = pair[1];
	program->pid = launch_run(&launch, err);
	close(pair[1]);
	program->fd = pair[0];
	if (program->pid < 0)
		return program->pid;
	return script_send(program, out, err);
}

static int start_command(struct program *program, const struct program_place *place,
			 struct err *err)
{
	char shell[] = "/bin/sh", minus_c[] = "-c";
	char *argv[] = {shell, minus_c, program->plan->command, NULL};
	struct launch launch = {.place = place, .argv = argv, .oom_score = oom_score(program)};
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	launch.fd = pair[1];
	program->pid = launch_run(&launch, err);
	close(pair[1]);
	program->fd = pair[0];
	return program->pid < 0 ? program->pid : 0;
}

int program_start(struct program *program, const struct program_place *place, struct out *out,
		  struct err *err)
{
	struct raw_program started = {.state = RAW_PROGRAM_STARTED,
				      .incarnation = program->incarnation};
	int64_t t_ns = out_now(out);
	int ret;

	program->listening = program->ended = program->idle = false;
	if (program->plan->command)
		ret = start_command(program, place, err);
	else
		ret = start_peer(program, place, out, err);
	if (ret < 0) {
		program->pid = 0;
		return err_add(err, ret, "program %s", program->plan->name);
	}
	started.pid = program->pid;
	out_frame(out, RAW_PROGRAM, program->index, t_ns, &started, sizeof(started), NULL, 0);
	return 0;
}

static void note_step(struct program *program, const struct peer_event *event)
{
	uint32_t op = program->plan->step[event->step].peer.op;

	if (event->phase == PEER_END && op == PEER_LISTEN && event->ret == 0)
		program->listening = true;
	program->idle = event->phase == PEER_START && op == PEER_PAUSE;
}

static bool take(struct program *program, const void *bytes, size_t size, struct out *out)
{
	struct peer_event event;

	if (program->plan->command)
		return output_take(&program->output, program->index, bytes, size, out);
	if (size != sizeof(event))
		return true;
	memcpy(&event, bytes, sizeof(event));
	if (event.step >= (uint32_t)program->plan->step_count)
		return true;
	event.t_ns -= out->t0_ns;
	note_step(program, &event);
	out_frame(out, RAW_STEP, program->index, event.t_ns, &event, sizeof(event), NULL, 0);
	return true;
}

/* At most MOST bytes: who writes faster than we read must not keep us from all the rest. */
static void drain(struct program *program, size_t most, struct out *out)
{
	static char chunk[4096];
	bool more = true;
	ssize_t n = 0;

	if (program->fd < 0)
		return;
	/* read() on a socket is recv() without flags; the socket is made non-blocking too. */
	for (size_t done = 0; more && done < most; done += (size_t)n) {
		n = read(program->fd, chunk, sizeof(chunk));
		if (n <= 0)
			break;
		more = take(program, chunk, (size_t)n, out);
	}
	if (!more || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(program->fd);
		program->fd = -1;
	}
}

void program_drain(struct program *program, struct out *out)
{
	drain(program, AT_ONCE, out);
}

void program_finish(struct program *program, struct out *out)
{
	drain(program, IN_A_PIPE, out);
	if (program->plan->command)
		output_finish(&program->output, program->index, out);
}

/* Returns how many there were. */
static int signal_marked(int mark, int signal)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		char path[300], text[16];

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/oom_score_adj", entry->d_name);
		if (file_read_small(AT_FDCWD, path, text, sizeof(text)) > 0 && atoi(text) == mark &&
		    kill(atoi(entry->d_name), signal) == 0)
			count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

void program_signal(const struct program *program, int signal)
{
	if (program->pid <= 0)
		return;
	if (!program->plan->command) {
		kill(program->pid, signal);
		return;
	}
	/* None may be born while they are killed. */
	for (int before = 0, now = 1; signal == SIGKILL && now > before;) {
		before = now;
		now = signal_marked(oom_score(program), SIGSTOP);
	}
	signal_marked(oom_score(program), signal);
}

void program_ended(struct program *program, int status, struct out *out)
{
	struct raw_program ended = {.state = RAW_PROGRAM_EXITED,
				    .incarnation = program->incarnation,
				    .status = status,
				    .pid = program->pid};

	program_finish(program, out);
	out_frame(out, RAW_PROGRAM, program->index, out_now(out), &ended, sizeof(ended), NULL, 0);
	if (program->fd >= 0)
		close(program->fd);
	program->fd = -1;
	program->pid = 0;
	program->ended = true;
}
