/* SPDX-License-Identifier: MIT */
#include "foreign.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"

int foreign_process(pid_t thread)
{
	static const char key[] = "Tgid:\t";
	char path[64], status[512], *tgid = NULL;

	snprintf(path, sizeof(path), "/proc/%d/status", thread);
	if (file_read_small(AT_FDCWD, path, status, sizeof(status)) > 0)
		tgid = strstr(status, key);
	return (int)syscall(SYS_pidfd_open, tgid ? atoi(tgid + strlen(key)) : thread, 0);
}

static int option_of(int fd, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

static bool is_tcp(int fd)
{
	int domain = option_of(fd, SO_DOMAIN);

	return (domain == AF_INET || domain == AF_INET6) && option_of(fd, SO_TYPE) == SOCK_STREAM;
}

int foreign_socket(int process, int fd)
{
	int own = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);

	if (own < 0 || is_tcp(own))
		return own;
	close(own);
	return -1;
}
