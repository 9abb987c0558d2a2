/* SPDX-License-Identifier: MIT */
#include "package.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"
#include "err.h"
#include "initramfs.h"

static char folder[] = "/tmp/halfopen-test.XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (char *slash = strchr(path + sizeof(folder), '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void end(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

/* modules.dep(5): what is needed stands so that the last is to be loaded first. */
START_TEST(needed_modules_come_first)
{
	static const char *const want[] = {"net/llc.ko", "net/stp.ko", "net/bridge.ko.xz",
					   "net/sch-netem.ko"};
	static const char *const names[] = {"bridge", "built_in", "sch_netem", "stp", NULL};
	char **file = NULL;
	int count = 0;

	write_file("modules.dep", "net/bridge_more.ko: net/x.ko\n"
				  "net/bridge.ko.xz: net/stp.ko net/llc.ko\n"
				  "net/stp.ko: net/llc.ko\n"
				  "net/llc.ko:\n"
				  "net/sch-netem.ko:\n");
	ck_assert_int_eq(package_list_modules(folder, names, &file, &count, NULL), 0);
	ck_assert_int_eq(count, 4);
	for (int i = 0; i < count; i++) {
		ck_assert_str_eq(file[i], want[i]);
		free(file[i]);
	}
	free(file);
}
END_TEST

START_TEST(without_modules_dep_the_remedy_is_said)
{
	static const char *const names[] = {"bridge", NULL};
	struct err err = {""};
	char **file = NULL;
	int count = 0;

	ck_assert_int_eq(package_list_modules(folder, names, &file, &count, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "depmod -b"));
}
END_TEST

START_TEST(an_unpacked_package_is_found)
{
	struct err err = {""};
	char *image = NULL, *modules;
	char want[200];

	ck_assert_int_eq(package_find_image(folder, &image, &err), -ENOENT);
	write_file("boot/vmlinuz-6.12.1-test", "");
	write_file("lib/modules/6.12.1-test/modules.dep", "");
	ck_assert_int_eq(package_find_image(folder, &image, &err), 0);
	modules = package_find_modules(image, "6.12.1-test");
	snprintf(want, sizeof(want), "%s/boot/../lib/modules/6.12.1-test", folder);
	ck_assert_str_eq(modules, want);
	free(modules);
	free(image);
	ck_assert_ptr_null(package_find_modules("/nowhere/vmlinuz", "0.0-none"));
	ck_assert_ptr_null(package_installed("linux-image-0.0-none"));
	ck_assert_ptr_null(package_installed("vmlinuz"));
	write_file("boot/vmlinuz-6.12.2-test", "");
	ck_assert_int_eq(package_find_image(folder, &image, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "vmlinuz-6.12.2-test"));
}
END_TEST

static char *archive_read(const char *path, size_t *ret_size)
{
	static char bytes[8 << 20];
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	*ret_size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return bytes;
}

/* The archive, walked as the kernel's unpacker does (init/initramfs.c): 110 bytes of head, the name
 * and the content each filled up to four. Returns the content of NAME, or NULL. */
static const char *archive_find(const char *bytes, size_t size, const char *name, size_t *ret_size)
{
	for (size_t at = 0; at + 110 < size;) {
		unsigned int name_size, file_size;

		ck_assert_int_eq(memcmp(bytes + at, "070701", 6), 0);
		ck_assert_int_eq(sscanf(bytes + at + 54, "%8x", &file_size), 1);
		ck_assert_int_eq(sscanf(bytes + at + 94, "%8x", &name_size), 1);
		if (strcmp(bytes + at + 110, name) == 0) {
			*ret_size = file_size;
			return bytes + ((at + 110 + name_size + 3) & ~3UL);
		}
		at = (at + 110 + name_size + 3) & ~3UL;
		at = (at + file_size + 3) & ~3UL;
	}
	return NULL;
}

/* Since 7.2: usr/lib/modules/VERSION/vmlinuz, among its modules. */
START_TEST(an_image_among_its_modules_is_found)
{
	char *image = NULL, *modules, wanted[200];

	write_file("lib/modules/7.3.4/vmlinuz", "");
	write_file("lib/modules/7.3.4/modules.dep", "");
	ck_assert_int_eq(package_find_image(folder, &image, NULL), 0);
	modules = package_find_modules(image, "7.3.4");
	ck_assert_ptr_nonnull(modules);
	snprintf(wanted, sizeof(wanted), "%s/modules.dep", modules);
	ck_assert_int_eq(access(wanted, F_OK), 0);
	free(modules);
	free(image);
}
END_TEST

START_TEST(an_archive_has_what_was_put_in_once)
{
	struct initramfs initramfs;
	char path[200];
	const char *bytes, *found;
	size_t size, length = 0;

	snprintf(path, sizeof(path), "%s/initramfs", folder);
	ck_assert_int_eq(initramfs_open(&initramfs, path, NULL), 0);
	ck_assert_int_eq(initramfs_add_bytes(&initramfs, "a/b/c", "12345", 5, NULL), 0);
	ck_assert_int_eq(initramfs_add_bytes(&initramfs, "a/b/c", "other", 5, NULL), 0);
	ck_assert_int_eq(initramfs_add_program(&initramfs, "/bin/sh", NULL), 0);
	ck_assert_int_eq(initramfs_add_program(&initramfs, "/nowhere/at/all", NULL), -ENOENT);
	ck_assert_int_eq(initramfs_close(&initramfs, NULL), 0);
	bytes = archive_read(path, &size);
	found = archive_find(bytes, size, "a/b/c", &length);
	ck_assert_ptr_nonnull(found);
	ck_assert_uint_eq(length, 5);
	ck_assert_int_eq(memcmp(found, "12345", 5), 0);
	ck_assert_ptr_nonnull(archive_find(bytes, size, "a/b", &length));
	ck_assert_ptr_nonnull(archive_find(bytes, size, "bin/sh", &length));
	ck_assert_uint_gt(length, 1000);
	/* What its dynamic linker would look for. */
	ck_assert_ptr_nonnull(memmem(bytes, size, "libc.so.6", 9));
	ck_assert_ptr_nonnull(archive_find(bytes, size, "TRAILER!!!", &length));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("package");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, needed_modules_come_first);
	tcase_add_test(tcase, without_modules_dep_the_remedy_is_said);
	tcase_add_test(tcase, an_unpacked_package_is_found);
	tcase_add_test(tcase, an_image_among_its_modules_is_found);
	tcase_add_test(tcase, an_archive_has_what_was_put_in_once);
	return run_tests(tcase);
}
