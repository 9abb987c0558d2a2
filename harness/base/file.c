/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

#define CHUNK 65536

int file_read_fd(int fd, const char *name, size_t most, char **ret_bytes, size_t *ret_size,
		 struct err *err)
{
	size_t size = 0, room = 0;
	AUTO_FREE char *bytes = NULL;
	struct stat st;
	ssize_t n;

	/* The size is where to begin; /proc says 0, and a file may grow. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size <= most)
		room = (size_t)st.st_size + 2;
	for (;;) {
		if (!bytes || room - size < 2) {
			char *longer;

			room = bytes || room < 2 ? 2 * room + CHUNK : room;
			longer = realloc(bytes, room);
			if (!longer)
				return err_sys(err, ENOMEM, "%s", name);
			bytes = longer;
		}
		n = read(fd, bytes + size, room - size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno, "%s", name);
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > most)
			return err_set(err, EFBIG, "%s: larger than %zu bytes", name, most);
	}
	bytes[size] = '\0';
	*ret_bytes = TAKE(bytes);
	if (ret_size)
		*ret_size = size;
	return 0;
}

int file_read(const char *path, size_t most, char **ret_bytes, size_t *ret_size, struct err *err)
{
	/* A pipe without a writer would keep open() waiting. */
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_sys(err, EISDIR, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s: not a regular file", path);
	return file_read_fd(fd, path, most, ret_bytes, ret_size, err);
}

ssize_t file_read_small(int dir, const char *path, char *buf, size_t size)
{
	AUTO_CLOSE int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (n > 0 && used < size - 1) {
		n = read(fd, buf + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return -errno;
		else
			used += (size_t)n;
	}
	buf[used] = '\0';
	return (ssize_t)used;
}

int file_set(int dir, const char *path, const char *text)
{
	AUTO_CLOSE int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

int file_write(const char *path, const void *bytes, size_t size, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	int ret = fd < 0 ? -errno : file_write_all(fd, bytes, size);

	/* A network's file system may say only now that there is no room. */
	if (ret == 0 && close(TAKE_FD(fd)) < 0)
		ret = -errno;
	return ret < 0 ? err_sys(err, ret, "%s", path) : 0;
}

int file_copy(FILE *from, FILE *to)
{
	char buf[65536];
	size_t size;

	while ((size = fread(buf, 1, sizeof(buf), from)) > 0 && fwrite(buf, 1, size, to) == size)
		;
	return ferror(from) ? -EIO : 0;
}

int file_close(FILE *file, const char *name, struct err *err)
{
	bool failed = ferror(file);
	int error;

	errno = 0;
	failed = fclose(file) == EOF || failed;
	error = errno ? errno : EIO;
	return failed ? err_sys(err, error, "%s", name) : 0;
}

int file_write_all(int fd, const void *bytes, size_t size)
{
	const char *from = bytes;

	while (size) {
		ssize_t n = write(fd, from, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		size -= (size_t)n;
	}
	return 0;
}

int file_read_all(int fd, void *bytes, size_t size)
{
	char *to = bytes;

	while (size) {
		ssize_t n = read(fd, to, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		to += n;
		size -= (size_t)n;
	}
	return 0;
}

int file_make_folder(const char *path)
{
	char above[PATH_MAX];
	size_t length = strlen(path);
	struct stat st;

	if (length >= sizeof(above))
		return -ENAMETOOLONG;
	memcpy(above, path, length + 1);
	for (char *at = strchr(above + 1, '/'); length && at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(above, 0777) < 0 && errno != EEXIST)
			return -errno;
		*at = '/';
	}
	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return errno == EEXIST ? -ENOTDIR : -errno;
}
