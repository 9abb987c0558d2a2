/* SPDX-License-Identifier: MIT */
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const files_shown[] = {"usr",    "bin", "sbin", "lib", "lib32", "lib64",
				   "libx32", "etc", "opt",  "nix", "gnu",   NULL};

const struct files_own files_own[] = {
	{"root", 0700},      {"home", 0755},     {"srv", 0755},       {"mnt", 0755},
	{"media", 0755},     {"var", 0755},      {"var/lib", 0755},   {"var/log", 0755},
	{"var/cache", 0755}, {"var/tmp", 01777}, {"var/spool", 0755}, {"tmp", 01777},
	{"run", 0755},       {"dev", 0755},      {"proc", 0555},      {"sys", 0555},
	{NULL, 0},
};

void files_begin(struct text *text, const char *root)
{
	text_add(text, "%s\n", root);
}

void files_add(struct text *text, const struct files_entry *entry)
{
	if (!strchr(entry->path, '\n'))
		text_add(text, "%c %o %u %u %s\n", (char)entry->kind, (unsigned)entry->mode,
			 (unsigned)entry->uid, (unsigned)entry->gid, entry->path);
}

/* The next line, to be free()d; NULL: there is none. */
static char *line_take(const char **rest)
{
	size_t length = strcspn(*rest, "\n");
	char *line;

	if (!(*rest)[length])
		return NULL;
	line = strndup(*rest, length);
	if (!line)
		abort();
	*rest += length + 1;
	return line;
}

char *files_root(const char **rest)
{
	char *line = line_take(rest);

	if (line && line[0] != '/') {
		free(line);
		return NULL;
	}
	return line;
}

bool files_next(const char **rest, struct files_entry *ret_entry)
{
	struct files_entry entry = {0};
	unsigned int mode, uid, gid;
	char *line = line_take(rest), kind;
	int path = 0;

	if (!line)
		return false;
	if (sscanf(line, "%c %o %u %u %n", &kind, &mode, &uid, &gid, &path) == 4 && path &&
	    line[path] == '/') {
		entry = (struct files_entry){.kind = (enum files_kind)kind,
					     .mode = mode & 07777,
					     .uid = uid,
					     .gid = gid,
					     .path = strdup(line + path)};
		if (!entry.path)
			abort();
	}
	free(line);
	*ret_entry = entry;
	return entry.path;
}
