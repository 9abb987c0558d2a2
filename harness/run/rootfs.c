/* SPDX-License-Identifier: MIT */
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "files.h"
#include "provision.h"
#include "rootfs_parts.h"

#define MIB (1ULL << 20)

/* No more than these, and in a user namespace they cannot be made: they are bound. */
static const struct {
	const char *name;
	unsigned int major, minor;
} devices[] = {{"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
	       {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};

static const char *const links[][2] = {{"var/run", "/run"},
				       {"var/lock", "/run/lock"},
				       {"dev/fd", "/proc/self/fd"},
				       {"dev/stdin", "/proc/self/fd/0"},
				       {"dev/stdout", "/proc/self/fd/1"},
				       {"dev/stderr", "/proc/self/fd/2"},
				       {"dev/ptmx", "pts/ptmx"}};

/* What tells of the machine, and what only root may ask: empty here. */
static const char *const masked[] = {"proc/kcore",       "proc/keys",
				     "proc/timer_list",  "proc/sysrq-trigger",
				     "proc/sched_debug", "proc/latency_stats"};
static const char *const read_only[] = {"proc/sys", "proc/irq",  "proc/bus",
					"proc/fs",  "proc/acpi", "proc/pressure"};

/* What is written is memory: a share of the machine's, within bounds in MiB. */
static unsigned long long share(unsigned int part, unsigned int least, unsigned int most)
{
	struct sysinfo info;
	unsigned long long mib;

	if (sysinfo(&info) < 0)
		return least * MIB;
	mib = (unsigned long long)info.totalram * info.mem_unit / MIB / part;
	return (mib < least ? least : mib > most ? most : mib) * MIB;
}

int tmpfs_mount(const char *path, unsigned int mode, uid_t owner, unsigned long long size,
		struct err *err)
{
	char options[160];

	int used = snprintf(options, sizeof(options), "mode=%o,uid=%u,gid=%u", mode, owner, owner);

	if (size)
		snprintf(options + used, sizeof(options) - (size_t)used,
			 ",size=%llu,nr_inodes=65536", size);
	return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0
		       ? err_sys(err, errno, "a tmpfs on %s", path)
		       : 0;
}

int rootfs_disk_make(const char *disk, uid_t owner, struct err *err)
{
	if (mkdir(disk, 0700) < 0 && errno != EEXIST)
		return err_sys(err, errno, "%s", disk);
	return tmpfs_mount(disk, 0755, owner, share(8, 32, 512), err);
}

int file_make(const char *path, const char *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), ret = 0;

	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	if (fchmod(fd, 0644) < 0 || write(fd, text, strlen(text)) < 0)
		ret = err_sys(err, errno, "%s", path);
	close(fd);
	return ret;
}

/* mount_setattr(2) is of 5.12. Before, what is mounted beneath cannot be reached in one step: it is
 * left out, and where it may not be left out the kernel refuses. */
static int bind_before_5_12(const char *from, const char *to, unsigned long flags)
{
	if (umount2(to, MNT_DETACH) < 0 || mount(from, to, NULL, MS_BIND, NULL) < 0)
		return -1;
	return mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | flags, NULL);
}

/* FROM, with all that is mounted beneath, at TO, read-only. */
static int bind_read_only(const char *from, const char *to, bool device, struct err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					      (device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV)};
	int ret;

	if (mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(err, errno, "a bind mount of %s", from);
	ret = mount_setattr(AT_FDCWD, to, AT_RECURSIVE, &attr, sizeof(attr));
	if (ret < 0 && errno == ENOSYS)
		ret = bind_before_5_12(from, to,
				       MS_RDONLY | MS_NOSUID | (device ? MS_NOEXEC : MS_NODEV));
	return ret < 0 ? err_sys(err, errno, "a read-only mount of %s", from) : 0;
}

/* PATH is absolute. */
static int machine_folder_split(const struct rootfs *rootfs, const char *path, struct err *err)
{
	char machine[64];
	int ret = provision_folder(PROVISION_MACHINE, 0755, rootfs->owner, err);

	snprintf(machine, sizeof(machine), PROVISION_MACHINE "%s", path);
	if (ret == 0)
		ret = provision_folder(machine, 0755, rootfs->owner, err);
	if (ret == 0)
		ret = bind_read_only(path, machine, false, err);
	return ret < 0 ? ret
		       : provision_split(rootfs->plan, rootfs->host, path + 1, rootfs->owner, err);
}

