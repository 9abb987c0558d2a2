/* SPDX-License-Identifier: MIT */
#include "restrict.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#ifdef HALFOPEN_SECCOMP
#include <seccomp.h>
#endif

#define MOST_PROCESSES 1024
#define LEAST_MEMORY   (1ULL << 30)

#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15) /* since ABI 5, Linux 6.10 */
#endif

struct restriction {
	cap_t none;
	struct sock_fprog filter; /* len 0: none */
};

#ifdef HALFOPEN_SECCOMP

/* Most of these need a capability as well: this is the second lock. */
static const int refused[] = {
	SCMP_SYS(acct),
	SCMP_SYS(add_key),
	SCMP_SYS(adjtimex),
	SCMP_SYS(bpf),
	SCMP_SYS(chroot),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(clock_settime),
	SCMP_SYS(delete_module),
	SCMP_SYS(fanotify_init),
	SCMP_SYS(finit_module),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount),
	SCMP_SYS(fsopen),
	SCMP_SYS(fspick),
	SCMP_SYS(init_module),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(ioperm),
	SCMP_SYS(iopl),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(kexec_load),
	SCMP_SYS(keyctl),
	SCMP_SYS(lookup_dcookie),
	SCMP_SYS(mount),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(move_mount),
	SCMP_SYS(name_to_handle_at),
	SCMP_SYS(nfsservctl),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(open_tree),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(pivot_root),
	SCMP_SYS(quotactl),
	SCMP_SYS(quotactl_fd),
	SCMP_SYS(reboot),
	SCMP_SYS(request_key),
	SCMP_SYS(setns),
	SCMP_SYS(settimeofday),
	SCMP_SYS(swapoff),
	SCMP_SYS(swapon),
	SCMP_SYS(syslog),
	SCMP_SYS(umount),
	SCMP_SYS(umount2),
	SCMP_SYS(unshare),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(vhangup),
};

/* The others are divided by no network namespace (AF_VSOCK leads out of a virtual machine), or are
 * seldom used and often broken. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

static const unsigned long clone_flags[] = {CLONE_NEWUSER,  CLONE_NEWNS,  CLONE_NEWPID,
					    CLONE_NEWNET,   CLONE_NEWIPC, CLONE_NEWUTS,
					    CLONE_NEWCGROUP};

static bool family_is_free(int family)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (families[i] == family)
			return true;
	return false;
}

static int rules_add(scmp_filter_ctx filter)
{
	const uint32_t no = SCMP_ACT_ERRNO(EPERM), family = SCMP_ACT_ERRNO(EAFNOSUPPORT);
	int ret = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && ret == 0; i++)
		ret = seccomp_rule_add(filter, no, refused[i], 0);
	for (size_t i = 0; i < sizeof(clone_flags) / sizeof(clone_flags[0]) && ret == 0; i++)
		ret = seccomp_rule_add(filter, no, SCMP_SYS(clone), 1,
				       SCMP_A0(SCMP_CMP_MASKED_EQ, clone_flags[i], clone_flags[i]));
	/* Its flags lie in memory, where no filter looks; the C library then takes clone(). */
	if (ret == 0)
		ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	for (int i = 0; i <= AF_NETLINK && ret == 0; i++)
		if (!family_is_free(i))
			ret = seccomp_rule_add(filter, family, SCMP_SYS(socket), 1,
					       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)i, 0));
	if (ret == 0)
		ret = seccomp_rule_add(filter, family, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_GT, AF_NETLINK, 0));
	/* Words put into a terminal's mouth. */
	if (ret == 0)
		ret = seccomp_rule_add(filter, no, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI));
	if (ret == 0)
		ret = seccomp_rule_add(filter, no, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCLINUX));
	return ret;
}

