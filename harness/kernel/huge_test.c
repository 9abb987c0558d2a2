/* SPDX-License-Identifier: MIT */
#include "huge.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"

#define MIB  ((size_t)1 << 20)
#define PAGE ((size_t)4096)

static int fd;
static uint8_t *mapped;

static void make(size_t size)
{
	struct stat st;

	fd = memfd_create("memory", MFD_CLOEXEC);
	huge_memory(fd, size);
	ck_assert(fstat(fd, &st) == 0 && (size_t)st.st_size == size);
	mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert(mapped != MAP_FAILED);
}

static size_t pages_there(size_t from, size_t size)
{
	static unsigned char there[16384];
	size_t count = 0;

	ck_assert(mincore(mapped + from, size, there) == 0);
	for (size_t i = 0; i < size / PAGE; i++)
		count += there[i] & 1;
	return count;
}

START_TEST(where_a_boot_writes_there_is_memory_before)
{
	make(64 * MIB);
	if (pages_there(10 * MIB, 6 * MIB) == 3) /* as before 6.1: one of each huge page */
		return;
	ck_assert_uint_eq(pages_there(10 * MIB, 6 * MIB), 6 * MIB / PAGE);
	ck_assert_uint_eq(pages_there(62 * MIB, 2 * MIB), 2 * MIB / PAGE);
	ck_assert_uint_eq(pages_there(0, 10 * MIB) + pages_there(16 * MIB, 46 * MIB), 0);
}
END_TEST

START_TEST(all_of_it_is_zero)
{
	make(64 * MIB);
	for (size_t i = 0; i < 64 * MIB; i += 512)
		ck_assert_uint_eq(mapped[i], 0);
}
END_TEST

START_TEST(what_is_small_or_odd_gets_its_size)
{
	make(PAGE);
	make(16 * MIB);
	make(63 * MIB);
	ck_assert_uint_eq(pages_there(0, 63 * MIB), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("huge");

	tcase_add_test(tcase, where_a_boot_writes_there_is_memory_before);
	tcase_add_test(tcase, all_of_it_is_zero);
	tcase_add_test(tcase, what_is_small_or_odd_gets_its_size);
	return run_tests(tcase);
}
