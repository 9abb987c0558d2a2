/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1ULL << 20)

static unsigned long long machine_memory(void)
{
	struct sysinfo info;

	return sysinfo(&info) < 0 ? 0 : (unsigned long long)info.totalram * info.mem_unit;
}

static void processes_many(void)
{
	int count = 0;
	pid_t pid;

	while (count < 5000 && (pid = fork()) >= 0) {
		if (pid == 0) {
			pause();
			_exit(0);
		}
		count++;
	}
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM); /* a process group of its own */
	while (wait(NULL) > 0)
		;
	tried(count > 1024, "more than 1,024 processes");
}

static void memory_much(void)
{
	const size_t piece = 64 * MIB;
	unsigned long long most = machine_memory() / 4, all = 0;

	most = most < 1024 * MIB ? 1024 * MIB : most;
	while (all <= most &&
	       mmap(NULL, piece, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED)
		all += piece;
	tried(all > most, "more than a quarter of the memory");
}

/* As docs/security.md has it. */
static void disk_much(void)
{
	static const struct {
		const char *folder;
		unsigned part, least, most; /* of the memory; MiB */
	} disks[] = {{"/", 8, 32, 512},
		     {"/tmp", 16, 16, 256},
		     {"/dev/shm", 16, 16, 256},
		     {"/run", 64, 8, 64}};

	for (size_t i = 0; i < COUNT(disks); i++) {
		unsigned long long most = machine_memory() / disks[i].part / MIB, size;
		struct statvfs fs;

		if (statvfs(disks[i].folder, &fs) < 0)
			continue;
		size = (unsigned long long)fs.f_blocks * fs.f_frsize / MIB;
		most = most < disks[i].least ? disks[i].least : most;
		most = most > disks[i].most ? disks[i].most : most;
		tried(size > most, "%s of %llu MiB", disks[i].folder, size);
	}
}

static void core_dump(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_CORE, &limit);
	tried(limit.rlim_max > 1, "a limit of %llu", (unsigned long long)limit.rlim_max);
}

/* Without CAP_SYS_RESOURCE nobody can keep it from that: it can be like all others when memory is
 * short, and not more. */
static void spared(void)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	char text[16] = "";

	tried(fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 || atoi(text) < 900, "is not first");
	tried(write(fd, "-1", 2) == 2, "later than others");
	if (key("resource"))
		tried(write(fd, "0", 1) == 1, "as others");
	close(fd);
}

const struct attack attacks_on_bounds[] = {
	{"a fork bomb", processes_many},
	{"memory without end", memory_much},
	{"disk without end", disk_much},
	{"a core dump", core_dump},
	{"be spared when memory is short", spared},
	{0},
};
