/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "file.h"
#include "folder.h"
#include "known.h"
#include "text.h"

int folder_make(const char *path, struct err *err)
{
	int ret = file_make_folder(path);

	return ret < 0 ? err_sys(err, ret, "%s", path) : 0;
}

int folder_claim(const char *path, const char *mark, const char *begun, struct err *err)
{
	int entries = 0, ret = folder_make(path, err);
	FILE *mine;
	DIR *dir;

	if (ret < 0)
		return ret;
	dir = opendir(path);
	if (!dir)
		return err_sys(err, errno, "%s", path);
	while (entries < 3 && readdir(dir))
		entries++;
	closedir(dir);
	if (entries > 2 && !beneath_has(path, mark) && !beneath_has(path, begun))
		return err_set(err, EEXIST,
			       "%s: there is something else in this folder; name a new one", path);
	mine = beneath_create(path, begun, err);
	if (!mine)
		return -EACCES;
	fclose(mine);
	return strcmp(mark, begun) != 0 ? beneath_remove(path, mark, err) : 0;
}

const char *case_ending(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0) ? dot : "";
}

/* The name in FOLDER ("" or "a/b/") that is nearest to WANTED; free() it; NULL: none is near. */
static char *nearest_in(const char *folder, const char *wanted)
{
	struct dirent **entry;
	int count = scandir(*folder ? folder : ".", &entry, NULL, alphasort);
	struct known known;
	const char *word;
	char *nearest = NULL, *stem = strdupa(wanted);

	/* Compared without the ending, which would make short names near to each other. */
	known_init(&known, stem);
	stem[strlen(stem) - strlen(case_ending(wanted))] = '\0';
	for (int i = 0; i < count; i++) {
		char *name = entry[i]->d_name;
		size_t length = strlen(name) - strlen(case_ending(name));

		if (*name == '.' || (*case_ending(name) != '\0') != (*case_ending(wanted) != '\0'))
			continue;
		name[length] = '\0';
		known_add(&known, name);
	}
	word = known_nearest(&known);
	if (word)
		nearest = text_format("%s%s%s", word, *case_ending(wanted) ? "." : "",
				      *case_ending(wanted) ? word + strlen(word) + 1 : "");
	for (int i = 0; i < count; i++)
		free(entry[i]);
	if (count >= 0)
		free(entry);
	return nearest;
}

int path_missing(const char *path, struct err *err)
{
	/* PATH[0..known) is there, PATH[known..end) is the name that is not. */
	size_t known = 0, end = strcspn(path + 1, "/") + 1;
	char part[4096], *name, *wanted;
	int ret = err_sys(err, ENOENT, "%s", path);

	for (;;) {
		snprintf(part, sizeof(part), "%.*s", (int)end, path);
		if (access(part, F_OK) < 0 || !path[end])
			break;
		known = end + 1;
		end = known + strcspn(path + known, "/");
	}
	snprintf(part, sizeof(part), "%.*s", (int)known, path);
	wanted = strndup(path + known, end - known);
	name = wanted ? nearest_in(part, wanted) : NULL;
	if (name) {
		char meant[4096];

		snprintf(meant, sizeof(meant), "%s%s%s", part, name, path + end);
		/* What follows may be wrong as well. */
		if (access(meant, F_OK) < 0)
			snprintf(meant, sizeof(meant), "%s%s", part, name);
		ret = err_set(err, ENOENT, "%s: No such file or directory; did you mean %s?", path,
			      meant);
	}
	free(name);
	free(wanted);
	return ret;
}
