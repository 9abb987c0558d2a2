/* SPDX-License-Identifier: MIT */
#include "shard_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
#include "file.h"
#include "folder.h"
#include "json.h"
#include "list.h"
#include "results.h"
#include "text.h"

#define VERSION 1

static char *name_of(int number, int count, const char *ending)
{
	return text_format(SHARDS_FOLDER "/%d-of-%d.%s", number, count, ending);
}

void shard_file_done(struct shard_file *file)
{
	free(file->division);
	json_decref(file->results);
	json_decref(file->at);
	*file = (struct shard_file){0};
}

/* Others may be about to begin in the same folder: it is empty, has results, or shards. */
static int folder_look(const char *out, struct err *err)
{
	AUTO_CLOSEDIR DIR *dir = NULL;
	int entries = 0;

	if (folder_make(out, err) < 0)
		return -EIO;
	dir = opendir(out);
	if (!dir)
		return err_sys(err, errno, "%s", out);
	while (entries < 3 && readdir(dir))
		entries++;
	if (entries > 2 && !beneath_has(out, SHARDS_FOLDER))
		return err_set(err, EEXIST,
			       "%s: there is something else in this folder than results of shards; "
			       "name a new one",
			       out);
	return 0;
}

static int is_shard(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && end && strcmp(end, ".json") == 0;
}

char **shard_files_find(const char *folder)
{
	AUTO_FREE char *path = text_format("%s/" SHARDS_FOLDER, folder);
	struct dirent **entries;
	struct stat st;
	int count = 0, found = lstat(path, &st) == 0 && S_ISDIR(st.st_mode)
				       ? scandir(path, &entries, is_shard, versionsort)
				       : -1;
	char **names = calloc((size_t)(found > 0 ? found : 0) + 1, sizeof(*names));

	if (!names)
		abort();
	for (int i = 0; i < found; i++) {
		names[count++] = text_format(SHARDS_FOLDER "/%s", entries[i]->d_name);
		free(entries[i]);
	}
	if (found >= 0)
		free(entries);
	return names;
}

void shard_files_free(char **names)
{
	for (char **name = names; *name; name++)
		free(*name);
	free(names);
}

int shard_files_count(const char *folder)
{
	char **names = shard_files_find(folder);
	int count = 0;

	while (names[count])
		count++;
	shard_files_free(names);
	return count;
}

/* That the shards which are there are parts of as many. */
static int others_look(const char *out, int count, struct err *err)
{
	AUTO_FREE char *ending = text_format("-of-%d.json", count);
	char **names = shard_files_find(out);
	int ret = 0;

	for (char **name = names; ret == 0 && *name; name++) {
		const char *end = strstr(*name, "-of-");

		if (!end || strcmp(end, ending) != 0)
			ret = err_set(err, EEXIST,
				      "%s: %s is of another number of shards; name a new folder",
				      out, *name);
	}
	shard_files_free(names);
	return ret;
}

int shard_file_begin(const char *out, int number, int count, struct err *err)
{
	AUTO_FREE char *begun = name_of(number, count, "begun");
	AUTO_FREE char *whole = name_of(number, count, "json");
	int ret = folder_look(out, err) < 0 ? -EEXIST : others_look(out, count, err);
	FILE *file = ret < 0 ? NULL : beneath_create(out, begun, err);

	if (!file)
		return ret < 0 ? ret : -EIO;
	fclose(file);
	return beneath_remove(out, whole, err);
}

int shard_file_save(const char *out, int number, int count, const char *division,
		    json_t *const *results, const int *at, int results_count, struct err *err)
{
	AUTO_FREE char *begun = name_of(number, count, "begun");
	AUTO_FREE char *whole = name_of(number, count, "json");
	AUTO_FREE char *from = text_format("%s/%s", out, begun);
	AUTO_FREE char *to = text_format("%s/%s", out, whole);
	json_t *positions = json_array(), *object;
	FILE *file = beneath_create(out, begun, err);
	int ret = -EIO;

	for (int i = 0; i < results_count; i++)
		json_array_append_new(positions, json_integer(at[i]));
	object = json_pack("{s:i, s:i, s:i, s:s, s:o, s:o}", "version", VERSION, "shard", number,
			   "of", count, "division", division, "at", positions, "results",
			   results_published(results, results_count));
	if (file) {
		json_print(object, file, JSON_INDENT(1));
		ret = file_close(file, from, err);
	}
	if (ret == 0 && rename(from, to) < 0)
		ret = err_sys(err, errno, "%s", to);
	json_decref(object);
	return ret;
}

static bool positions_are_sound(const json_t *at, size_t count)
{
	const json_t *position;
	size_t i;

	if (!json_is_array(at) || json_array_size(at) != count)
		return false;
	json_array_foreach(at, i, position)
	{
		if (!json_is_integer(position) || json_integer_value(position) < 0)
			return false;
	}
	return true;
}

/* ROOT stays the caller's. */
static int root_read(const char *folder, const char *name, const json_t *root,
		     struct shard_file *ret_file, struct err *err)
{
	json_t *results = json_object_get(root, "results");
	json_int_t number = json_integer_value(json_object_get(root, "shard"));
	json_int_t count = json_integer_value(json_object_get(root, "of"));
	struct shard_file file = {.at = json_object_get(root, "at")};
	int ret;

	if (result_number(root, "version") != VERSION || number < 1 || number > count ||
	    count > SHARDS_MAX || !*result_string(root, "division") ||
	    !positions_are_sound(file.at, json_array_size(results)))
		return err_set(err, EBADMSG, "%s/%s: not a shard that `halfopen run` wrote", folder,
			       name);
	ret = results_check(folder, name, results, err);
	if (ret < 0)
		return ret;
	file.number = (int)number;
	file.count = (int)count;
	file.division = text_copy(result_string(root, "division"));
	file.results = json_incref(results);
	json_incref(file.at);
	*ret_file = file;
	return 0;
}

int shard_file_load(const char *folder, const char *name, struct shard_file *ret_file,
		    struct err *err)
{
	json_error_t error;
	int ret = 0;
	AUTO_FCLOSE FILE *file = beneath_stream(folder, name, &ret, err);
	json_t *root;

	if (!file)
		return ret;
	root = json_loadf(file, 0, &error);
	if (!root)
		return err_set(err, EBADMSG, "%s/%s:%d:%d: %s", folder, name, error.line,
			       error.column, error.text);
	ret = root_read(folder, name, root, ret_file, err);
	json_decref(root);
	return ret;
}
