/* SPDX-License-Identifier: MIT */
#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "addresses.h"
#include "file.h"
#include "own_root.h"
#include "rootfs.h"
#include "text.h"

/* The disks are mounted on a folder that is there on every kernel and that nobody reads, in our own
 * mount namespace: a file system that is read-only has no place for a folder of our own. */
#define DISKS "/proc/fs"

/* Who commands are to the kernel: the first of these that there is. Nobody has the first. */
static const uid_t users[] = {2000000000, 65534};

struct container {
	const struct plan *plan;
	int host;
	const char *shown;
	const struct container_own *own;
	char disk[64];
	uid_t user;
	bool own_users; /* it has a user namespace */
	int boots;
	pid_t init; /* 0: off */
	int init_fd;
};

static int self_fd = -1;

/* Is it known in our user namespace (user_namespaces(7))? */
static bool can_be(uid_t user)
{
	FILE *map = fopen("/proc/self/uid_map", "re");
	unsigned int inside, outside, count;
	bool can = false;

	while (!can && map && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3)
		can = user >= inside && user - inside < count;
	if (map)
		fclose(map);
	return can;
}

static uid_t user_find(void)
{
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (can_be(users[i]))
			return users[i];
	return 0;
}

static int disks_mount(struct err *err)
{
	static bool mounted;

	if (!mounted && mount("disks", DISKS, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			      "mode=0700,size=64k") < 0)
		return err_sys(err, errno, "a tmpfs on %s", DISKS);
	mounted = true;
	return 0;
}

static struct own_root own_root_of(const struct container *container)
{
	const struct plan_host *host = &container->plan->host[container->host];

	return (struct own_root){.at = container->disk,
				 .plan = container->plan,
				 .host = container->host,
				 .files = container->own->files,
				 .hostname = host->name,
				 .shown = container->shown};
}

/* Where what is written lies. */
static int disk_make(const struct container *container, struct err *err)
{
	struct own_root root;

	if (!container->own)
		return rootfs_disk_make(container->disk, container->user, err);
	root = own_root_of(container);
	return own_root_disk_make(&root, err);
}

/* What was written goes with the power. */
static int disk_make_anew(const struct container *container, struct err *err)
{
	return umount2(container->disk, MNT_DETACH) < 0 ? err_sys(err, errno, "%s", container->disk)
							: disk_make(container, err);
}

int container_new(const struct plan *plan, int host, const char *shown,
		  const struct container_own *own, struct container **ret_container,
		  struct err *err)
{
	struct container *container = calloc(1, sizeof(*container));
	int ret;

	if (!container)
		return err_sys(err, ENOMEM, "container");
	*container = (struct container){.plan = plan,
					.host = host,
					.shown = shown,
					.own = own,
					.user = own ? 0 : user_find(),
					.init_fd = -1};
	snprintf(container->disk, sizeof(container->disk), DISKS "/%s", plan->host[host].name);
	ret = disks_mount(err);
	if (ret == 0)
		ret = disk_make(container, err);
	if (ret < 0) {
		free(container);
		return err_add(err, ret, "host %s", plan->host[host].name);
	}
	*ret_container = container;
	return 0;
}

void container_free(struct container *container)
{
	if (!container)
		return;
	container_kill(container);
	container_power_off(container);
	if (container->own) /* as an init does that shuts down: a disk is told what there is */
		umount2(container->disk, 0);
	free(container);
}

/* The addresses that this run uses. */
static char *hosts_text(const struct plan *plan)
{
	struct text text = {0};

	text_put(&text, "127.0.0.1 localhost\n::1 localhost\n");
	for (int i = 0; i < plan->host_count; i++)
		text_add(&text, "%s %s\n", plan_host_address(plan, i), plan->host[i].name);
	for (int i = 0; i < plan->address_count; i++)
		text_add(&text, "%s %s\n", plan_address_text(plan, i), plan->address[i].name);
	return text_take(&text);
}

/* Another one at each boot, and the same in each run: two runs of a case are to be alike. */
static void boot_id_make(const struct container *container, char *text, size_t size)
{
	snprintf(text, size, "68616c66-6f70-456e-8%03x-%012x", container->host & 0xfff,
		 container->boots);
}

/* Returns a descriptor of /proc/sys as it is written; of a machine, 0. */
static int files_enter(const struct container *container, const char *hosts, struct err *err)
{
	char boot_id[64];
	const struct rootfs rootfs = {.plan = container->plan,
				      .host = container->host,
				      .disk = container->disk,
				      .owner = container->user,
				      .hosts = hosts,
				      .hostname = container->plan->host[container->host].name,
				      .boot_id = boot_id,
				      .shown = container->shown};
	struct own_root root;

	if (container->own) {
		root = own_root_of(container);
		root.hosts = hosts;
		return own_root_enter(&root, err);
	}
	boot_id_make(container, boot_id, sizeof(boot_id));
	return rootfs_enter(&rootfs, err);
}

