/* SPDX-License-Identifier: MIT */
#include "repeat.h"

#include <inttypes.h>
#include <stdlib.h>

#include "clock.h"
#include "duration.h"
#include "results.h"
#include "text.h"

#define UNKNOWN_HZ 100 /* the coarsest: what is spread over its wheel is spread over any */

/* INDEX with its bits in the reverse order, as a fraction of LIMIT, which is a power of two: each
 * next one lies in the widest gap that those before have left (van der Corput's sequence). */
static int scattered(int index, int limit)
{
	int sum = 0;

	for (int half = limit / 2; index && half; index /= 2, half /= 2)
		sum += index % 2 * half;
	return sum;
}

/* kernel/time/timer.c: a timer is rounded up to 1, 8, 64, 512, 4096 or 32768 ticks, the more the
 * further away it is. Fast levels get another phase with each index, the slow ones pass once. */
int64_t repeat_phase_ns(int index, int count, int hz)
{
	int64_t tick_ns = NSEC_PER_SEC / (hz > 0 ? hz : UNKNOWN_HZ);
	int64_t ticks = (int64_t)index * 64 / count * 512 + scattered(index, 64) * 8 + index % 8;

	return ticks * tick_ns + tick_ns * index / count;
}

static struct run repetition(const struct run *run, const struct repeat *repeat, int time,
			     int phase)
{
	struct run one = {.text = run->text, .variant = run->variant, .chance = run->chance};
	struct text which = {0};
	char late[32];

	if (repeat->times && !repeat->own_kernels) {
		text_add(&which, "repetition=%d", time + 1);
	} else if (repeat->times) {
		one.chance.seed += (uint64_t)time;
		text_add(&which, "seed=%" PRIu64, one.chance.seed);
	}
	if (repeat->phases) {
		one.chance.phase_ns += repeat_phase_ns(phase, repeat->phases, repeat->hz);
		text_separate(&which, ",");
		text_add(&which, "phase=%s",
			 duration_format(one.chance.phase_ns, late, sizeof(late)));
	}
	one.name = text_format("%s %s", run->name, which.bytes);
	one.folder = results_run_folder(run->folder, which.bytes);
	one.repetition = text_take(&which);
	return one;
}

void repeat_runs(struct runs *runs, const struct repeat *repeat)
{
	int times = repeat->times ? repeat->times : 1, phases = repeat->phases ? repeat->phases : 1;
	struct play_chance chance = repeat->chance;
	struct run *all;
	int count = 0;

	if (repeat->times && repeat->own_kernels && !chance.seed)
		chance.seed = 1;
	for (int i = 0; i < runs->run_count; i++)
		runs->run[i].chance = chance;
	if (!repeat->times && !repeat->phases)
		return;
	all = calloc((size_t)runs->run_count * (size_t)times * (size_t)phases + 1, sizeof(*all));
	if (!all)
		abort();
	for (int i = 0; i < runs->run_count; i++) {
		for (int time = 0; time < times; time++)
			for (int phase = 0; phase < phases; phase++)
				all[count++] = repetition(&runs->run[i], repeat, time, phase);
		run_done(&runs->run[i]);
	}
	free(runs->run);
	runs->run = all;
	runs->run_count = count;
}
