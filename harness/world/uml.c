/* SPDX-License-Identifier: MIT */
#include "uml.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"

#define EXEC_FAILED 126

void uml_init(struct uml *uml)
{
	*uml = (struct uml){.pid_fd = -1, .console = -1};
}

/* A UML mixes what getrandom() gives into its own random numbers. Without it they come from its
 * clock and its boot line alone: the same in each run. */
static int deny_random(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -errno;
	return 0;
}

static int exec_plainly(const struct uml_start *start)
{
	int ret = deny_random();

	if (ret < 0)
		return ret;
	fcntl(start->keep, F_SETFD, 0);
	execve(start->path, start->argv, start->envp);
	return -errno;
}

static bool set_of(int processor, cpu_set_t *ret_set)
{
	if (processor < 0 || processor >= CPU_SETSIZE)
		return false;
	CPU_ZERO(ret_set);
	CPU_SET(processor, ret_set);
	return true;
}

/* Where that is forbidden it goes without. */
void uml_begin_on(int processor)
{
	cpu_set_t set;

	if (set_of(processor, &set))
		sched_setaffinity(0, sizeof(set), &set);
}

/* In a kernel without /proc/PID/task/TID/children: what it traces from now on. */
void uml_move(const struct uml *uml, int processor)
{
	char path[64];
	cpu_set_t set;
	FILE *children;
	pid_t pid = uml->pid;

	if (!uml->pid || !set_of(processor, &set))
		return;
	sched_setaffinity(pid, sizeof(set), &set);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	children = fopen(path, "re");
	while (children && fscanf(children, "%d", &pid) == 1)
		sched_setaffinity(pid, sizeof(set), &set);
	if (children)
		fclose(children);
}

static void child(const struct uml_start *start, int console, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY), ret = -EIO;
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	personality(ADDR_NO_RANDOMIZE);
	uml_begin_on(start->processor);
	if (null >= 0 && dup2(null, 0) == 0 && dup2(console, 1) == 1 && dup2(console, 2) == 2 &&
	    getppid() == parent) {
		descriptors_close_at_exec(3);
		ret = start->launcher ? start->launcher->exec(start->launcher_data, parent,
							      start->path, start->argv, start->envp)
				      : exec_plainly(start);
	}
	dprintf(2, "%s: %s\n", start->path, strerror(-ret));
	_exit(EXEC_FAILED);
}

int uml_start(struct uml *uml, const struct uml_start *start, struct err *err)
{
	pid_t parent = getpid(), pid;
	int console[2];

	if (pipe2(console, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, errno, "pipe");
	fcntl(console[1], F_SETFL, 0); /* it waits for us to read */
	pid = fork();
	if (pid == 0)
		child(start, console[1], parent);
	close(console[1]);
	if (pid < 0) {
		close(console[0]);
		return err_sys(err, errno, "fork");
	}
	setpgid(pid, pid); /* whoever comes first */
	uml->pid = pid;
	uml->console = console[0];
	uml->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (uml->pid_fd < 0) {
		int error = errno;

		uml_kill(uml);
		return err_sys(err, error, "pidfd_open");
	}
	return 0;
}

static void console_keep(struct uml *uml, const char *bytes, size_t size)
{
	if (uml->kept + size > UML_CONSOLE_KEPT) {
		size_t drop = uml->kept + size - UML_CONSOLE_KEPT;

		memmove(uml->tail, uml->tail + drop, uml->kept - drop);
		uml->kept -= drop;
	}
	memcpy(uml->tail + uml->kept, bytes, size);
	uml->kept += size;
	uml->tail[uml->kept] = '\0';
}

bool uml_read_console(struct uml *uml)
{
	char bytes[UML_CONSOLE_KEPT / 2];
	ssize_t got = read(uml->console, bytes, sizeof(bytes));

	if (got > 0)
		console_keep(uml, bytes, (size_t)got);
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static int reap(struct uml *uml, bool says)
{
	int status = 0;

	if (!uml->pid)
		return 0;
	/* What it traced is in its group, and dies with it; some of it becomes ours. */
	kill(-uml->pid, SIGKILL);
	while (waitpid(uml->pid, &status, 0) < 0 && errno == EINTR)
		;
	while (waitpid(-uml->pid, NULL, WNOHANG) > 0)
		;
	for (int i = 0; says && i < 16 && uml_read_console(uml); i++)
		;
	close(uml->pid_fd);
	close(uml->console);
	uml->pid = 0;
	uml->pid_fd = uml->console = -1;
	return status;
}

int uml_reap(struct uml *uml)
{
	return reap(uml, true);
}

void uml_kill_soon(const struct uml *uml, const cpu_set_t *on)
{
	if (!uml->pid)
		return;
	if (on)
		sched_setaffinity(uml->pid, sizeof(*on), on);
	kill(-uml->pid, SIGKILL);
}

/* What it says when it finds what it traces killed before it is is no news. */
int uml_kill(struct uml *uml)
{
	return reap(uml, false);
}

enum world_end uml_end_of(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) == 0 ? WORLD_END_POWER_OFF : WORLD_END_FAILED;
	return WTERMSIG(status) == SIGABRT ? WORLD_END_PANIC : WORLD_END_KILLED;
}
