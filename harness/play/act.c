/* SPDX-License-Identifier: MIT
 *
 * The faults that are not a guest's to do (run/fault.c has the others): power and cables, and
 * between hosts of one segment what happens to packets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addresses.h"
#include "clock.h"
#include "list.h"
#include "parts.h"

#define OF_2_32(per_cent)                                                                          \
	((per_cent) >= 100 ? IMPAIRMENT_ALWAYS                                                     \
			   : (uint32_t)((per_cent) / 100.0 * 4294967296.0 + 0.5))

static void fault_frame(struct play *play, int index, int32_t part)
{
	play_frame(play, RAW_FAULT, index, play_now_ns(play), &part, sizeof(part), NULL, 0);
}

struct impairment act_impairment(const struct plan_impairment *plan)
{
	return (struct impairment){.delay_ns = plan->delay_ns,
				   .jitter_ns = plan->jitter_ns,
				   .loss = OF_2_32(plan->loss),
				   .duplicate = OF_2_32(plan->duplicate),
				   .corrupt = OF_2_32(plan->corrupt),
				   .reorder = OF_2_32(plan->reorder),
				   .rate = plan->rate,
				   .limit = plan->limit};
}

void act_host_lost(struct play *play, int host)
{
	struct raw_host down = {.up = 0};

	play_frame(play, RAW_HOST, host, play_now_ns(play), &down, sizeof(down), NULL, 0);
	play_host_off(play, host);
}

static void cut_power(struct play *play, int host)
{
	if (world_power(play->world, host) == WORLD_OFF)
		return;
	world_power_off(play->world, host);
	act_host_lost(play, host);
}

static int hang(struct play *play, const struct plan_fault *fault, struct err *err)
{
	(void)err;
	world_hang(play->world, fault->host);
	act_host_lost(play, fault->host);
	return 0;
}

static int suspend(struct play *play, const struct plan_fault *fault, struct err *err)
{
	struct play_host *host = &play->host[fault->host];

	(void)err;
	world_suspend(play->world, fault->host, (int)fault->keep);
	*LIST_ADD(NULL, host, pause) = (struct play_pause){play_now_ns(play) - host->late_ns, 0};
	return 0;
}

/* Its programs' times are right by its own clock; its timeline goes by the run's. */
static int resume(struct play *play, const struct plan_fault *fault, struct err *err)
{
	struct play_host *host = &play->host[fault->host];
	struct play_pause *pause = &host->pause[host->pause_count - 1];
	struct raw_order order = {.type = RAW_ORDER_LATE};

	world_resume(play->world, fault->host);
	host->late_ns = pause->late_ns = order.t_ns = play_now_ns(play) - pause->since_ns;
	return world_tell(play->world, fault->host, &order, sizeof(order), err);
}

static int crash(struct play *play, const struct plan_fault *fault, struct err *err)
{
	(void)err;
	cut_power(play, fault->host);
	return 0;
}

static int power_on(struct world *world, void *data, struct err *err)
{
	struct play_fault *fault = data;
	const struct plan_fault *plan = &fault->play->plan->fault[fault->index];

	(void)world;
	fault_frame(fault->play, fault->index, RAW_FAULT_DONE);
	fault->play->reboots--;
	fault->play->host[plan->host].boots_by = NULL;
	world_reset(fault->play->world, plan->host); /* after a panic it has power */
	return play_boot(fault->play, plan->host, plan->start_again, err);
}

static int router_on(struct world *world, void *data, struct err *err)
{
	struct play_fault *fault = data;
	struct play *play = fault->play;

	(void)world;
	fault_frame(play, fault->index, RAW_FAULT_DONE);
	play->reboots--;
	return play_boot(play, play->plan->host_count, false, err);
}

/* Another router, at the same addresses and MACs, is one that has just come up. */
static int failover(struct play *play, const struct plan_fault *fault, struct err *err)
{
	(void)err;
	world_power_off(play->world, play->plan->host_count);
	if (fault->down_ns == OFF_FOR_GOOD)
		return 0;
	play->reboots++;
	world_at(play->world, world_now(play->world) + fault->down_ns, router_on,
		 &play->fault[fault - play->plan->fault]);
	return 0;
}

