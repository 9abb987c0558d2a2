/* SPDX-License-Identifier: MIT
 *
 * Of what a host's root is made: of an image in which some is closed to everybody else, and of the
 * machine's own root.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_test.h"
#include "cleanup.h"
#include "file.h"
#include "files.h"
#include "parts.h"
#include "scratch.h"

static char top[] = "/tmp/root_files_test.XXXXXX";
static struct kernel_job job;
static const struct play play = {.job = &job};
static struct err err;

static void set_up(void)
{
	strcpy(strrchr(top, '.') + 1, "XXXXXX");
	ck_assert(mkdtemp(top) && chdir(top) == 0);
	ck_assert_int_eq(mkdir("scratch", 0700), 0);
	ck_assert_int_eq(mkdir("image", 0755), 0);
	job.scratch = text_format("%s/scratch", top);
}

static void tear_down(void)
{
	free((char *)job.scratch);
	ck_assert_int_eq(chdir("/"), 0);
	scratch_remove(top);
}

/* MODE is one by which nobody but root reads it. */
static void file_make(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_msg(fd >= 0 && fchmod(fd, mode) == 0, "%s", path);
	close(fd);
}

/* What TEXT says of PATH; its kind is 0 where it says nothing. */
static struct files_entry entry_of(const char *text, const char *path)
{
	AUTO_FREE char *root = files_root(&text);
	struct files_entry entry, found = {0};

	ck_assert_ptr_nonnull(root);
	while (files_next(&text, &entry)) {
		if (strcmp(entry.path, path) == 0)
			found = entry;
		free(entry.path);
	}
	return found;
}

START_TEST(something_stands_in_for_what_is_closed)
{
	AUTO_FREE char *image = text_format("%s/image", top), *text = NULL, *again = NULL;
	struct files_entry folder;

	ck_assert_int_eq(mkdir("image/etc", 0755), 0);
	ck_assert_int_eq(mkdir("image/etc/ssh", 0755), 0);
	ck_assert_int_eq(mkdir("image/srv", 0755), 0);
	ck_assert_int_eq(mkdir("image/srv/closed", 0755), 0);
	file_make("image/etc/passwd", 0644);
	file_make("image/etc/shadow", 0);
	file_make("image/etc/ssh/ssh_host_rsa_key", 0);
	file_make("image/etc/ssh/ssh_host_rsa_key.pub", 0644);
	file_make("image/etc/passwd-", 0);
	file_make("image/etc/secret", 0);
	file_make("image/srv/closed/shadow", 0);
	ck_assert_int_eq(symlink("/nowhere", "image/srv/link"), 0);
	ck_assert_int_eq(chmod("image/srv/closed", 01000), 0);

	ck_assert_int_eq(play_files(&play, image, &text, &err), 0);
	ck_assert_int_eq(entry_of(text, "/etc/shadow").kind, FILES_SHADOW);
	ck_assert_int_eq(entry_of(text, "/etc/ssh/ssh_host_rsa_key").kind, FILES_NOTHING);
	ck_assert_int_eq(entry_of(text, "/etc/passwd-").kind, FILES_NOTHING);
	folder = entry_of(text, "/srv/closed");
	ck_assert_int_eq(folder.kind, FILES_FOLDER);
	ck_assert_uint_eq(folder.mode, 01000);
	ck_assert_uint_eq(folder.uid, geteuid());
	/* Who may not read it gets EACCES from the kernel itself. */
	ck_assert_int_eq(entry_of(text, "/etc/secret").kind, 0);
	ck_assert_int_eq(entry_of(text, "/etc/passwd").kind, 0);
	ck_assert_int_eq(entry_of(text, "/etc/ssh/ssh_host_rsa_key.pub").kind, 0);
	ck_assert_int_eq(entry_of(text, "/srv/link").kind, 0);
	ck_assert_int_eq(entry_of(text, "/srv/closed/shadow").kind, 0);
	/* Nothing of the machine's root is said of an image. */
	ck_assert_int_eq(entry_of(text, "/var/opt").kind, 0);

	/* All runs see the same, whatever happens meanwhile. */
	ck_assert_int_eq(chmod("image/srv/closed", 0755), 0);
	ck_assert_int_eq(play_files(&play, image, &again, &err), 0);
	ck_assert_str_eq(again, text);
}
END_TEST

static bool is_listed(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

START_TEST(of_the_machines_root_only_what_programs_are_made_of)
{
	AUTO_FREE char *text = NULL;

	ck_assert_int_eq(play_files(&play, "/", &text, &err), 0);
	for (const struct files_own *own = files_own; own->path; own++) {
		AUTO_FREE char *path = text_format("/%s", own->path);
		struct files_entry entry = entry_of(text, path);

		ck_assert_msg(entry.kind == FILES_FOLDER && entry.mode == own->mode, "%s", path);
	}
	ck_assert_int_eq(entry_of(text, "/var/opt").kind, FILES_FOLDER);
	ck_assert_int_eq(entry_of(text, "/var/lib").kind, FILES_FOLDER);
	ck_assert(is_listed("usr", files_shown) && is_listed("etc", files_shown));
	ck_assert_int_eq(entry_of(text, "/usr").kind, 0);
	ck_assert_int_eq(entry_of(text, "/etc").kind, 0);
	ck_assert(!is_listed("boot", files_shown));
	if (access("/boot", F_OK) == 0)
		ck_assert_int_eq(entry_of(text, "/boot").kind, FILES_NOTHING);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("root_files");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, something_stands_in_for_what_is_closed);
	tcase_add_test(tests, of_the_machines_root_only_what_programs_are_made_of);
	return run_tests(tests);
}
