/* SPDX-License-Identifier: MIT
 *
 * What a host has that is a machine: memory, files, a disk.
 */
#include <string.h>

#include "decode.h"

#define PATH_LONGEST 128 /* of a place to mount a disk */

static const struct word loses_words[] = {
	{"unsynced", LOSES_UNSYNCED, "all that was not flushed"},
	{"random", LOSES_RANDOM, "of that some, sector by sector, by the run's seed"},
	{"flushed", LOSES_FLUSHED, "also what was flushed since it was switched on: the disk lies"},
	{NULL, 0, NULL}};

/* Where programs, their libraries and settings are: an empty disk would hide them. */
static bool is_needed(const char *path)
{
	static const char *const folders[] = {"/usr",   "/bin",   "/sbin", "/lib",
					      "/lib64", "/lib32", "/etc"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strcmp(path, folders[i]) == 0)
			return true;
	return false;
}

/* What each boot makes anew has no place on a disk. */
static bool is_made_anew(const char *path)
{
	static const char *const folders[] = {"/proc", "/sys", "/dev", "/run", "/tmp"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (path_is_in(path, folders[i]))
			return true;
	return false;
}

/* A folder's name that has one meaning. */
static bool is_plain(const char *path)
{
	return strcmp(path, "/") == 0 || (!path_fault(path) && strlen(path) <= PATH_LONGEST);
}

static bool decode_mount(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_disk *disk = ret;

	if (!want_scalar(d, node, "a folder"))
		return false;
	if (!is_plain(node->text)) {
		diag_help(d->diags,
			  node_error(d->diags, node, "'%.60s' is no folder of a host", node->text),
			  "write its whole path: /var/lib/data");
		return false;
	}
	if (is_made_anew(node->text)) {
		node_error(d->diags, node, "'%.60s' is made anew at each boot, on no disk",
			   node->text);
		return false;
	}
	if (is_needed(node->text)) {
		diag_help(d->diags,
			  node_error(d->diags, node,
				     "an empty disk on '%s' hides the host's programs", node->text),
			  "'/' is the whole root on the disk; '/var/lib/data' is a folder of its "
			  "own");
		return false;
	}
	disk->mount = strcmp(node->text, "/") == 0 ? NULL : pool_strdup(d->pool, node->text);
	return true;
}

static const struct field disk_fields[] = {
	{"size", TYPE_SIZE, TO(struct plan_disk, size), .required = true, .min = 16 << 20,
	 .max = 4LL << 30, .help = "how large it is: 16M to 4G"},
	{"mount", TYPE_CUSTOM, .decode = decode_mount, .looks = "a folder (/var/lib/data)",
	 .schema = "{\"type\": \"string\"}",
	 .help = "what lies on it. If not said: all that is written but for /tmp, /run and "
		 "/dev/shm"},
	{"loses", TYPE_WORD, TO(struct plan_disk, loses), .words = loses_words,
	 .help = "what it forgets when the host loses its power (crash, reboot), unsynced if not "
		 "said. A panic, a hang and a shutdown lose nothing that was written to it"},
};
const struct form disk_form = {.name = "a disk", FIELDS(disk_fields), .bare = 1};

bool decode_kernel(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_host *host = ret;

	if (!want_scalar(d, node, "a kernel's name"))
		return false;
	host->kernel = pool_strdup(d->pool, node->text);
	host->kernel_place = place_of(node);
	return true;
}

bool decode_root(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_host *host = ret;

	if (!want_scalar(d, node, "a folder"))
		return false;
	host->root = pool_strdup(d->pool, node->text);
	host->root_place = place_of(node);
	return true;
}

bool decode_user(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_program *program = ret;

	if (!want_scalar(d, node, "the name of a user"))
		return false;
	if (strlen(node->text) > 32 || !is_plain_word(node->text)) {
		node_error(d->diags, node, "'%.60s' is no name of a user", node->text);
		return false;
	}
	program->user = pool_strdup(d->pool, node->text);
	program->user_place = place_of(node);
	return true;
}

void check_files(struct decoder *d, int host, const struct node *map)
{
	static const char *const keys[] = {"root", "disk"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct node *value = node_get(map, keys[i]);

		if (value && !d->programs_missing && !plan_has_command(d->plan, host))
			diag_help(d->diags,
				  diag_error(d->diags, value->key->span,
					     "on host '%s' nobody reads or writes files",
					     d->plan->host[host].name),
				  "'%s' is for commands; steps have no files", keys[i]);
	}
}
