/* SPDX-License-Identifier: MIT */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"
#include "file.h"

/* top/in is the folder; top/out/secret is not to be touched. */
static char top[64];

static void write_text(const char *path, const char *text)
{
	ck_assert_int_eq(file_write(path, text, strlen(text), NULL), 0);
}

static void enter(void)
{
	snprintf(top, sizeof(top), "/tmp/beneath-test.XXXXXX");
	ck_assert(mkdtemp(top) && chdir(top) == 0);
	ck_assert(file_make_folder("in/a/b") == 0 && file_make_folder("out") == 0);
	write_text("in/a/b/file", "within");
	write_text("out/secret", "secret");
	ck_assert_int_eq(symlink("../out", "in/link"), 0);
	ck_assert_int_eq(symlink("../out/secret", "in/secret"), 0);
	ck_assert_int_eq(symlink("a", "in/inner"), 0);
	ck_assert_int_eq(symlink("nowhere", "in/dangling"), 0);
	ck_assert_int_eq(link("out/secret", "in/hard"), 0);
	ck_assert_int_eq(mkfifo("in/pipe", 0600), 0);
	ck_assert_int_eq(symlink("in", "named"), 0);
}

static void leave(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	ck_assert(chdir("/") == 0 && system(command) == 0);
}

START_TEST(names)
{
	static const char *const good[] = {"a", "a/b", "...", "a/..b", ".a", "a/b/c.yaml"};
	static const char *const bad[] = {"",   "/",    "/a",   "a/",     "a//b", ".",
					  "..", "a/..", "../a", "a/../b", "./a",  "a/./b"};

	for (int i = 0; i < COUNT(good); i++)
		ck_assert_msg(beneath_is_name(good[i]), "%s", good[i]);
	for (int i = 0; i < COUNT(bad); i++)
		ck_assert_msg(!beneath_is_name(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(reads_what_is_within)
{
	static const struct {
		const char *name;
		int error;
	} rows[] = {
		{"a/b/file", 0},           {"a/b/none", -ENOENT},     {"none/file", -ENOENT},
		{"../out/secret", -EXDEV}, {"/etc/passwd", -EXDEV},   {"a/../a/b/file", -EXDEV},
		{"secret", -ELOOP},        {"link/secret", -ENOTDIR}, {"inner/b/file", -ENOTDIR},
		{"dangling", -ELOOP},      {"pipe", -EINVAL},         {"a/b", -EINVAL},
		{"a/b/file/x", -ENOTDIR}};

	for (int i = 0; i < COUNT(rows); i++) {
		struct err err = {0};
		int fd = beneath_open("named", rows[i].name, &err);

		ck_assert_msg(rows[i].error ? fd == rows[i].error : fd >= 0, "%s: %d: %s",
			      rows[i].name, fd, err.text);
		ck_assert((fd < 0) == (*err.text != '\0'));
		if (fd >= 0)
			close(fd);
	}
}
END_TEST

START_TEST(sees_what_is_there)
{
	ck_assert(beneath_has("in", "a/b/file"));
	ck_assert(beneath_has("in", "pipe"));
	ck_assert(beneath_has("in", "dangling"));
	ck_assert(!beneath_has("in", "a/b/none"));
	ck_assert(!beneath_has("in", "link/secret"));
	ck_assert(!beneath_has("in", "../out/secret"));
}
END_TEST

static bool writes(const char *name)
{
	struct err err = {0};
	FILE *file = beneath_create("in", name, &err);

	ck_assert((file == NULL) == (*err.text != '\0'));
	if (!file)
		return false;
	fputs("mine", file);
	ck_assert_int_eq(fclose(file), 0);
	return true;
}

static bool is(const char *path, const char *wanted)
{
	char text[16];

	return file_read_small(AT_FDCWD, path, text, sizeof(text)) >= 0 &&
	       strcmp(text, wanted) == 0;
}

/* Also where something was planted: that goes, and what it pointed to stays. */
START_TEST(writes_within)
{
	static const char *const good[] = {"new",  "x/y/new",  "a/b/file", "secret",
					   "hard", "dangling", "pipe"};
	static const char *const bad[] = {"link/new", "link/secret", "inner/new",
					  "../new",   "a/../../new", "/tmp/beneath-new",
					  "a/b",      "a/b/file/x"};

	for (int i = 0; i < COUNT(good); i++) {
		char path[64];

		ck_assert_msg(writes(good[i]), "%s", good[i]);
		snprintf(path, sizeof(path), "in/%s", good[i]);
		ck_assert_msg(is(path, "mine"), "%s", good[i]);
	}
	for (int i = 0; i < COUNT(bad); i++)
		ck_assert_msg(!writes(bad[i]), "%s", bad[i]);
	ck_assert(is("out/secret", "secret"));
	ck_assert(access("new", F_OK) < 0 && access("out/new", F_OK) < 0);
	ck_assert(access("in/nowhere", F_OK) < 0);
}
END_TEST

START_TEST(removes_within)
{
	struct err err = {0};

	ck_assert_int_eq(beneath_remove("in", "secret", &err), 0);
	ck_assert_int_eq(beneath_remove("in", "a/b/file", &err), 0);
	ck_assert_int_eq(beneath_remove("in", "a/b/file", &err), 0);
	ck_assert_int_eq(beneath_remove("in", "none/file", &err), 0);
	ck_assert_int_lt(beneath_remove("in", "link/secret", &err), 0);
	ck_assert_int_lt(beneath_remove("in", "../out/secret", &err), 0);
	ck_assert(is("out/secret", "secret"));
	ck_assert(!beneath_has("in", "a/b/file"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("beneath");

	tcase_add_checked_fixture(tests, enter, leave);
	tcase_add_test(tests, names);
	tcase_add_test(tests, reads_what_is_within);
	tcase_add_test(tests, sees_what_is_there);
	tcase_add_test(tests, writes_within);
	tcase_add_test(tests, removes_within);
	return run_tests(tests);
}