/* As the kernel takes it: libseccomp itself would load it into this process. */
static int filter_export(scmp_filter_ctx filter, struct sock_fprog *ret_filter)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), ret = fd < 0 ? -errno : 0;
	struct stat st;

	if (ret == 0)
		ret = seccomp_export_bpf(filter, fd);
	if (ret == 0 && fstat(fd, &st) < 0)
		ret = -errno;
	if (ret == 0) {
		ret_filter->filter = malloc((size_t)st.st_size);
		if (!ret_filter->filter ||
		    pread(fd, ret_filter->filter, (size_t)st.st_size, 0) != st.st_size)
			ret = -EIO;
		ret_filter->len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

static int filter_make(struct sock_fprog *ret_filter, struct err *err)
{
	scmp_filter_ctx filter;
	int ret;

	if (prctl(PR_GET_SECCOMP) < 0)
		return 0; /* a kernel without */
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter)
		return err_sys(err, ENOMEM, "seccomp_init");
	ret = rules_add(filter);
	if (ret == 0)
		ret = filter_export(filter, ret_filter);
	seccomp_release(filter);
	return ret < 0 ? err_sys(err, ret, "a filter of system calls") : 0;
}

#else

static int filter_make(struct sock_fprog *ret_filter, struct err *err)
{
	(void)ret_filter, (void)err;
	return 0;
}

#endif

int restriction_new(bool for_commands, struct restriction **ret_restriction, struct err *err)
{
	struct restriction *restriction = calloc(1, sizeof(*restriction));
	int ret = 0;

	if (!restriction || !(restriction->none = cap_init()))
		ret = err_sys(err, ENOMEM, "restriction");
	if (ret == 0 && for_commands)
		ret = filter_make(&restriction->filter, err);
	if (ret < 0) {
		restriction_free(restriction);
		return ret;
	}
	*ret_restriction = restriction;
	return 0;
}

void restriction_free(struct restriction *restriction)
{
	if (!restriction)
		return;
	cap_free(restriction->none);
	free(restriction->filter.filter);
	free(restriction);
}

int restrict_early(int oom_score)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", oom_score);
	return file_set(AT_FDCWD, "/proc/self/oom_score_adj", text);
}

/* Root without capabilities gets them all back at exec, unless told not to. */
int restrict_lock(void)
{
	unsigned int bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			    SECBIT_NO_SETUID_FIXUP_LOCKED;

	return prctl(PR_SET_SECUREBITS, bits) < 0 ? -1 : prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int restrict_capabilities(const struct restriction *restriction)
{
	return cap_set_proc(restriction->none);
}

static int limit_set(__rlimit_resource_t resource, unsigned long long most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return -1;
	if (limit.rlim_max > most)
		limit.rlim_max = most;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(resource, &limit);
}

static int limits_set(void)
{
	unsigned long long memory = LEAST_MEMORY;
	struct sysinfo info;

	if (sysinfo(&info) == 0 && (unsigned long long)info.totalram * info.mem_unit / 4 > memory)
		memory = (unsigned long long)info.totalram * info.mem_unit / 4;
	/* 1, not 0: only then is a program that takes core dumps not called either
	 * (fs/coredump.c). */
	return limit_set(RLIMIT_CORE, 1) < 0 || limit_set(RLIMIT_DATA, memory) < 0 ||
			       limit_set(RLIMIT_NPROC, MOST_PROCESSES) < 0
		       ? -1
		       : 0;
}

/* No device is made anywhere, and none but a terminal is asked for more than its bytes. */
static int landlock_restrict(void)
{
	static const char *const terminals[] = {"/dev/pts", "/dev/tty"};
	struct landlock_ruleset_attr attr = {.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_CHAR |
								  LANDLOCK_ACCESS_FS_MAKE_BLOCK};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int rules, ret = 0;

	if (abi < 1)
		return 0; /* a kernel without */
	if (abi >= 5)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return -1;
	for (size_t i = 0; abi >= 5 && i < sizeof(terminals) / sizeof(terminals[0]); i++) {
		struct landlock_path_beneath_attr beneath = {
			.allowed_access = LANDLOCK_ACCESS_FS_IOCTL_DEV,
			.parent_fd = open(terminals[i], O_PATH | O_CLOEXEC)};

		if (beneath.parent_fd < 0)
			continue;
		ret = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
				   &beneath, 0);
		close(beneath.parent_fd);
		if (ret < 0)
			break;
	}
	if (ret == 0)
		ret = (int)syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
	return ret;
}

int restrict_late(const struct restriction *restriction)
{
	/* What a session's keyring holds may be used by all who inherit it. */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (limits_set() < 0 || restrict_capabilities(restriction) < 0 || landlock_restrict() < 0)
		return -1;
	if (restriction->filter.len == 0)
		return 0;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &restriction->filter);
}
