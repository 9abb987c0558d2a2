/* SPDX-License-Identifier: MIT
 *
 * What a kernel is recognised by, and which one is found when none is named. No kernel runs.
 */
#include "kernel.h"

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base_test.h"
#include "cage.h"
#include "err.h"
#include "guest.h"
#include "scratch.h"
#include "store.h"
#include "test_descriptors.h"

static char dir[] = "/tmp/halfopen-test.XXXXXX";

static void put(const char *name, const void *data, size_t size)
{
	int fd;

	unlink(name); /* a file that is truncated and closed is written out at once */
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0755);
	ck_assert(fd >= 0);
	ck_assert(write(fd, data, size) == (ssize_t)size);
	close(fd);
}

/* The least that passes for a UML: an ELF file with the section's name, and a banner. */
static void put_uml(const char *name, const char *release)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Shdr section[2];
		char names[32];
		char banner[64];
	} file = {
		.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64},
			 .e_shoff = sizeof(Elf64_Ehdr),
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_shnum = 2,
			 .e_shstrndx = 0},
		.section = {{.sh_offset = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr),
			     .sh_size = sizeof(file.names)},
			    {.sh_name = 1}},
		.names = "\0.uml.setup.init",
	};

	snprintf(file.banner, sizeof(file.banner), "Linux version %s (me@here)", release);
	put(name, &file, sizeof(file));
}

static void expect_refused(const char *path, int error, const char *word)
{
	struct kernel kernel;
	struct err err = {""};

	ck_assert_int_eq(kernel_find(path, &kernel, &err), -error);
	ck_assert_msg(strstr(err.text, path) && strstr(err.text, word), "%s", err.text);
}

START_TEST(live_by_name)
{
	struct kernel kernel;
	struct utsname name;

	ck_assert_int_eq(kernel_find("live", &kernel, NULL), 0);
	uname(&name);
	ck_assert_int_eq(kernel.kind, KERNEL_LIVE);
	ck_assert_str_eq(kernel.release, name.release);
	ck_assert(!kernel_clock_is_virtual(&kernel));
	kernel_done(&kernel);
}
END_TEST

START_TEST(uml_by_its_section)
{
	struct kernel kernel;

	put_uml("linux", "6.12.117");
	ck_assert_int_eq(kernel_find("linux", &kernel, NULL), 0);
	ck_assert_int_eq(kernel.kind, KERNEL_UML);
	ck_assert_str_eq(kernel.release, "6.12.117");
	ck_assert(kernel_clock_is_virtual(&kernel));
	ck_assert(kernel.path[0] == '/');
	kernel_done(&kernel);
}
END_TEST

/* Documentation/arch/x86/boot.rst: the magic number, and where the version is, less 0x200. */
static void put_bzimage(const char *name)
{
	char bzimage[1024] = "MZ";

	memcpy(bzimage + 0x202, "HdrS", 4);
	bzimage[0x20e] = 0x40;
	memcpy(bzimage + 0x240, "6.12.1-test (me@here) #1", 25);
	put(name, bzimage, sizeof(bzimage));
}

START_TEST(bzimage_by_its_magic_number)
{
	struct kernel kernel;

	put_bzimage("vmlinuz-test");
	ck_assert_int_eq(mkdir("lib", 0755) | mkdir("lib/modules", 0755) |
				 mkdir("lib/modules/6.12.1-test", 0755),
			 0);
	for (int folder = 0; folder < 2; folder++) {
		ck_assert_int_eq(kernel_find(folder ? "." : "vmlinuz-test", &kernel, NULL), 0);
		ck_assert_int_eq(kernel.kind, KERNEL_QEMU);
		ck_assert_str_eq(kernel.release, "6.12.1-test");
		ck_assert_ptr_nonnull(strstr(kernel.modules, "/lib/modules/6.12.1-test"));
		ck_assert(kernel_clock_is_virtual(&kernel));
		kernel.real_time = 1;
		ck_assert(!kernel_clock_is_virtual(&kernel));
		ck_assert_str_eq(kernel_helpers_inside(&kernel, "/out"), "/halfopen");
		kernel_done(&kernel);
	}
}
END_TEST

