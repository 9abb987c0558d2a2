/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "files.h"

START_TEST(what_is_written_is_read)
{
	struct files_entry folder = {FILES_FOLDER, 0710, 0, 4, (char *)"/etc/a folder"},
			   lost = {FILES_NOTHING, 0, 0, 0, (char *)"/etc/two\nlines"},
			   shadow = {FILES_SHADOW, 0640, 0, 42, (char *)"/etc/shadow"}, got;
	AUTO_TEXT struct text text = {0};
	const char *rest;
	char *root;

	files_begin(&text, "/images/one, two");
	files_add(&text, &folder);
	files_add(&text, &lost);
	files_add(&text, &shadow);
	rest = text_string(&text);
	root = files_root(&rest);
	ck_assert_str_eq(root, "/images/one, two");
	ck_assert(files_next(&rest, &got));
	ck_assert_int_eq(got.kind, FILES_FOLDER);
	ck_assert_uint_eq(got.mode, 0710);
	ck_assert_uint_eq(got.gid, 4);
	ck_assert_str_eq(got.path, "/etc/a folder");
	free(got.path);
	ck_assert(files_next(&rest, &got));
	ck_assert_int_eq(got.kind, FILES_SHADOW);
	free(got.path);
	ck_assert(!files_next(&rest, &got));
	free(root);
}
END_TEST

/* It comes through a port; what is cut off is no entry. */
START_TEST(what_is_none_ends_it)
{
	static const char *const texts[] = {"", "d 755 0 0 /a", "d 755 0 /a\n", "d 755 0 0 a\n",
					    "\n"};
	struct files_entry got;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *rest = texts[i];

		ck_assert(!files_next(&rest, &got));
		rest = texts[i];
		ck_assert_ptr_null(files_root(&rest));
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("files");

	tcase_add_test(tests, what_is_written_is_read);
	tcase_add_test(tests, what_is_none_ends_it);
	return run_tests(tests);
}
