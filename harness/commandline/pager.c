/* SPDX-License-Identifier: MIT */
#include "pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pager;

/* Closing the pipe is what tells it that this was all. */
static void pager_end(void)
{
	fflush(stdout);
	close(STDOUT_FILENO);
	signal(SIGINT, SIG_IGN); /* it is the pager's now */
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
}

static _Noreturn void pager_exec(const char *command)
{
	char buf[4096];
	ssize_t size;

	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	if (command)
		execl("/bin/sh", "sh", "-c", command, NULL);
	else
		execlp("less", "less", NULL);
	while ((size = read(STDIN_FILENO, buf, sizeof(buf))) > 0)
		if (write(STDOUT_FILENO, buf, (size_t)size) < 0)
			break;
	_exit(127);
}

void pager_begin(void)
{
	const char *command = getenv("PAGER");
	int end[2];

	if (!isatty(STDOUT_FILENO) || (command && (!*command || strcmp(command, "cat") == 0)) ||
	    pipe2(end, O_CLOEXEC) < 0)
		return;
	pager = fork();
	if (pager == 0) {
		dup2(end[0], STDIN_FILENO);
		pager_exec(command);
	}
	if (pager > 0) {
		dup2(end[1], STDOUT_FILENO);
		atexit(pager_end);
	}
	close(end[0]);
	close(end[1]);
}