START_TEST(others_are_refused)
{
	put("text", "Linux version 6.12", 18);
	put("empty", "", 0);
	put("elf", ELFMAG, SELFMAG);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	expect_refused("pipe", ENOEXEC, "not a kernel");
	expect_refused("text", ENOEXEC, "no kernel");
	expect_refused("empty", ENOEXEC, "not a kernel");
	expect_refused("elf", ENOEXEC, "no User-Mode Linux");
	expect_refused("/proc/self/exe", ENOEXEC, "possible are: live");
	expect_refused(".", ENOENT, "no vmlinuz");
	expect_refused("missing", ENOENT, "No such file");
}
END_TEST

START_TEST(uml_must_be_executable)
{
	put_uml("linux", "6.12");
	ck_assert(chmod("linux", 0600) == 0);
	expect_refused("linux", EACCES, "Permission denied");
}
END_TEST

/* Bytes in the wrong place must not lead out of the file. */
static void damage(const char *name)
{
	struct kernel kernel;
	unsigned char file[1024];
	FILE *in = fopen(name, "r");
	size_t size;

	size = fread(file, 1, sizeof(file), in);
	fclose(in);
	for (size_t i = SELFMAG; i < size; i++) {
		unsigned char was = file[i];

		file[i] = 0xff;
		put("damaged", file, size);
		if (kernel_find("damaged", &kernel, NULL) == 0)
			kernel_done(&kernel);
		put("damaged", file, i);
		if (kernel_find("damaged", &kernel, NULL) == 0)
			kernel_done(&kernel);
		file[i] = was;
	}
}

START_TEST(damaged_files)
{
	put_uml("linux", "6.12");
	damage("linux");
	put_bzimage("bzImage");
	damage("bzImage");
}
END_TEST

static void make_cached(const char *folder, const char *release, time_t when)
{
	const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	char path[256];

	ck_assert(mkdir(folder, 0755) == 0);
	snprintf(path, sizeof(path), "%s/linux", folder);
	put_uml(path, release);
	ck_assert(utimensat(AT_FDCWD, path, times, 0) == 0);
}

START_TEST(nothing_is_taken_unasked)
{
	struct kernel kernel;
	struct err err;

	ck_assert(setenv("XDG_CACHE_HOME", dir, 1) == 0);
	ck_assert_int_eq(kernel_find(NULL, &kernel, &err), -ENOENT);
	ck_assert(strstr(err.text, "kernel build") && strstr(err.text, "--kernel live"));

	ck_assert(mkdir("halfopen", 0755) == 0 && mkdir("halfopen/kernels", 0755) == 0);
	make_cached("halfopen/kernels/6.1.1-hz250-a", "6.1.1", 2000);
	make_cached("halfopen/kernels/6.12.1-hz250-b", "6.12.1", 3000);
	ck_assert_int_eq(kernel_find(NULL, &kernel, &err), -ENOENT);
	ck_assert_int_eq(store_use("6.1.1-hz250-a", NULL), 0);
	ck_assert_int_eq(kernel_find(NULL, &kernel, NULL), 0);
	ck_assert_int_eq(kernel.kind, KERNEL_UML);
	ck_assert_str_eq(kernel.release, "6.1.1");
	kernel_done(&kernel);
	ck_assert_int_eq(store_use("live", NULL), 0);
	ck_assert_int_eq(kernel_find(NULL, &kernel, NULL), 0);
	ck_assert_int_eq(kernel.kind, KERNEL_LIVE);
	kernel_done(&kernel);
}
END_TEST

