/* SPDX-License-Identifier: MIT */
#include "store.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "file.h"
#include "scratch.h"
#include "text.h"

#define NAME_LONGEST 64
#define BUILT        "linux"
#define ADDED        "kernel"
#define CONFIG       "config"
#define DEFAULT      ".default" /* a link to the name: no kernel's name begins so */
#define LIVE         "live"

#define LARGEST_CONFIG (4u << 20)

const struct store_ability store_ability[STORE_ABILITIES] = {
	{"time-travel", "CONFIG_UML_TIME_TRAVEL_SUPPORT", "UML: virtual time", true},
	{"netem", "CONFIG_NET_SCH_NETEM", "links that delay, lose, reorder", false},
	{"bridge", "CONFIG_BRIDGE", "switches; no run without", false},
	{"ipv6", "CONFIG_IPV6", "cases with ip: 6", false},
	{"nft", "CONFIG_NF_TABLES", "blackholes, and routers that answer", false},
	{"conntrack", "CONFIG_NF_CONNTRACK", "routers that remember and forget", false},
	{"nat", "CONFIG_NFT_NAT", "routers that translate addresses", false},
};

/* The store's folder, and NAME and FILE below it where they are given. */
static void path_of(char ret_path[PATH_MAX], const char *name, const char *file)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	bool own = cache && cache[0] == '/';

	snprintf(ret_path, PATH_MAX, "%s%s/halfopen/kernels%s%s%s%s",
		 own    ? cache
		 : home ? home
			: "",
		 own ? "" : "/.cache", name ? "/" : "", name ? name : "", file ? "/" : "",
		 file ? file : "");
}

/* "CONFIG_HZ=250", "CONFIG_BRIDGE=m"; a line that says no option is left out. */
static void config_line(struct store_entry *entry, const char *line)
{
	const char *equals = strchr(line, '=');

	if (!equals)
		return;
	if (strncmp(line, "CONFIG_HZ=", 10) == 0)
		entry->hz = atoi(equals + 1);
	for (int i = 0; i < STORE_ABILITIES; i++)
		if (strlen(store_ability[i].option) == (size_t)(equals - line) &&
		    strncmp(store_ability[i].option, line, (size_t)(equals - line)) == 0 &&
		    (equals[1] == 'y' || equals[1] == 'm'))
			entry->can |= 1u << i;
}

static void config_read(struct store_entry *entry)
{
	char path[PATH_MAX], line[512];
	FILE *file;

	path_of(path, entry->name, CONFIG);
	file = fopen(path, "re");
	if (!file)
		return;
	entry->configured = true;
	while (fgets(line, sizeof(line), file))
		config_line(entry, line);
	fclose(file);
}

/* False: in that folder there is no kernel. */
static void info_read(struct store_entry *entry)
{
	static const char key[] = "describe: ";
	char path[PATH_MAX], line[512];
	FILE *file;

	path_of(path, entry->name, "info");
	file = fopen(path, "re");
	while (file && !entry->describe && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, key, strlen(key)) == 0)
			entry->describe = text_copy(line + strlen(key));
	}
	if (file)
		fclose(file);
}

static bool entry_read(const char *name, struct store_entry *ret_entry)
{
	char path[PATH_MAX], target[PATH_MAX];
	struct store_entry entry = {0};
	struct stat st;
	ssize_t n;

	path_of(path, name, BUILT);
	if (stat(path, &st) < 0) {
		path_of(path, name, ADDED);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			return false;
		target[n] = '\0';
		strcpy(path, target);
		entry.added = true;
	}
	entry.name = text_copy(name);
	entry.path = text_copy(path);
	config_read(&entry);
	info_read(&entry);
	*ret_entry = entry;
	return true;
}

