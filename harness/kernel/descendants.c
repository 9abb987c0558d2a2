/* SPDX-License-Identifier: MIT */
#include "descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "list.h"

struct process {
	pid_t pid, parent;
	bool ours;
};

/* /proc/PID/stat: "12 (a name) with) it) S 1 ...": the name may hold anything, also ')'. */
static pid_t parent_of(int proc, const char *name)
{
	char path[32], text[512], *after;
	pid_t parent = 0;

	snprintf(path, sizeof(path), "%.20s/stat", name);
	if (file_read_small(proc, path, text, sizeof(text)) <= 0)
		return 0;
	after = strrchr(text, ')');
	if (!after || sscanf(after, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

static int read_processes(struct process **ret_process)
{
	AUTO_CLOSEDIR DIR *proc = opendir("/proc");
	struct process *process = NULL;
	struct dirent *entry;
	int count = 0;

	while (proc && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		*LIST_ADD_TO(NULL, process, count) = (struct process){
			.pid = atoi(entry->d_name),
			.parent = parent_of(dirfd(proc), entry->d_name)};
	}
	*ret_process = process;
	return count;
}

static bool is_ours(const struct process *process, int count, pid_t parent)
{
	if (parent == getpid())
		return true;
	for (int i = 0; i < count; i++)
		if (process[i].pid == parent)
			return process[i].ours;
	return false;
}

/* One pass. A process that is forked meanwhile is seen by the next: its parent is dead by
 * then, so it cannot run away for ever. */
static int kill_those_seen(void)
{
	struct process *process;
	int count = read_processes(&process), killed = 0;
	bool found = true;

	while (found) {
		found = false;
		for (int i = 0; i < count; i++) {
			if (process[i].ours || !is_ours(process, count, process[i].parent))
				continue;
			process[i].ours = found = true;
			if (kill(process[i].pid, SIGKILL) == 0)
				killed++;
		}
	}
	free(process);
	return killed;
}

/* /proc/PID/task/TID/children: in a kernel without it, false. */
static bool children_kill(void)
{
	FILE *file = fopen("/proc/thread-self/children", "re");
	int pid, killed = 0;

	while (file && fscanf(file, "%d", &pid) == 1)
		killed += kill(pid, SIGKILL) == 0;
	if (file)
		fclose(file);
	return killed;
}

void descendants_end(void)
{
	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG | __WALL);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid == 0 && !children_kill()) {
			descendants_kill();
			return;
		}
		if (pid == 0) /* all that were there are about to die */
			waitpid(-1, NULL, __WALL);
	}
}

void descendants_kill(void)
{
	for (;;) {
		/* Every child was sent SIGKILL if any descendant was seen: waiting for one
		 * of them ends. Not so when a process became our child after the pass. */
		int flags = kill_those_seen() ? 0 : WNOHANG;
		pid_t pid = waitpid(-1, NULL, flags | __WALL);

		while (pid > 0)
			pid = waitpid(-1, NULL, WNOHANG | __WALL);
		if (pid < 0 && errno == ECHILD)
			return;
	}
}
