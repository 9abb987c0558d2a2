/* SPDX-License-Identifier: MIT
 *
 *     attack [KEY=VALUE...]
 *
 * Makes all attacks (attack.h). Its exit status is whether something got through: 1; 2: not all
 * could be tried.
 *
 * The keys say what of the machine is there to be attacked: file (world-writable), secret (readable
 * by its owner only), socket, abstract, port, pid, shm, msg, queue (of POSIX), key, case (a file of
 * the case's folder); user, who it is to be out there; starting, how many programs the host starts
 * in a moment; landlock: Landlock's version there; and machine: the kernel is the attacker's own,
 * so only what is of the machine around it counts. With held=1 each way that did not get through is
 * told as well; only=WORD makes just the attacks that have it in their names.
 */
#include "attack.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct attack *const all[] = {attacks_on_files,     attacks_on_devices,
					   attacks_on_processes, attacks_on_rights,
					   attacks_on_network,   attacks_on_bounds};

/* Those that must not succeed either where the kernel is the attacker's. */
static const char *const of_machine[] = {"read or write a file of the machine's",
					 "see other folders of the machine's",
					 "signal a process of the machine's",
					 "inherited descriptors",
					 "unix sockets of the machine's",
					 "the machine's network",
					 "System V IPC of the machine's",
					 "what an earlier run left",
					 "the machine's files through a hostfs of its own"};

static char **keys;
static const char *name; /* of the attack that is made */

/* Shared with the processes that make the attacks. */
static struct counts {
	int tried, through;
} * counts;

const char *key(const char *of)
{
	size_t length = strlen(of);

	for (char **at = keys; *at; at++)
		if (strncmp(*at, of, length) == 0 && (*at)[length] == '=')
			return *at + length + 1;
	return NULL;
}

int key_number(const char *of)
{
	return key(of) ? atoi(key(of)) : 0;
}

bool tried(bool through, const char *fmt, ...)
{
	char what[PATH_MAX + 200];
	va_list ap;

	counts->tried++;
	counts->through += through;
	if (!through && !key("held"))
		return false;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	printf("%s: %s: %s\n", through ? "through" : "held", name, what);
	fflush(stdout);
	return through;
}

void try_open(const char *path, int flags)
{
	int fd = path ? open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;

	if (fd >= 0)
		close(fd);
	if (path)
		tried(fd >= 0, "open %s %s", path,
		      (flags & O_ACCMODE) == O_RDONLY ? "to read" : "to write");
}

bool in_a_child(bool (*act)(long what), long what)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(act(what) ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

void each(const char *folder, void (*try)(const char *path, const char *name))
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];

	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		try(path, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* In a process and a group of its own: what it changes of itself is gone with it. */
static bool make(const struct attack *attack)
{
	int status;
	pid_t pid = fork();

	name = attack->name;
	if (pid == 0) {
		setpgid(0, 0);
		attack->make();
		exit(0);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		return true;
	printf("not made to its end: %s\n", attack->name);
	return false;
}

static bool is_wanted(const struct attack *attack)
{
	if (key("only") && !strstr(attack->name, key("only")))
		return false;
	for (size_t i = 0; i < COUNT(of_machine); i++)
		if (strcmp(of_machine[i], attack->name) == 0)
			return true;
	return !key("machine");
}

int main(int argc, char **argv)
{
	char host[64] = "";
	bool all_made = true;
	int made = 0;

	(void)argc;
	keys = argv + 1;
	gethostname(host, sizeof(host) - 1);
	if (strcmp(host, "a") != 0) {
		fputs("attack: not on a host of a case that is called \"a\"\n", stderr);
		return 2;
	}
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (counts == MAP_FAILED)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < COUNT(all); i++)
		for (const struct attack *attack = all[i]; attack->name; attack++) {
			if (!is_wanted(attack))
				continue;
			all_made = make(attack) && all_made;
			made++;
		}
	printf("%d attacks by %d ways, %d got through\n", made, counts->tried, counts->through);
	if (!all_made)
		return 2;
	return counts->through ? 1 : 0;
}
