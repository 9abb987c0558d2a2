/* SPDX-License-Identifier: MIT
 *
 * In which folder below that of the results a run's files lie.
 */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "names.h"
#include "results.h"
#include "text.h"
#include "utf8.h"

/* The last PARTS parts of a path, without what leads out of a folder ("../a.yaml"). */
static const char *path_tail(const char *path, int parts)
{
	const char *tail = path + strlen(path);

	for (; tail > path; tail--)
		if (tail[-1] == '/' && --parts == 0)
			break;
	while (*tail == '/' || strncmp(tail, "./", 2) == 0 || strncmp(tail, "../", 3) == 0)
		tail = strchr(tail, '/') + 1;
	return tail;
}

/* The path of a folder below another, made of what may be any path: none of its parts leads
 * elsewhere, and all of it is text. */
static char *plain_path(const char *path, size_t size)
{
	struct text plain = {0};

	while (size) {
		uint32_t character = 0;
		size_t n = utf8_decode(path, size, &character), used = n ? n : 1;

		if (character == '/' && (!plain.size || plain.bytes[plain.size - 1] == '/'))
			n = 0;
		else if (!n || utf8_is_control(character))
			text_put(&plain, "_");
		else
			text_put_n(&plain, path, n);
		path += used;
		size -= used;
	}
	for (char *part = plain.bytes; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (strspn(part, ".") <= 2 && strchr("/", part[strspn(part, ".")]))
			memset(part, '_', strspn(part, "."));
	}
	text_put(&plain, plain.size ? "" : "_");
	return text_take(&plain);
}

/* What else lies in the folder of the results: `halfopen report` makes the first. */
static bool is_reserved(const char *name)
{
	return strcmp(name, "report") == 0 || strcmp(name, RESULTS_FILE) == 0 ||
	       strcmp(name, RESULTS_BEGUN) == 0;
}

/* Without ".yaml". */
static char *folder_of_tail(const char *tail)
{
	const char *base = strrchr(tail, '/') ? strrchr(tail, '/') + 1 : tail;
	const char *dot = strrchr(base, '.');
	char *plain = plain_path(tail, dot && dot > base ? (size_t)(dot - tail) : strlen(tail));
	AUTO_FREE char *first = text_format("%.*s", (int)strcspn(plain, "/"), plain);
	char *folder;

	if (!is_reserved(first))
		return plain;
	folder = text_format("%s_%s", first, plain + strlen(first));
	free(plain);
	return folder;
}

static char *case_folder(const char *file)
{
	return folder_of_tail(path_tail(file, 2));
}

static int path_parts(const char *path)
{
	int parts = 1;

	for (; (path = strchr(path, '/')); path++)
		parts++;
	return parts;
}

/* Which files have NAME, as far as it matters. */
struct owner {
	const char *file; /* the first */
	bool shared;      /* and another */
};

/* Who has the folder of PARTS parts, by its number in FOLDERS, which number[i] is of the file i. */
static struct owner *owners_find(const char *const *file, int count, int parts,
				 struct names *folders, int *number)
{
	struct owner *owner = calloc((size_t)count, sizeof(*owner));

	if (!owner)
		abort();
	for (int i = 0; i < count; i++) {
		char *folder = folder_of_tail(path_tail(file[i], parts));
		struct owner *of = &owner[number[i] = names_add(folders, folder, strlen(folder))];

		of->shared = of->shared || (of->file && strcmp(of->file, file[i]) != 0);
		of->file = of->file ? of->file : file[i];
		free(folder);
	}
	return owner;
}

/* How many parts of each file's path tell it from all others; no more than it has. */
static void parts_find(const char *const *file, int count, int *ret_parts)
{
	int *number = calloc((size_t)count, sizeof(*number)), left = count;

	if (!number)
		abort();
	for (int parts = 2; left > 0; parts++) {
		struct names folders = {0};
		struct owner *owner = owners_find(file, count, parts, &folders, number);

		left = 0;
		for (int i = 0; i < count; i++) {
			if (ret_parts[i])
				continue;
			if (!owner[number[i]].shared || parts >= path_parts(file[i]))
				ret_parts[i] = parts;
			else
				left++;
		}
		names_done(&folders);
		free(owner);
	}
	free(number);
}

void results_case_folders(const char *const *file, int count, char **ret)
{
	int *parts = calloc((size_t)count + 1, sizeof(*parts));
	const char **owner = calloc((size_t)count + 1, sizeof(*owner));
	struct names taken = {0};

	if (!parts || !owner)
		abort();
	parts_find(file, count, parts);
	for (int i = 0; i < count; i++) {
		char *plain = folder_of_tail(path_tail(file[i], parts[i]));
		char *folder = text_copy(plain);
		int at = names_add(&taken, folder, strlen(folder));

		for (int n = 2; owner[at] && strcmp(owner[at], file[i]) != 0; n++) {
			free(folder);
			folder = text_format("%s-%d", plain, n);
			at = names_add(&taken, folder, strlen(folder));
		}
		owner[at] = file[i];
		free(plain);
		ret[i] = folder;
	}
	names_done(&taken);
	free(parts);
	free(owner);
}

char *results_run_folder(const char *folder, const char *variant)
{
	return text_format("%s%s%s", folder, *variant ? "/" : "", variant);
}

/* The run's folder, below that of the results. */
static char *folder_below(const json_t *result)
{
	const char *said = result_string(result, "folder");
	const char *variant = result_string(result, "variant");
	AUTO_FREE char *of_case = NULL, *of_run = NULL;

	if (*said)
		return text_copy(said);
	of_case = case_folder(result_string(result, "file"));
	of_run = results_run_folder(of_case, variant);
	return plain_path(of_run, strlen(of_run));
}

char *result_file(const json_t *result, const char *name)
{
	AUTO_FREE char *below = folder_below(result);

	return text_format("%s/%s", below, name);
}

char *result_folder(const char *out, const json_t *result)
{
	AUTO_FREE char *below = folder_below(result);

	return text_format("%s/%s", out, below);
}
