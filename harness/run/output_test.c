/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"

static struct out out;
static struct kept_output output;
static char kept[OUTPUT_HEAD + OUTPUT_TAIL + 1];
static size_t kept_size;
static uint64_t lost;

/* Byte N of what the command writes. */
static char byte_at(int64_t n)
{
	return (char)('a' + n % 23);
}

/* SIZE bytes, in pieces. */
static bool write_all(int64_t size, size_t piece)
{
	static char bytes[100000];
	bool more = true;

	for (int64_t done = 0; done < size && more; done += (int64_t)piece) {
		if ((int64_t)piece > size - done)
			piece = (size_t)(size - done);
		for (size_t i = 0; i < piece; i++)
			bytes[i] = byte_at(done + (int64_t)i);
		more = output_take(&output, 3, bytes, piece, &out);
	}
	return more;
}

/* What was written so far, taken apart again. */
static void collect(void)
{
	struct raw_frame frame;

	out_flush(&out);
	lseek(out.fd, 0, SEEK_SET);
	kept_size = 0;
	lost = 0;
	while (read(out.fd, &frame, sizeof(frame)) == sizeof(frame)) {
		ck_assert_int_eq(frame.who, 3);
		if (frame.type == RAW_OUTPUT_LOST) {
			ck_assert_uint_eq(kept_size, OUTPUT_HEAD);
			ck_assert_int_eq(read(out.fd, &lost, sizeof(lost)), sizeof(lost));
			continue;
		}
		ck_assert_uint_eq(frame.type, RAW_OUTPUT);
		ck_assert_uint_le(kept_size + frame.size, sizeof(kept));
		ck_assert_int_eq(read(out.fd, kept + kept_size, frame.size), (int)frame.size);
		kept_size += frame.size;
	}
}

static void begin(void)
{
	FILE *file = tmpfile();

	out = (struct out){.fd = dup(fileno(file))};
	fclose(file);
}

/* Of SIZE bytes, all but those in the middle, each where it belongs. */
static void hold(int64_t size, size_t piece)
{
	int64_t gone = size - OUTPUT_HEAD - OUTPUT_TAIL;
	int wrong = 0;

	begin();
	ck_assert(write_all(size, piece) == (size < OUTPUT_MOST));
	output_finish(&output, 3, &out);
	collect();
	close(out.fd);
	ck_assert_uint_eq(lost, gone > 0 ? (uint64_t)gone : 0);
	ck_assert_uint_eq(kept_size, (size_t)(gone > 0 ? size - gone : size));
	for (size_t i = 0; i < kept_size; i++)
		wrong += kept[i] != byte_at((int64_t)i + (gone > 0 && i >= OUTPUT_HEAD ? gone : 0));
	ck_assert_int_eq(wrong, 0);
}

START_TEST(head_and_tail_are_kept)
{
	static const int64_t sizes[] = {0,
					1,
					OUTPUT_HEAD - 1,
					OUTPUT_HEAD,
					OUTPUT_HEAD + 1,
					OUTPUT_HEAD + OUTPUT_TAIL - 1,
					OUTPUT_HEAD + OUTPUT_TAIL,
					OUTPUT_HEAD + OUTPUT_TAIL + 1,
					5 * OUTPUT_TAIL + 77,
					OUTPUT_MOST};
	static const size_t pieces[] = {7, 4096, 99991};

	for (int i = 0; i < 3; i++)
		hold(sizes[_i], sizes[_i] > 1 << 20 ? 4096 : pieces[i]);
}
END_TEST

START_TEST(the_head_comes_at_once)
{
	begin();
	ck_assert(write_all(10, 10));
	collect();
	ck_assert_uint_eq(kept_size, 10);
	close(out.fd);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("bounds");

	tcase_add_loop_test(tests, head_and_tail_are_kept, 0, 10);
	tcase_add_test(tests, the_head_comes_at_once);
	return run_tests(tests);
}
