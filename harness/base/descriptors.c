/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLOSE_AT_EXEC    4 /* CLOSE_RANGE_CLOEXEC */
#define MOST_DESCRIPTORS 65536

/* getdents(2) */
struct entry {
	uint64_t inode;
	int64_t next;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* False: there is no /proc to ask which are open. */
static bool mark_open_ones(int first)
{
	_Alignas(struct entry) char entries[1024];
	int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long size;

	if (list < 0)
		return false;
	while ((size = syscall(SYS_getdents64, list, entries, sizeof(entries))) > 0)
		for (long at = 0; at < size; at += ((struct entry *)(entries + at))->length) {
			int fd = atoi(((struct entry *)(entries + at))->name); /* ".": 0 */

			if (fd >= first)
				fcntl(fd, F_SETFD, FD_CLOEXEC);
		}
	close(list);
	return true;
}

static void mark_all(int first)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};

	getrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = first; (rlim_t)fd < limit.rlim_cur && fd < MOST_DESCRIPTORS; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void descriptors_close_at_exec(int first)
{
	if (syscall(SYS_close_range, first, ~0U, CLOSE_AT_EXEC) < 0 && !mark_open_ones(first))
		mark_all(first);
}
