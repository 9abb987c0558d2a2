/* SPDX-License-Identifier: MIT */
#include "user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GROUPS_MOST 64

struct found {
	uid_t uid;
	gid_t gid;
	char home[256], shell[256];
};

/* By the files themselves: a static program has no name service. */
static int find(const char *name, struct found *found)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry;
	int ret = -ENOENT;

	*found = (struct found){.home = "/root", .shell = "/bin/sh"};
	if (!file && strcmp(name, "root") == 0)
		return 0;
	while (file && ret < 0 && (entry = fgetpwent(file))) {
		if (strcmp(entry->pw_name, name) != 0)
			continue;
		found->uid = entry->pw_uid;
		found->gid = entry->pw_gid;
		snprintf(found->home, sizeof(found->home), "%s", entry->pw_dir);
		snprintf(found->shell, sizeof(found->shell), "%s", entry->pw_shell);
		ret = 0;
	}
	if (file)
		fclose(file);
	return ret;
}

static bool is_member(char *const *members, const char *name)
{
	while (*members && strcmp(*members, name) != 0)
		members++;
	return *members;
}

static int groups_find(const char *name, gid_t own, gid_t groups[GROUPS_MOST])
{
	FILE *file = fopen("/etc/group", "re");
	struct group *entry;
	int count = 0;

	groups[count++] = own;
	while (file && count < GROUPS_MOST && (entry = fgetgrent(file)))
		if (entry->gr_gid != own && is_member(entry->gr_mem, name))
			groups[count++] = entry->gr_gid;
	if (file)
		fclose(file);
	return count;
}

int user_become(const char *name, struct user *ret_user)
{
	static char text[USER_VARIABLES - 1][300];
	gid_t groups[GROUPS_MOST];
	struct found found;
	int ret = find(name, &found);

	if (ret < 0) {
		errno = -ret;
		return -1;
	}
	if (setgroups((size_t)groups_find(name, found.gid, groups), groups) < 0 ||
	    setresgid(found.gid, found.gid, found.gid) < 0 ||
	    setresuid(found.uid, found.uid, found.uid) < 0)
		return -1;
	if (chdir(found.home) < 0 && chdir("/") < 0)
		return -1;
	snprintf(text[0], sizeof(text[0]), "HOME=%s", found.home);
	snprintf(text[1], sizeof(text[1]), "USER=%s", name);
	snprintf(text[2], sizeof(text[2]), "LOGNAME=%s", name);
	snprintf(text[3], sizeof(text[3]), "SHELL=%s", found.shell);
	for (int i = 0; i < USER_VARIABLES - 1; i++)
		ret_user->variable[i] = text[i];
	ret_user->variable[USER_VARIABLES - 1] = NULL;
	return 0;
}
