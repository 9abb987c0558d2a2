/* SPDX-License-Identifier: MIT
 *
 * uml: one fresh User-Mode Linux per run: an ordinary process that needs no rights.
 *
 * Its root is this machine's, read-only, through hostfs. Its memory is a file without a name
 * (O_TMPFILE) in TMPDIR, its control files are in uml_dir, which is in the run's own folder:
 * nothing is left anywhere else even after SIGKILL. The processes that run the guest's programs
 * (one for each address space) have the kernel as tracer and ask for SIGKILL when it dies. A guest
 * kernel that panics aborts (arch/um/os-Linux/util.c: os_dump_core).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "err.h"
#include "guest.h"
#include "kernel.h"

#define NO_SUCH_INIT "/dev/null/init"

enum { ARG_GUEST, ARG_DIR, ARG_UML_DIR, ARG_COUNT };

/* The boot line up to the guest. Parameters that the kernel does not know (halfopen_dir)
 * go to the environment of init. */
static const char *const uml_argv[] = {
	"mem=64M",        "root=/dev/root",      "rootfstype=hostfs", "rootflags=/", "ro",
	"con0=null,fd:1", /* the console: read nothing, write to stdout */
	"con=null",       "time-travel=inf-cpu", "panic=-1",          "quiet",       "umid=uml",
};
#define UML_ARGC (sizeof(uml_argv) / sizeof(uml_argv[0]))

/* The memory file wants a tmpfs: on a disk it would be written back. A UML touches about 20 MiB
 * of it; a container's /dev/shm is often 64 MiB for all, and to run out of it would be a SIGBUS
 * in the kernel. */
#define SHM             "/dev/shm"
#define SHM_ROOM_NEEDED (1024LL << 20)

static bool shm_serves(void)
{
	struct statfs fs;

	return statfs(SHM, &fs) == 0 && fs.f_type == TMPFS_MAGIC && !(fs.f_flags & ST_NOEXEC) &&
	       (int64_t)fs.f_bavail * fs.f_bsize >= SHM_ROOM_NEEDED &&
	       access(SHM, W_OK | X_OK) == 0;
}

/* A process of the guest whose kernel is killed may go on for a moment as a process of this
 * machine: UML 6.1 asks for nothing else, 6.12 leaves a gap, and only what build-kernel makes is
 * sure (PTRACE_O_EXITKILL). What the guest's process 1 does next is reboot(). So there is nothing
 * that it may do here, but read root's files, which hostfs needs. Who has no rights has none to
 * lose. */
static void drop_rights(void)
{
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (cap != CAP_DAC_OVERRIDE && cap != CAP_DAC_READ_SEARCH)
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* A UML and the processes that it traces take turns, thousands of times a run, and never compute at
 * once. On two processors each turn wakes an idle one, which a virtual machine's host pays dearly
 * for: twice the time of a run. So all of it stays on the one that the scheduler has just chosen
 * for us. Where that is forbidden it goes without. */
static void stay_on_processor(void)
{
	int processor = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	if (processor < 0 || processor >= CPU_SETSIZE)
		return;
	CPU_SET(processor, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void uml_exec(const char *path, char *const argv[], const char *dir, int console,
		     pid_t parent)
{
	char tmpdir[4096];
	char *env[] = {tmpdir, "HOME=/", "TERM=linux", NULL};

	/* At a random place, the program break adds up to 32 MiB of "physical memory" (um_arch.c,
	 * "exec-shield gap"), which makes a boot take 20 ms instead of 13, and the guest's
	 * tcp_mem another one each time. Where a container forbids this, it is only slower. */
	personality(ADDR_NO_RANDOMIZE);
	snprintf(tmpdir, sizeof(tmpdir), "TMPDIR=%s", shm_serves() ? SHM : dir);
	drop_rights();
	if (guest_prepare_child(console) == 0 && getppid() == parent) {
		stay_on_processor();
		execve(path, argv, env);
		dprintf(2, "%s: %s\n", path, strerror(errno));
	}
	_exit(126);
}

/* INIT as the guest's process 1. */
static int uml_start(const struct kernel *kernel, const char *init, const char *dir,
		     struct guest *ret_guest, struct err *err)
{
	char arg[ARG_COUNT][4096], *argv[UML_ARGC + ARG_COUNT + 2] = {kernel->path};
	int argc = 1, console[2];
	pid_t pid, parent = getpid();

	if (strpbrk(dir, " \t\"") || strpbrk(init, " \t\""))
		return err_set(err, EINVAL, "a kernel's boot line has no room for spaces: %s, %s",
			       init, dir);
	snprintf(arg[ARG_GUEST], sizeof(arg[0]), "init=%s", init);
	snprintf(arg[ARG_DIR], sizeof(arg[0]), "halfopen_dir=%s", dir);
	snprintf(arg[ARG_UML_DIR], sizeof(arg[0]), "uml_dir=%s/", dir);
	for (size_t i = 0; i < UML_ARGC; i++)
		argv[argc++] = (char *)uml_argv[i];
	for (int i = 0; i < ARG_COUNT; i++)
		argv[argc++] = arg[i];
	if (pipe2(console, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	pid = fork();
	if (pid == 0)
		uml_exec(kernel->path, argv, dir, console[1], parent);
	close(console[1]);
	if (pid < 0) {
		close(console[0]);
		return err_sys(err, errno, "fork");
	}
	*ret_guest = (struct guest){.pid = pid, .console = console[0]};
	return 0;
}

static int uml_boot(const struct kernel *kernel, const struct kernel_job *job, const char *dir,
		    struct guest *ret_guest, struct err *err)
{
	return uml_start(kernel, job->guest, dir, ret_guest, err);
}

/* Boots as far as to look for init, which is not there: then memory, tracing and hostfs work. */
static int uml_probe(const struct kernel *kernel, const char *scratch, struct err *err)
{
	char console[1024] = "";
	struct guest guest;
	int ret = uml_start(kernel, NO_SUCH_INIT, scratch, &guest, err);

	if (ret)
		return ret;
	guest_wait(&guest, KERNEL_WALL_LIMIT_NS, console, sizeof(console), NULL);
	if (strstr(console, NO_SUCH_INIT))
		return 0;
	return err_set(err, ENOEXEC,
		       "%s does not boot here; it needs ptrace, and a TMPDIR without noexec; it "
		       "said: %.500s",
		       kernel->path, console);
}

const struct kernel_ops uml_ops = {
	.name = "uml",
	.help = "a User-Mode Linux executable: virtual time, needs no rights",
	.virtual_clock = 1,
	.probe = uml_probe,
	.boot = uml_boot,
};
