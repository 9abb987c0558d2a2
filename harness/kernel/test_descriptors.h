/* SPDX-License-Identifier: MIT
 *
 * test_descriptors: for tests that nothing keeps one that it should have closed.
 */
#ifndef HALFOPEN_TEST_DESCRIPTORS_H
#define HALFOPEN_TEST_DESCRIPTORS_H

#include <check.h>
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

/* How many this process has. */
static inline int descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 3; /* ".", "..", and the folder itself */
}

/* From now on N more can be opened. */
static inline void descriptors_leave(int n)
{
	int next = dup(0);
	struct rlimit limit;

	close(next);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)(next + n);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

#endif