/* A link is copied, as /lib -> usr/lib. */
static int machine_folder_show(const struct rootfs *rootfs, const char *name, struct err *err)
{
	char path[16], target[4096];
	struct stat st;
	ssize_t n;
	int ret;

	snprintf(path, sizeof(path), "/%s", name);
	if (lstat(path, &st) < 0)
		return 0;
	if (S_ISLNK(st.st_mode)) {
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			return err_sys(err, errno, "%s", path);
		target[n] = '\0';
		return symlink(target, name) < 0 && errno != EEXIST
			       ? err_sys(err, errno, "%s", name)
			       : 0;
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (provision_is_beneath(rootfs->plan, rootfs->host, name))
		return machine_folder_split(rootfs, path, err);
	ret = provision_folder(name, 0755, rootfs->owner, err);
	return ret < 0 ? ret : bind_read_only(path, name, false, err);
}

/* TEXT in the place of the file at PATH, which may be one of the machine's. */
static int file_replace(const char *path, const char *text, struct err *err)
{
	static const char source[] = ".replaced";
	int ret;

	if (access(path, F_OK) < 0)
		return 0;
	ret = file_make(source, text, err);
	if (ret == 0)
		ret = bind_read_only(source, path, false, err);
	unlink(source); /* the mount keeps it */
	return ret;
}

bool rootfs_is_machines(void)
{
	return access("/etc/passwd", F_OK) == 0;
}

static int etc_make(const struct rootfs *rootfs, struct err *err)
{
	static const char *const files[][2] = {
		{"etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"},
		{"etc/group", "root:x:0:\n"},
		{"etc/nsswitch.conf", "hosts: files\n"},
		{"etc/hosts", ""},
		{"etc/hostname", ""},
	};
	int ret = provision_folder("etc", 0755, rootfs->owner, err);

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && ret == 0; i++)
		ret = file_make(files[i][0], files[i][1], err);
	if (ret < 0 || provision_is_beneath(rootfs->plan, rootfs->host, "etc"))
		return ret; /* the case's files are to come there */
	return bind_read_only("etc", "etc", false, err);
}

static int names_make(const struct rootfs *rootfs, struct err *err)
{
	char line[80];
	int ret = rootfs_is_machines() ? 0 : etc_make(rootfs, err);

	snprintf(line, sizeof(line), "%s\n", rootfs->hostname);
	if (ret == 0)
		ret = file_replace("etc/hosts", rootfs->hosts, err);
	return ret < 0 ? ret : file_replace("etc/hostname", line, err);
}

static int device_show(const char *name, unsigned int major, unsigned int minor, struct err *err)
{
	char from[32], to[32];
	mode_t mode = umask(0);
	int ret;

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), "dev/%s", name);
	ret = mknod(to, S_IFREG | 0666, 0) < 0 ? err_sys(err, errno, "%s", to)
					       : bind_read_only(from, to, true, err);
	/* A machine that is poor in devices, but where they may be made. */
	if (ret < 0 && unlink(to) == 0 && mknod(to, S_IFCHR | 0666, makedev(major, minor)) == 0)
		ret = 0;
	umask(mode);
	return ret;
}

int links_make(struct err *err)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i][1], links[i][0]) < 0 && errno != EEXIST && errno != ENOENT)
			return err_sys(err, errno, "%s", links[i][0]);
	return 0;
}

static int devices_show(const struct rootfs *rootfs, struct err *err)
{
	unsigned long flags = MS_NOSUID | MS_NOEXEC;
	int ret;

	if (mount("tmpfs", "dev", "tmpfs", flags, "mode=0755,size=64k") < 0)
		return err_sys(err, errno, "a tmpfs on /dev");
	ret = provision_folder("dev/pts", 0755, rootfs->owner, err);
	if (ret == 0)
		ret = provision_folder("dev/shm", 01777, rootfs->owner, err);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]) && ret == 0; i++)
		ret = device_show(devices[i].name, devices[i].major, devices[i].minor, err);
	if (ret == 0)
		ret = links_make(err);
	if (ret == 0)
		ret = tmpfs_mount("dev/shm", 01777, rootfs->owner, share(16, 16, 256), err);
	if (ret < 0)
		return ret;
	if (mount("devpts", "dev/pts", "devpts", flags, "newinstance,mode=0620,ptmxmode=0666") < 0)
		errno = 0; /* a kernel without: no terminals */
	return mount(NULL, "dev", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) < 0
		       ? err_sys(err, errno, "a read-only /dev")
		       : 0;
}