static void entry_done(struct store_entry *entry)
{
	free(entry->name);
	free(entry->path);
	free(entry->describe);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int store_read(struct store *ret_store, struct err *err)
{
	struct dirent **list;
	char path[PATH_MAX];
	int count;

	*ret_store = (struct store){0};
	path_of(path, NULL, NULL);
	count = scandir(path, &list, visible, versionsort);
	if (count < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "%s", path);
	ret_store->entry = calloc((size_t)count + 1, sizeof(*ret_store->entry));
	if (!ret_store->entry)
		abort();
	for (int i = 0; i < count; i++) {
		if (entry_read(list[i]->d_name, &ret_store->entry[ret_store->count]))
			ret_store->count++;
		free(list[i]);
	}
	free(list);
	return 0;
}

void store_done(struct store *store)
{
	for (int i = 0; i < store->count; i++)
		entry_done(&store->entry[i]);
	free(store->entry);
	*store = (struct store){0};
}

/* 6.1 is no beginning of 6.12, which is another version. */
static bool begins(const char *whole, const char *name)
{
	size_t length = strlen(name);
	bool is_version = length > 0 && strspn(name, "0123456789.") == length;

	return strncmp(whole, name, length) == 0 &&
	       !(is_version && isdigit((unsigned char)name[length - 1]) &&
		 isdigit((unsigned char)whole[length]));
}

/* The one called NAME, or the only one whose name begins so: *ret_entry is STORE's. */
static int find(const struct store *store, const char *name, const struct store_entry **ret_entry,
		struct err *err)
{
	const struct store_entry *found = NULL, *other = NULL;

	if (!*name)
		return err_set(err, EINVAL, "no kernel is named");
	for (int i = 0; i < store->count; i++) {
		const struct store_entry *entry = &store->entry[i];

		if (!begins(entry->name, name))
			continue;
		other = found;
		found = entry;
		if (entry->name[strlen(name)] == '\0') {
			other = NULL;
			break;
		}
	}
	if (other)
		return err_set(err, EINVAL, "several kernels' names begin with '%s': %s and %s",
			       name, other->name, found->name);
	if (!found)
		return err_set(err, ENOENT, "there is no kernel called '%s'", name);
	*ret_entry = found;
	return 0;
}

int store_find(const char *name, char **ret_path, struct err *err)
{
	const struct store_entry *entry;
	struct store store;
	int ret = store_read(&store, err);

	if (ret == 0)
		ret = find(&store, name, &entry, err);
	if (ret == 0)
		*ret_path = text_copy(entry->path);
	store_done(&store);
	return ret;
}

char *store_default(void)
{
	char path[PATH_MAX], name[NAME_LONGEST + 1];
	ssize_t n;

	path_of(path, DEFAULT, NULL);
	n = readlink(path, name, sizeof(name));
	return n > 0 && n <= NAME_LONGEST ? text_format("%.*s", (int)n, name) : NULL;
}

/* The old link stays until the new one takes its place. */
static int default_set(const char *name, struct err *err)
{
	char path[PATH_MAX], new[PATH_MAX + 32];

	path_of(path, DEFAULT, NULL);
	snprintf(new, sizeof(new), "%s.%d", path, getpid());
	if (symlink(name, new) < 0 || rename(new, path) < 0) {
		int error = errno;

		unlink(new);
		return err_sys(err, error, "%s", path);
	}
	return 0;
}

int store_use(const char *name, struct err *err)
{
	const struct store_entry *entry;
	char folder[PATH_MAX];
	struct store store;
	int ret;

	if (strcmp(name, LIVE) == 0) {
		path_of(folder, NULL, NULL);
		ret = file_make_folder(folder);
		return ret < 0 ? err_sys(err, ret, "%s", folder) : default_set(LIVE, err);
	}
	ret = store_read(&store, err);
	if (ret == 0)
		ret = find(&store, name, &entry, err);
	if (ret == 0)
		ret = default_set(entry->name, err);
	store_done(&store);
	return ret;
}

static int check_name(const char *name, struct err *err)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._+-";

	if (strcmp(name, LIVE) == 0)
		return err_set(err, EINVAL, "'live' is the running kernel's name");
	if (!*name || strchr("._+-", *name) || strlen(name) > NAME_LONGEST ||
	    strspn(name, good) != strlen(name))
		return err_set(err, EINVAL,
			       "'%.80s' cannot be a kernel's name: letters, digits, '.', '_', '+' "
			       "and '-', at most %d, the first a letter or a digit",
			       name, NAME_LONGEST);
	return 0;
}

/* Where people keep a kernel's configuration: beside it, or in the folder that PATH is. */
static void config_copy(const char *path, const char *release, const char *name)
{
	static const struct {
		const char *name;
		bool released;
	} beside[] = {{"config", false},
		      {".config", false},
		      {"config-", true},
		      {"boot/config-", true}}; /* an unpacked package */
	char folder[PATH_MAX], from[PATH_MAX + 128], to[PATH_MAX];
	AUTO_FREE char *text = NULL;
	struct stat st;
	size_t size;

	snprintf(folder, sizeof(folder), "%s", path);
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		*strrchr(folder, '/') = '\0';
	for (size_t i = 0; !text && i < sizeof(beside) / sizeof(beside[0]); i++) {
		snprintf(from, sizeof(from), "%s/%s%s", folder, beside[i].name,
			 beside[i].released ? release : "");
		file_read(from, LARGEST_CONFIG, &text, &size, NULL);
	}
	if (!text)
		return;
	path_of(to, name, CONFIG);
	file_write(to, text, size, NULL);
}

/* -EEXIST: the folder itself is there, not only those above it. */
static int folder_make_new(char *path)
{
	char *slash = strrchr(path, '/');
	int ret;

	*slash = '\0';
	ret = file_make_folder(path);
	*slash = '/';
	return ret < 0 ? ret : mkdir(path, 0777) < 0 ? -errno : 0;
}

int store_add(const char *name, const char *path, const char *release, struct err *err)
{
	char folder[PATH_MAX], link[PATH_MAX], *real;
	int ret = check_name(name, err);

	if (ret < 0)
		return ret;
	real = realpath(path, NULL);
	if (!real)
		return err_sys(err, errno, "%s", path);
	path_of(folder, name, NULL);
	path_of(link, name, ADDED);
	ret = folder_make_new(folder);
	if (ret == -EEXIST)
		err_set(err, EEXIST, "there is a kernel called '%s' already", name);
	else if (ret < 0)
		err_set(err, -ret, "%s: %s; XDG_CACHE_HOME can name another folder", folder,
			strerror(-ret));
	else if (symlink(real, link) < 0)
		ret = err_sys(err, errno, "%s", link);
	else
		config_copy(real, release, name);
	free(real);
	return ret;
}

int store_remove(const char *name, struct err *err)
{
	AUTO_FREE char *chosen = NULL;
	struct store_entry entry;
	char folder[PATH_MAX];
	int ret;

	if (strchr(name, '/') || *name == '.' || !entry_read(name, &entry))
		return err_set(err, ENOENT, "there is no kernel called '%s'", name);
	entry_done(&entry);
	chosen = store_default();
	if (chosen && strcmp(chosen, name) == 0) {
		path_of(folder, DEFAULT, NULL);
		unlink(folder);
	}
	path_of(folder, name, NULL);
	ret = scratch_remove(folder);
	return ret < 0 ? err_sys(err, ret, "%s", folder) : 0;
}
