/* SPDX-License-Identifier: MIT */
#include "cage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "kernel.h"

static bool is_noise(const char *line)
{
	static const char *const begins[] = {"check_one_sigio failed", "Open of machine pid file",
					     "Failed to initialize management console"};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(line, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

void cage_quieten(char *console)
{
	char *to = console, *next;

	for (char *line = console; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (is_noise(line))
			continue;
		memmove(to, line, (size_t)(next - line));
		to += next - line;
	}
	*to = '\0';
}

/* A process that runs one of the guest's is gone. The guest's own dies of SIGSEGV then, as if that
 * were its fault (arch/um/os-Linux/skas/process.c, fatal_sigsegv()). */
static const char *const losses[] = {"ptrace set regs failed, errno = 3",
				     "ptrace set fp regs failed, errno = 3",
				     "ptrace continue failed",
				     "wait failed, errno",
				     "PTRACE_GETREGS failed",
				     "get_fp_registers failed",
				     "failed to wait for SIGTRAP",
				     "failed to wait for stub",
				     "Failed to continue stub",
				     "Failed to get registers from stub",
				     "save_fp_registers returned",
				     "put_fp_registers returned",
				     "expected SIGSTOP, got status",
				     "Error flushing stub syscalls",
				     NULL};

const char *cage_loss(const char *console)
{
	for (const char *const *loss = losses; *loss; loss++) {
		const char *line = strstr(console, *loss);

		while (line && line > console && line[-1] != '\n')
			line--;
		if (line)
			return line;
	}
	return NULL;
}

/* Where nobody can be asked for it (confine.h), the memory file wants a tmpfs: on a disk it would
 * be written back. A UML touches about 20 MiB of it; a container's /dev/shm is often 64 MiB for
 * all, and to run out of it would be a SIGBUS in the kernel. */
#define SHM             "/dev/shm"
#define SHM_ROOM_NEEDED (1024LL << 20)

static bool shm_serves(void)
{
	struct statfs fs;

	if (statfs(SHM, &fs) < 0 || fs.f_type != TMPFS_MAGIC)
		return false;
	if (confine_probe()->questions)
		return true;
	return !(fs.f_flags & ST_NOEXEC) && (int64_t)fs.f_bavail * fs.f_bsize >= SHM_ROOM_NEEDED &&
	       confine_can_reach(SHM, R_OK | X_OK) && access(SHM, W_OK) == 0;
}

/* What the frames go to. By its name it can be seen, and asked for; where nobody can be asked, it
 * is what the name says. */
static int output_make(const struct cage *cage, struct err *err)
{
	AUTO_CLOSE int fd = open(cage->output, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, errno, "%s", cage->output);
	if (confine_probe()->other_uid && fchown(fd, CONFINE_UID, CONFINE_UID) < 0)
		return err_sys(err, errno, "%s", cage->output);
	if (confine_probe()->questions) {
		close(fd);
		fd = memfd_create("frames", MFD_CLOEXEC);
		if (fd < 0)
			return err_sys(err, errno, "memfd_create");
	}
	return TAKE_FD(fd);
}

const char *cage_memory(const char *folder)
{
	return shm_serves() ? SHM : folder;
}

/* Whoever the UML becomes can go to the run's folder, and read the plan. */
static int folder_show(const char *dir, struct err *err)
{
	AUTO_FREE char *plan = NULL;

	if (!confine_probe()->other_uid)
		return 0;
	if (asprintf(&plan, "%s/plan", dir) < 0)
		return err_sys(err, ENOMEM, "%s", dir);
	if (chmod(dir, 0755) < 0 || (chmod(plan, 0644) < 0 && errno != ENOENT))
		return err_sys(err, errno, "%s", dir);
	if (!confine_probe()->questions && chown(dir, CONFINE_UID, CONFINE_UID) < 0)
		return err_sys(err, errno, "%s", dir); /* its memory may be there */
	return confine_can_reach(dir, R_OK | X_OK)
		       ? 0
		       : err_set(err, EACCES,
				 "%s: user %d, whom a kernel runs as when root starts it, cannot "
				 "go there: set TMPDIR to another folder",
				 dir, CONFINE_UID);
}

/* Where nobody connects for it, it must be able to. */
static int sockets_show(const char *const *sockets, struct err *err)
{
	if (!confine_probe()->other_uid || confine_probe()->questions)
		return 0;
	for (; *sockets; sockets++)
		if (chown(*sockets, CONFINE_UID, CONFINE_UID) < 0)
			return err_sys(err, errno, "%s", *sockets);
	return 0;
}

/* The guest's memory is a file, of which it has a little more than it is said to have. */
static size_t largest(int memory_mib)
{
	const size_t room = 64 << 20, memory = ((size_t)memory_mib << 20) + room;

	return memory > KERNEL_RAW_LIMIT ? memory : KERNEL_RAW_LIMIT;
}

int cage_make(const struct cage_options *options, struct cage *cage, struct err *err)
{
	const char *dir = options->folder;
	int count = 0, ret;

	*cage = (struct cage){0};
	cage->readable[count++] = cage->helpers;
	if (options->readable)
		cage->readable[count++] = options->readable;
	if (options->root)
		cage->readable[count++] = options->root;
	snprintf(cage->folder, sizeof(cage->folder), "%s", dir);
	snprintf(cage->output, sizeof(cage->output), "%.4000s/raw", dir);
	snprintf(cage->memory, sizeof(cage->memory), "%s", cage_memory(dir));
	snprintf(cage->helpers, sizeof(cage->helpers), "%s", options->init);
	*strrchr(cage->helpers, '/') = '\0';
	cage->rules = (struct confinement){.readable = cage->readable,
					   .output_fd = -1,
					   .memory = cage->memory,
					   .memory_size = (size_t)options->memory_mib << 20,
					   .largest = largest(options->memory_mib)};
	ret = folder_show(dir, err);
	if (ret == 0 && options->sockets) {
		cage->rules.sockets = options->sockets;
		cage->rules.reboots = cage->rules.no_random = true;
		ret = sockets_show(options->sockets, err);
	} else if (ret == 0) {
		cage->readable[count] = cage->folder;
		cage->rules.output = cage->output;
		ret = cage->rules.output_fd = output_make(cage, err);
	}
	if (ret >= 0)
		ret = confine_open(&cage->confiner, options->kernel, &cage->rules, err);
	if (ret < 0 && cage->rules.output_fd >= 0)
		close(TAKE_FD(cage->rules.output_fd));
	return ret;
}

void cage_done(struct cage *cage)
{
	if (cage->rules.output_fd >= 0)
		close(TAKE_FD(cage->rules.output_fd));
	confine_close(&cage->confiner);
}
