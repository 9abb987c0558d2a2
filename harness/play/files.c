/* SPDX-License-Identifier: MIT
 *
 * Of what a host's root is made (handover/files.h): looked for outside, since in the host's own
 * kernel it would cost at each boot what it costs here once for all runs.
 *
 * Below lies the machine's own /, or the case's image. Of the machine's a host sees what programs
 * are made of (/usr, /etc ...) and of /var the folders; all the rest is its own and empty. The
 * user whom its kernel is on this machine cannot read all of that. Where that would be in the way
 * of the host's root, something stands in for it: an empty folder of the same owner and mode; a
 * /etc/shadow of the same users; of sshd's keys, and of what useradd(8) keeps beside its files,
 * nothing, so that they are made.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "files.h"
#include "parts.h"
#include "sha256.h"

#define FILES_MOST (4U << 20)
#define VAR_DEPTH  2

#define VAR_OPT "/var/opt" /* beside what every host has of its own: packages expect it */

/* What its programs make anew where it is missing, and cannot go on where it is closed to them. */
static const char *const made_anew[] = {"/etc/ssh/ssh_host_*_key", "/etc/.pwd.lock", "/etc/gshadow",
					"/etc/*-"};

/* For nftw(3), which hands nothing on. */
static struct walk {
	struct text *text;
	size_t root; /* length of the name of what lies below */
} walk;

static bool is_own(const char *path)
{
	for (const struct files_own *own = files_own; own->path; own++)
		if (strcmp(own->path, path + 1) == 0)
			return true;
	return strcmp(path, VAR_OPT) == 0;
}

static bool is_shown(const char *name)
{
	for (const char *const *shown = files_shown; *shown; shown++)
		if (strcmp(*shown, name) == 0)
			return true;
	return false;
}

static void add(struct text *text, enum files_kind kind, const char *path, const struct stat *st)
{
	struct files_entry entry = {.kind = kind,
				    .mode = st->st_mode & ALLPERMS,
				    .uid = st->st_uid,
				    .gid = st->st_gid,
				    .path = (char *)path};

	files_add(text, &entry);
}

static void add_folder(struct text *text, const char *path, mode_t mode)
{
	add(text, FILES_FOLDER, path, &(struct stat){.st_mode = mode});
}

static void add_own(struct text *text)
{
	for (const struct files_own *own = files_own; own->path; own++) {
		AUTO_FREE char *path = text_format("/%s", own->path);

		add_folder(text, path, own->mode);
	}
	add_folder(text, VAR_OPT, 0755);
}

/* Of the machine's root: what else there is. */
static int top_visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type;
	if (ftw->level == 0)
		return FTW_CONTINUE;
	if (!is_shown(path + 1) && !is_own(path))
		add(walk.text, FILES_NOTHING, path, &(struct stat){0});
	return FTW_SKIP_SUBTREE;
}

static int var_visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type == FTW_D && ftw->level > 0 && !is_own(path))
		add(walk.text, FILES_FOLDER, path, st);
	return ftw->level >= VAR_DEPTH && type == FTW_D ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
}

/* By the bits for others, where the kernel becomes a user who owns nothing. */
static bool can_be_read(const char *path, const struct stat *st)
{
	mode_t bits = S_ISDIR(st->st_mode) ? S_IROTH | S_IXOTH : S_IROTH;

	if (geteuid() == 0 && confine_probe()->other_uid)
		return (st->st_mode & bits) == bits;
	return access(path, S_ISDIR(st->st_mode) ? R_OK | X_OK : R_OK) == 0;
}

static bool is_made_anew(const char *path)
{
	for (size_t i = 0; i < sizeof(made_anew) / sizeof(made_anew[0]); i++)
		if (fnmatch(made_anew[i], path, FNM_PATHNAME) == 0)
			return true;
	return false;
}

static int unreadable_visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *inside = path + walk.root;

	(void)ftw;
	if (type == FTW_SL || type == FTW_SLN || type == FTW_NS || can_be_read(path, st))
		return FTW_CONTINUE;
	if (S_ISDIR(st->st_mode)) {
		if (*inside)
			add(walk.text, FILES_FOLDER, inside, st);
		return FTW_SKIP_SUBTREE;
	}
	if (strcmp(inside, "/etc/shadow") == 0)
		add(walk.text, FILES_SHADOW, inside, st);
	else if (is_made_anew(inside))
		add(walk.text, FILES_NOTHING, inside, st);
	return FTW_CONTINUE;
}

static void visit(struct text *text, const char *path, size_t root, __nftw_func_t visitor)
{
	walk = (struct walk){.text = text, .root = root};
	nftw(path, visitor, 16, FTW_PHYS | FTW_ACTIONRETVAL);
}

static void files_find(struct text *text, const char *root)
{
	files_begin(text, root);
	if (strcmp(root, "/") == 0) {
		add_own(text);
		visit(text, "/", 0, top_visit);
		visit(text, "/var", 0, var_visit);
		visit(text, "/etc", 0, unreadable_visit);
		visit(text, "/opt", 0, unreadable_visit);
	} else {
		visit(text, root, strlen(root), unreadable_visit);
	}
}

/* One of several runs that look for it at once is the last to say it: it is the same. */
static int files_keep(const char *path, const struct text *text, struct err *err)
{
	AUTO_FREE char *new = text_format("%s.%d", path, getpid());
	int ret = file_write(new, text_string(text), text->size, err);

	if (ret == 0 && rename(new, path) < 0)
		ret = err_sys(err, errno, "%s", path);
	return ret;
}

int play_files(const struct play *play, const char *root, char **ret_text, struct err *err)
{
	char name[SHA256_TEXT];
	AUTO_FREE char *path = NULL;
	struct sha256 sha;
	struct text text = {0};
	size_t size;
	int ret;

	sha256_init(&sha);
	sha256_add(&sha, root, strlen(root));
	sha256_text(&sha, name);
	path = text_format("%s/files.%.16s", play->job->scratch, name);
	if (file_read(path, FILES_MOST, ret_text, &size, err) == 0)
		return 0;
	files_find(&text, root);
	ret = files_keep(path, &text, err);
	*ret_text = text_take(&text);
	return ret;
}