/* Root of a user namespace in which there is nobody else, and that can have none beneath it.
 * SYS: /proc/sys as it is written. -EPERM and the like: not on this kernel. */
static int users_separate(uid_t user, int sys)
{
	char map[32];

	/* For what follows; nobody is there yet who could look. */
	if (setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0 ||
	    prctl(PR_SET_DUMPABLE, 1) < 0 || unshare(CLONE_NEWUSER) < 0)
		return -errno;
	snprintf(map, sizeof(map), "0 %u 1", user);
	if (file_set(AT_FDCWD, "/proc/self/setgroups", "deny") < 0 ||
	    file_set(AT_FDCWD, "/proc/self/uid_map", map) < 0 ||
	    file_set(AT_FDCWD, "/proc/self/gid_map", map) < 0 ||
	    file_set(sys, "user/max_user_namespaces", "0") < 0)
		return -errno;
	return 0;
}

/* How the child tells that it is ready, or what was wrong. */
struct init_status {
	int error;
	bool own_users;
	struct err err;
};

static void init_run(const struct container *container, int report_fd)
{
	const char *name = container->plan->host[container->host].name;
	struct init_status report = {0};
	char *hosts = hosts_text(container->plan);
	int sys;

	prctl(PR_SET_NAME, "init");
	signal(SIGCHLD, SIG_IGN); /* reaps */
	report.error = sys = files_enter(container, hosts, &report.err);
	if (sys >= 0 && sethostname(name, strlen(name)) < 0)
		report.error = err_sys(&report.err, errno, "sethostname");
	if (report.error >= 0) {
		report.error = 0;
		report.own_users = !container->own && users_separate(container->user, sys) == 0;
	}
	prctl(PR_SET_DUMPABLE, 0);
	if (write(report_fd, &report, sizeof(report)) < 0 || report.error < 0)
		_exit(1);
	close_range(0, ~0U, 0);
	for (;;)
		pause();
}

/* Where a kernel has no such namespaces it has nothing to put into them either, or it is one of our
 * own. */
static unsigned long namespaces(void)
{
	static const struct {
		const char *path;
		unsigned long flag;
	} optional[] = {{"/proc/self/ns/ipc", CLONE_NEWIPC},
			{"/proc/self/ns/uts", CLONE_NEWUTS},
			{"/proc/self/ns/cgroup", CLONE_NEWCGROUP}};
	unsigned long flags = CLONE_NEWNS | CLONE_NEWPID;

	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		if (access(optional[i].path, F_OK) == 0)
			flags |= optional[i].flag;
	return flags;
}

int container_power_on(struct container *container, struct err *err)
{
	struct init_status report;
	int pair[2], ret;
	long pid;

	ret = container->boots ? disk_make_anew(container, err) : 0;
	if (ret < 0)
		return ret;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	pid = syscall(SYS_clone, namespaces() | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		init_run(container, pair[1]);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return err_sys(err, errno, "new namespaces");
	}
	container->init = (pid_t)pid;
	container->init_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (container->init_fd < 0)
		report.error = err_sys(&report.err, errno, "pidfd_open");
	else if (read(pair[0], &report, sizeof(report)) != sizeof(report))
		report.error = err_set(&report.err, ECHILD, "its process 1 died");
	close(pair[0]);
	if (report.error == 0) {
		container->own_users = report.own_users;
		container->boots++;
		return 0;
	}
	kill(container->init, SIGKILL);
	container_power_off(container);
	return err_set(err, report.error, "the files of host %s: %s",
		       container->plan->host[container->host].name, report.err.text);
}

bool container_is_on(const struct container *container)
{
	return container->init > 0;
}

bool container_is_machine(const struct container *container)
{
	return container->own;
}

void container_kill(struct container *container)
{
	if (container->init > 0)
		syscall(SYS_pidfd_send_signal, container->init_fd, SIGKILL, NULL, 0);
}

void container_power_off(struct container *container)
{
	if (container->init > 0)
		while (waitpid(container->init, NULL, 0) < 0 && errno == EINTR)
			;
	container->init = 0;
	if (container->init_fd >= 0)
		close(container->init_fd);
	container->init_fd = -1;
}

int container_adopt(struct container *container)
{
	if (self_fd < 0)
		self_fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (self_fd < 0 || setns(container ? container->init_fd : self_fd, CLONE_NEWPID) < 0)
		return -errno;
	return 0;
}

void container_signal(struct container *container, int signal)
{
	pid_t pid;

	if (!container_is_on(container) || container_adopt(container) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		kill(-1, signal);
		_exit(0);
	}
	container_adopt(NULL);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

int container_enter(const struct container *container)
{
	int flags = (int)namespaces() & ~CLONE_NEWPID;

	if (setns(container->init_fd, flags) < 0)
		return -1;
	return container->own_users ? setns(container->init_fd, CLONE_NEWUSER) : 0;
}

int container_become_user(const struct container *container)
{
	uid_t user = container->own_users ? 0 : container->user;

	return setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0 ? -1 : 0;
}
