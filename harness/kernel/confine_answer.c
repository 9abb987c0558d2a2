/* SPDX-License-Identifier: MIT
 *
 * The starter's side of confine.h: what the confined process asks for, it gets as a descriptor that
 * was opened here, on a copy of the path, or not at all.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine_parts.h"
#include "huge.h"

#define AT_ONCE       16 /* who asks without end does not keep us from the rest */
#define MOST_MEMORIES 4
#define ITS_MEMORY    1 /* at first a UML tries whether such a file may be mapped */

/* As who the confined process is, as far as files go: also a root that may not trace others
 * (Docker's default) reads its memory then, and opens for it only what it could open. */
static void become_it(void)
{
	if (geteuid() == 0 && confine_probe()->other_uid) {
		setfsgid(CONFINE_UID);
		setfsuid(CONFINE_UID);
	}
}

static void become_ourselves(void)
{
	setfsuid(geteuid());
	setfsgid(getegid());
}

/* Up to SIZE bytes from ADDRESS in the memory of PID: how many. */
static ssize_t memory_read(pid_t pid, uint64_t address, void *bytes, size_t size)
{
	AUTO_CLOSE int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	become_it();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	become_ourselves();
	return fd < 0 ? -1 : pread(fd, bytes, size, (off_t)address);
}

/* hostfs says FOLDER//NAME. */
static void slashes_join(char *path)
{
	char *to = path;

	for (const char *from = path; *from; from++)
		if (from[0] != '/' || from[1] != '/')
			*to++ = *from;
	*to = '\0';
}

static int path_read(pid_t pid, uint64_t address, char path[PATH_MAX])
{
	ssize_t n = memory_read(pid, address, path, PATH_MAX);

	if (n <= 0 || !memchr(path, '\0', (size_t)n))
		return -EFAULT;
	slashes_join(path);
	return 0;
}

/* The process that asked may be dead, and its number somebody else's. */
static bool still_asks(const struct confiner *confiner, const struct seccomp_notif *question)
{
	uint64_t id = question->id;

	return ioctl(confiner->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/* Signals interrupt it, and a starter may be stopped at any time. */
static int answer(const struct confiner *confiner, unsigned long request, void *what)
{
	int ret = TEMP_FAILURE_RETRY(ioctl(confiner->listener, request, what));

	return ret < 0 ? -errno : ret;
}

static int answer_error(const struct confiner *confiner, const struct seccomp_notif *question,
			int error, unsigned flags)
{
	struct seccomp_notif_resp said = {.id = question->id, .error = -error, .flags = flags};

	return answer(confiner, SECCOMP_IOCTL_NOTIF_SEND, &said);
}

/* FD becomes the answer of the call; AT >= 0: takes the place of that descriptor, and the answer is
 * 0. Returns 0 if it has arrived. In two steps: of a starter who is stopped (Ctrl-Z) during the one
 * that does both, SECCOMP_ADDFD_FLAG_SEND, the answer arrives and the descriptor does not
 * (kernel/seccomp.c: seccomp_notify_addfd()). */
static int answer_fd(const struct confiner *confiner, const struct seccomp_notif *question, int fd,
		     int at)
{
	struct seccomp_notif_addfd add = {.id = question->id,
					  .srcfd = (uint32_t)fd,
					  .newfd_flags = O_CLOEXEC,
					  .flags = at >= 0 ? SECCOMP_ADDFD_FLAG_SETFD : 0,
					  .newfd = at >= 0 ? (uint32_t)at : 0};
	struct seccomp_notif_resp said = {.id = question->id};
	int given = answer(confiner, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	if (given < 0)
		return given;
	said.val = at >= 0 ? 0 : given;
	return answer(confiner, SECCOMP_IOCTL_NOTIF_SEND, &said);
}

static int give_memory(struct confiner *confiner, const struct seccomp_notif *question)
{
	AUTO_CLOSE int fd = -1;
	int ret;

	if (confiner->memories == MOST_MEMORIES)
		return -EACCES;
	fd = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	if (confiner->memories == ITS_MEMORY && confiner->rules->memory_size)
		huge_memory(fd, confiner->rules->memory_size);
	/* Who maps it (a vhost-user back end) gets no SIGBUS. */
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL);
	ret = answer_fd(confiner, question, fd, -1);
	confiner->memories += ret == 0;
	return ret;
}

static int give_output(struct confiner *confiner, const struct seccomp_notif *question)
{
	int ret;

	if (confiner->output_given)
		return -EACCES;
	ret = answer_fd(confiner, question, confiner->rules->output_fd, -1);
	confiner->output_given = ret == 0;
	return ret;
}

static bool is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (!path[length] || path[length] == '/');
}

static bool list_has(const char *const *list, const char *path)
{
	char real[PATH_MAX];

	for (; list && *list; list++)
		if (realpath(*list, real) && is_below(path, real))
			return true;
	return false;
}

/* Without Landlock: what a path comes to is known when it is open. */
static int give_readable(const struct confiner *confiner, const struct seccomp_notif *question,
			 const char *path, int flags)
{
	const struct confinement *rules = confiner->rules;
	char link[64], real[PATH_MAX];
	AUTO_CLOSE int fd = -1;
	ssize_t n;

	become_it();
	fd = open(path, (flags & (O_DIRECTORY | O_NOFOLLOW)) | O_RDONLY | O_NOCTTY | O_NONBLOCK |
				O_CLOEXEC);
	n = fd < 0 ? -errno : 0;
	become_ourselves();
	if (fd < 0)
		return (int)n;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, real, sizeof(real) - 1);
	if (n < 0)
		return -errno;
	real[n] = '\0';
	if (strcmp(real, "/") != 0 && !list_has(confine_readable, real) &&
	    !list_has(rules->readable, real) && !list_has(rules->executable, real))
		return -EACCES;
	fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return answer_fd(confiner, question, fd, -1);
}