/* Returns a descriptor of /proc/sys. */
static int proc_show(const struct rootfs *rootfs, struct err *err)
{
	char line[80];
	int sys, ret;

	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return err_sys(err, errno, "/proc");
	sys = open("proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (sys < 0)
		return err_sys(err, errno, "/proc/sys");
	snprintf(line, sizeof(line), "%s\n", rootfs->boot_id);
	ret = file_replace("proc/sys/kernel/random/boot_id", line, err);
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]) && ret == 0; i++)
		if (access(masked[i], F_OK) == 0)
			ret = bind_read_only("dev/null", masked[i], true, err);
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]) && ret == 0; i++)
		if (access(read_only[i], F_OK) == 0)
			ret = bind_read_only(read_only[i], read_only[i], false, err);
	if (ret == 0)
		return sys;
	close(sys);
	return ret;
}

/* At its own place, and after all others: it may lie in /tmp. */
int folder_show(const char *shown, uid_t owner, struct err *err)
{
	const char *path = shown + 1;
	int ret;

	if (!*shown || access(shown, F_OK) < 0)
		return 0;
	ret = provision_folders(path, owner, err);
	return ret < 0 ? ret : bind_read_only(shown, path, false, err);
}

/* An initramfs is no mount that pivot_root(2) may move: there the new root is laid over it. */
int root_change(struct err *err)
{
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
			return err_sys(err, errno, "the old root directory");
		return 0;
	}
	if (errno != EINVAL || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	    chdir("/") < 0)
		return err_sys(err, errno, "pivot_root");
	return 0;
}

/* From inside of a folder of the machine's that lies there, links lead to the others. */
static int machine_links_make(struct err *err)
{
	static const char *const others[] = {"usr", "bin", "sbin", "lib", "lib64",
					     "etc", "opt", "var",  "run", "proc"};
	char path[32], target[32];

	if (access(PROVISION_MACHINE, F_OK) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(path, sizeof(path), PROVISION_MACHINE "/%s", others[i]);
		snprintf(target, sizeof(target), "../%s", others[i]);
		if (symlink(target, path) < 0 && errno != EEXIST)
			return err_sys(err, errno, "%s", path);
	}
	return 0;
}

int rootfs_enter(const struct rootfs *rootfs, struct err *err)
{
	int ret = 0, sys = -1;

	if (chdir(rootfs->disk) < 0)
		return err_sys(err, errno, "%s", rootfs->disk);
	for (int i = 0; files_shown[i] && ret == 0; i++)
		ret = machine_folder_show(rootfs, files_shown[i], err);
	if (ret == 0)
		ret = machine_links_make(err);
	for (const struct files_own *own = files_own; own->path && ret == 0; own++)
		ret = provision_folder(own->path, own->mode, rootfs->owner, err);
	if (ret == 0)
		ret = names_make(rootfs, err);
	if (ret == 0)
		ret = tmpfs_mount("tmp", 01777, rootfs->owner, share(16, 16, 256), err);
	if (ret == 0)
		ret = tmpfs_mount("run", 0755, rootfs->owner, share(64, 8, 64), err);
	if (ret == 0)
		ret = provision_folder("run/lock", 01777, rootfs->owner, err);
	if (ret == 0)
		ret = devices_show(rootfs, err);
	if (ret == 0)
		ret = sys = proc_show(rootfs, err);
	if (ret >= 0)
		ret = folder_show(rootfs->shown, rootfs->owner, err);
	if (ret == 0)
		ret = root_change(err);
	if (ret == 0)
		ret = provision_write(rootfs->plan, rootfs->host, rootfs->owner, err);
	if (ret == 0)
		return sys;
	if (sys >= 0)
		close(sys);
	return ret;
}
