/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "verdict.h"

/* One virtual clock twice: readings of the clock cost 256 ns each, and a bulk transfer may come
 * out a round trip (2 ms over the default link) longer or shorter. Less than a tick at HZ 250,
 * so that a timer that is one tick off is seen. */
#define SAME_CLOCK_NS 3000000LL
/* Two clocks that are not the same in detail (other HZ, other machine). */
#define OTHER_CLOCK_NS 10000000LL
#define UNKNOWN_HZ     100 /* the coarsest that there is */

/* kernel/time/timer.c: level n begins at 63 * 8^(n - 1) ticks and rounds up to 8^n of them. */
int64_t wheel_step_ns(int64_t wait_ns, int hz)
{
	int64_t tick_ns = NSEC_PER_SEC / hz, ticks = wait_ns / tick_ns, step = 1;

	for (int level = 1; level < 9 && ticks >= 63 * step; level++)
		step *= 8;
	return step * tick_ns;
}

static int coarser(int a, int b)
{
	return a < b ? a : b;
}

/* What one host does, the others see: of all of them the one with the fewest ticks. */
static int coarsest(const struct record *record)
{
	int hz = record->kernel.hz > 0 ? record->kernel.hz : UNKNOWN_HZ;

	for (int i = 0; i < record->host_kernel_count; i++)
		hz = coarser(hz, record->host_kernel[i].hz > 0 ? record->host_kernel[i].hz
							       : UNKNOWN_HZ);
	return hz;
}

/* Whether each host's timers are rounded alike in both. */
static bool same_wheels(const struct record *a, const struct record *b)
{
	bool same = a->kernel.hz == b->kernel.hz && a->phase_ns == b->phase_ns;

	for (int i = 0; i < a->host_kernel_count; i++)
		same = same && a->host_kernel[i].hz == record_hz_of(b, a->host_kernel[i].host);
	for (int i = 0; i < b->host_kernel_count; i++)
		same = same && b->host_kernel[i].hz == record_hz_of(a, b->host_kernel[i].host);
	return same;
}

struct tolerance tolerance_between(const struct record *a, const struct record *b,
				   int64_t override_ns)
{
	int hz = coarser(coarsest(a), coarsest(b));
	bool real = !a->kernel.virtual_clock || !b->kernel.virtual_clock;

	if (override_ns >= 0)
		return (struct tolerance){override_ns, 0, real, "as asked for"};
	if (real)
		return (struct tolerance){REAL_CLOCK_EARLY_NS + REAL_CLOCK_LATE_NS, hz, true,
					  "a real clock, and a step of the timer wheel"};
	if (!same_wheels(a, b) || strcmp(a->kernel.kind, b->kernel.kind) != 0)
		return (struct tolerance){OTHER_CLOCK_NS, hz, false,
					  "two clocks, and a step of the timer wheel"};
	return (struct tolerance){SAME_CLOCK_NS, 0, false, "the same virtual clock"};
}

/* No timer that is due at t was set for longer than t: the run begins at 0. */
int64_t tolerance_at(const struct tolerance *tolerance, int64_t t_ns)
{
	return tolerance->fixed_ns +
	       (tolerance->step_hz ? wheel_step_ns(t_ns, tolerance->step_hz) : 0);
}
