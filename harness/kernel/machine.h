/* SPDX-License-Identifier: MIT
 *
 * machine: a booted QEMU that takes plan after plan (harness/handover/kept.h), as seen from
 * outside. Internal to harness/kernel.
 */
#ifndef HALFOPEN_MACHINE_H
#define HALFOPEN_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest.h"

struct kernel;

#define MACHINE_BOOT_LIMIT_NS 180000000000LL

struct machine {
	pid_t pid; /* 0: none */
	int console, port;
	struct tail said; /* since the last run began */
	char text[4096];
};

/* Whether QEMU is there at all: -ENOENT, and how to get it. */
int machine_probe(struct err *err);

/* Boots KERNEL with the initramfs at that path, and waits until it takes plans. */
int machine_boot(struct machine *machine, const struct kernel *kernel, const char *initramfs,
		 struct err *err);

/* Hands DIR/plan in, and what comes out into DIR/raw. On failure the machine is gone: it died
 * (-ECHILD), or LIMIT_NS of real time was over (-ETIMEDOUT). -ECHILD and still there: the run's
 * process 1 failed. */
int machine_run(struct machine *machine, const char *dir, int64_t limit_ns, struct err *err);

void machine_stop(struct machine *machine);

#endif
