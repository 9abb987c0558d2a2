/* SPDX-License-Identifier: MIT
 *
 * uml: one fresh User-Mode Linux per run: an ordinary process that needs no rights.
 *
 * Its root is this machine's, read-only, through hostfs; what it may see of it, and that nothing of
 * it can be written, is cage.h's to see to, so that the guest's root does not count. The plan is
 * read through hostfs, too; its frames go to a file that hostfs opens once, for process 1, and that
 * has no name.
 *
 * Its memory is a file without a name, too. The processes that run the guest's programs (one for
 * each address space) have the kernel as tracer and ask for SIGKILL when it dies. A guest kernel
 * that panics aborts (arch/um/os-Linux/util.c: os_dump_core).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cage.h"
#include "cleanup.h"
#include "clock.h"
#include "err.h"
#include "file.h"
#include "guest.h"
#include "kernel.h"

#define NO_SUCH_INIT "/dev/null/init"
#define MEMORY_MIB   64
#define TOKEN_OF(x)  #x
#define TEXT_OF(x)   TOKEN_OF(x)
#define MEMORY_OF(x) "mem=" TEXT_OF(x) "M"

enum { ARG_GUEST, ARG_DIR, ARG_UML_DIR, ARG_COUNT };

/* The boot line up to the guest. Parameters that the kernel does not know (halfopen_dir)
 * go to the environment of init. */
static const char *const uml_argv[] = {
	MEMORY_OF(MEMORY_MIB),
	"root=/dev/root",
	"rootfstype=hostfs",
	"rootflags=/",
	"ro",
	"con0=null,fd:1", /* the console: read nothing, write to stdout */
	"con=null",
	"time-travel=inf-cpu",
	"time-travel-start=" TEXT_OF(CLOCK_EPOCH_S) "000000000",
	"panic=-1",
	"quiet",
	"umid=uml",
};
#define UML_ARGC (sizeof(uml_argv) / sizeof(uml_argv[0]))

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

static void uml_exec(struct cage *cage, char *const argv[], int console, pid_t parent)
{
	char tmpdir[PATH_MAX + 8];
	char *env[] = {tmpdir, "HOME=/", "TERM=linux", NULL};

	/* At a random place, the program break adds up to 32 MiB of "physical memory" (um_arch.c,
	 * "exec-shield gap"), which makes a boot take 20 ms instead of 13, and the guest's
	 * tcp_mem another one each time. Where a container forbids this, it is only slower. */
	personality(ADDR_NO_RANDOMIZE);
	snprintf(tmpdir, sizeof(tmpdir), "TMPDIR=%s", cage->memory);
	if (guest_prepare_child(console) < 0)
		_exit(126);
	stay_on_processor();
	confine_exec(&cage->confiner, parent, argv, env);
}

