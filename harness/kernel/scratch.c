/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine.h"
#include "err.h"

/* Below /dev the guest of a booted kernel sees its own devices, not what we put there. Root's
 * kernels run as another user: a folder that only root can enter would be none. */
static const char *scratch_root(void)
{
	const char *tmpdir = getenv("TMPDIR");

	if (!tmpdir || tmpdir[0] != '/' || strncmp(tmpdir, "/dev/", 5) == 0)
		return "/tmp";
	if (geteuid() == 0 && access(tmpdir, F_OK) == 0 && !confine_can_reach(tmpdir, X_OK))
		return "/tmp";
	return tmpdir;
}

int scratch_name(char ret_path[SCRATCH_PATH_MAX], struct err *err)
{
	const char *root = scratch_root();
	char path[SCRATCH_PATH_MAX];
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_sys(err, errno, "getrandom");
	if ((size_t)snprintf(path, sizeof(path), "%s/halfopen.%016" PRIx64, root, random) >=
	    sizeof(path))
		return err_sys(err, ENAMETOOLONG, "TMPDIR");
	memcpy(ret_path, path, sizeof(path));
	return 0;
}

int scratch_make(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0)
		return 0;
	return err_set(err, errno, "cannot make %s: %s; TMPDIR can name another folder", path,
		       strerror(errno));
}

static int remove_at(int folder, const char *name);

static int remove_content(int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int ret = 0, one;

	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		one = remove_at(dirfd(dir), entry->d_name);
		ret = ret ? ret : one;
	}
	closedir(dir);
	return ret;
}

static int remove_at(int folder, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd, ret = 0;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(folder, name, flags);
	if (fd < 0 && errno == EACCES && fchmodat(folder, name, 0700, 0) == 0)
		fd = openat(folder, name, flags);
	if (fd >= 0)
		ret = remove_content(fd);
	if (unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT && !ret)
		ret = -errno;
	return ret;
}

int scratch_remove(const char *path)
{
	return remove_at(AT_FDCWD, path);
}
