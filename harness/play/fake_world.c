/* SPDX-License-Identifier: MIT */
#include "fake_world.h"

#include <string.h>

int64_t world_now(const struct world *world)
{
	return world->now_ns;
}

void world_stop(struct world *world)
{
	world->stopped = true;
}

void world_at(struct world *world, int64_t t_ns, world_call_fn *call, void *data)
{
	world->call[world->call_count++] = (struct fake_call){t_ns, call, data};
}

void world_set_exact(struct world *world, int host, bool exact)
{
	world->exact[host] = exact;
}

int world_power_on(struct world *world, int host, struct err *err)
{
	(void)err;
	world->power[host] = WORLD_ON;
	return 0;
}

void world_power_off(struct world *world, int host)
{
	world->power[host] = WORLD_OFF;
}

void world_reset(struct world *world, int host)
{
	world_power_off(world, host);
}

void world_hang(struct world *world, int host)
{
	world->power[host] = WORLD_HUNG;
}

void world_suspend(struct world *world, int host, int keep)
{
	(void)keep;
	world->power[host] = WORLD_SUSPENDED;
}

void world_resume(struct world *world, int host)
{
	world->power[host] = WORLD_ON;
}

enum world_power world_power(const struct world *world, int host)
{
	return world->power[host];
}

int world_tell(struct world *world, int host, const void *bytes, size_t size, struct err *err)
{
	struct fake_told *told = &world->told[world->told_count];

	(void)err;
	if (size != sizeof(told->order) || world->told_count == FAKE_MOST)
		return 0; /* what a host is told at its boot */
	told->host = host;
	memcpy(&told->order, bytes, size);
	world->told_count++;
	return 0;
}

int world_card_host(const struct world *world, int card)
{
	return world->card_host[card];
}

bool world_carrier(const struct world *world, int card)
{
	return world->carrier[card];
}

void world_plug(struct world *world, int card, bool plugged)
{
	world->carrier[card] = plugged;
}

void world_impair(struct world *world, int card, const struct world_sender *sender,
		  const struct impairment *towards)
{
	struct fake_impaired *impaired = &world->impaired[world->impaired_count++];

	*impaired = (struct fake_impaired){.card = card, .of_one = sender, .heals = !towards};
	if (sender)
		impaired->sender = *sender;
}

int world_add_rule(struct world *world, const struct world_rule *rule, struct err *err)
{
	(void)err;
	world->rule[world->rule_count] = *rule;
	world->rule_is_there[world->rule_count] = true;
	return world->rule_count++;
}

void world_remove_rule(struct world *world, int rule)
{
	world->rule_is_there[rule] = false;
}

void world_set_middlebox(struct world *world, const struct world_middlebox *how)
{
	(void)world, (void)how;
}

void world_middlebox_forget(struct world *world)
{
	(void)world;
}

void world_except_rule(struct world *world, int rule, int from, int to)
{
	(void)from, (void)to;
	world->exceptions[rule]++;
}

/* What only play.c's building asks for. */
const char *const world_end_name[] = {"", "", "", "", "", ""};
const char *const world_fate_name[WORLD_FATE_COUNT] = {[0 ... WORLD_FATE_COUNT - 1] = WORLD_RECEIVER
						       " was off"};

int world_new(const struct world_options *options, struct world **ret_world, struct err *err)
{
	(void)options, (void)ret_world, (void)err;
	return -1;
}

void world_free(struct world *world)
{
	(void)world;
}

int world_add_host(struct world *world, const struct world_host_config *config, struct err *err)
{
	(void)world, (void)config, (void)err;
	return -1;
}

int world_add_disk(struct world *world, int host, const struct world_disk_config *config,
		   struct err *err)
{
	(void)world, (void)host, (void)config, (void)err;
	return -1;
}

int world_add_segment(struct world *world, enum world_segment kind, struct err *err)
{
	(void)world, (void)kind, (void)err;
	return -1;
}

int world_add_card(struct world *world, int host, int segment, const uint8_t mac[6],
		   const struct impairment *towards, struct err *err)
{
	(void)world, (void)host, (void)segment, (void)mac, (void)towards, (void)err;
	return -1;
}

int world_add_watch(struct world *world, int fd, int (*ready)(void *data, int fd, struct err *err),
		    void *data, struct err *err)
{
	(void)world, (void)fd, (void)ready, (void)data, (void)err;
	return -1;
}

int world_run(struct world *world, int64_t until_ns, struct err *err)
{
	(void)world, (void)until_ns, (void)err;
	return -1;
}

struct world_load world_load(const struct world *world, int host)
{
	(void)world, (void)host;
	return (struct world_load){0};
}

const char *world_console(const struct world *world, int host)
{
	(void)world, (void)host;
	return "";
}
