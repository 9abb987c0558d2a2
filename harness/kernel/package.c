/* SPDX-License-Identifier: MIT */
#include "package.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "list.h"
#include "text.h"

#define LARGEST_LIST (16u << 20)

int package_find_image(const char *folder, char **ret_image, struct err *err)
{
	static const char *const patterns[] = {"linux",
					       "kernel",
					       "vmlinuz*",
					       "bzImage",
					       "boot/vmlinuz-*",
					       "arch/x86/boot/bzImage",
					       "lib/modules/*/vmlinuz"}; /* of Debian since 7.2 */
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
	else
		*ret_image = text_copy(found.gl_pathv[0]);
	globfree(&found);
	return ret;
}

char *package_installed(const char *name)
{
	static const char prefix[] = "linux-image-";
	char *image;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	image = text_format("/boot/vmlinuz-%s", name + sizeof(prefix) - 1);
	if (access(image, F_OK) == 0)
		return image;
	free(image);
	return NULL;
}

char *package_find_modules(const char *image, const char *release)
{
	static const char *const places[] = {"lib/modules", "../lib/modules", "../usr/lib/modules",
					     "modules", ".."};
	int length = (int)(strrchr(image, '/') - image);
	char *folder;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		folder = text_format("%.*s/%s/%s", length, image, places[i], release);
		if (access(folder, F_OK) == 0)
			return folder;
		free(folder);
	}
	folder = text_format("/lib/modules/%s", release);
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

struct files {
	char **path;
	int count;
};

static void files_add(struct files *files, const char *path, size_t length)
{
	AUTO_FREE char *one = text_format("%.*s", (int)length, path);

	if (!list_has_string(files->path, files->count, one))
		list_add_string(&files->path, &files->count, one);
}

/* LINE is "FILE: NEEDED...", the needed ones so that the last is to be loaded first. */
static void files_add_line(struct files *files, const char *line, size_t file_length)
{
	const char *begin = line + file_length + 1, *end = begin + strcspn(begin, "\n");

	while (end > begin) {
		const char *word = end;

		while (word > begin && word[-1] != ' ')
			word--;
		if (word < end)
			files_add(files, word, (size_t)(end - word));
		end = word > begin ? word - 1 : begin;
	}
	files_add(files, line, file_length);
}

static void files_add_module(struct files *files, const char *text, const char *name)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t length = strcspn(line, ":\n");

		if (line[length] == ':' && is_module(line, length, name)) {
			files_add_line(files, line, length);
			return;
		}
		if (line[strcspn(line, "\n")] == '\0')
			return;
	}
}

int package_list_modules(const char *folder, const char *const *modules, char ***ret_files,
			 int *ret_count, struct err *err)
{
	AUTO_FREE char *text = NULL;
	struct files files = {0};
	char path[4096];
	int ret;

	snprintf(path, sizeof(path), "%s/modules.dep", folder);
	ret = file_read(path, LARGEST_LIST, &text, NULL, err);
	if (ret == -ENOENT)
		return err_set(err, ENOENT,
			       "%s is not there; `depmod -b ROOT RELEASE` makes it, where ROOT is "
			       "the folder with lib/modules/RELEASE",
			       path);
	if (ret < 0)
		return ret;
	if (!*text)
		return err_set(err, EINVAL, "%s is empty", path);
	for (; *modules; modules++)
		files_add_module(&files, text, *modules);
	*ret_files = files.path;
	*ret_count = files.count;
	return 0;
}
