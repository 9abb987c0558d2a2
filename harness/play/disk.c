/* SPDX-License-Identifier: MIT
 *
 * The disk of a host, as a file with an ext4. mke2fs(8) makes it, the same bytes each time, once
 * for each size; each run has a copy of what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "parts.h"
#include "text.h"

#define BLOCK 4096

/* Whatever mke2fs.conf(5) says, and whatever the day and chance: "halfopen" as a UUID. */
#define UUID "68616c66-6f70-456e-8000-000000000000"
#define FEATURES                                                                                   \
	"has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,"  \
	"large_file,huge_file,dir_nlink,extra_isize,metadata_csum"

static char *const environment[] = {"E2FSPROGS_FAKE_TIME=1767225600", "MKE2FS_CONFIG=/dev/null",
				    "MKE2FS_SYNC=0", "LC_ALL=C", NULL};
static const char *const programs[] = {"/usr/sbin/mke2fs", "/sbin/mke2fs", "/usr/bin/mke2fs",
				       "/usr/local/sbin/mke2fs"};

static void format(const char *path)
{
	char *const argv[] = {"mke2fs",
			      "-q",
			      "-F",
			      "-t",
			      "ext4",
			      "-b",
			      "4096",
			      "-I",
			      "256",
			      "-m",
			      "0",
			      "-U",
			      UUID,
			      "-O",
			      "none," FEATURES,
			      "-E",
			      "hash_seed=" UUID ",lazy_itable_init=0,lazy_journal_init=0,nodiscard,"
			      "root_owner=0:0",
			      (char *)path,
			      NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		execve(programs[i], argv, environment);
	_exit(127);
}

bool play_disk_can(void)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (access(programs[i], X_OK) == 0)
			return true;
	return false;
}

static int template_make(const char *path, int64_t size, struct err *err)
{
	AUTO_FREE char *new = text_format("%s.%d", path, getpid());
	AUTO_CLOSE int fd = open(new, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int status = -1;
	pid_t pid;

	if (fd < 0 || ftruncate(fd, size) < 0)
		return err_sys(err, errno, "%s", new);
	pid = fork();
	if (pid == 0)
		format(new);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return err_sys(err, errno, "mke2fs");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, EIO, "mke2fs cannot make an ext4 of %lld bytes",
			       (long long)size);
	return rename(new, path) < 0 ? err_sys(err, errno, "%s", path) : 0;
}

/* What of FROM is no hole. */
static int copy(int from, int to, int64_t size, struct err *err)
{
	off_t data = 0, hole;

	if (ftruncate(to, size) < 0)
		return err_sys(err, errno, "a disk");
	while ((data = lseek(from, data, SEEK_DATA)) >= 0) {
		hole = lseek(from, data, SEEK_HOLE);
		for (off_t in = data, out = data; in < hole;) {
			ssize_t n = copy_file_range(from, &in, to, &out, (size_t)(hole - in), 0);

			if (n <= 0)
				return err_sys(err, n < 0 ? errno : EIO, "a disk");
		}
		data = hole;
	}
	return errno == ENXIO ? 0 : err_sys(err, errno, "a disk");
}

int play_disk_make(const struct play *play, int host, char **ret_path, struct err *err)
{
	int64_t size = play->plan->host[host].disk.size & ~(int64_t)(BLOCK - 1);
	AUTO_FREE char *template = text_format("%s/disk.%lld", play->job->scratch, (long long)size);
	AUTO_FREE char *path = text_format("%s/disk.%d", play->dir, host);
	AUTO_CLOSE int from = open(template, O_RDONLY | O_CLOEXEC), to = -1;
	int ret = 0;

	if (from < 0)
		ret = template_make(template, size, err);
	if (ret == 0 && from < 0)
		from = open(template, O_RDONLY | O_CLOEXEC);
	if (ret < 0 || from < 0)
		return ret < 0 ? ret : err_sys(err, errno, "%s", template);
	to = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return err_sys(err, errno, "%s", path);
	ret = copy(from, to, size, err);
	if (ret == 0)
		*ret_path = TAKE(path);
	return ret;
}
