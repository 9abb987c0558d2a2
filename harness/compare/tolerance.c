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

struct tolerance tolerance_between(const struct record_kernel *a, const struct record_kernel *b,
				   int64_t override_ns)
{
	int hz = coarser(a->hz > 0 ? a->hz : UNKNOWN_HZ, b->hz > 0 ? b->hz : UNKNOWN_HZ);
	bool real = !a->virtual_clock || !b->virtual_clock;

	if (override_ns >= 0)
		return (struct tolerance){override_ns, 0, real, "as asked for"};
	if (real)
		return (struct tolerance){REAL_CLOCK_EARLY_NS + REAL_CLOCK_LATE_NS, hz, true,
					  "a real clock, and a step of the timer wheel"};
	if (a->hz != b->hz || strcmp(a->kind, b->kind) != 0)
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
