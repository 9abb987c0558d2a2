/* SPDX-License-Identifier: MIT
 *
 * The netem qdisc (net/sched/sch_netem.c). By hand, since libnl-route 3.7's lacks rate, 64-bit
 * times and seed.
 */
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "net.h"

/* TCA_NETEM_PRNG_SEED, which headers before 6.7 lack. Kernels before 6.7 ignore it: netem's
 * attributes are parsed liberally. */
enum { NETEM_PRNG_SEED = 14 };

/* The kernel's scale of probability: 2^32-1 is always. */
static uint32_t probability(double percent)
{
	return (uint32_t)(percent / 100 * UINT32_MAX + 0.5);
}

static bool is_percentage(double value)
{
	return value >= 0 && value <= 100;
}

static int check(const struct net_impairment *i, struct err *err)
{
	if (!is_percentage(i->loss) || !is_percentage(i->duplicate) || !is_percentage(i->reorder) ||
	    !is_percentage(i->corrupt))
		return err_set(err, EINVAL, "netem: a percentage is not within 0..100");
	if (i->delay_ns < 0 || i->jitter_ns < 0 || i->rate < 0)
		return err_set(err, EINVAL, "netem: a time or rate is negative");
	if (i->limit < 0 || i->limit > UINT32_MAX)
		return err_set(err, EINVAL, "netem: limit %lld is not within 0..2^32-1",
			       (long long)i->limit);
	return 0;
}

/* The qdisc may be there already, and keeps what is not said: say everything, the zeros too. */
static void put_options(struct nl_msg *message, const struct net_impairment *i)
{
	uint64_t bytes = i->rate ? (i->rate + 7) / 8 : 0;
	struct nlattr *options = nla_nest_start(message, TCA_OPTIONS);
	struct tc_netem_qopt base = {
		/* its 32-bit times yield to LATENCY64 and JITTER64 (4.15) */
		.limit = i->limit ? i->limit : 1000,
		.loss = probability(i->loss),
		.duplicate = probability(i->duplicate),
		.gap = i->reorder > 0, /* every packet is a candidate */
	};
	struct tc_netem_reorder reorder = {.probability = probability(i->reorder)};
	struct tc_netem_corrupt corrupt = {.probability = probability(i->corrupt)};
	struct tc_netem_rate rate = {.rate = bytes > UINT32_MAX ? UINT32_MAX : bytes};
	struct tc_netem_corr corr = {0};

	nlmsg_append(message, &base, sizeof(base), NLA_ALIGNTO);
	nla_put(message, TCA_NETEM_CORR, sizeof(corr), &corr);
	nla_put(message, TCA_NETEM_REORDER, sizeof(reorder), &reorder);
	nla_put(message, TCA_NETEM_CORRUPT, sizeof(corrupt), &corrupt);
	nla_put(message, TCA_NETEM_RATE, sizeof(rate), &rate);
	if (bytes > UINT32_MAX)
		nla_put_u64(message, TCA_NETEM_RATE64, bytes);
	nla_put_s64(message, TCA_NETEM_LATENCY64, i->delay_ns);
	nla_put_s64(message, TCA_NETEM_JITTER64, i->jitter_ns);
	if (i->seed)
		nla_put_u64(message, NETEM_PRNG_SEED, i->seed);
	nla_nest_end(message, options);
}

#define BANDS_HANDLE (1u << 16) /* 1: */

static struct nl_msg *message_at(int type, int flags, int index, uint32_t parent)
{
	struct tcmsg at = {.tcm_ifindex = index, .tcm_parent = parent};

	return netlink_message(type, flags, &at, sizeof(at));
}

static struct nl_msg *root_message(int type, int flags, int index)
{
	return message_at(type, flags, index, TC_H_ROOT);
}

static int impair_at(struct net *net, const char *name, uint32_t parent,
		     const struct net_impairment *impairment, struct err *err)
{
	struct nl_msg *message;
	int ret, index = net_link_index(net, name, err);

	if (index < 0)
		return index;
	ret = check(impairment, err);
	if (ret)
		return ret;
	message = message_at(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, index, parent);
	if (message) {
		nla_put_string(message, TCA_KIND, "netem");
		put_options(message, impairment);
	}
	ret = netlink_request(net->rtnl, message, NULL, 0, net, err, "cannot impair %s", name);
	if (ret == -ENOENT) /* so the kernel says of a qdisc that it does not know */
		return err_set(err, EOPNOTSUPP, "%s: the kernel has no netem qdisc", net->name);
	return ret;
}

int net_impair(struct net *net, const char *name, const struct net_impairment *impairment,
	       struct err *err)
{
	return impair_at(net, name, TC_H_ROOT, impairment, err);
}

int net_impair_band(struct net *net, const char *name, int band,
		    const struct net_impairment *impairment, struct err *err)
{
	return impair_at(net, name, BANDS_HANDLE | (uint32_t)(band + 1), impairment, err);
}

int net_add_bands(struct net *net, const char *name, int count, struct err *err)
{
	/* What has no band of its own goes to the first, whatever its priority. */
	struct tc_prio_qopt options = {.bands = count};
	struct tcmsg root = {.tcm_parent = TC_H_ROOT, .tcm_handle = BANDS_HANDLE};
	struct nl_msg *message;
	int ret, index = net_link_index(net, name, err);

	if (index < 0)
		return index;
	root.tcm_ifindex = index;
	message = netlink_message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &root, sizeof(root));
	if (message) {
		nla_put_string(message, TCA_KIND, "prio");
		nla_put(message, TCA_OPTIONS, sizeof(options), &options);
	}
	ret = netlink_request(net->rtnl, message, NULL, 0, net, err, "cannot sort at %s", name);
	if (ret == -ENOENT)
		return err_set(err, EOPNOTSUPP, "%s: the kernel has no prio qdisc (sch_prio)",
			       net->name);
	return ret;
}

int net_unimpair(struct net *net, const char *name, struct err *err)
{
	int ret, index = net_link_index(net, name, err);

	if (index < 0)
		return index;
	ret = netlink_request(net->rtnl, root_message(RTM_DELQDISC, 0, index), NULL, 0, net, err,
			      "cannot unimpair %s", name);
	return ret == -ENOENT ? 0 : ret; /* the root qdisc is the kernel's default */
}
