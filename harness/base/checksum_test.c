/* SPDX-License-Identifier: MIT */
#include "checksum.h"

#include "base_test.h"

/* RFC 1071, 3: the sum of these is 0xddf2. */
START_TEST(of_the_rfc)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	uint32_t sum = checksum_add(0, bytes, sizeof(bytes));

	ck_assert_uint_eq(checksum_end(sum), 0x220d);
	for (size_t at = 0; at <= sizeof(bytes); at += 2)
		ck_assert_uint_eq(
			checksum_add(checksum_add(0, bytes, at), bytes + at, sizeof(bytes) - at),
			sum);
}
END_TEST

/* RFC 1071, 1: an odd byte at the end is one with a 0 behind it. */
START_TEST(of_an_odd_size)
{
	static const uint8_t bytes[] = {0x12, 0x34, 0x56, 0x00};

	ck_assert_uint_eq(checksum_add(0, bytes, 3), checksum_add(0, bytes, 4));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("checksum");

	tcase_add_test(tests, of_the_rfc);
	tcase_add_test(tests, of_an_odd_size);
	return run_tests(tests);
}
