/* SPDX-License-Identifier: MIT */
#include "impairment.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "list.h"

#define BITS_PER_BYTE 8

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

void chance_seed(struct chance *chance, uint64_t seed, uint64_t which)
{
	uint64_t other = which, state = seed ^ splitmix64(&other);

	for (int i = 0; i < 4; i++)
		chance->state[i] = splitmix64(&state);
}

static uint64_t rotated(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

uint64_t chance_next(struct chance *chance)
{
	uint64_t *s = chance->state, result = rotated(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotated(s[3], 45);
	return result;
}

uint32_t chance_below(struct chance *chance, uint32_t limit)
{
	return (uint32_t)((chance_next(chance) >> 32) * limit >> 32);
}

static bool happens(struct chance *chance, uint32_t probability)
{
	return probability && probability >= (uint32_t)(chance_next(chance) >> 32);
}

void impaired_link_init(struct impaired_link *link, const struct impairment *how, uint64_t seed,
			uint64_t which)
{
	*link = (struct impaired_link){0};
	chance_seed(&link->chance, seed, which);
	impaired_link_set(link, how);
}

void impaired_link_done(struct impaired_link *link)
{
	free(link->waiting);
	*link = (struct impaired_link){0};
}

void impaired_link_set(struct impaired_link *link, const struct impairment *how)
{
	link->how = how ? *how : (struct impairment){0};
}

int64_t impairment_least_ns(const struct impairment *how)
{
	if (how->reorder || how->delay_ns < how->jitter_ns)
		return 0;
	return how->delay_ns - how->jitter_ns;
}

/* The heap: the earliest arrival is first. */
static void waiting_add(struct impaired_link *link, int64_t arrives_ns)
{
	int at = link->waiting_count;

	*LIST_ADD(NULL, link, waiting) = arrives_ns;
	for (int above; at > 0 && link->waiting[above = (at - 1) / 2] > arrives_ns; at = above) {
		link->waiting[at] = link->waiting[above];
		link->waiting[above] = arrives_ns;
	}
}

static void waiting_drop_first(struct impaired_link *link)
{
	int64_t last = link->waiting[--link->waiting_count];
	int at = 0, below;

	while ((below = 2 * at + 1) < link->waiting_count) {
		if (below + 1 < link->waiting_count &&
		    link->waiting[below + 1] < link->waiting[below])
			below++;
		if (link->waiting[below] >= last)
			break;
		link->waiting[at] = link->waiting[below];
		at = below;
	}
	link->waiting[at] = last;
}

static int64_t on_the_wire_ns(const struct impairment *how, uint32_t size)
{
	return (int64_t)((uint64_t)size * BITS_PER_BYTE * NSEC_PER_SEC / (uint64_t)how->rate);
}

/* sch_netem.c, tabledist() without a table. */
static int64_t delay_of_one(struct impaired_link *link)
{
	const struct impairment *how = &link->how;
	int64_t delay_ns = how->delay_ns;

	if (how->jitter_ns)
		delay_ns += (int64_t)(chance_next(&link->chance) % (2 * (uint64_t)how->jitter_ns)) -
			    how->jitter_ns;
	return delay_ns > 0 ? delay_ns : 0;
}

static int64_t arrival(struct impaired_link *link, int64_t now_ns, uint32_t size)
{
	const struct impairment *how = &link->how;
	int64_t delay_ns;

	if (happens(&link->chance, how->reorder))
		return now_ns;
	delay_ns = delay_of_one(link);
	if (!how->rate)
		return now_ns + delay_ns;
	/* It waits for the last one in line, and has spent that part of its own delay so. */
	if (link->waiting_count && link->last_ns > now_ns + delay_ns)
		return link->last_ns + on_the_wire_ns(how, size);
	return now_ns + delay_ns + on_the_wire_ns(how, size);
}

static void pass_one(struct impaired_link *link, int64_t now_ns, uint32_t size, bool may_double,
		     struct passage *passage)
{
	const struct impairment *how = &link->how;
	bool doubled = may_double && happens(&link->chance, how->duplicate);
	int64_t limit = how->limit ? how->limit : IMPAIRMENT_LIMIT, arrives_ns;
	int count = 1 + doubled - happens(&link->chance, how->loss);
	int32_t flipped_bit = -1;

	if (count == 0)
		return;
	if (happens(&link->chance, how->corrupt) && size)
		flipped_bit = (int32_t)chance_below(&link->chance, size * BITS_PER_BYTE);
	while (link->waiting_count && link->waiting[0] <= now_ns)
		waiting_drop_first(link);
	if (link->waiting_count >= limit) {
		passage->queue_full = true;
		return;
	}
	if (count > 1)
		pass_one(link, now_ns, size, false, passage);
	arrives_ns = arrival(link, now_ns, size);
	if (arrives_ns > now_ns) {
		if (!link->waiting_count || arrives_ns > link->last_ns)
			link->last_ns = arrives_ns;
		waiting_add(link, arrives_ns);
	}
	passage->arrives_ns[passage->copies] = arrives_ns;
	passage->flipped_bit[passage->copies] = flipped_bit;
	passage->copies++;
}

struct passage impaired_link_pass(struct impaired_link *link, int64_t now_ns, uint32_t size)
{
	struct passage passage = {.flipped_bit = {-1, -1}};

	pass_one(link, now_ns, size, true, &passage);
	return passage;
}
