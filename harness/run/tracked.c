/* SPDX-License-Identifier: MIT */
#include "tracked.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "conntrack_words.h"
#include "raw.h"
#include "text.h"

struct telling {
	struct out *out;
	int router, family;
	int64_t t_ns;
};

static struct raw_tuple tuple_of(const struct net_tuple *tuple)
{
	struct raw_tuple raw = {.sport = (uint16_t)tuple->sport, .dport = (uint16_t)tuple->dport};

	memcpy(raw.src, tuple->src, sizeof(raw.src));
	memcpy(raw.dst, tuple->dst, sizeof(raw.dst));
	return raw;
}

static void tell(void *arg, const struct net_tracked *tracked)
{
	const struct telling *telling = arg;
	struct raw_tracked raw = {.family = (uint8_t)telling->family,
				  .state = (uint8_t)tracked->state,
				  .replied = tracked->replied,
				  .assured = tracked->assured,
				  .left_s = tracked->left_s,
				  .original = tuple_of(&tracked->original),
				  .reply = tuple_of(&tracked->reply)};

	out_frame(telling->out, RAW_TRACKED, telling->router, telling->t_ns, &raw, sizeof(raw),
		  NULL, 0);
}

/* What is asked for must be had. */
static int without(const struct plan *plan, enum expect_kind kind, int ret)
{
	for (int i = 0; i < plan->expect_count; i++)
		if (plan->expect[i].kind == kind &&
		    (kind != EXPECT_COUNTER || plan->expect[i].counter.host == PLACE_ROUTER))
			return ret;
	return 0;
}

int tracked_write(struct net *router, const struct plan *plan, int64_t t_ns, struct out *out,
		  struct err *err)
{
	int family = plan->ip_version == 6 ? AF_INET6 : AF_INET;
	struct telling telling = {out, plan->host_count, family, t_ns};
	int ret = (plan_router_balances(plan) ? net_dump_balancer : net_dump_conntrack)(
		router, family, tell, &telling, err);

	if (ret == 0)
		out_frame(out, RAW_SAMPLED, plan->host_count, t_ns, NULL, 0, NULL, 0);
	return ret == -EOPNOTSUPP ? without(plan, EXPECT_CONNTRACK, ret) : ret;
}

int tracked_counters_write(struct net *router, const struct plan *plan, uint32_t when, int64_t t_ns,
			   struct out *out, struct err *err)
{
	uint64_t stats[NET_CONNTRACK_STATS];
	bool balances = plan_router_balances(plan);
	int ret = (balances ? net_balancer_stats : net_conntrack_stats)(router, stats, err);
	char said[512];
	struct text text = text_over(said, sizeof(said));

	if (ret < 0)
		return ret == -EOPNOTSUPP ? without(plan, EXPECT_COUNTER, ret) : ret;
	for (const struct word *word = balances ? ipvs_counter_words : conntrack_counter_words;
	     word->name; word++)
		text_add(&text, "%s %llu\n", word->name, (unsigned long long)stats[word->value]);
	out_frame(out, RAW_COUNTERS, plan->host_count, t_ns, &when, sizeof(when), text.bytes,
		  text.size);
	return 0;
}
