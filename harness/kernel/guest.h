/* SPDX-License-Identifier: MIT
 *
 * guest: the process that a kernel's guest runs in, as seen from outside: its console, its
 * end, and the limit of time. Internal to harness/kernel.
 */
#ifndef HALFOPEN_GUEST_H
#define HALFOPEN_GUEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct confiner;
struct err;
struct kernel;
struct kernel_job;
struct kernel_machine;

struct guest {
	pid_t pid;                   /* leader of its own session */
	int console;                 /* where its stdout and stderr can be read */
	int output;                  /* where its raw frames can be read; -1: in its folder */
	struct confiner *confiner;   /* owned, of malloc(); or NULL */
	void (*quieten)(char *text); /* takes away what is no news of its console; or NULL */
	/* The line that tells of a process of the kernel's that is gone, as only another's signal
	 * does it, or NULL; or NULL. */
	const char *(*loss)(const char *text);
};

/* What a kind of kernel can do. boot() starts the guest with the folder DIR and returns at
 * once; probe() as kernel_probe(), with a SCRATCH folder and a process for itself alone. */
struct kernel_ops {
	const char *name, *help;
	int virtual_clock;
	const char *helpers; /* the folder of the helpers inside; NULL: as outside */
	int (*probe)(const struct kernel *kernel, const char *scratch, struct err *err);
	int (*boot)(const struct kernel *kernel, const struct kernel_job *job, const char *dir,
		    struct guest *ret_guest, struct err *err);
	/* Instead of boot(), where a boot is dear: open() is kernel_open(), and run() hands the
	 * folder to a machine that is kept, and waits. CONSOLE as guest_wait() fills it. */
	int (*open)(struct kernel *kernel, const struct kernel_machine *machine, struct err *err);
	int (*run)(const struct kernel *kernel, const char *dir, int64_t limit_ns, char *console,
		   size_t console_size, struct err *err);
};

extern const struct kernel_ops live_ops, uml_ops, qemu_ops;

/* In the child, before exec: stdin from /dev/null, stdout and stderr to CONSOLE, an own
 * session, no core files, default signals, and SIGKILL when the parent dies, who may already
 * have done so: the caller looks. Returns 0 or -1 with errno. */
int guest_prepare_child(int console);

/* Waits until the guest has ended or LIMIT_NS of real time is over, keeps the end of what it
 * said in TAIL (text, cut at a line), kills what is left, reaps, closes (but its output). 0,
 * -ETIMEDOUT or
 * -ECHILD with ERR saying how it ended. */
int guest_wait(struct guest *guest, int64_t limit_ns, char *tail, size_t tail_size,
	       struct err *err);

/* The last bytes of what a console said; size is without the final 0. */
struct tail {
	char *text;
	size_t size, used;
};

/* All that can be read from FD now. 0: nothing more for now; 1: the end of the stream. */
int tail_read(struct tail *tail, int fd);

/* Makes it text: ends it, without CR, and from the beginning of a line on. */
void tail_finish(struct tail *tail);

#endif
