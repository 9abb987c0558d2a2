/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base_test.h"

#define PAGE 4096
#define SIZE (16 * PAGE)
#define AT   0x60000000ULL

static int file_of(size_t size, int seals)
{
	int fd = memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
	if (seals)
		ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

START_TEST(an_address_is_found_where_it_lies)
{
	struct memory memory = {0};
	int fd = file_of(SIZE + PAGE, 0);
	char *at;

	ck_assert_int_eq(pwrite(fd, "hello", 6, PAGE + 100), 6);
	ck_assert_int_eq(
		memory_add(&memory, &(struct memory_region){AT, SIZE, PAGE}, fd, false, NULL), 0);
	close(fd);
	at = memory_find(&memory, AT + 100, 6);
	ck_assert_str_eq(at, "hello");
	ck_assert_ptr_nonnull(memory_find(&memory, AT, SIZE));
	ck_assert_ptr_nonnull(memory_find(&memory, AT + SIZE - 1, 1));
	memory_clear(&memory);
}
END_TEST

START_TEST(no_address_outside_is_found)
{
	static const struct memory_region asked[] = {
		{AT - 1, 1, 0},
		{AT - 1, 2, 0},
		{AT + SIZE, 1, 0},
		{AT + SIZE - 1, 2, 0},
		{AT, SIZE + 1, 0},
		{AT + 10, UINT64_MAX, 0},
		{UINT64_MAX, 1, 0},
		{UINT64_MAX, 10, 0},
		{0, 1, 0},
		{AT, UINT64_MAX, 0},
		{AT + 1, UINT64_MAX - AT, 0},
		{AT + SIZE - 1, UINT64_MAX, 0},
	};
	struct memory memory = {0};
	int fd = file_of(SIZE, 0);

	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){AT, SIZE, 0}, fd, false, NULL),
			 0);
	for (int i = 0; i < COUNT(asked); i++)
		ck_assert_ptr_null(memory_find(&memory, asked[i].address, asked[i].size));
	memory_clear(&memory);
	ck_assert_ptr_null(memory_find(&memory, AT, 1));
	close(fd);
}
END_TEST

START_TEST(what_is_no_memory_is_refused)
{
	static const struct memory_region wrong[] = {
		{AT, 0, 0},           {AT, SIZE + 1, 0},       {AT, SIZE, PAGE},
		{AT, PAGE, 1},        {AT, UINT64_MAX, 0},     {UINT64_MAX - PAGE, SIZE, 0},
		{AT, PAGE, SIZE * 2}, {AT, PAGE, ~0ULL << 12}, {AT, 1ULL << 40, 0},
	};
	struct memory memory = {0};
	struct err err;
	int fd = file_of(SIZE, 0), pipes[2], folder = open("/", O_RDONLY | O_CLOEXEC);

	for (int i = 0; i < COUNT(wrong); i++) {
		err.text[0] = '\0';
		ck_assert_int_eq(memory_add(&memory, &wrong[i], fd, false, &err), -EPROTO);
		ck_assert_str_ne(err.text, "");
	}
	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	ck_assert_int_eq(
		memory_add(&memory, &(struct memory_region){AT, PAGE, 0}, pipes[0], false, NULL),
		-EPROTO);
	ck_assert_int_eq(
		memory_add(&memory, &(struct memory_region){AT, PAGE, 0}, folder, false, NULL),
		-EPROTO);
	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){AT, PAGE, 0}, -1, false, NULL),
			 -EPROTO);
	ck_assert_int_eq(memory.count, 0);
}
END_TEST

START_TEST(regions_do_not_overlap_and_are_no_more_than_two)
{
	struct memory memory = {0};
	int fd = file_of(SIZE, 0);

	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){AT, SIZE, 0}, fd, false, NULL),
			 0);
	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){AT + SIZE - 1, PAGE, 0}, fd,
				    false, NULL),
			 -EPROTO);
	ck_assert_int_eq(
		memory_add(&memory, &(struct memory_region){AT + SIZE, PAGE, 0}, fd, false, NULL),
		0);
	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){AT + 2 * SIZE, PAGE, 0}, fd,
				    false, NULL),
			 -EPROTO);
	memory_clear(&memory);
}
END_TEST

START_TEST(only_what_cannot_shrink_counts_as_sealed)
{
	struct memory_region region = {AT, SIZE, 0};
	struct memory memory = {0};

	ck_assert_int_eq(memory_add(&memory, &region, file_of(SIZE, 0), true, NULL), -EPROTO);
	ck_assert_int_eq(memory_add(&memory, &region, file_of(SIZE, F_SEAL_GROW), true, NULL),
			 -EPROTO);
	ck_assert_int_eq(memory_add(&memory, &region, file_of(SIZE, F_SEAL_SHRINK), true, NULL), 0);
	memory_clear(&memory);
}
END_TEST

START_TEST(a_file_that_shrinks_under_us_is_no_signal)
{
	struct memory memory = {0}, other = {0};
	int fd = file_of(SIZE, 0), other_fd = file_of(SIZE, 0);
	char *at, *of_other;

	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){AT, SIZE, 0}, fd, false, NULL),
			 0);
	ck_assert_int_eq(
		memory_add(&other, &(struct memory_region){AT, SIZE, 0}, other_fd, false, NULL), 0);
	at = memory_find(&memory, AT + 2 * PAGE, 10);
	of_other = memory_find(&other, AT, 10);
	strcpy(at, "text");
	strcpy(of_other, "other");
	ck_assert(!memory_is_lost(&memory));
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(at[0], 0);
	strcpy(at, "more");
	ck_assert(memory_is_lost(&memory));
	ck_assert(!memory_is_lost(&other));
	ck_assert_str_eq(of_other, "other");
	memory_clear(&memory);
	memory_clear(&other);
}
END_TEST

START_TEST(a_fault_of_our_own_still_kills)
{
	struct memory memory = {0};
	int fd = file_of(SIZE, 0), own = file_of(PAGE, 0);
	volatile char *at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, own, 0);

	signal(SIGBUS, SIG_DFL); /* ASan was there before us */
	ck_assert_int_eq(memory_add(&memory, &(struct memory_region){AT, SIZE, 0}, fd, false, NULL),
			 0);
	ck_assert_int_eq(ftruncate(own, 0), 0);
	(void)at[0];
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("memory");

	tcase_add_test(tests, an_address_is_found_where_it_lies);
	tcase_add_test(tests, no_address_outside_is_found);
	tcase_add_test(tests, what_is_no_memory_is_refused);
	tcase_add_test(tests, regions_do_not_overlap_and_are_no_more_than_two);
	tcase_add_test(tests, only_what_cannot_shrink_counts_as_sealed);
	tcase_add_test(tests, a_file_that_shrinks_under_us_is_no_signal);
	tcase_add_test_raise_signal(tests, a_fault_of_our_own_still_kills, SIGBUS);
	return run_tests(tests);
}