static int give_null(const struct confiner *confiner, const struct seccomp_notif *question,
		     int flags)
{
	AUTO_CLOSE int fd = open(CONFINE_NULL, (flags & O_ACCMODE) | O_CLOEXEC);

	return fd < 0 ? -errno : answer_fd(confiner, question, fd, -1);
}

static int answer_open(struct confiner *confiner, const struct seccomp_notif *question)
{
	bool at = question->data.nr == SYS_openat;
	int flags = (int)question->data.args[at ? 2 : 1];
	const struct confinement *rules = confiner->rules;
	char path[PATH_MAX];
	int ret = path_read((pid_t)question->pid, question->data.args[at ? 1 : 0], path);

	if (ret == 0 && path[0] != '/')
		ret = -EACCES;
	if (ret == 0 && !still_asks(confiner, question))
		ret = -ENOENT;
	if (ret)
		return ret;
	if (strcmp(path, CONFINE_NULL) == 0)
		return give_null(confiner, question, flags);
	if ((flags & O_TMPFILE) == O_TMPFILE && rules->memory && strcmp(path, rules->memory) == 0)
		return give_memory(confiner, question);
	if ((flags & O_ACCMODE) != O_RDONLY && rules->output && strcmp(path, rules->output) == 0)
		return give_output(confiner, question);
	if (!(flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)) &&
	    (flags & O_TMPFILE) != O_TMPFILE)
		return give_readable(confiner, question, path, flags);
	return -EACCES;
}

/* PATH need not end within SIZE. */
static int socket_find(const char *const *sockets, const char *path, size_t size)
{
	for (int i = 0; sockets && sockets[i] && i < CONFINE_SOCKETS; i++)
		if (strncmp(sockets[i], path, size) == 0)
			return i;
	return -1;
}

static void start_again(struct confiner *confiner)
{
	memset(confiner->connected, 0, sizeof(confiner->connected));
	confiner->memories = 0;
}

static int answer_connect(struct confiner *confiner, const struct seccomp_notif *question)
{
	struct sockaddr_un address = {0};
	size_t size = question->data.args[2];
	AUTO_CLOSE int fd = -1;
	int i, ret;

	if (size < sizeof(sa_family_t) || size > sizeof(address) ||
	    memory_read((pid_t)question->pid, question->data.args[1], &address, size) !=
		    (ssize_t)size ||
	    address.sun_family != AF_UNIX || !still_asks(confiner, question))
		return -EACCES;
	i = socket_find(confiner->rules->sockets, address.sun_path, sizeof(address.sun_path));
	if (i == 0 && confiner->rules->reboots)
		start_again(confiner);
	if (i < 0 || confiner->connected[i])
		return -EACCES;
	/* A listener that is busy is not waited for: it may be our own. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	fcntl(fd, F_SETFL, 0);
	ret = answer_fd(confiner, question, fd, (int)question->data.args[0]);
	confiner->connected[i] = ret == 0; /* nobody plays a second guest */
	return ret;
}

/* Without Landlock's scope: signals stay within its session, or its process group. */
static int answer_kill(const struct confiner *confiner, const struct seccomp_notif *question)
{
	pid_t pid = (pid_t)question->data.args[0];

	if (pid < 0 || (pid > 0 && getsid(pid) != confiner->pid && getpgid(pid) != confiner->pid))
		return -EPERM;
	return answer_error(confiner, question, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

static int answer_one(struct confiner *confiner, const struct seccomp_notif *question)
{
	switch (question->data.nr) {
	case SYS_open:
	case SYS_openat:
		return answer_open(confiner, question);
	case SYS_connect:
		return answer_connect(confiner, question);
	case SYS_kill:
	case SYS_tgkill:
		return answer_kill(confiner, question);
	}
	return -EPERM;
}

void confine_answer(struct confiner *confiner)
{
	struct pollfd poll_fd = {.fd = confiner->listener, .events = POLLIN};

	for (int i = 0; i < AT_ONCE && confiner->listener >= 0 && poll(&poll_fd, 1, 0) > 0; i++) {
		struct seccomp_notif question = {0};
		int ret;

		if (!(poll_fd.revents & POLLIN)) { /* the last one under the filter is gone */
			close(TAKE_FD(confiner->listener));
			return;
		}
		if (ioctl(confiner->listener, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0)
			continue; /* who asked was killed */
		ret = answer_one(confiner, &question);
		if (ret < 0)
			answer_error(confiner, &question, -ret, 0);
	}
}
