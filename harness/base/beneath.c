/* SPDX-License-Identifier: MIT
 *
 * Each part of a name is opened from the folder before it, as itself and not as what a link says
 * (O_NOFOLLOW): what somebody puts in its place meanwhile leads nowhere else. openat2(2) with
 * RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS says the same in one call, but it makes no folders, and
 * kernels before 5.6 and the seccomp filters of older containers do not have it.
 */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

bool beneath_is_name(const char *name)
{
	for (;; name++) {
		size_t size = strcspn(name, "/");

		if (size == 0 || (size == 1 && name[0] == '.') ||
		    (size == 2 && memcmp(name, "..", 2) == 0))
			return false;
		name += size;
		if (!*name)
			return true;
	}
}

/* The folder that NAME's last part is in, and that part; with MAKE what is missing is made. */
static int parent_open(const char *folder, const char *name, bool make, const char **ret_last)
{
	AUTO_CLOSE int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *end;

	if (!beneath_is_name(name))
		return -EXDEV;
	for (; at >= 0 && (end = strchr(name, '/')); name = end + 1) {
		char part[NAME_MAX + 1];
		int next;

		if (end - name > NAME_MAX)
			return -ENAMETOOLONG;
		*(char *)mempcpy(part, name, (size_t)(end - name)) = '\0';
		next = openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && make) {
			if (mkdirat(at, part, 0777) < 0 && errno != EEXIST)
				return -errno;
			next = openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		if (next < 0)
			return -errno;
		close(at);
		at = next;
	}
	*ret_last = name;
	return at < 0 ? -errno : TAKE_FD(at);
}

/* What is wrong with it, in words. */
static int complain(const char *folder, const char *name, int error, struct err *err)
{
	switch (-error) {
	case EXDEV:
		return err_set(err, EXDEV, "%s: '%s' is no path within this folder", folder, name);
	case ELOOP:
	case ENOTDIR:
		return err_set(err, -error,
			       "%s/%s: there is a symbolic link, or something else that "
			       "is no folder, on the way",
			       folder, name);
	case EINVAL:
		return err_set(err, EINVAL, "%s/%s: not a regular file", folder, name);
	default:
		return err_sys(err, error, "%s/%s", folder, name);
	}
}

bool beneath_has(const char *folder, const char *name)
{
	const char *last;
	AUTO_CLOSE int at = parent_open(folder, name, false, &last);
	struct stat st;

	return at >= 0 && fstatat(at, last, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int beneath_open(const char *folder, const char *name, struct err *err)
{
	const char *last;
	AUTO_CLOSE int at = parent_open(folder, name, false, &last);
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (at < 0)
		return complain(folder, name, at, err);
	fd = openat(at, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return complain(folder, name, -errno, err);
	if (!S_ISREG(st.st_mode))
		return complain(folder, name, -EINVAL, err);
	return TAKE_FD(fd);
}

FILE *beneath_stream(const char *folder, const char *name, int *ret_error, struct err *err)
{
	AUTO_CLOSE int fd = beneath_open(folder, name, err);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file)
		err_sys(err, errno, "%s/%s", folder, name);
	if (!file && ret_error)
		*ret_error = fd < 0 ? fd : -errno;
	if (file)
		TAKE_FD(fd);
	return file;
}

FILE *beneath_create(const char *folder, const char *name, struct err *err)
{
	const char *last;
	AUTO_CLOSE int at = parent_open(folder, name, true, &last);
	AUTO_CLOSE int fd = -1;
	FILE *file;

	if (at < 0) {
		complain(folder, name, at, err);
		return NULL;
	}
	if (unlinkat(at, last, 0) == 0 || errno == ENOENT)
		fd = openat(at, last, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		complain(folder, name, -errno, err);
	else
		TAKE_FD(fd);
	return file;
}

static int bytes_copy(int from, int to)
{
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, 1 << 30);

		if (n <= 0)
			return n < 0 ? -errno : 0;
	}
}

int beneath_link(const char *from, const char *to, const char *name, struct err *err)
{
	const char *last;
	AUTO_CLOSE int fd = beneath_open(from, name, err);
	AUTO_CLOSE int at = fd < 0 ? -1 : parent_open(to, name, true, &last);
	AUTO_CLOSE int copy = -1;
	char self[64];
	int ret = 0;

	if (fd < 0)
		return fd;
	if (at < 0)
		return complain(to, name, at, err);
	if (unlinkat(at, last, 0) < 0 && errno != ENOENT)
		return complain(to, name, -errno, err);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, self, at, last, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	copy = openat(at, last, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (copy < 0)
		ret = -errno;
	if (ret == 0)
		ret = bytes_copy(fd, copy);
	return ret < 0 ? complain(to, name, ret, err) : 0;
}

int beneath_remove(const char *folder, const char *name, struct err *err)
{
	const char *last;
	AUTO_CLOSE int at = parent_open(folder, name, false, &last);

	if (at == -ENOENT)
		return 0;
	if (at < 0)
		return complain(folder, name, at, err);
	if (unlinkat(at, last, 0) < 0 && errno != ENOENT)
		return complain(folder, name, -errno, err);
	return 0;
}
