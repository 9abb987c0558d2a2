/* SPDX-License-Identifier: MIT
 *
 * The disk of a host, which dumpe2fs(8) reads: it comes with mke2fs(8).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"
#include "cleanup.h"
#include "file.h"
#include "parts.h"
#include "scratch.h"

#define SIZE (16 << 20)

static char top[] = "/tmp/host_disk_test.XXXXXX";
static struct plan_host hosts[2];
static struct plan plan = {.host = hosts, .host_count = 2};
static struct kernel_job job = {.scratch = top};
static struct play play = {.plan = &plan, .job = &job, .dir = top};
static struct err err;

static void set_up(void)
{
	strcpy(strrchr(top, '.') + 1, "XXXXXX");
	ck_assert(mkdtemp(top));
	hosts[0].disk.size = hosts[1].disk.size = SIZE;
}

static void tear_down(void)
{
	scratch_remove(top);
}

/* Of what dumpe2fs says of the file system in PATH, whether it says LINE. */
static bool says(const char *path, const char *line)
{
	AUTO_FREE char *command = text_format(
		"PATH=$PATH:/usr/sbin:/sbin dumpe2fs -h %s 2>/dev/null", path);
	FILE *pipe = popen(command, "r");
	char said[256];
	bool found = false;

	ck_assert_ptr_nonnull(pipe);
	while (fgets(said, sizeof(said), pipe))
		found = found || strncmp(said, line, strlen(line)) == 0;
	ck_assert_int_eq(pclose(pipe), 0);
	return found;
}

START_TEST(a_disk_is_an_ext4_the_same_each_time)
{
	AUTO_FREE char *first = NULL, *second = NULL, *one = NULL, *two = NULL;
	size_t size, other;
	struct stat st;

	/* A file system has whole blocks. */
	hosts[1].disk.size += 4095;
	ck_assert_int_eq(play_disk_make(&play, 0, &first, &err), 0);
	ck_assert_int_eq(play_disk_make(&play, 1, &second, &err), 0);
	ck_assert_str_ne(first, second);
	ck_assert(says(first, "Block count:              4096\n"));
	ck_assert(says(first, "Filesystem UUID:          68616c66-6f70-456e-8000-000000000000\n"));
	ck_assert_int_eq(file_read(first, SIZE, &one, &size, &err), 0);
	ck_assert_int_eq(file_read(second, SIZE, &two, &other, &err), 0);
	ck_assert(size == SIZE && other == SIZE && memcmp(one, two, size) == 0);
	/* What nobody has written to takes no room. */
	ck_assert_int_eq(stat(first, &st), 0);
	ck_assert_int_lt(st.st_blocks * 512, SIZE / 4);
}
END_TEST

START_TEST(each_run_has_what_was_in_it_at_first)
{
	AUTO_FREE char *first = NULL, *second = NULL;
	int fd;

	ck_assert_int_eq(play_disk_make(&play, 0, &first, &err), 0);
	fd = open(first, O_WRONLY | O_CLOEXEC);
	ck_assert(fd >= 0 && pwrite(fd, "overwritten", 11, 1024) == 11);
	close(fd);
	ck_assert_int_eq(play_disk_make(&play, 1, &second, &err), 0);
	ck_assert(says(second, "Filesystem state:         clean\n"));
}
END_TEST

START_TEST(a_disk_that_is_too_small_is_an_error)
{
	AUTO_FREE char *path = NULL;

	hosts[0].disk.size = 4096;
	ck_assert_int_eq(play_disk_make(&play, 0, &path, &err), -EIO);
	ck_assert_str_eq(err.text, "mke2fs cannot make an ext4 of 4096 bytes");
	ck_assert_ptr_null(path);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("host_disk");

	if (!play_disk_can()) {
		puts("skipped: mke2fs is missing (Debian's package e2fsprogs)");
		return 77;
	}
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_disk_is_an_ext4_the_same_each_time);
	tcase_add_test(tests, each_run_has_what_was_in_it_at_first);
	tcase_add_test(tests, a_disk_that_is_too_small_is_an_error);
	return run_tests(tests);
}
