/* SPDX-License-Identifier: MIT */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH      1

/* TCP by port (ABI 4), UDP by port (ABI 10): no rule is ever added, so none may be used. */
#define NET_TCP 3ULL
#define NET_ALL 15ULL
/* Abstract sockets and signals reach no further than this (ABI 6). */
#define SCOPE_ALL 3ULL

/* What can be said of a file that is no folder: EXECUTE, WRITE_FILE, READ_FILE, TRUNCATE,
 * IOCTL_DEV, RESOLVE_UNIX. */
#define RIGHTS_OF_FILES (7ULL | 7ULL << 14)

/* How many rights each version knows: REFER came with 2, TRUNCATE with 3, IOCTL_DEV with 5,
 * RESOLVE_UNIX with 9. */
static const int rights_known[] = {0, 13, 14, 15, 15, 16, 16, 16, 16, 17};
#define NEWEST_ABI (int)(sizeof(rights_known) / sizeof(rights_known[0]) - 1)

struct ruleset {
	uint64_t files, net, scoped;
};

struct beneath {
	uint64_t rights;
	int32_t fd;
} __attribute__((packed));

int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* An older kernel refuses a structure that is longer than its own. */
static size_t ruleset_size(int abi)
{
	if (abi >= 6)
		return sizeof(struct ruleset);
	return abi >= 4 ? offsetof(struct ruleset, scoped) : offsetof(struct ruleset, net);
}

int landlock_open(int abi, struct err *err)
{
	int rights = rights_known[abi < NEWEST_ABI ? abi : NEWEST_ABI];
	struct ruleset rules = {.files = (1ULL << rights) - 1,
				.net = abi >= 10 ? NET_ALL : NET_TCP,
				.scoped = SCOPE_ALL};
	long set = syscall(SYS_landlock_create_ruleset, &rules, ruleset_size(abi), 0);

	return set < 0 ? err_sys(err, errno, "Landlock") : (int)set;
}

int landlock_add_fd(int set, int fd, uint64_t rights, struct err *err)
{
	struct beneath beneath = {.rights = rights, .fd = fd};
	struct stat st;

	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		beneath.rights &= RIGHTS_OF_FILES;
	if (beneath.rights &&
	    syscall(SYS_landlock_add_rule, set, RULE_PATH_BENEATH, &beneath, 0) < 0)
		return err_sys(err, errno, "a rule of Landlock");
	return 0;
}

int landlock_add(int set, const char *path, uint64_t rights, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return 0;
	ret = landlock_add_fd(set, fd, rights, err);
	return ret ? err_add(err, ret, "%s", path) : 0;
}

int landlock_enter(int set, struct err *err)
{
	if (syscall(SYS_landlock_restrict_self, set, 0) < 0)
		return err_sys(err, errno, "Landlock");
	return 0;
}
