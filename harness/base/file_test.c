/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base_test.h"
#include "cleanup.h"

static char folder[] = "/tmp/file-test.XXXXXX";

static void enter(void)
{
	ck_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void leave(void)
{
	static const char *const made[] = {"file", "pipe", "a/b/c", "a/b", "a"};

	for (int i = 0; i < COUNT(made); i++)
		remove(made[i]);
	ck_assert(chdir("/") == 0 && rmdir(folder) == 0);
}

START_TEST(what_is_written_is_read)
{
	static char bytes[200000];
	struct err err = {0};

	for (size_t size = 0; size < sizeof(bytes); size = 3 * size + 1) {
		AUTO_FREE char *again = NULL;
		size_t again_size = 1;

		memset(bytes, 'x', size);
		ck_assert_int_eq(file_write("file", bytes, size, &err), 0);
		ck_assert_int_eq(file_read("file", size, &again, &again_size, &err), 0);
		ck_assert(again_size == size && memcmp(again, bytes, size) == 0 && !again[size]);
		if (size)
			ck_assert_int_eq(file_read("file", size - 1, &again, NULL, &err), -EFBIG);
	}
}
END_TEST

START_TEST(only_files_are_read)
{
	struct err err = {0};
	char *bytes = NULL;

	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	ck_assert_int_eq(file_read("pipe", 100, &bytes, NULL, &err), -EINVAL);
	ck_assert_str_eq(err.text, "pipe: not a regular file");
	ck_assert_int_eq(file_read("/dev/zero", 100, &bytes, NULL, &err), -EINVAL);
	ck_assert_int_eq(file_read(".", 100, &bytes, NULL, &err), -EISDIR);
	ck_assert_int_eq(file_read("none", 100, &bytes, NULL, &err), -ENOENT);
	ck_assert_ptr_null(bytes);
}
END_TEST

START_TEST(files_of_proc_are_read_and_set)
{
	AUTO_FREE char *bytes = NULL;
	struct err err = {0};
	char small[8];

	ck_assert_int_eq(file_read("/proc/self/status", 65536, &bytes, NULL, &err), 0);
	ck_assert(strncmp(bytes, "Name:", 5) == 0);
	ck_assert_int_eq(file_read_small(AT_FDCWD, "/proc/self/status", small, sizeof(small)), 7);
	ck_assert(strncmp(small, "Name:", 5) == 0 && !small[7]);
	ck_assert_int_eq(file_read_small(AT_FDCWD, "none", small, sizeof(small)), -ENOENT);
	ck_assert_int_eq(file_set(AT_FDCWD, "/proc/self/comm", "set"), 0);
	ck_assert_int_eq(file_read_small(AT_FDCWD, "/proc/self/comm", small, sizeof(small)), 4);
	ck_assert_str_eq(small, "set\n");
	ck_assert_int_eq(file_set(AT_FDCWD, "/proc/self/oom_score_adj", "many"), -EINVAL);
	ck_assert_int_eq(file_set(AT_FDCWD, "none", "x"), -ENOENT); /* and is not made */
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	struct err err = {0};
	FILE *file;

	ck_assert_int_eq(file_write("/dev/full", "x", 1, &err), -ENOSPC);
	ck_assert_int_eq(file_write("none/file", "x", 1, &err), -ENOENT);
	file = fopen("/dev/full", "we");
	fputs("x", file);
	ck_assert_int_eq(file_close(file, "full", &err), -ENOSPC);
	ck_assert_str_eq(err.text, "full: No space left on device");
	/* Also when nothing is left to be written. */
	file = fopen("/dev/full", "we");
	fputs("x", file);
	ck_assert_int_lt(fflush(file), 0);
	__fpurge(file);
	ck_assert_int_lt(file_close(file, "full", &err), 0);
	file = fopen("file", "we");
	ck_assert_int_eq(file_close(file, "file", &err), 0);
}
END_TEST

START_TEST(a_pipe_takes_and_gives_all)
{
	static char bytes[1 << 20], again[sizeof(bytes)];
	int ends[2], status;
	pid_t pid;

	memset(bytes, 'y', sizeof(bytes));
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		_exit(file_write_all(ends[1], bytes, sizeof(bytes)) == 0 ? 0 : 1);
	close(ends[1]);
	ck_assert_int_eq(file_read_all(ends[0], again, sizeof(again)), 0);
	ck_assert_int_eq(memcmp(bytes, again, sizeof(bytes)), 0);
	ck_assert_int_eq(file_read_all(ends[0], again, 1), -EPIPE);
	close(ends[0]);
	ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
}
END_TEST

START_TEST(makes_folders)
{
	ck_assert_int_eq(file_make_folder("a/b/c"), 0);
	ck_assert_int_eq(file_make_folder("a/b/c"), 0);
	ck_assert_int_eq(file_make_folder("/dev/null"), -ENOTDIR);
	ck_assert_int_eq(file_make_folder("/dev/null/a"), -ENOTDIR);
	ck_assert_int_eq(access("a/b/c", F_OK), 0);
}
END_TEST

START_TEST(owners_give_back)
{
	int kept = -1, gone;

	{
		AUTO_CLOSE int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		AUTO_CLOSE int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
		AUTO_FREE char *text = strdup("x");
		AUTO_FREE char *taken = TAKE(text);

		ck_assert(!text && *taken == 'x');
		gone = fd;
		kept = TAKE_FD(other);
		errno = ENOENT;
	}
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(fcntl(gone, F_GETFD) < 0 && fcntl(kept, F_GETFD) >= 0);
	close(kept);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("file");

	tcase_add_checked_fixture(tests, enter, leave);
	tcase_add_test(tests, what_is_written_is_read);
	tcase_add_test(tests, only_files_are_read);
	tcase_add_test(tests, files_of_proc_are_read_and_set);
	tcase_add_test(tests, a_full_disk_is_an_error);
	tcase_add_test(tests, a_pipe_takes_and_gives_all);
	tcase_add_test(tests, makes_folders);
	tcase_add_test(tests, owners_give_back);
	return run_tests(tests);
}
