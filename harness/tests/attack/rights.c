/* SPDX-License-Identifier: MIT
 *
 * Namespaces, mounts, capabilities, and the system calls that ask for more.
 */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool unshares(long flag)
{
	return unshare((int)flag) == 0;
}

static bool born(long pid)
{
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return pid > 0;
}

static bool clones(long flag)
{
	return born(syscall(SYS_clone, flag | SIGCHLD, NULL, NULL, NULL, NULL));
}

static bool clones3(long flag)
{
	struct clone_args args = {.flags = (unsigned long)flag, .exit_signal = SIGCHLD};

	return born(syscall(SYS_clone3, &args, sizeof(args)));
}

static void namespaces(void)
{
	static const struct {
		const char *name;
		long flag;
	} kinds[] = {{"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS},     {"net", CLONE_NEWNET},
		     {"pid", CLONE_NEWPID},   {"ipc", CLONE_NEWIPC},      {"uts", CLONE_NEWUTS},
		     {"time", CLONE_NEWTIME}, {"cgroup", CLONE_NEWCGROUP}};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		tried(in_a_child(unshares, kinds[i].flag), "unshare(), %s", kinds[i].name);
		/* Time has the bits of the signal there. */
		if (kinds[i].flag != CLONE_NEWTIME)
			tried(in_a_child(clones, kinds[i].flag), "clone(), %s", kinds[i].name);
		tried(in_a_child(clones3, kinds[i].flag), "clone3(), %s", kinds[i].name);
	}
	tried(syscall(SYS_setns, -1, 0) >= 0 || (errno != EPERM && errno != ENOSYS), "setns()");
}

static void mounts(void)
{
	int fd;

	if (tried(mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0, "a tmpfs"))
		umount2("/tmp", MNT_DETACH);
	if (tried(mount("/", "/mnt", NULL, MS_BIND, NULL) == 0, "bind"))
		umount2("/mnt", MNT_DETACH);
	tried(mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL) == 0, "/usr writable");
	tried(umount2("/usr", MNT_DETACH) == 0, "umount /usr");
	tried(umount2("/proc/sys", MNT_DETACH) == 0, "umount /proc/sys");
	fd = (int)syscall(SYS_fsopen, "tmpfs", 0);
	if (tried(fd >= 0, "fsopen()"))
		close(fd);
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/", 1); /* OPEN_TREE_CLONE */
	if (tried(fd >= 0, "open_tree()"))
		close(fd);
	tried(chroot("/") == 0, "chroot()");
}

static bool becomes_user(long user)
{
	return setresuid((uid_t)user, (uid_t)user, (uid_t)user) == 0;
}

static bool becomes_group(long group)
{
	return setresgid((gid_t)group, (gid_t)group, (gid_t)group) == 0;
}

/* Who it is where its user namespace was made; -1: nobody says. */
static long outer_user(void)
{
	unsigned int inside, outside, count;
	FILE *map = fopen("/proc/self/uid_map", "re");
	long user = -1;

	while (map && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3)
		if (geteuid() >= inside && geteuid() - inside < count)
			user = (long)outside + geteuid() - inside;
	if (map)
		fclose(map);
	return user;
}

static void rights(void)
{
	static const char *const none[] = {
		"CapInh:\t0000000000000000\n", "CapPrm:\t0000000000000000\n",
		"CapEff:\t0000000000000000\n", "CapAmb:\t0000000000000000\n", "NoNewPrivs:\t1\n"};
	static const int others[] = {1, 65533};
	bool has[COUNT(none)] = {false};
	char line[200];
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < COUNT(none); i++)
			has[i] = has[i] || strcmp(line, none[i]) == 0;
	if (file)
		fclose(file);
	for (size_t i = 0; i < COUNT(none); i++)
		tried(!has[i], "not as it should be: %.10s", none[i]);
	if (key("user"))
		tried(outer_user() != key_number("user"), "is user %ld", outer_user());
	for (size_t i = 0; i < COUNT(others); i++) {
		tried(in_a_child(becomes_user, others[i]), "setresuid(%d)", others[i]);
		tried(in_a_child(becomes_group, others[i]), "setresgid(%d)", others[i]);
	}
}

/* What is refused is refused before anybody looks at what was asked. */
static void calls(void)
{
	static const struct {
		const char *name;
		long nr;
	} refused[] = {
		{"bpf", SYS_bpf},
		{"perf_event_open", SYS_perf_event_open},
		{"userfaultfd", SYS_userfaultfd},
		{"io_uring_setup", SYS_io_uring_setup},
		{"io_uring_enter", SYS_io_uring_enter},
		{"name_to_handle_at", SYS_name_to_handle_at},
		{"open_by_handle_at", SYS_open_by_handle_at},
		{"init_module", SYS_init_module},
		{"finit_module", SYS_finit_module},
		{"delete_module", SYS_delete_module},
		{"kexec_load", SYS_kexec_load},
		{"clock_adjtime", SYS_clock_adjtime},
		{"settimeofday", SYS_settimeofday},
		{"pivot_root", SYS_pivot_root},
		{"move_mount", SYS_move_mount},
		{"mount_setattr", SYS_mount_setattr},
		{"swapon", SYS_swapon},
		{"quotactl", SYS_quotactl},
		{"request_key", SYS_request_key},
		{"fanotify_init", SYS_fanotify_init},
	};

	for (size_t i = 0; i < COUNT(refused); i++)
		tried(syscall(refused[i].nr, 0, 0, 0, 0, 0) >= 0 || errno != EPERM, "%s()",
		      refused[i].name);
}

static void keyrings(void)
{
	char text[100];

	if (key("key")) {
		tried(syscall(SYS_keyctl, KEYCTL_READ, key_number("key"), text, sizeof(text)) > 0,
		      "read a key of the machine's");
		tried(syscall(SYS_keyctl, KEYCTL_REVOKE, key_number("key")) == 0,
		      "revoke a key of the machine's");
	}
	tried(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "attack", 0) > 0,
	      "find a key in the session");
	tried(syscall(SYS_add_key, "user", "a", "b", 1, KEY_SPEC_SESSION_KEYRING) > 0,
	      "make a key");
}

#ifdef __x86_64__

static bool calls_as_i386(long nothing)
{
	long ret = 20; /* getpid() */

	(void)nothing;
	__asm__ volatile("int $0x80" : "+a"(ret) : : "memory", "r8", "r9", "r10", "r11");
	return ret > 0;
}

static bool calls_as_x32(long nothing)
{
	(void)nothing;
	return syscall(0x40000000 | SYS_getpid) > 0;
}

/* The old way into the kernel, past a filter that knows only the new one. */
static void other_abi(void)
{
	tried(in_a_child(calls_as_i386, 0), "i386");
	tried(in_a_child(calls_as_x32, 0), "x32");
}

#else

static void other_abi(void)
{
}

#endif

static void terminal(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);

	tried(fd >= 0 && ioctl(fd, TIOCSTI, "x") == 0, "TIOCSTI");
	if (fd >= 0)
		close(fd);
}

const struct attack attacks_on_rights[] = {
	{"new namespaces", namespaces},
	{"mounts", mounts},
	{"capabilities, other users", rights},
	{"system calls", calls},
	{"keyrings", keyrings},
	{"system calls of another architecture", other_abi},
	{"type into a terminal", terminal},
	{0},
};
