/* SPDX-License-Identifier: MIT
 *
 * Whatever a record or a case says, a page shows it as text.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"
#include "page.h"

static char *written;
static size_t written_size;

static FILE *begin(void)
{
	free(written);
	written = NULL;
	return open_memstream(&written, &written_size);
}

static const char *text(const char *in)
{
	FILE *out = begin();

	page_text(out, in);
	fclose(out);
	return written;
}

static const char *path(const char *in)
{
	FILE *out = begin();

	page_path(out, in);
	fclose(out);
	return written;
}

static const char *up(const char *in)
{
	FILE *out = begin();

	page_up(out, in);
	fclose(out);
	return written;
}

START_TEST(markup_is_text)
{
	ck_assert_str_eq(text("<script>alert('x')</script>"),
			 "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
	ck_assert_str_eq(text("\"a\" & b"), "&quot;a&quot; &amp; b");
	ck_assert_str_eq(text(NULL), "");
}
END_TEST

#define UNKNOWN "\xef\xbf\xbd"

START_TEST(what_is_no_character_is_replaced)
{
	ck_assert_str_eq(text("a\x01z\x7f"), "a" UNKNOWN "z" UNKNOWN);
	ck_assert_str_eq(text("a\tb\nc"), "a\tb\nc");
	ck_assert_str_eq(text("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
	ck_assert_str_eq(text("\xc3"), UNKNOWN);                         /* cut off */
	ck_assert_str_eq(text("\xc0\xbc"), UNKNOWN UNKNOWN);             /* an overlong '<' */
	ck_assert_str_eq(text("\xed\xa0\x80"), UNKNOWN UNKNOWN UNKNOWN); /* a surrogate */
	ck_assert_str_eq(text("\xff<"), UNKNOWN "&lt;");
	ck_assert_str_eq(text("\xc2\x85"), UNKNOWN UNKNOWN); /* a control character */
	ck_assert_str_eq(text("\xf0\x9f\x90\x8c"), "\xf0\x9f\x90\x8c");
	/* right-to-left override: what follows would be read backwards */
	ck_assert_str_eq(text("a\xe2\x80\xae"), "a" UNKNOWN UNKNOWN UNKNOWN);
}
END_TEST

START_TEST(paths_lead_to_their_files)
{
	ck_assert_str_eq(path("runs/a/ip=4,x=1.html"), "runs/a/ip=4,x=1.html");
	ck_assert_str_eq(path("a b#c?d%e\"f:g"), "a%20b%23c%3Fd%25e%22f%3Ag");
	ck_assert_str_eq(path("\xc3\xbc"), "%C3%BC");
	ck_assert_str_eq(up("index.html"), "");
	ck_assert_str_eq(up("runs/a/b.html"), "../../");
}
END_TEST

START_TEST(the_files_beside_the_pages_are_built_in)
{
	static const char *const names[] = {"style.css", "script.js"};
	char folder[] = "/tmp/halfopen-page-XXXXXX", name[128];
	struct err err = {0};
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(page_assets_save(folder, &err), 0);
	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
		ck_assert_int_eq(stat(name, &st), 0);
		ck_assert_int_gt(st.st_size, 1000);
		unlink(name);
	}
	rmdir(folder);
	ck_assert_int_lt(page_assets_save(folder, &err), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("page");

	tcase_add_test(tcase, markup_is_text);
	tcase_add_test(tcase, what_is_no_character_is_replaced);
	tcase_add_test(tcase, paths_lead_to_their_files);
	tcase_add_test(tcase, the_files_beside_the_pages_are_built_in);
	return run_tests(tcase);
}
