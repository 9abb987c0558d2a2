/* SPDX-License-Identifier: MIT */
#include "initramfs.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"
#include "err.h"
#include "file.h"
#include "text.h"

static char folder[64];

/* An executable with a LOADER, as little as there can be; and whether it is taken. */
static int add_with_loader(const char *loader, struct err *err)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr segment;
		char loader[128];
	} elf = {.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64},
			  .e_phoff = sizeof(Elf64_Ehdr),
			  .e_phnum = 1},
		 .segment = {.p_type = PT_INTERP,
			     .p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr)}};
	char *program = text_format("%s/program", folder), *archive = text_format("%s/a", folder);
	struct initramfs initramfs;
	int ret;

	strcpy(elf.loader, loader);
	ck_assert_int_eq(file_write(program, &elf, sizeof(elf), err), 0);
	ck_assert_int_eq(initramfs_open(&initramfs, archive, err), 0);
	ret = initramfs_add_program(&initramfs, program, err);
	initramfs_close(&initramfs, NULL);
	unlink(program);
	unlink(archive);
	free(program);
	free(archive);
	return ret;
}

/* It is run on this machine, as who started halfopen. */
START_TEST(a_case_does_not_choose_what_is_run_as_loader)
{
	static const char *const loaders[] = {"/tmp/loader", "/usr/lib/../../tmp/loader",
					      "/proc/self/exe", "/home/a/lib/ld.so"};
	struct err err = {0};

	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
		ck_assert_int_eq(add_with_loader(loaders[i], &err), -EPERM);
		ck_assert_ptr_nonnull(strstr(err.text, loaders[i]));
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("initramfs");
	int failed;

	strcpy(folder, "/tmp/initramfs_test.XXXXXX");
	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	tcase_add_test(tests, a_case_does_not_choose_what_is_run_as_loader);
	failed = run_tests(tests);
	rmdir(folder);
	return failed;
}
