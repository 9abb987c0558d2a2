/* SPDX-License-Identifier: MIT
 *
 * repeat: each run several times: with other seeds (--repeat), and from other phases of the timer
 * wheel (--phases).
 */
#ifndef HALFOPEN_REPEAT_H
#define HALFOPEN_REPEAT_H

#include "runs.h"

struct repeat {
	int times;                 /* --repeat; 0: it was not given */
	int phases;                /* --phases; 0: likewise */
	bool own_kernels;          /* else there are no seeds, and a run is just made again */
	int hz;                    /* of the hosts' kernels; 0: not known */
	struct play_chance chance; /* the first seed; what all phases are later by */
};

/* Puts in the place of each run its repetitions, one behind the other, each with its seed, phase,
 * name and folder. */
void repeat_runs(struct runs *runs, const struct repeat *repeat);

/* Where the phase INDEX of COUNT lies, which are spread evenly over the timer wheel: over each of
 * its levels up to the sixth, whose timers are due in at most 8^5 * 63 ticks. */
int64_t repeat_phase_ns(int index, int count, int hz);

#endif
