/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trace.h"

static void foreign_process(const char *path, const char *name)
{
	char file[PATH_MAX + 16], text[4096];
	ssize_t n;
	int fd;

	if (name[0] < '0' || name[0] > '9' || strcmp(name, "1") == 0)
		return;
	snprintf(file, sizeof(file), "%s/cmdline", path);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	/* Its shell and itself. */
	if (n > 0 && !strstr(text, "attack") && strcmp(text, "/bin/sh") != 0 &&
	    strcmp(text, "sh") != 0)
		tried(true, "sees %s", text);
}

static void others(void)
{
	each("/proc", foreign_process);
	tried(false, "others than its own");
}

/* Also those that are not shown. */
static void host_signal(void)
{
	char path[32];

	if (key("pid"))
		tried(kill(key_number("pid"), 0) == 0, "the machine's");
	for (int pid = 2; pid < 4000; pid++) {
		snprintf(path, sizeof(path), "/proc/%d", pid);
		if ((kill(pid, 0) == 0 || errno != ESRCH) && access(path, F_OK) < 0)
			tried(true, "process %d, which is not seen", pid);
	}
	tried(false, "one that is not seen");
}

static void traced(bool through, const char *way)
{
	tried(through, "%s", way);
}

static void init_trace(void)
{
	trace(1, traced);
}

/* Between clone() and execve() a new program still is who starts it, and has his memory. Which
 * number it gets is known. */
static void starting(void)
{
	struct timespec now, end;
	char path[64], exe[PATH_MAX];
	int pid = getpid() + 1, through = 0;

	if (!key("starting"))
		return;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += 3;
	for (int last = pid + key_number("starting"); pid < last; pid++)
		for (int tries = 0;; tries++) {
			int fd;
			ssize_t n = -1;

			snprintf(path, sizeof(path), "/proc/%d/mem", pid);
			fd = open(path, O_RDWR | O_CLOEXEC);
			if (fd >= 0) {
				snprintf(path, sizeof(path), "/proc/%d/exe", pid);
				n = readlink(path, exe, sizeof(exe) - 1);
				close(fd);
			}
			exe[n > 0 ? n : 0] = '\0';
			through += strstr(exe, "halfopen-guest") != NULL;
			if (n > 0)
				break;
			if (tries % 1024)
				continue;
			clock_gettime(CLOCK_MONOTONIC, &now);
			if (now.tv_sec > end.tv_sec)
				break;
		}
	tried(through > 0, "the memory of who starts it, %d times", through);
}

static void foreign_descriptor(const char *path, const char *name)
{
	char target[PATH_MAX] = "";

	(void)name;
	if (readlink(path, target, sizeof(target) - 1) >= 0 && strcmp(target, "/dev/null") != 0 &&
	    strncmp(target, "pipe:", 5) != 0 && strncmp(target, "/proc/", 6) != 0)
		tried(true, "holds %s", target);
}

static void descriptors(void)
{
	char target[PATH_MAX] = "";
	bool null = readlink("/proc/self/fd/0", target, sizeof(target) - 1) > 0 &&
		    strcmp(target, "/dev/null") == 0;

	tried(!null, "0 is %s", target);
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			tried(true, "has %d", fd);
	tried(false, "more than three");
	each("/proc/self/fd", foreign_descriptor);
}

const struct attack attacks_on_processes[] = {
	{"see processes of others", others},    {"signal a process of the machine's", host_signal},
	{"trace process 1", init_trace},        {"trace who starts a program", starting},
	{"inherited descriptors", descriptors}, {0},
};
