/* SPDX-License-Identifier: MIT
 *
 * Names for kernels: given, found, taken away. No kernel runs, and none of these files is one.
 */
#include "store.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"
#include "err.h"
#include "scratch.h"

static char dir[] = "/tmp/halfopen-test.XXXXXX";
static struct err err;

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void put_built(const char *name, const char *config)
{
	char path[256];

	snprintf(path, sizeof(path), "halfopen/kernels/%s", name);
	ck_assert(mkdir(path, 0755) == 0);
	snprintf(path, sizeof(path), "halfopen/kernels/%s/linux", name);
	put(path, "a kernel");
	snprintf(path, sizeof(path), "halfopen/kernels/%s/config", name);
	if (config)
		put(path, config);
}

static void found(const char *name, const char *wanted)
{
	char *path = NULL;

	ck_assert_msg(store_find(name, &path, &err) == 0, "%s", err.text);
	ck_assert_msg(strcmp(path + strlen(path) - strlen(wanted), wanted) == 0, "%s", path);
	free(path);
}

static void refused(int ret, int error, const char *words)
{
	ck_assert_int_eq(ret, -error);
	ck_assert_msg(strstr(err.text, words), "%s", err.text);
}

START_TEST(nothing_there)
{
	struct store store;
	char *path;

	ck_assert(setenv("XDG_CACHE_HOME", "/nowhere", 1) == 0);
	ck_assert_int_eq(store_read(&store, &err), 0);
	ck_assert_int_eq(store.count, 0);
	store_done(&store);
	ck_assert_ptr_null(store_default());
	refused(store_find("mine", &path, &err), ENOENT, "no kernel called 'mine'");
	refused(store_remove("mine", &err), ENOENT, "no kernel called 'mine'");
}
END_TEST

START_TEST(what_a_configuration_says)
{
	struct store store;

	put_built("6.12-hz1000-b", "CONFIG_HZ=1000\nCONFIG_BRIDGE=m\n# CONFIG_IPV6 is not set\n"
				   "CONFIG_NET_SCH_NETEM=y\nCONFIG_NF_TABLES_INET=y\n");
	put_built("6.6-hz250-a", NULL);
	ck_assert(mkdir("halfopen/kernels/empty", 0755) == 0);
	ck_assert_int_eq(store_read(&store, &err), 0);
	ck_assert_int_eq(store.count, 2);
	ck_assert_str_eq(store.entry[0].name, "6.6-hz250-a");
	ck_assert(!store.entry[0].configured && !store.entry[0].added);
	ck_assert_str_eq(store.entry[1].name, "6.12-hz1000-b");
	ck_assert(store.entry[1].configured);
	ck_assert_int_eq(store.entry[1].hz, 1000);
	for (int i = 0; i < STORE_ABILITIES; i++)
		ck_assert_int_eq(store.entry[1].can >> i & 1,
				 strcmp(store_ability[i].name, "netem") == 0 ||
					 strcmp(store_ability[i].name, "bridge") == 0);
	store_done(&store);
}
END_TEST

START_TEST(found_by_name_or_its_beginning)
{
	char *path = NULL;

	put_built("6.12-hz100-a", NULL);
	put_built("6.12-hz100-ab", NULL);
	put_built("6.6-hz250-c", NULL);
	found("6.6", "6.6-hz250-c/linux");
	found("6.12-hz100-a", "6.12-hz100-a/linux");
	refused(store_find("6.12", &path, &err), EINVAL, "several");
	refused(store_find("7", &path, &err), ENOENT, "'7'");
	refused(store_find("6.1", &path, &err), ENOENT, "'6.1'");
	put_built("6.1.9-hz250-d", NULL);
	found("6.1", "6.1.9-hz250-d/linux");
	found("6.1.9-hz2", "6.1.9-hz250-d/linux");
	ck_assert_ptr_null(path);
}
END_TEST

START_TEST(added_and_removed)
{
	struct store store;

	ck_assert(mkdir("boot", 0755) == 0);
	put("boot/vmlinuz-6.1.0-9", "a kernel");
	put("boot/config-6.1.0-9", "CONFIG_HZ=250\nCONFIG_IPV6=y\n");
	ck_assert_msg(store_add("mine", "boot/vmlinuz-6.1.0-9", "6.1.0-9", &err) == 0, "%s",
		      err.text);
	found("mine", "/boot/vmlinuz-6.1.0-9");
	refused(store_add("mine", "boot/vmlinuz-6.1.0-9", "", &err), EEXIST, "already");
	refused(store_add("other", "boot/none", "", &err), ENOENT, "boot/none");
	ck_assert_int_eq(store_read(&store, &err), 0);
	ck_assert_int_eq(store.count, 1);
	ck_assert(store.entry[0].added && store.entry[0].configured);
	ck_assert_int_eq(store.entry[0].hz, 250);
	store_done(&store);
	refused(store_remove("min", &err), ENOENT, "'min'");
	ck_assert_int_eq(store_remove("mine", &err), 0);
	ck_assert(access("boot/vmlinuz-6.1.0-9", F_OK) == 0);
	ck_assert(access("halfopen/kernels/mine", F_OK) < 0);
}
END_TEST

