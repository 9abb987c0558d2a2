/* SPDX-License-Identifier: MIT */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "kept.h"

#define FOLDER     "/run/halfopen"
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET)

#ifndef MODULE_INIT_COMPRESSED_FILE
#define MODULE_INIT_COMPRESSED_FILE 4 /* include/uapi/linux/module.h, since 5.17 */
#endif

static int complain(const char *what)
{
	fprintf(stderr, "halfopen-guest: %s: %s\n", what, strerror(errno));
	return -1;
}

static void mounts_make(void)
{
	static const struct {
		const char *target, *type;
	} mounts[] = {
		{"/proc", "proc"}, {"/sys", "sysfs"}, {"/dev", "devtmpfs"}, {"/run", "tmpfs"}};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].target, 0755);
		if (mount("halfopen", mounts[i].target, mounts[i].type, 0, NULL) < 0 &&
		    errno != EBUSY)
			complain(mounts[i].target);
	}
}

/* One that cannot be loaded is said; whoever needs it then finds it missing. */
static void modules_load(void)
{
	FILE *list = fopen(SERVE_MODULES, "re");
	char path[4096];

	while (list && fgets(path, sizeof(path), list)) {
		int fd, flags;

		path[strcspn(path, "\n")] = '\0';
		flags = strlen(path) > 3 && strcmp(path + strlen(path) - 3, ".ko") == 0
				? 0
				: MODULE_INIT_COMPRESSED_FILE;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", flags) < 0 && errno != EEXIST))
			complain(path);
		if (fd >= 0)
			close(fd);
	}
	if (list)
		fclose(list);
}

/* The device appears when its driver has found it. */
static int port_open(void)
{
	const struct timespec wait = {.tv_nsec = 10000000};
	int fd;

	for (int i = 0; i < 500; i++) {
		fd = open(SERVE_PORT, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		nanosleep(&wait, NULL);
	}
	return complain(SERVE_PORT " (needs virtio_console and virtio_pci)");
}

static int plan_receive(int port)
{
	struct serve_plan head;
	char *plan;
	int fd, ret = -1;

	if (file_read_all(port, &head, sizeof(head)) < 0 || head.magic != SERVE_MAGIC)
		return -1;
	plan = malloc(head.size);
	mkdir(FOLDER, 0700);
	fd = open(FOLDER "/plan", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (plan && fd >= 0 && file_read_all(port, plan, head.size) == 0)
		ret = file_write_all(fd, plan, head.size);
	if (fd >= 0)
		close(fd);
	free(plan);
	return ret;
}

static int run(const char *guest)
{
	char *argv[] = {(char *)guest, FOLDER, NULL};
	char *env[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		       "HOME=/", "TERM=linux", NULL};
	long pid = syscall(SYS_clone, NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
	int status = -1;

	if (pid == 0) {
		execve(guest, argv, env);
		complain(guest);
		_exit(126);
	}
	if (pid < 0)
		return complain("new namespaces");
	while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR)
		;
	while (waitpid(-1, NULL, WNOHANG) > 0) /* what a run left to process 1 */
		;
	return status;
}

static int raw_send(int port, int status)
{
	struct serve_raw head = {.magic = SERVE_MAGIC, .status = status};
	int fd = open(FOLDER "/raw", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), ret;
	char bytes[65536];
	struct stat st;
	ssize_t n;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		head.size = (uint64_t)st.st_size;
	} else if (fd >= 0) { /* what a program put in its place */
		close(fd);
		fd = -1;
	}
	ret = file_write_all(port, &head, sizeof(head));
	while (ret == 0 && fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0)
		ret = file_write_all(port, bytes, (size_t)n);
	if (fd >= 0)
		close(fd);
	unlink(FOLDER "/raw");
	unlink(FOLDER "/plan");
	return ret;
}

int serve(const char *guest)
{
	struct serve_raw ready = {.magic = SERVE_MAGIC};
	int port;

	mounts_make();
	modules_load();
	port = port_open();
	if (port < 0 || file_write_all(port, &ready, sizeof(ready)) < 0)
		return 1;
	while (plan_receive(port) == 0)
		if (raw_send(port, run(guest)) < 0)
			break;
	complain("the port");
	return 1;
}
