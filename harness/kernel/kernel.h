/* SPDX-License-Identifier: MIT
 *
 * kernel: the kernels that a run can happen on, behind one interface: the live kernel in
 * new namespaces, a User-Mode Linux executable, or a distribution's image in QEMU.
 *
 * A run's kernel gets a directory of its own with the plan in it, starts the guest as
 * process 1, and the guest leaves a file of raw frames (harness/handover/raw.h) in that
 * directory. Nothing here knows what a plan or a frame means.
 *
 * Nothing here cleans up after a caller that is killed in the middle. The kernel dies with
 * the process that called kernel_run(), but a process that a UML was just making may miss
 * that, and the run's directory stays. supervisor.h is for that.
 */
#ifndef HALFOPEN_KERNEL_H
#define HALFOPEN_KERNEL_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct kernel_ops;

enum kernel_kind { KERNEL_LIVE, KERNEL_UML, KERNEL_QEMU, KERNEL_KIND_COUNT };

struct kernel {
	enum kernel_kind kind;
	char *path;       /* of the executable or image; live: NULL */
	char *modules;    /* QEMU: the folder with modules.dep; NULL: all is built in */
	int real_time;    /* QEMU: not to skip idle time, as the user asked */
	int service;      /* of kernel_open(); else -1 */
	char *helpers;    /* of kernel_open(): where copies of them are; or NULL */
	char release[65]; /* as uname -r says it: "6.12.117" */
};

/* What --kernel accepts, from the table of kernels: name and help of KIND. */
const char *kernel_kind_name(enum kernel_kind kind);
const char *kernel_kind_help(enum kernel_kind kind);

/* The virtual clock skips idle time; the real one does not. */
int kernel_clock_is_virtual(const struct kernel *kernel);

/* ARG: "live"; or a path, recognised by what the file is; or a name (store.h); or NULL: the
 * default that store_use() set. Only the file is looked at: kernel_probe() tells whether it can
 * run. -ENOENT, also when there is no default; -ENOEXEC (no kernel that we can boot). */
int kernel_find(const char *arg, struct kernel *ret_kernel, struct err *err);
void kernel_done(struct kernel *kernel);

/* 0 if this machine can start the kernel at all, else -errno and in ERR what is missing
 * and how to get it. Supervised (supervisor.h): leaves nothing, also when killed. */
int kernel_probe(const struct kernel *kernel, struct err *err);

/* The folder of this program's helpers (halfopen-guest, halfopen-peer, halfopen-nft):
 * where the running executable is, or ../libexec/halfopen from there. Free with free(). */
int kernel_find_helpers(char **ret_folder, struct err *err);

/* Where a run on that kernel finds the helpers that are in the folder OUTSIDE. */
const char *kernel_helpers_inside(const struct kernel *kernel, const char *outside);
/* And GUEST, which is one of them. Free with free(). */
char *kernel_guest_inside(const struct kernel *kernel, const char *guest);

struct kernel_machine {
	const char *helpers; /* folder of guest, peer and nft */
	const char *scratch;
	int parallel; /* so many runs at once, at most */
};

/* To be called once before kernel_run(), in the process whose children call that or in the same
 * one. Where a boot takes seconds it makes processes that each keep a booted machine for one run
 * after the other, until this process ends; else nothing. */
int kernel_open(struct kernel *kernel, const struct kernel_machine *machine, struct err *err);

struct kernel_job {
	const char *guest;   /* path of the executable that is to be process 1 */
	const char *scratch; /* folder in which the run's own one is made, and removed */
	const char *plan;
	size_t plan_size;
	const char *const *programs; /* executables that the run needs beside the helpers, where the
				      * machine's files are not seen; ended by NULL; may be NULL */
	const char *readable;        /* a folder that the run may read; NULL: none */
	int64_t wall_limit_ns;       /* of real time; 0: KERNEL_WALL_LIMIT_NS */
};

#define KERNEL_WALL_LIMIT_NS 60000000000LL
#define KERNEL_RAW_LIMIT     (256U << 20) /* bytes of frames */

struct kernel_result {
	char *raw; /* what the guest wrote, owned; NULL if nothing */
	size_t raw_size;
	char console[4096]; /* the last of what kernel and guest said, as text */
	int64_t wall_ns;    /* from before the boot until all was gone */
};

/* Boots, waits for the end, and collects. On failure (the kernel panicked, hung until the
 * limit, was killed; the guest failed) ret_result is filled in as well: the console always,
 * and the frames that were written until then. -ETIMEDOUT: the limit; -ECHILD: it died.
 * Give it back with kernel_result_done() in either case. */
int kernel_run(const struct kernel *kernel, const struct kernel_job *job,
	       struct kernel_result *ret_result, struct err *err);
void kernel_result_done(struct kernel_result *result);

#endif
