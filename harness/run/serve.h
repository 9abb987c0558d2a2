/* SPDX-License-Identifier: MIT
 *
 * serve: the guest as init of a machine of its own that is kept for many runs (QEMU), and the
 * form in which plans come in and raw frames go out there: through the virtio port PORT, one
 * run after the other. Each run is a process 1 in namespaces of its own, as on the live kernel.
 */
#ifndef HALFOPEN_SERVE_H
#define HALFOPEN_SERVE_H

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

/* Never returns while the port lives. GUEST is what is executed for each run, with the run's folder
 * as its argument. */
int serve(const char *guest);

#endif
