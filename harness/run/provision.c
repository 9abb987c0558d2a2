/* SPDX-License-Identifier: MIT */
#include "provision.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"

#define PATH_LONGEST 2048

/* PATH without its first slash; NULL: no file of HOST's any more. */
static const char *next_file(const struct plan *plan, int host, int *program, int *file)
{
	for (; *program < plan->program_count; ++*program, *file = 0) {
		const struct plan_program *of = &plan->program[*program];

		if (of->host == host && *file < of->file_count)
			return of->file[(*file)++].path + 1;
	}
	return NULL;
}

enum relation { APART, BENEATH, SAME };

/* How the files that HOST is given lie to PATH. */
static enum relation relation_of(const struct plan *plan, int host, const char *path)
{
	size_t length = strlen(path);
	enum relation relation = APART;
	const char *given;

	for (int program = 0, file = 0; (given = next_file(plan, host, &program, &file));) {
		if (strncmp(given, path, length) != 0)
			continue;
		if (!given[length])
			return SAME;
		if (given[length] == '/')
			relation = BENEATH;
	}
	return relation;
}

bool provision_is_beneath(const struct plan *plan, int host, const char *path)
{
	return relation_of(plan, host, path) == BENEATH;
}

/* At PATH, a link to the same place among the machine's; or what stands there, if that is a link.
 */
static int link_make(const char *path, struct err *err)
{
	char target[PATH_LONGEST], machine[PATH_LONGEST];
	size_t used = 0;
	ssize_t n;

	snprintf(machine, sizeof(machine), PROVISION_MACHINE "/%.2000s", path);
	n = readlink(machine, target, sizeof(target) - 1);
	if (n >= 0) {
		target[n] = '\0';
	} else {
		for (const char *at = path; (at = strchr(at, '/')) && used < sizeof(target) / 2;
		     at++)
			used += (size_t)snprintf(target + used, sizeof(target) - used, "../");
		snprintf(target + used, sizeof(target) - used, "%s", machine);
	}
	return symlink(target, path) < 0 && errno != EEXIST ? err_sys(err, errno, "%s", path) : 0;
}

int provision_folder(const char *path, mode_t mode, uid_t owner, struct err *err)
{
	if (mkdir(path, mode) < 0)
		return errno == EEXIST ? 0 : err_sys(err, errno, "%s", path);
	if (chmod(path, mode) < 0 || lchown(path, owner, owner) < 0)
		return err_sys(err, errno, "%s", path);
	return 0;
}

int provision_split(const struct plan *plan, int host, const char *path, uid_t owner,
		    struct err *err)
{
	char machine[PATH_LONGEST], entry_path[PATH_LONGEST];
	struct dirent *entry;
	int ret = provision_folder(path, 0755, owner, err);
	DIR *dir;

	snprintf(machine, sizeof(machine), PROVISION_MACHINE "/%.2000s", path);
	dir = ret == 0 ? opendir(machine) : NULL;
	if (!dir)
		return ret;
	while (ret == 0 && (entry = readdir(dir))) {
		enum relation relation;
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(entry_path, sizeof(entry_path), "%.1000s/%s", path, entry->d_name);
		relation = relation_of(plan, host, entry_path);
		if (relation == SAME)
			continue;
		if (relation == BENEATH &&
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode))
			ret = provision_split(plan, host, entry_path, owner, err);
		else
			ret = link_make(entry_path, err);
	}
	closedir(dir);
	return ret;
}

int provision_folders(const char *path, uid_t owner, struct err *err)
{
	char part[PATH_MAX];
	size_t length = 0;
	int ret = 0;

	while (path[length] && ret == 0) {
		length += 1 + strcspn(path + length + 1, "/");
		snprintf(part, sizeof(part), "%.*s", (int)length, path);
		ret = provision_folder(part, 0755, owner, err);
	}
	return ret;
}

static int put_file(const struct plan_disk_file *file, uid_t owner, struct err *err)
{
	const mode_t mode = strncmp(file->text, "#!", 2) == 0 ? 0755 : 0644;
	char folder[PATH_LONGEST];
	AUTO_CLOSE int fd = -1;
	int ret;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(file->path, '/') - file->path),
		 file->path);
	ret = provision_folders(folder, owner, err);
	if (ret < 0)
		return ret;
	fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	/* Of an earlier boot, from a disk, and so the host's own; the machine's cannot be written
	 * to, or is not there any more (own_root.c). */
	if (fd < 0 && errno == EEXIST && access(file->path, W_OK) == 0)
		return 0;
	if (fd < 0)
		return err_sys(err, errno, "%s", file->path);
	ret = file_write_all(fd, file->text, strlen(file->text));
	if (ret < 0 || fchmod(fd, mode) < 0 || fchown(fd, owner, owner) < 0)
		return err_sys(err, ret < 0 ? ret : errno, "%s", file->path);
	return 0;
}

int provision_write(const struct plan *plan, int host, uid_t owner, struct err *err)
{
	int ret = 0;

	for (int i = 0; i < plan->program_count && ret == 0; i++) {
		const struct plan_program *program = &plan->program[i];

		if (program->host != host)
			continue;
		if (program->cwd)
			ret = provision_folders(program->cwd, owner, err);
		for (int k = 0; k < program->file_count && ret == 0; k++)
			ret = put_file(&program->file[k], owner, err);
	}
	return ret;
}
