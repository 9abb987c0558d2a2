/* SPDX-License-Identifier: MIT */
#include "sha256.h"

#include <string.h>

#include "base_test.h"

static const struct {
	const char *text;
	int times;
	const char *sum; /* of NIST's examples for SHA-256, and sha256sum(1) */
} tries[] = {
	{"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

START_TEST(sums_are_those_of_the_standard)
{
	char text[SHA256_TEXT];
	struct sha256 sha;

	sha256_init(&sha);
	for (int i = 0; i < tries[_i].times; i++)
		sha256_add(&sha, tries[_i].text, strlen(tries[_i].text));
	sha256_text(&sha, text);
	ck_assert_str_eq(text, tries[_i].sum);
}
END_TEST

START_TEST(what_is_no_file_has_none)
{
	char text[SHA256_TEXT];
	struct err err = {0};

	ck_assert_int_lt(sha256_file("/nowhere", text, &err), 0);
	ck_assert_str_eq(err.text, "/nowhere: No such file or directory");
	ck_assert_int_lt(sha256_file("/dev/zero", text, &err), 0);
	ck_assert_int_eq(sha256_file("/proc/self/exe", text, &err), 0);
	ck_assert_uint_eq(strlen(text), 64);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("sha256");

	tcase_add_loop_test(tests, sums_are_those_of_the_standard, 0, COUNT(tries));
	tcase_add_test(tests, what_is_no_file_has_none);
	return run_tests(tests);
}
