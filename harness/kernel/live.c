/* SPDX-License-Identifier: MIT
 *
 * live: the running kernel, in new user, mount, pid and network namespaces.
 *
 * One clone() makes all of them, so the guest is process 1 from its first instruction: when
 * it dies, and it dies with its starter, the kernel kills everything in the pid namespace,
 * and the network goes with its last process. The parent writes the maps of user and group
 * ids; only then does the child go on.
 *
 * Ways are tried in order, the one with the least rights outside first: root in a container
 * may be refused a user namespace but be allowed all the others, or the reverse.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "err.h"
#include "file.h"
#include "guest.h"
#include "kernel.h"
#include "pipe.h"
#include "text.h"

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET)

/* What process 1 needs to build hosts and a network, and to start programs that have none
 * of it. The bounding set keeps the rest away for good. */
static const cap_value_t guest_caps[] = {
	CAP_NET_ADMIN,  CAP_NET_RAW,      CAP_NET_BIND_SERVICE,
	CAP_SYS_ADMIN,  /* unshare, setns, mount */
	CAP_SYS_CHROOT, /* setns to a mount namespace */
	CAP_SYS_PTRACE, /* setns to those of another user's process */
	CAP_KILL,       CAP_DAC_OVERRIDE, CAP_CHOWN,
	CAP_SETUID,     CAP_SETGID,       CAP_SETPCAP,
	CAP_SETFCAP, /* to map root */
};
#define GUEST_CAPS (int)(sizeof(guest_caps) / sizeof(guest_caps[0]))