static void boot_later(struct play *play, const struct plan_fault *fault)
{
	play->reboots++;
	play->host[fault->host].boots_by = fault;
	world_at(play->world, world_now(play->world) + fault->down_ns, power_on,
		 &play->fault[fault - play->plan->fault]);
}

static int reboot(struct play *play, const struct plan_fault *fault, struct err *err)
{
	(void)err;
	boot_later(play, fault); /* first: else the run may seem to be over */
	cut_power(play, fault->host);
	return 0;
}

/* The host's kernel does it, at this moment, if there is one. */
static int await_panic(struct play *play, const struct plan_fault *fault, struct err *err)
{
	(void)err;
	play->host[fault->host].panics = true;
	if (fault->down_ns)
		boot_later(play, fault);
	return 0;
}

static int plug(struct play *play, const struct plan_fault *fault, struct err *err)
{
	(void)err;
	world_plug(play->world,
		   fault->router_end ? play->host[fault->host].router_card
				     : play->host[fault->host].card,
		   fault->op == FAULT_PLUG);
	return 0;
}

/* Whether all that IS stands for was asked for. */
static bool heals(int asked, int is)
{
	return asked == PLAN_ANY || asked == is;
}

static bool overlaps(int asked, int is)
{
	return is == PLAN_ANY || heals(asked, is);
}

/* At TO, FROM is known by its card, or behind a router by its address: to the last host, which is
 * outside of one that translates, by the router's. */
static struct world_sender sender_at(const struct play *play, int from, int to)
{
	const struct plan *plan = play->plan;
	int of = plan->nat && to == plan->host_count - 1 ? to : from;
	const char *address = of == from ? plan_host_address(plan, of)
					 : plan_router_address(plan, of);
	struct world_sender sender = {.card = WORLD_NONE, .ip_version = plan->ip_version};

	if (!play_has_router(play))
		sender.card = play->host[from].card;
	else
		inet_pton(plan->ip_version == 6 ? AF_INET6 : AF_INET, address, sender.address);
	return sender;
}

/* What hosts send, until it is at the router. */
static void impair_before_router(struct play *play, const struct plan_fault *fault,
				 const struct impairment *how)
{
	for (int i = 0; i < play->plan->host_count && play_has_router(play); i++)
		if (heals(fault->from, i))
			world_impair(play->world, play->host[i].router_card, NULL,
				     fault->op == FAULT_HEAL ? NULL : how);
}

static int impair(struct play *play, const struct plan_fault *fault, struct err *err)
{
	struct impairment how = act_impairment(&fault->impairment);

	(void)err;
	if (fault->to == PLACE_ROUTER || (fault->op == FAULT_HEAL && fault->to == PLAN_ANY))
		impair_before_router(play, fault, &how);
	if (!how.delay_ns)
		how.delay_ns = play->plan->link.delay_ns;
	for (int i = 0; i < play->plan->host_count; i++) {
		/* Only a third host can be treated differently from a second. */
		bool one = fault->from != PLAN_ANY && play->plan->host_count > 2;
		struct world_sender sender;

		if (!heals(fault->to, i) || fault->from == i)
			continue;
		if (one)
			sender = sender_at(play, fault->from, i);
		world_impair(play->world, play->host[i].card, one ? &sender : NULL,
			     fault->op == FAULT_HEAL ? NULL : &how);
	}
	return 0;
}

static int card_of(const struct play *play, int host)
{
	return host == PLAN_ANY ? WORLD_NONE : play->host[host].card;
}

static struct world_option option_of(const struct plan_range *range)
{
	return (struct world_option){range->set, range->lo, range->hi};
}

