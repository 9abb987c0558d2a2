/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

static int make(const char *path, struct err *err)
{
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_sys(err, errno, "%s", path);
	return 0;
}

int folder_make(const char *path, struct err *err)
{
	char *part = strdup(path);
	int ret = 0;

	if (!part)
		abort();
	for (char *at = strchr(part + 1, '/'); at && ret == 0; at = strchr(at + 1, '/')) {
		*at = '\0';
		ret = make(part, err);
		*at = '/';
	}
	free(part);
	return ret < 0 ? ret : make(path, err);
}

int folder_claim(const char *path, const char *mark, struct err *err)
{
	char marked[4096];
	DIR *dir;
	int entries = 0;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(err, errno, "%s", path);
	dir = opendir(path);
	if (!dir)
		return err_sys(err, errno, "%s", path);
	while (entries < 3 && readdir(dir))
		entries++;
	closedir(dir);
	snprintf(marked, sizeof(marked), "%s/%s", path, mark);
	if (entries > 2 && access(marked, F_OK) < 0)
		return err_set(err, EEXIST,
			       "%s: there is something else in this folder; name a new one", path);
	return 0;
}

FILE *folder_open(const char *folder, const char *name, struct err *err)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file)
		err_sys(err, errno, "%s", path);
	return file;
}