static int uml_fork(struct cage *cage, char *const argv[], struct guest *ret_guest, struct err *err)
{
	pid_t pid, parent = getpid();
	int console[2], ret;

	if (pipe2(console, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	pid = fork();
	if (pid == 0)
		uml_exec(cage, argv, console[1], parent);
	close(console[1]);
	ret = pid < 0 ? err_sys(err, errno, "fork") : confine_begin(&cage->confiner, pid, err);
	if (ret == 0) {
		*ret_guest = (struct guest){.pid = pid,
					    .console = console[0],
					    .output = cage->rules.output_fd,
					    .confiner = &cage->confiner,
					    .quieten = cage_quieten,
					    .loss = cage_loss};
		return 0;
	}
	close(console[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return ret;
}

/* INIT as the guest's process 1, which may read the folder READABLE (may be NULL). */
static int uml_start(const struct kernel *kernel, const char *init, const char *readable,
		     const char *dir, struct guest *ret_guest, struct err *err)
{
	/* A UML wants a folder for its control files. It is told that it has made one. */
	const char *uml_dir = confine_probe()->seccomp ? "/halfopen" : dir;
	char arg[ARG_COUNT][4096], *argv[UML_ARGC + ARG_COUNT + 2] = {kernel->path};
	const struct cage_options options = {.kernel = kernel->path,
					     .init = init,
					     .readable = readable,
					     .folder = dir,
					     .memory_mib = MEMORY_MIB};
	struct cage *cage;
	int argc = 1, ret;

	if (strpbrk(dir, " \t\"") || strpbrk(init, " \t\""))
		return err_set(err, EINVAL, "a kernel's boot line has no room for spaces: %s, %s",
			       init, dir);
	snprintf(arg[ARG_GUEST], sizeof(arg[0]), "init=%s", init);
	snprintf(arg[ARG_DIR], sizeof(arg[0]), "halfopen_dir=%s", dir);
	snprintf(arg[ARG_UML_DIR], sizeof(arg[0]), "uml_dir=%s/", uml_dir);
	for (size_t i = 0; i < UML_ARGC; i++)
		argv[argc++] = (char *)uml_argv[i];
	for (int i = 0; i < ARG_COUNT; i++)
		argv[argc++] = arg[i];
	cage = malloc(sizeof(*cage));
	if (!cage)
		return err_sys(err, ENOMEM, "a confinement");
	ret = cage_make(&options, cage, err);
	if (ret == 0 && (ret = uml_fork(cage, argv, ret_guest, err)) < 0)
		cage_done(cage);
	if (ret < 0)
		free(cage);
	return ret;
}

static int uml_boot(const struct kernel *kernel, const struct kernel_job *job, const char *dir,
		    struct guest *ret_guest, struct err *err)
{
	AUTO_FREE char *guest = kernel_guest_inside(kernel, job->guest);

	return uml_start(kernel, guest, job->readable, dir, ret_guest, err);
}

static int helper_copy(const char *from, const char *to, struct err *err)
{
	AUTO_FREE char *bytes = NULL;
	size_t size = 0;
	int ret = file_read(from, KERNEL_RAW_LIMIT, &bytes, &size, err);

	if (ret == 0)
		ret = file_write(to, bytes, size, err);
	if (ret == 0 && chmod(to, 0755) < 0)
		ret = err_sys(err, errno, "%s", to);
	return ret;
}

/* Root's UMLs run as another user, who may not be able to go where root has the helpers: then they
 * are given copies. */
static int uml_open(struct kernel *kernel, const struct kernel_machine *machine, struct err *err)
{
	static const char *const names[] = {"halfopen-guest", "halfopen-peer", "halfopen-nft"};
	char from[PATH_MAX], to[PATH_MAX];
	int ret = 0;

	if (!confine_probe()->other_uid)
		return 0;
	if (chmod(machine->scratch, 0711) < 0)
		return err_sys(err, errno, "%s", machine->scratch);
	snprintf(from, sizeof(from), "%s/%s", machine->helpers, names[0]);
	if (access(from, F_OK) < 0 || confine_can_reach(from, R_OK | X_OK))
		return 0;
	if (asprintf(&kernel->helpers, "%s/helpers", machine->scratch) < 0)
		return err_sys(err, ENOMEM, "helpers");
	if (mkdir(kernel->helpers, 0755) < 0 || chmod(kernel->helpers, 0755) < 0)
		return err_sys(err, errno, "%s", kernel->helpers);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && ret == 0; i++) {
		snprintf(from, sizeof(from), "%s/%s", machine->helpers, names[i]);
		snprintf(to, sizeof(to), "%.4000s/%s", kernel->helpers, names[i]);
		ret = helper_copy(from, to, err);
	}
	return ret;
}

/* Boots as far as to look for init, which is not there: then memory, tracing and hostfs work. */
static int uml_probe(const struct kernel *kernel, const char *scratch, struct err *err)
{
	char console[1024] = "";
	struct guest guest;
	int ret = uml_start(kernel, NO_SUCH_INIT, NULL, scratch, &guest, err);

	if (ret)
		return ret;
	guest_wait(&guest, KERNEL_WALL_LIMIT_NS, console, sizeof(console), NULL);
	close(guest.output);
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
	.open = uml_open,
	.boot = uml_boot,
};
