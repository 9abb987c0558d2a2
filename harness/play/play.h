/* SPDX-License-Identifier: MIT
 *
 * play: a plan whose hosts are kernels of their own, played in a world (world.h).
 *
 * Each guest (harness/run) has the plan and knows which host it is; it does what belongs to that
 * host. What belongs to none or to all is done here: power, cables, what happens to packets where
 * no router is, and when the run ends. A guest says at its own time that a program listens, and
 * those that wait for it on other hosts are told.
 *
 * What comes out is one stream of frames (harness/handover/raw.h), as if one observer had seen all
 * of it: those of the guests, as they come, and the packets as the world carried them, at the
 * places where a tap would have been.
 *
 * The run's zero lies a second after the boots: links and addresses are in force by then, and the
 * kernels have switched to high-resolution timers.
 */
#ifndef HALFOPEN_PLAY_H
#define HALFOPEN_PLAY_H

#include "err.h"
#include "kernel.h"
#include "plan.h"

/* What may be another from run to run. All of it 0: as it always is. */
struct play_chance {
	uint64_t seed;    /* ports, sequence numbers, when ARP asks, which packets are lost */
	int64_t phase_ns; /* so much later by the timer wheels of all hosts */
};

/* Where the image is that HOST's files are in, which it has: *ret_root is to be freed. */
int play_image_find(const struct plan *plan, int host, char **ret_root, struct err *err);

/* As kernel_run(), with a UML for each host of PLAN, and one for its router, which is the last. */
int play_run(const struct plan *plan, const struct kernel *const *kernel,
	     const struct kernel_job *job, const struct play_chance *chance,
	     struct kernel_result *ret_result, struct err *err);

#endif
