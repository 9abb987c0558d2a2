/* SPDX-License-Identifier: MIT
 *
 * What a host costs the machine, for a message about a run that does not end.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "file.h"
#include "parts.h"

/* The process group and the ticks of processor time of process NAME; proc_pid_stat(5). */
static bool look(const char *name, int *ret_group, int64_t *ret_ticks)
{
	unsigned long user, system;
	char path[64], stat[512], *behind_comm;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", name);
	if (file_read_small(AT_FDCWD, path, stat, sizeof(stat)) < 0)
		return false;
	behind_comm = strrchr(stat, ')');
	if (!behind_comm ||
	    sscanf(behind_comm, ") %*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", ret_group,
		   &user, &system) != 3)
		return false;
	*ret_ticks = (int64_t)(user + system);
	return true;
}

/* A UML has a process for each address space of its guest, and one for its kernel. */
struct world_load world_load(const struct world *world, int index)
{
	const struct host *host = world->host[index];
	struct world_load load = {.computes = host->is_running && !host->is_dead};
	int64_t ticks = 0, all = 0;
	int group, count = 0;
	AUTO_CLOSEDIR DIR *proc = host->uml.pid ? opendir("/proc") : NULL;
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    look(entry->d_name, &group, &ticks) && group == host->uml.pid) {
			count++;
			all += ticks;
		}
	load.processes = count ? count - 1 : 0;
	load.cpu_ns = all * (NSEC_PER_SEC / sysconf(_SC_CLK_TCK));
	if (load.computes && host->seen_real_ns)
		load.stood_ns = clock_now_ns() - host->seen_real_ns;
	return load;
}