static const struct way {
	const char *name;
	bool user_namespace;
	bool whole_map; /* every id as it is: only root may */
} ways[] = {
	{"in a user namespace with all ids", true, true},
	{"in a user namespace", true, false},
	{"without a user namespace", false, false},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* What the child says before exec; nothing if all went well. */
struct trouble {
	int error;
	char what[200];
};

static int process_set(pid_t pid, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return file_set(AT_FDCWD, path, text);
}

/* Each id as it is: all that there are where we are, which in a container may be few. */
static int map_whole(const char *own, char *map, size_t size)
{
	struct text text = text_over(map, size);
	unsigned int inside, outside, count;
	FILE *file = fopen(own, "re");

	if (!file)
		return -errno;
	while (fscanf(file, "%u %u %u", &inside, &outside, &count) == 3)
		text_add(&text, "%u %u %u\n", inside, inside, count);
	fclose(file);
	return 0;
}

static int write_maps(pid_t pid, const struct way *way)
{
	char uids[4096], gids[4096];
	int ret;

	if (!way->user_namespace)
		return 0;
	if (way->whole_map) {
		ret = map_whole("/proc/self/uid_map", uids, sizeof(uids));
		if (ret == 0)
			ret = map_whole("/proc/self/gid_map", gids, sizeof(gids));
		if (ret)
			return ret;
	} else {
		snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
		snprintf(gids, sizeof(gids), "0 %u 1", getegid());
		ret = process_set(pid, "setgroups", "deny"); /* user_namespaces(7) */
		if (ret)
			return ret;
	}
	ret = process_set(pid, "uid_map", uids);
	return ret ? ret : process_set(pid, "gid_map", gids);
}

static int limit_caps(void)
{
	cap_t caps = cap_init();
	int ret = -1;

	for (int cap = 0; cap < cap_max_bits(); cap++) {
		bool kept = false;

		for (int i = 0; i < GUEST_CAPS; i++)
			kept |= guest_caps[i] == cap;
		if (!kept && cap_drop_bound(cap) < 0)
			goto out;
	}
	for (int i = 0; caps && i < GUEST_CAPS; i++) {
		/* In a container root may have fewer, and then still be of use. */
		if (cap_get_bound(guest_caps[i]) != 1)
			continue;
		if (cap_set_flag(caps, CAP_PERMITTED, 1, &guest_caps[i], CAP_SET) < 0 ||
		    cap_set_flag(caps, CAP_EFFECTIVE, 1, &guest_caps[i], CAP_SET) < 0)
			goto out;
	}
	if (!caps || cap_set_proc(caps) < 0)
		goto out;
	ret = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
out:
	cap_free(caps);
	return ret;
}

/* The child's steps, each with the name that the parent gives it in an error. */
static const char *become_guest(int console)
{
	if (guest_prepare_child(console) < 0)
		return "redirecting";
	/* Whatever our starter left open. */
	descriptors_close_at_exec(3);
	/* A user namespace with a single id has to keep them (user_namespaces(7)). */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return "leaving groups";
	if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
		return "making mounts private";
	/* Refused where a container hides parts of /proc: better known before the run. */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return "mounting /proc";
	if (limit_caps() < 0)
		return "limiting capabilities";
	return NULL;
}

static void live_child(const char *guest, const char *dir, int console, int go, int report)
{
	char *argv[] = {(char *)guest, (char *)dir, NULL};
	char *env[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		       "HOME=/", "TERM=linux", NULL};
	struct trouble trouble = {0};
	const char *what;
	char byte;

	/* Set before the parent is known to be alive: it cannot die unseen in between. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &byte, 1) != 1)
		_exit(126);
	what = become_guest(console);
	if (!what && guest) {
		execve(guest, argv, env);
		what = guest;
	}
	if (what) {
		trouble.error = errno;
		snprintf(trouble.what, sizeof(trouble.what), "%s", what);
		if (write(report, &trouble, sizeof(trouble)) < 0)
			_exit(125);
	}
	_exit(what ? 126 : 0);
}

/* Waits for the child's exec, or for its word on what went wrong before. */
static int live_handshake(pid_t pid, const struct way *way, int go, int report, struct err *err)
{
	struct trouble trouble;
	int ret = write_maps(pid, way);

	if (ret)
		return err_sys(err, ret, "%s: mapping ids", way->name);
	/* When memory is short, a run goes before the rest of the machine. What root sets so
	 * nobody in it can set back. */
	process_set(pid, "oom_score_adj", "900");
	if (write(go, "", 1) != 1)
		return err_sys(err, errno, "%s", way->name);
	if (read(report, &trouble, sizeof(trouble)) == sizeof(trouble))
		return err_sys(err, trouble.error, "%s: %s", way->name, trouble.what);
	return 0;
}

static int live_start(const struct way *way, const char *guest, const char *dir,
		      struct guest *ret_guest, struct err *err)
{
	AUTO_PIPE struct pipe console = NO_PIPE, go = NO_PIPE, report = NO_PIPE;
	int ret;
	long pid;

	if ((ret = pipe_open(&console)) || (ret = pipe_open(&go)) || (ret = pipe_open(&report)))
		return err_sys(err, ret, "pipe");
	pid = syscall(SYS_clone, (way->user_namespace ? CLONE_NEWUSER : 0) | NAMESPACES | SIGCHLD,
		      NULL, NULL, NULL, NULL);
	if (pid == 0) {
		close(go.in);
		live_child(guest, dir, console.in, go.out, report.in);
	}
	if (pid < 0)
		return err_sys(err, errno, "%s: new namespaces", way->name);
	pipe_close_in(&report);
	ret = live_handshake((pid_t)pid, way, go.in, report.out, err);
	if (ret < 0) {
		kill((pid_t)pid, SIGKILL);
		waitpid((pid_t)pid, NULL, 0);
		return ret;
	}
	*ret_guest = (struct guest){
		.pid = (pid_t)pid, .console = TAKE_FD(console.out), .output = -1};
	return 0;
}

/* GUEST NULL: only as far as exec. */
static int live_try(const char *guest, const char *dir, struct guest *ret_guest, struct err *err)
{
	struct err why;
	char list[sizeof(why.text)];
	struct text text = text_over(list, sizeof(list));
	int ret = -EPERM;

	for (size_t i = 0; i < WAYS; i++) {
		if (ways[i].whole_map && geteuid() != 0)
			continue;
		ret = live_start(&ways[i], guest, dir, ret_guest, &why);
		if (ret == 0)
			return 0;
		text_separate(&text, "; ");
		text_add(&text, "%.250s", why.text);
	}
	return err_set(err, ret, "no namespaces: %s", list);
}

static int live_boot(const struct kernel *kernel, const struct kernel_job *job, const char *dir,
		     struct guest *ret_guest, struct err *err)
{
	(void)kernel;
	return live_try(job->guest, dir, ret_guest, err);
}

static int live_probe(const struct kernel *kernel, const char *scratch, struct err *err)
{
	struct guest guest;
	char console[256];
	int ret;

	(void)kernel;
	ret = live_try(NULL, scratch, &guest, err);
	if (ret)
		return err_add(err, ret,
			       "the live kernel needs root, or user namespaces (sysctl "
			       "user.max_user_namespaces and kernel.unprivileged_userns_clone; "
			       "in a container: --privileged); a UML kernel needs neither, "
			       "`halfopen kernel build` makes one");
	return guest_wait(&guest, KERNEL_WALL_LIMIT_NS, console, sizeof(console), err);
}

const struct kernel_ops live_ops = {
	.name = "live",
	.help = "the running kernel, in new namespaces: real time, needs root or user namespaces",
	.virtual_clock = 0,
	.probe = live_probe,
	.boot = live_boot,
};
