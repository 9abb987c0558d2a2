/* SPDX-License-Identifier: MIT */
#include "own_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "files.h"
#include "provision.h"
#include "rootfs_parts.h"
#include "text.h"

#define DEVICE      "/dev/vda"
#define PASSWD_MOST (1U << 20)
#define OWNER       0
#define FRESH       "fresh" /* beside the upper: it was just made */

/* A folder in which nothing of the lower one is seen (Documentation/filesystems/overlayfs.rst). */
static int opaque_make(const char *path, const struct files_entry *entry, struct err *err)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, errno, "%s", path);
	if (setxattr(path, "trusted.overlay.opaque", "y", 1, 0) < 0 ||
	    chown(path, entry->uid, entry->gid) < 0 || chmod(path, entry->mode) < 0)
		return err_sys(err, errno, "%s", path);
	return 0;
}

/* Nobody's password fits. */
static int shadow_make(const char *path, const char *lower, const struct files_entry *entry,
		       struct err *err)
{
	AUTO_FREE char *passwd = NULL, *name = text_format("%s/etc/passwd", lower);
	AUTO_TEXT struct text text = {0};
	size_t size;
	int ret = file_read(name, PASSWD_MOST, &passwd, &size, err);

	if (ret < 0)
		return ret;
	for (char *line = strtok(passwd, "\n"); line; line = strtok(NULL, "\n"))
		text_add(&text, "%.*s:*:20000:0:99999:7:::\n", (int)strcspn(line, ":"), line);
	ret = file_make(path, text_string(&text), err);
	if (ret == 0 && (chown(path, entry->uid, entry->gid) < 0 || chmod(path, entry->mode) < 0))
		ret = err_sys(err, errno, "%s", path);
	return ret;
}

/* The folders above PATH, below UPPER, as they are in LOWER. */
static int parents_make(const char *upper, const char *lower, const char *path, struct err *err)
{
	for (const char *at = path; (at = strchr(at + 1, '/'));) {
		AUTO_FREE char *from = text_format("%s%.*s", lower, (int)(at - path), path),
			       *to = text_format("%s%.*s", upper, (int)(at - path), path);
		struct stat st;

		if (mkdir(to, 0700) < 0) {
			if (errno == EEXIST)
				continue;
			return err_sys(err, errno, "%s", to);
		}
		if (stat(from, &st) == 0 &&
		    (chown(to, st.st_uid, st.st_gid) < 0 || chmod(to, st.st_mode & ALLPERMS) < 0))
			return err_sys(err, errno, "%s", to);
	}
	return 0;
}

static int entry_make(const char *upper, const char *lower, const struct files_entry *entry,
		      struct err *err)
{
	AUTO_FREE char *path = text_format("%s%s", upper, entry->path);
	int ret = parents_make(upper, lower, entry->path, err);

	if (ret < 0)
		return ret;
	switch (entry->kind) {
	case FILES_FOLDER:
		return opaque_make(path, entry, err);
	case FILES_NOTHING:
		return mknod(path, S_IFCHR, makedev(0, 0)) < 0 ? err_sys(err, errno, "%s", path)
							       : 0;
	case FILES_SHADOW:
		return shadow_make(path, lower, entry, err);
	}
	return 0;
}

static int upper_make(const struct own_root *root, const char *upper, struct err *err)
{
	const char *rest = root->files;
	struct files_entry entry;
	char *lower = files_root(&rest);
	int ret = 0;

	if (!lower || mkdir(upper, 0755) < 0 || chmod(upper, 0755) < 0)
		ret = err_sys(err, errno, "%s", upper);
	if (ret == 0 && strcmp(lower, "/") == 0)
		*lower = '\0';
	while (ret == 0 && files_next(&rest, &entry)) {
		ret = entry_make(upper, lower, &entry, err);
		free(entry.path);
	}
	free(lower);
	return ret;
}

static int disk_mount(const char *at, struct err *err)
{
	return mount(DEVICE, at, "ext4", 0, NULL) < 0
		       ? err_sys(err, errno, "the disk %s on %s", DEVICE, at)
		       : 0;
}

/* So that a power loss leaves no half of what no program has made. */
static int disk_sync(const char *path, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || syncfs(fd) < 0 ? err_sys(err, errno, "%s", path) : 0;
}

static const struct plan_disk *disk_of(const struct own_root *root)
{
	return &root->plan->host[root->host].disk;
}

static bool root_is_on_disk(const struct own_root *root)
{
	return disk_of(root)->size && !disk_of(root)->mount;
}

int own_root_disk_make(const struct own_root *root, struct err *err)
{
	AUTO_FREE char *upper = text_format("%s/upper", root->at),
		       *work = text_format("%s/work", root->at),
		       *fresh = text_format("%s/" FRESH, root->at);
	int ret;

	if (mkdir(root->at, 0755) < 0 && errno != EEXIST)
		return err_sys(err, errno, "%s", root->at);
	ret = root_is_on_disk(root) ? disk_mount(root->at, err)
				    : tmpfs_mount(root->at, 0755, OWNER, 0, err);
	if (ret < 0 || access(upper, F_OK) == 0)
		return ret;
	ret = upper_make(root, upper, err);
	if (ret == 0 && (mkdir(work, 0700) < 0 || mkdir(fresh, 0700) < 0))
		ret = err_sys(err, errno, "%s", work);
	return ret < 0 || !root_is_on_disk(root) ? ret : disk_sync(root->at, err);
}

