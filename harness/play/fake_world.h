/* SPDX-License-Identifier: MIT
 *
 * fake_world: a world without kernels, for tests: it does nothing, has the time that the test says,
 * and remembers what it was asked for.
 */
#ifndef HALFOPEN_FAKE_WORLD_H
#define HALFOPEN_FAKE_WORLD_H

#include "raw.h"
#include "world.h"

#define FAKE_MOST 64

struct fake_told {
	int host;
	struct raw_order order;
};

struct fake_impaired {
	int card;
	bool of_one, heals;
	struct world_sender sender;
};

struct fake_call {
	int64_t t_ns;
	world_call_fn *call;
	void *data;
};

struct world {
	int64_t now_ns;
	enum world_power power[WORLD_HOSTS];
	bool exact[WORLD_HOSTS], stopped;
	struct fake_told told[FAKE_MOST];
	int told_count;
	int card_host[WORLD_CARDS];
	bool carrier[WORLD_CARDS];
	int card_count;
	struct world_rule rule[FAKE_MOST];
	bool rule_is_there[FAKE_MOST];
	int rule_count, exceptions[FAKE_MOST];
	struct fake_impaired impaired[FAKE_MOST];
	int impaired_count;
	struct fake_call call[FAKE_MOST]; /* for the test to make */
	int call_count;
};

#endif
