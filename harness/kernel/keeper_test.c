/* SPDX-License-Identifier: MIT
 *
 * A keeper whose QEMU is this program: it says that it is up, and takes plan after plan.
 */
#include "keeper.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base_test.h"
#include "err.h"
#include "file.h"
#include "kept.h"
#include "kernel.h"
#include "scratch.h"

#define QEMU     "qemu-system-x86_64"
#define LIMIT_NS (TEST_PATIENCE_S * 900000000LL)

static char scratch[64];

static int qemu(char **argv)
{
	struct serve_raw answer = {.magic = SERVE_MAGIC};
	struct serve_plan plan;
	char bytes[4096];
	int port = -1;

	for (; *argv; argv++)
		if (strstr(*argv, "id=port,fd="))
			port = atoi(strstr(*argv, "fd=") + 3);
	while (file_write_all(port, &answer, sizeof(answer)) == 0 &&
	       file_read_all(port, &plan, sizeof(plan)) == 0 && plan.size < sizeof(bytes) &&
	       file_read_all(port, bytes, plan.size) == 0)
		;
	return 0;
}

static void put(const char *name, const void *bytes, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	ck_assert_int_eq(file_write(path, bytes, size, NULL), 0);
}

static void link_to(const char *target, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	ck_assert_int_eq(symlink(target, path), 0);
}

static void setup(void)
{
	char self[PATH_MAX] = "", path[2 * PATH_MAX];

	strcpy(scratch, "/tmp/keeper.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch));
	ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof(self) - 1), 0);
	link_to(self, QEMU);
	link_to("/bin/true", "halfopen-guest");
	link_to("/bin/true", "halfopen-peer");
	link_to("/bin/true", "halfopen-nft");
	put("plan", "a plan", 6);
	snprintf(path, sizeof(path), "%s:%s", scratch, getenv("PATH"));
	setenv("PATH", path, 1);
}

static void teardown(void)
{
	scratch_remove(scratch);
}

static int ask(int service, const char *programs, size_t size, struct err *err)
{
	char console[256];

	put("programs", programs, size);
	*err = (struct err){""};
	return keeper_ask(service, scratch, LIMIT_NS, console, sizeof(console), err);
}

#define ASK(service, programs, err) ask(service, programs, sizeof(programs) - 1, err)

static int start(void)
{
	static char image[] = "/boot/none";
	static struct kernel kernel = {.kind = KERNEL_QEMU, .path = image};
	static struct kernel_machine machine = {.parallel = 1};
	int service = -1;

	machine.helpers = machine.scratch = scratch;
	ck_assert_int_eq(keepers_start(&kernel, &machine, &service, NULL), 0);
	return service;
}

START_TEST(a_bad_program_is_one_runs_error)
{
	int service = start();
	struct err err;

	ck_assert_msg(ASK(service, "/bin/true\0", &err) == 0, "%s", err.text);
	ck_assert_int_lt(ASK(service, "/no/such/program\0", &err), 0);
	ck_assert_msg(strstr(err.text, "/no/such/program"), "%s", err.text);
	ck_assert_msg(ASK(service, "/bin/true\0", &err) == 0, "%s", err.text);
	ck_assert_msg(ASK(service, "", &err) == 0, "%s", err.text);
	ck_assert_int_lt(ASK(service, "/no/such/program\0", &err), 0);
}
END_TEST

START_TEST(a_name_is_one_program)
{
	char name[128];
	int service = start(), size = snprintf(name, sizeof(name), "%s/two\nlines", scratch) + 1;
	struct err err;

	put("two\nlines", "#!/bin/sh\n", 10);
	ck_assert_msg(ask(service, name, (size_t)size, &err) == 0, "%s", err.text);
}
END_TEST

/* Sparse, in memory for as long as it is copied. */
static int put_large(const char *name, off_t size, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", scratch, name);
	ck_assert_int_eq(file_write(path, "", 0, NULL), 0);
	ck_assert_int_eq(truncate(path, size), 0);
	return (int)strlen(path) + 1;
}

/* What does not fit was "not installed" in the run. */
START_TEST(programs_of_earlier_runs_make_room)
{
	int service = start(), size;
	char path[PATH_MAX];
	struct err err;

	for (const char *const *name = (const char *const[]){"one", "two", NULL}; *name; name++) {
		size = put_large(*name, 70 << 20, path);
		ck_assert_msg(ask(service, path, (size_t)size, &err) == 0, "%s", err.text);
	}
	size = put_large("three", 130 << 20, path);
	ck_assert_int_lt(ask(service, path, (size_t)size, &err), 0);
	ck_assert_msg(strstr(err.text, "libraries are 13") && strstr(err.text, "has room for 128"),
		      "%s", err.text);
}
END_TEST

int main(int argc, char **argv)
{
	TCase *all = tcase_create("all");

	if (argc > 1) /* as QEMU */
		return qemu(argv);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, a_bad_program_is_one_runs_error);
	tcase_add_test(all, a_name_is_one_program);
	tcase_add_test(all, programs_of_earlier_runs_make_room);
	return run_tests(all);
}