static int overlay_mount(const struct own_root *root, struct err *err)
{
	AUTO_FREE char *options = text_format("lowerdir=.,upperdir=%s/upper,workdir=%s/work",
					      root->at, root->at);
	const char *rest = root->files;
	AUTO_FREE char *lower = files_root(&rest);

	if (!lower || chdir(lower) < 0)
		return err_sys(err, errno, "%s", lower ? lower : "its root");
	if (mount("overlay", root->at, "overlay", 0, options) < 0)
		return err_sys(err, errno, "an overlay over %s", lower);
	return chdir(root->at) < 0 ? err_sys(err, errno, "%s", root->at) : 0;
}

/* A new file system's root: as the folder whose place it takes. */
static int data_disk_prepare(const char *path, const struct stat *st, struct err *err)
{
	AUTO_FREE char *lost = text_format("%s/lost+found", path);

	if (rmdir(lost) < 0)
		return 0; /* it was used before */
	if (chown(path, st->st_uid, st->st_gid) < 0 || chmod(path, st->st_mode & ALLPERMS) < 0)
		return err_sys(err, errno, "%s", path);
	return disk_sync(path, err);
}

static int data_disk_mount(const char *mount_point, struct err *err)
{
	const char *path = mount_point + 1;
	struct stat st;
	int ret = provision_folders(path, OWNER, err);

	if (ret == 0 && stat(path, &st) < 0)
		ret = err_sys(err, errno, "%s", path);
	if (ret == 0)
		ret = disk_mount(path, err);
	return ret < 0 ? ret : data_disk_prepare(path, &st, err);
}

static int names_make(const struct own_root *root, struct err *err)
{
	AUTO_FREE char *line = text_format("%s\n", root->hostname);
	int ret = provision_folder("etc", 0755, OWNER, err);

	if (ret == 0)
		ret = file_make("etc/hosts", root->hosts, err);
	return ret < 0 ? ret : file_make("etc/hostname", line, err);
}

static int kernel_mount(const char *type, const char *at, const char *options, struct err *err)
{
	return mount(type, at, type, MS_NOSUID | MS_NOEXEC, options) < 0
		       ? err_sys(err, errno, "%s on /%s", type, at)
		       : 0;
}

static int devices_make(struct err *err)
{
	int ret = kernel_mount("devtmpfs", "dev", "mode=0755", err);

	if (ret == 0)
		ret = provision_folder("dev/pts", 0755, OWNER, err);
	if (ret == 0)
		ret = provision_folder("dev/shm", 01777, OWNER, err);
	if (ret == 0)
		ret = kernel_mount("devpts", "dev/pts", "mode=0620,ptmxmode=0666,gid=5", err);
	return ret < 0 ? ret : tmpfs_mount("dev/shm", 01777, OWNER, 0, err);
}

/* In the place of what the case brings. */
static void lower_files_remove(const struct own_root *root)
{
	for (int i = 0; i < root->plan->program_count; i++) {
		const struct plan_program *program = &root->plan->program[i];

		for (int k = 0; k < program->file_count && program->host == root->host; k++)
			unlink(program->file[k].path);
	}
}

int own_root_enter(const struct own_root *root, struct err *err)
{
	static const struct {
		const char *path;
		mode_t mode;
	} folders[] = {{"proc", 0555}, {"sys", 0555}, {"dev", 0755}, {"run", 0755}, {"tmp", 01777}};
	AUTO_FREE char *marker = text_format("%s/" FRESH, root->at);
	bool fresh = rmdir(marker) == 0;
	int ret = overlay_mount(root, err);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && ret == 0; i++)
		ret = provision_folder(folders[i].path, folders[i].mode, OWNER, err);
	if (ret == 0)
		ret = names_make(root, err);
	if (ret == 0)
		ret = tmpfs_mount("tmp", 01777, OWNER, 0, err);
	if (ret == 0)
		ret = tmpfs_mount("run", 0755, OWNER, 0, err);
	if (ret == 0)
		ret = provision_folder("run/lock", 01777, OWNER, err);
	if (ret == 0)
		ret = devices_make(err);
	if (ret == 0)
		ret = links_make(err);
	if (ret == 0)
		ret = kernel_mount("proc", "proc", NULL, err);
	if (ret == 0)
		ret = kernel_mount("sysfs", "sys", NULL, err);
	if (ret == 0 && disk_of(root)->mount)
		ret = data_disk_mount(disk_of(root)->mount, err);
	if (ret == 0)
		ret = folder_show(root->shown, OWNER, err);
	if (ret == 0)
		ret = root_change(err);
	if (ret == 0 && fresh)
		lower_files_remove(root);
	return ret < 0 ? ret : provision_write(root->plan, root->host, OWNER, err);
}
