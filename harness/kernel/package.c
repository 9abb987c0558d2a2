/* SPDX-License-Identifier: MIT */
#include "package.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

int package_find_image(const char *folder, char **ret_image, struct err *err)
{
	static const char *const patterns[] = {"linux",          "kernel",
					       "vmlinuz*",       "bzImage",
					       "boot/vmlinuz-*", "arch/x86/boot/bzImage"};
	glob_t found = {0};
	char pattern[4096];
	int ret = 0;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		snprintf(pattern, sizeof(pattern), "%s/%s", folder, patterns[i]);
		glob(pattern, i ? GLOB_APPEND : 0, NULL, &found);
		if (found.gl_pathc)
			break;
	}
	if (found.gl_pathc == 0)
		ret = err_set(err, ENOENT, "%s: no vmlinuz, bzImage or linux in this folder",
			      folder);
	else if (found.gl_pathc > 1)
		ret = err_set(err, EINVAL, "%s: several kernels, %s and %s among them: name one",
			      folder, found.gl_pathv[0], found.gl_pathv[1]);
	else if (!(*ret_image = strdup(found.gl_pathv[0])))
		ret = err_sys(err, ENOMEM, "%s", folder);
	globfree(&found);
	return ret;
}

char *package_installed(const char *name)
{
	static const char prefix[] = "linux-image-";
	char *image;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0 ||
	    asprintf(&image, "/boot/vmlinuz-%s", name + sizeof(prefix) - 1) < 0)
		return NULL;
	if (access(image, F_OK) == 0)
		return image;
	free(image);
	return NULL;
}

char *package_find_modules(const char *image, const char *release)
{
	static const char *const places[] = {"lib/modules", "../lib/modules", "../usr/lib/modules",
					     "modules"};
	int length = (int)(strrchr(image, '/') - image);
	char *folder;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (asprintf(&folder, "%.*s/%s/%s", length, image, places[i], release) < 0)
			return NULL;
		if (access(folder, F_OK) == 0)
			return folder;
		free(folder);
	}
	if (asprintf(&folder, "/lib/modules/%s", release) < 0)
		return NULL;
	if (access(folder, F_OK) == 0)
		return folder;
	free(folder);
	return NULL;
}

/* Whether PATH, "kernel/net/sch_netem.ko.xz", is the file of module NAME; in file names '-' and
 * '_' are one. */
static bool is_module(const char *path, size_t length, const char *name)
{
	const char *slash = memrchr(path, '/', length);
	const char *from = slash ? slash + 1 : path;

	for (; *name; name++, from++)
		if (from >= path + length || (*from != *name && !(*from == '-' && *name == '_')))
			return false;
	return from < path + length && *from == '.';
}

static int list_add(char ***list, int *count, const char *path, size_t length)
{
	char **longer;

	for (int i = 0; i < *count; i++)
		if (strlen((*list)[i]) == length && memcmp((*list)[i], path, length) == 0)
			return 0;
	longer = realloc(*list, ((size_t)*count + 1) * sizeof(**list));
	if (!longer)
		return -ENOMEM;
	*list = longer;
	longer[*count] = strndup(path, length);
	return longer[*count] ? (++*count, 0) : -ENOMEM;
}

/* LINE is "FILE: NEEDED...", the needed ones so that the last is to be loaded first. */
static int list_add_line(char ***list, int *count, const char *line, size_t file_length)
{
	const char *begin = line + file_length + 1, *end = begin + strcspn(begin, "\n");
	int ret = 0;

	while (ret == 0 && end > begin) {
		const char *word = end;

		while (word > begin && word[-1] != ' ')
			word--;
		if (word < end)
			ret = list_add(list, count, word, (size_t)(end - word));
		end = word > begin ? word - 1 : begin;
	}
	return ret ? ret : list_add(list, count, line, file_length);
}

static int list_add_module(char ***list, int *count, const char *text, const char *name)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t length = strcspn(line, ":\n");

		if (line[length] == ':' && is_module(line, length, name))
			return list_add_line(list, count, line, length);
		if (line[strcspn(line, "\n")] == '\0')
			break;
	}
	return 0;
}

int package_list_modules(const char *folder, const char *const *modules, char ***ret_files,
			 int *ret_count, struct err *err)
{
	char path[4096], *text = NULL, **list = NULL;
	int count = 0, ret = 0;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/modules.dep", folder);
	file = fopen(path, "re");
	if (!file)
		return err_set(err, errno,
			       "%s is not there; `depmod -b ROOT RELEASE` makes it, where ROOT is "
			       "the folder with lib/modules/RELEASE",
			       path);
	if (getdelim(&text, &size, '\0', file) < 0)
		ret = err_set(err, EINVAL, "%s is empty", path);
	fclose(file);
	for (; *modules && ret == 0; modules++)
		ret = list_add_module(&list, &count, text, *modules);
	free(text);
	*ret_files = list;
	*ret_count = count;
	return ret == -ENOMEM ? err_sys(err, ENOMEM, "%s", path) : ret;
}
