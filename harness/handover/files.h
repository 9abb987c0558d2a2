/* SPDX-License-Identifier: MIT
 *
 * files: of what the root of a host is made that is a kernel of its own (run/own_root.h), as text:
 * in the first line the folder whose files lie below, as the guest sees it, and in each line after
 * it something that lies above these from the first.
 */
#ifndef HALFOPEN_FILES_H
#define HALFOPEN_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "text.h"

enum files_kind {
	FILES_FOLDER = 'd',  /* an empty one, whatever lies below */
	FILES_NOTHING = '-', /* no such file */
	FILES_SHADOW = 's'   /* /etc/shadow, of the users that /etc/passwd has, without passwords */
};

struct files_entry {
	enum files_kind kind;
	mode_t mode; /* permissions; of a folder and of /etc/shadow */
	uid_t uid;
	gid_t gid;
	char *path; /* from '/' on; free() it */
};

/* What of the machine's root directory a host has as it is, each if it is there; NULL at the end.
 */
extern const char *const files_shown[];
/* And what it has of its own; at the end one without a path. */
extern const struct files_own {
	const char *path; /* without its first slash */
	mode_t mode;
} files_own[];

/* What has a newline in its name is left out. */
void files_begin(struct text *text, const char *root);
void files_add(struct text *text, const struct files_entry *entry);

/* *REST is the text, and then what follows what was read. The folder, to be free()d; NULL: it is
 * none. */
char *files_root(const char **rest);
/* False: there are no more. */
bool files_next(const char **rest, struct files_entry *ret_entry);

#endif