START_TEST(a_folder_with_a_kernel)
{
	struct store store;

	ck_assert(mkdir("image", 0755) == 0);
	put("image/.config", "CONFIG_HZ=300\n");
	ck_assert_int_eq(store_add("folder", "image", "6.1", &err), 0);
	ck_assert_int_eq(store_read(&store, &err), 0);
	ck_assert_int_eq(store.entry[0].hz, 300);
	store_done(&store);
	ck_assert_int_eq(store_remove("folder", &err), 0);
	ck_assert(access("image/.config", F_OK) == 0);
}
END_TEST

START_TEST(names_that_cannot_be)
{
	static const char *const bad[] = {"", "live", "..", ".x", "a/b", "-v", "a b", "\xc3\xa4"};
	char longest[80] = "";

	put("kernel", "x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(store_add(bad[i], "kernel", "", &err) == -EINVAL, "'%s'", bad[i]);
	memset(longest, 'a', 65);
	ck_assert_int_eq(store_add(longest, "kernel", "", &err), -EINVAL);
	longest[64] = '\0';
	ck_assert_int_eq(store_add(longest, "kernel", "", &err), 0);
	ck_assert_int_eq(store_remove("../..", &err), -ENOENT);
	ck_assert_int_eq(store_remove("..", &err), -ENOENT);
}
END_TEST

START_TEST(removed_when_built)
{
	put_built("6.6-hz250-c", "CONFIG_HZ=250\n");
	ck_assert_int_eq(store_remove("6.6-hz250-c", &err), 0);
	ck_assert(access("halfopen/kernels/6.6-hz250-c", F_OK) < 0);
}
END_TEST

static void is_default(const char *wanted)
{
	char *name = store_default();

	if (wanted)
		ck_assert_pstr_eq(name, wanted);
	else
		ck_assert_ptr_null(name);
	free(name);
}

START_TEST(the_default_is_what_was_said)
{
	put_built("6.12-hz250-a", NULL);
	is_default(NULL); /* not for being the only one */
	ck_assert_int_eq(store_use("6.12", &err), 0);
	is_default("6.12-hz250-a");
	put_built("6.12-hz250-patched", NULL);
	is_default("6.12-hz250-a"); /* the last one is another */
	refused(store_use("6.12", &err), EINVAL, "several");
	refused(store_use("7", &err), ENOENT, "no kernel called '7'");
	is_default("6.12-hz250-a");
	ck_assert_int_eq(store_use("live", &err), 0);
	is_default("live");
	ck_assert_int_eq(store_use("6.12-hz250-patched", &err), 0);
	ck_assert_int_eq(store_remove("6.12-hz250-a", &err), 0);
	is_default("6.12-hz250-patched");
	ck_assert_int_eq(store_remove("6.12-hz250-patched", &err), 0);
	is_default(NULL);
}
END_TEST

START_TEST(live_by_default_where_nothing_was_built)
{
	ck_assert(rmdir("halfopen/kernels") == 0 && rmdir("halfopen") == 0);
	ck_assert_int_eq(store_use("live", &err), 0);
	is_default("live");
}
END_TEST

static void set_up(void)
{
	strcpy(strrchr(dir, '.'), ".XXXXXX");
	ck_assert(mkdtemp(dir) && chdir(dir) == 0);
	ck_assert(setenv("XDG_CACHE_HOME", dir, 1) == 0);
	ck_assert(mkdir("halfopen", 0755) == 0 && mkdir("halfopen/kernels", 0755) == 0);
}

static void tear_down(void)
{
	scratch_remove(dir);
}

int main(void)
{
	TCase *all = tcase_create("all");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, nothing_there);
	tcase_add_test(all, what_a_configuration_says);
	tcase_add_test(all, found_by_name_or_its_beginning);
	tcase_add_test(all, added_and_removed);
	tcase_add_test(all, a_folder_with_a_kernel);
	tcase_add_test(all, names_that_cannot_be);
	tcase_add_test(all, removed_when_built);
	tcase_add_test(all, the_default_is_what_was_said);
	tcase_add_test(all, live_by_default_where_nothing_was_built);
	return run_tests(all);
}
