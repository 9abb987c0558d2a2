/* SPDX-License-Identifier: MIT
 *
 * kept: the form in which plans come in and raw frames go out of a machine that is kept for many
 * runs (QEMU): through the virtio port SERVE_PORT, one run after the other.
 */
#ifndef HALFOPEN_KEPT_H
#define HALFOPEN_KEPT_H

#include <stdint.h>

/* On the kernel's command line, so in the environment of init: serve. */
#define SERVE_VARIABLE "halfopen_serve"
#define SERVE_PORT     "/dev/vport0p1"
#define SERVE_MODULES  "/modules/list" /* in the order to load, a path each line */
#define SERVE_HELPERS  "/halfopen"     /* the folder of guest, peer and nft in the initramfs */
#define SERVE_MAGIC    0x686f706eu

struct serve_plan { /* in: then SIZE bytes of plan */
	uint32_t magic, size;
};

struct serve_raw { /* out, once when the machine is up (all 0), and after each run; then SIZE bytes
		    */
	uint32_t magic;
	int32_t status; /* of the run's process 1, as waitpid() gives it */
	uint64_t size;
};

#endif