/* Without a router: between the cards of the one segment. */
static int filter(struct play *play, const struct plan_fault *fault, struct err *err)
{
	struct world_rule rule = {.from = card_of(play, fault->from),
				  .to = card_of(play, fault->to),
				  .verdict = fault->op == FAULT_REJECT ? WORLD_RULE_REJECT
								       : WORLD_RULE_DROP,
				  .flags_mask = (uint8_t)fault->filter.flags_mask,
				  .flags = (uint8_t)fault->filter.flags,
				  .ecn = (uint8_t)fault->filter.ecn,
				  .mss = option_of(&fault->filter.mss),
				  .scale = option_of(&fault->filter.scale),
				  .longer_than = (uint32_t)fault->filter.longer_than,
				  .count = (uint64_t)fault->filter.count,
				  .port = (uint16_t)fault->filter.port,
				  .from_port = (uint16_t)fault->filter.from_port,
				  .to_port = (uint16_t)fault->filter.to_port,
				  .which_count = fault->filter.which_count,
				  .reject_type = fault->reject_type,
				  .reject_code = fault->reject_code};
	int ret;

	static_assert(sizeof(rule.which) / sizeof(*rule.which) == WHICH_MAX, "room for all");
	for (int i = 0; i < rule.which_count; i++) {
		rule.which[i].from = (uint64_t)fault->filter.which[i].lo;
		rule.which[i].to = (uint64_t)fault->filter.which[i].hi;
	}
	ret = world_add_rule(play->world, &rule, err);
	if (ret < 0)
		return ret;
	play->fault[fault - play->plan->fault].rule = ret;
	return 0;
}

/* Filters, where there is no router, and impairments. */
static int heal(struct play *play, const struct plan_fault *fault, struct err *err)
{
	for (int i = 0; i < play->plan->fault_count; i++) {
		const struct plan_fault *done = &play->plan->fault[i];

		if (play->fault[i].rule == WORLD_NONE || !overlaps(fault->from, done->from) ||
		    !overlaps(fault->to, done->to))
			continue;
		if (!heals(fault->from, done->from) || !heals(fault->to, done->to)) {
			world_except_rule(play->world, play->fault[i].rule,
					  card_of(play, fault->from), card_of(play, fault->to));
			continue;
		}
		world_remove_rule(play->world, play->fault[i].rule);
		play->fault[i].rule = WORLD_NONE;
	}
	return impair(play, fault, err);
}

void act_rules_lost(struct play *play, int host)
{
	for (int i = 0; i < play->plan->fault_count; i++) {
		const struct plan_fault *done = &play->plan->fault[i];

		if (play->fault[i].rule == WORLD_NONE || done->op != FAULT_REJECT ||
		    !overlaps(host, done->to))
			continue;
		if (done->to == PLAN_ANY) {
			world_except_rule(play->world, play->fault[i].rule, WORLD_NONE,
					  card_of(play, host));
			continue;
		}
		world_remove_rule(play->world, play->fault[i].rule);
		play->fault[i].rule = WORLD_NONE;
	}
}

static int await_shutdown(struct play *play, const struct plan_fault *fault, struct err *err)
{
	(void)err;
	play->host[fault->host].shuts_down = world_power(play->world, fault->host) == WORLD_ON;
	return 0;
}

typedef int act_fn(struct play *play, const struct plan_fault *fault, struct err *err);

/* NULL: nothing is left to do here. Whoever does it says that it was done. */
static act_fn *const acts[FAULT_OP_COUNT] = {
	[FAULT_CRASH] = crash,     [FAULT_REBOOT] = reboot,     [FAULT_SHUTDOWN] = await_shutdown,
	[FAULT_PULL] = plug,       [FAULT_PLUG] = plug,         [FAULT_BLACKHOLE] = filter,
	[FAULT_REJECT] = filter,   [FAULT_IMPAIR] = impair,     [FAULT_DROP] = filter,
	[FAULT_HEAL] = heal,       [FAULT_PANIC] = await_panic, [FAULT_HANG] = hang,
	[FAULT_SUSPEND] = suspend, [FAULT_RESUME] = resume,     [FAULT_FAILOVER] = failover,
};

