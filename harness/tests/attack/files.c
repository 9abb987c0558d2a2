/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void host_file(void)
{
	try_open(key("file"), O_WRONLY);
	try_open(key("file"), O_RDONLY);
	try_open(key("secret"), O_RDONLY);
}

static void through_root(const char *path, const char *name)
{
	static const char *const ways[] = {"root", "cwd", "root/../..", "cwd/../.."};
	char target[2 * PATH_MAX];

	if (name[0] < '0' || name[0] > '9')
		return;
	for (size_t i = 0; i < COUNT(ways); i++) {
		snprintf(target, sizeof(target), "%s/%s%s", path, ways[i], key("file"));
		try_open(target, O_RDONLY);
		try_open(target, O_WRONLY);
	}
}

static void processes_files(void)
{
	if (key("file"))
		each("/proc", through_root);
}

static void change(const char *path)
{
	struct stat st;

	if (!path || stat(path, &st) < 0)
		return;
	tried(chmod(path, st.st_mode & 07777) == 0, "chmod %s", path);
	tried(chown(path, st.st_uid, st.st_gid) == 0, "chown %s", path);
	tried(utimensat(AT_FDCWD, path, NULL, 0) == 0, "touch %s", path);
	if (S_ISREG(st.st_mode))
		tried(truncate(path, st.st_size) == 0, "truncate %s", path);
}

static void machine_files_change(void)
{
	static const char *const paths[] = {"/usr",        "/usr/bin/env",
					    "/bin/sh",     "/etc",
					    "/etc/passwd", "/etc/hosts",
					    "/opt",        "/dev/null",
					    "/dev/tty",    "/proc/sys/kernel/random/boot_id"};

	for (size_t i = 0; i < COUNT(paths); i++)
		change(paths[i]);
	change(key("case"));
}

static void machine_files_make(void)
{
	static const char *const folders[] = {"/usr", "/usr/bin", "/etc", "/opt",
					      "/dev", "/sys",     "/proc"};
	const char *file = key("file") ? key("file") : "/nonexistent";
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT(folders); i++) {
		snprintf(path, sizeof(path), "%s/attack", folders[i]);
		if (tried(mkdir(path, 0700) == 0, "mkdir %s", path))
			rmdir(path);
	}
	snprintf(path, sizeof(path), "%s.attack", file);
	if (tried(link(file, path) == 0, "link %s", path))
		unlink(path);
	if (tried(rename(file, path) == 0, "rename %s", path))
		rename(path, file);
	if (tried(symlink("/", path) == 0, "symlink %s", path))
		unlink(path);
}

/* A program that its owner lent his rights to. */
static void set_user_id(void)
{
	static const char *const folders[] = {"/",    "/usr", "/etc",    "/opt",
					      "/tmp", "/run", "/dev/shm"};
	struct statvfs fs;

	for (size_t i = 0; i < COUNT(folders); i++)
		if (statvfs(folders[i], &fs) == 0)
			tried(!(fs.f_flag & ST_NOSUID) || !(fs.f_flag & ST_NODEV),
			      "%s without nosuid and nodev", folders[i]);
}

static void shadow(void)
{
	try_open("/etc/shadow", O_RDONLY);
	try_open("/etc/shadow", O_WRONLY);
}

static void other_folder(const char *path, const char *name)
{
	static const char *const own[] = {"bin",   "dev",    "etc",   "home", "lib",  "lib32",
					  "lib64", "libx32", "media", "mnt",  "nix",  "gnu",
					  "opt",   "proc",   "root",  "run",  "sbin", "srv",
					  "sys",   "tmp",    "usr",   "var"};
	const char *its = key("case") ? key("case") + 1
				      : ""; /* its place, from the first folder on */
	bool known = strncmp(its, name, strlen(name)) == 0 && its[strlen(name)] == '/';

	for (size_t i = 0; i < COUNT(own); i++)
		known = known || strcmp(own[i], name) == 0;
	if (!known)
		tried(true, "sees %s", path);
}

static void other_folders(void)
{
	each("/", other_folder);
	tried(false, "others than these");
}

/* Below AT, where the machine's / is mounted. */
static void use(const char *at, const char *path)
{
	char there[PATH_MAX];

	snprintf(there, sizeof(there), "%s%s", at, path);
	try_open(there, O_RDONLY);
	try_open(there, O_RDWR);
	tried(chmod(there, 0777) == 0, "chmod %s", there);
	tried(truncate(there, 0) == 0, "truncate %s", there);
	tried(unlink(there) == 0, "unlink %s", there);
}

static void make_in(const char *at, const char *folder)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s/halfopen-attack", at, folder);
	try_open(path, O_RDWR | O_CREAT);
	/* That one was made the kernel may be told; not that it is there. */
	tried(mkdir(path, 0777) == 0 && access(path, F_OK) == 0, "mkdir %s", path);
	tried(symlink("/", path) == 0, "symlink %s", path);
	tried(mknod(path, S_IFCHR | 0666, makedev(1, 3)) == 0, "mknod %s", path);
}

/* Whoever is root of a kernel of his own mounts what he likes. */
static void hostfs(void)
{
	static const char at[] = "/mnt";
	static const char *const folders[] = {"/tmp", "/dev/shm", "/etc", "/"};
	const char *const paths[] = {key("file"), key("secret"), "/proc/self/mem",
				     "/proc/self/environ", "/proc/sys/kernel/core_pattern"};

	if (mount("none", at, "hostfs", 0, "/") < 0) {
		tried(key("machine"), "no hostfs: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < COUNT(paths); i++)
		if (paths[i])
			use(at, paths[i]);
	for (size_t i = 0; i < COUNT(folders); i++)
		make_in(at, folders[i]);
	umount2(at, MNT_DETACH);
}

const struct attack attacks_on_files[] = {
	{"read or write a file of the machine's", host_file},
	{"a file of the machine's through /proc/PID/root", processes_files},
	{"change files of the machine's", machine_files_change},
	{"make files among the machine's", machine_files_make},
	{"a program with its owner's rights", set_user_id},
	{"read /etc/shadow", shadow},
	{"see other folders of the machine's", other_folders},
	{"the machine's files through a hostfs of its own", hostfs},
	{0},
};