START_TEST(cache_in_home)
{
	struct kernel kernel;

	ck_assert(unsetenv("XDG_CACHE_HOME") == 0 && setenv("HOME", dir, 1) == 0);
	ck_assert(mkdir(".cache", 0755) == 0 && mkdir(".cache/halfopen", 0755) == 0 &&
		  mkdir(".cache/halfopen/kernels", 0755) == 0);
	make_cached(".cache/halfopen/kernels/6.12.1-hz250-b", "6.12.1", 3000);
	ck_assert_int_eq(kernel_find("6.12", &kernel, NULL), 0);
	ck_assert_str_eq(kernel.release, "6.12.1");
	kernel_done(&kernel);
}
END_TEST

/* A guest that says WORDS and dies of SIGNAL; 0: ends. */
static int end_of(const char *words, int signal, struct err *err)
{
	struct guest guest;
	char tail[256];
	int ends[2];

	ck_assert(pipe2(ends, O_CLOEXEC) == 0);
	guest = (struct guest){.pid = fork(), .console = ends[0], .loss = cage_loss};
	if (guest.pid == 0) {
		setsid();
		dprintf(ends[1], "%s", words);
		if (signal)
			raise(signal);
		_exit(0);
	}
	close(ends[1]);
	return guest_wait(&guest, KERNEL_WALL_LIMIT_NS, tail, sizeof(tail), err);
}

START_TEST(dying_after_the_halt)
{
	struct err err = {""};

	ck_assert_int_eq(end_of("reboot: System halted\r\n", SIGABRT, &err), 0);
	ck_assert_int_eq(end_of("reboot: System halted\r\n", SIGKILL, &err), -ECHILD);
	ck_assert_int_eq(end_of("Kernel panic\r\n", SIGABRT, &err), -ECHILD);
	ck_assert_msg(strstr(err.text, "signal 6"), "%s", err.text);
}
END_TEST

/* What the guest's programs did then was not their doing. */
START_TEST(a_process_less)
{
	struct err err = {""};

	ck_assert_int_eq(end_of("a word\r\nreboot: Power down\r\n", 0, &err), 0);
	ck_assert_int_eq(end_of("a word\r\nuserspace - ptrace continue failed, op = 31\r\n"
				"reboot: Power down\r\n",
				0, &err),
			 -ECHILD);
	ck_assert_str_eq(err.text, "one of its processes was killed from outside: "
				   "userspace - ptrace continue failed, op = 31");
}
END_TEST

START_TEST(what_a_confined_kernel_may_not_do_is_no_news)
{
	char text[] = "Open of machine pid file \"/x\" failed: Permission denied\n"
		      "a word\n"
		      "check_one_sigio failed, errno = 13\n\n"
		      "the last: Failed to initialize management console";

	cage_quieten(text);
	ck_assert_str_eq(text, "a word\n\nthe last: Failed to initialize management console");
}
END_TEST

START_TEST(live_with_too_few_descriptors)
{
	char guest[] = "/bin/true";
	const struct kernel_job job = {.guest = guest};
	const struct kernel kernel = {.kind = KERNEL_LIVE};
	int before = descriptors();
	struct guest started;

	descriptors_leave(_i);
	ck_assert_int_lt(live_ops.boot(&kernel, &job, dir, &started, NULL), 0);
	descriptors_leave(100);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

static void set_up(void)
{
	strcpy(strrchr(dir, '.'), ".XXXXXX");
	ck_assert(mkdtemp(dir) && chdir(dir) == 0);
}

static void tear_down(void)
{
	scratch_remove(dir);
}

int main(void)
{
	TCase *all = tcase_create("all");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, live_by_name);
	tcase_add_test(all, uml_by_its_section);
	tcase_add_test(all, bzimage_by_its_magic_number);
	tcase_add_test(all, others_are_refused);
	tcase_add_test(all, uml_must_be_executable);
	tcase_add_test(all, damaged_files);
	tcase_add_test(all, nothing_is_taken_unasked);
	tcase_add_test(all, cache_in_home);
	tcase_add_test(all, dying_after_the_halt);
	tcase_add_test(all, a_process_less);
	tcase_add_test(all, what_a_confined_kernel_may_not_do_is_no_news);
	tcase_add_loop_test(all, live_with_too_few_descriptors, 0, 6);
	return run_tests(all);
}