/* Whose kernel is to do it hears of it now. */
static int order_fault(struct play *play, int index, struct err *err)
{
	const struct plan_fault *fault = &play->plan->fault[index];
	struct raw_order order = {.type = RAW_ORDER_FAULT, .who = index, .t_ns = play_now_ns(play)};
	int host = fault->kind->doer != DOER_HOST ? play->plan->host_count
		   : fault->program == PLAN_ANY   ? fault->host
						  : play->plan->program[fault->program].host;

	if (host >= play->host_count || world_power(play->world, host) != WORLD_ON)
		return 0;
	return world_tell(play->world, host, &order, sizeof(order), err);
}

static bool takes_power(const struct plan_fault *fault)
{
	return fault->kind->effect == EFFECT_OFF || fault->kind->effect == EFFECT_OFF_AND_ON ||
	       fault->op == FAULT_PANIC;
}

/* When its moment was not known beforehand its host may be off, or stand still. What is not done is
 * not told. */
static bool can_be_done(const struct play *play, const struct plan_fault *fault)
{
	switch (fault->kind->effect) {
	case EFFECT_OFF:
		return world_power(play->world, fault->host) != WORLD_OFF;
	case EFFECT_STILL:
		return world_power(play->world, fault->host) == WORLD_ON;
	case EFFECT_RESUMED:
		return world_power(play->world, fault->host) == WORLD_SUSPENDED;
	default:
		return true;
	}
}

static int act(struct world *world, void *data, struct err *err)
{
	struct play_fault *fault = data;
	struct play *play = fault->play;
	const struct plan_fault *plan = &play->plan->fault[fault->index];
	enum fault_doer doer = plan->kind->doer;
	bool tells = doer == DOER_WORLD || (doer != DOER_HOST && !play_has_router(play));
	int ret = 0;

	(void)world;
	if (takes_power(plan) && play->host[plan->host].boots_by)
		ret = plan_fault_too_early(plan, play->host[plan->host].boots_by, err);
	else if (!can_be_done(play, plan))
		return 0;
	else if (plan_fault_waits(plan) && doer != DOER_WORLD)
		ret = order_fault(play, fault->index, err);
	if (ret < 0)
		return err_add(err, ret, "%s", plan->text);
	if (tells)
		fault_frame(play, fault->index, RAW_FAULT_BEGUN);
	if (plan->op == FAULT_FORGET || plan->op == FAULT_FAILOVER)
		world_middlebox_forget(play->world);
	if (acts[plan->op] && (doer != DOER_ROUTER || tells))
		ret = acts[plan->op](play, plan, err);
	play_end_find(play);
	return ret < 0 ? err_add(err, ret, "%s", plan->text) : 0;
}

int act_plan(struct play *play, struct err *err)
{
	const struct plan *plan = play->plan;

	play->fault = calloc((size_t)plan->fault_count + 1, sizeof(*play->fault));
	if (!play->fault)
		return err_sys(err, ENOMEM, "timeline");
	for (int i = 0; i < plan->fault_count; i++) {
		play->fault[i] = (struct play_fault){play, i, WORLD_NONE, false};
		if (plan_fault_waits(&plan->fault[i]))
			continue;
		world_at(play->world, play->zero_ns + plan->fault[i].at_ns, act, &play->fault[i]);
	}
	return 0;
}

void act_after(struct play *play)
{
	uint32_t is_so = hear_is_so(play);

	for (int i = 0; i < play->plan->fault_count; i++) {
		const struct plan_fault *fault = &play->plan->fault[i];

		if (!plan_fault_is_due(fault, is_so) || play->fault[i].due)
			continue;
		play->fault[i].due = true;
		if (play_now_ns(play) + fault->then_ns > play->last_ns)
			play->last_ns = play_now_ns(play) + fault->then_ns;
		world_at(play->world, world_now(play->world) + fault->then_ns, act,
			 &play->fault[i]);
	}
}

uint32_t act_awaits(const struct play *play)
{
	uint32_t awaits = 0;

	for (int i = 0; i < play->plan->fault_count; i++)
		if (plan_fault_waits(&play->plan->fault[i]) && !play->fault[i].due)
			awaits |= 1u << play->plan->fault[i].after;
	return awaits;
}
