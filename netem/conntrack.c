/* SPDX-License-Identifier: MIT
 *
 * The connections that a namespace tracks, over ctnetlink (net/netfilter/nf_conntrack_netlink.c).
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

static struct nl_msg *ctnetlink_message(int type, int family)
{
	struct nfgenmsg header = {.nfgen_family = (uint8_t)family, .version = NFNETLINK_V0};

	return netlink_message(NFNL_SUBSYS_CTNETLINK << 8 | type, 0, &header, sizeof(header));
}

/* The kernel's answer where the subsystem is not there. */
static int explain(int ret, struct err *err)
{
	return ret == -EINVAL ? err_add(err, EOPNOTSUPP, "the kernel has no ctnetlink") : ret;
}

int net_flush_conntrack(struct net *net, struct err *err)
{
	int fd = netlink_open_in(net, NETLINK_NETFILTER, err), ret;

	if (fd < 0)
		return fd;
	ret = netlink_request(fd, ctnetlink_message(IPCTNL_MSG_CT_DELETE, AF_UNSPEC), NULL, 0, net,
			      err, "cannot flush the connection tracking table");
	close(fd);
	return explain(ret, err);
}

struct dumping {
	void (*take)(void *arg, const struct net_tracked *tracked);
	void *arg;
};

static void copy_address(uint8_t to[16], struct nlattr *four, struct nlattr *six)
{
	if (four)
		nla_memcpy(to, four, 4);
	else if (six)
		nla_memcpy(to, six, 16);
}

static int port_of(struct nlattr *attr)
{
	return attr ? ntohs(nla_get_u16(attr)) : 0;
}

/* False: it is not one of TCP. */
static bool tuple_parse(struct nlattr *attr, struct net_tuple *tuple)
{
	struct nlattr *part[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1], *proto[CTA_PROTO_MAX + 1];

	if (!attr || nla_parse_nested(part, CTA_TUPLE_MAX, attr, NULL) < 0 || !part[CTA_TUPLE_IP] ||
	    !part[CTA_TUPLE_PROTO] ||
	    nla_parse_nested(ip, CTA_IP_MAX, part[CTA_TUPLE_IP], NULL) < 0 ||
	    nla_parse_nested(proto, CTA_PROTO_MAX, part[CTA_TUPLE_PROTO], NULL) < 0 ||
	    !proto[CTA_PROTO_NUM] || nla_get_u8(proto[CTA_PROTO_NUM]) != IPPROTO_TCP)
		return false;
	copy_address(tuple->src, ip[CTA_IP_V4_SRC], ip[CTA_IP_V6_SRC]);
	copy_address(tuple->dst, ip[CTA_IP_V4_DST], ip[CTA_IP_V6_DST]);
	tuple->sport = port_of(proto[CTA_PROTO_SRC_PORT]);
	tuple->dport = port_of(proto[CTA_PROTO_DST_PORT]);
	return true;
}

static int state_parse(struct nlattr *protoinfo)
{
	struct nlattr *info[CTA_PROTOINFO_MAX + 1], *tcp[CTA_PROTOINFO_TCP_MAX + 1];

	if (!protoinfo || nla_parse_nested(info, CTA_PROTOINFO_MAX, protoinfo, NULL) < 0 ||
	    !info[CTA_PROTOINFO_TCP] ||
	    nla_parse_nested(tcp, CTA_PROTOINFO_TCP_MAX, info[CTA_PROTOINFO_TCP], NULL) < 0 ||
	    !tcp[CTA_PROTOINFO_TCP_STATE])
		return 0;
	return nla_get_u8(tcp[CTA_PROTOINFO_TCP_STATE]);
}

static uint32_t number_of(struct nlattr *attr)
{
	return attr ? ntohl(nla_get_u32(attr)) : 0;
}

static void entry_take(void *arg, struct nlmsghdr *answer)
{
	const struct dumping *dumping = arg;
	struct nlattr *attr[CTA_MAX + 1];
	struct net_tracked tracked = {0};
	uint32_t status;

	if (nlmsg_parse(answer, sizeof(struct nfgenmsg), attr, CTA_MAX, NULL) < 0 ||
	    !tuple_parse(attr[CTA_TUPLE_ORIG], &tracked.original) ||
	    !tuple_parse(attr[CTA_TUPLE_REPLY], &tracked.reply))
		return;
	status = number_of(attr[CTA_STATUS]);
	tracked.replied = status & IPS_SEEN_REPLY;
	tracked.assured = status & IPS_ASSURED;
	tracked.left_s = number_of(attr[CTA_TIMEOUT]);
	tracked.state = state_parse(attr[CTA_PROTOINFO]);
	dumping->take(dumping->arg, &tracked);
}

int net_dump_conntrack(struct net *net, int family,
		       void (*take)(void *arg, const struct net_tracked *tracked), void *arg,
		       struct err *err)
{
	struct dumping dumping = {take, arg};
	int fd = netlink_open_in(net, NETLINK_NETFILTER, err), ret;

	if (fd < 0)
		return fd;
	ret = netlink_dump(fd, ctnetlink_message(IPCTNL_MSG_CT_GET, family), entry_take, &dumping,
			   net, err, "cannot list tracked connections");
	close(fd);
	return explain(ret, err);
}

/* Of one processor. */
static void stats_take(void *arg, struct nlmsghdr *answer)
{
	struct nlattr *attr[CTA_STATS_MAX + 1];
	uint64_t *sums = arg;

	if (nlmsg_parse(answer, sizeof(struct nfgenmsg), attr, CTA_STATS_MAX, NULL) < 0)
		return;
	for (int i = 0; i <= CTA_STATS_MAX; i++)
		sums[i] += number_of(attr[i]);
}

static_assert(CTA_STATS_MAX < NET_CONNTRACK_STATS, "there is room for all");

int net_conntrack_stats(struct net *net, uint64_t ret_stats[NET_CONNTRACK_STATS], struct err *err)
{
	int fd = netlink_open_in(net, NETLINK_NETFILTER, err), ret;

	memset(ret_stats, 0, NET_CONNTRACK_STATS * sizeof(*ret_stats));
	if (fd < 0)
		return fd;
	ret = netlink_dump(fd, ctnetlink_message(IPCTNL_MSG_CT_GET_STATS_CPU, AF_UNSPEC),
			   stats_take, ret_stats, net, err,
			   "cannot read what tracking has counted");
	close(fd);
	return explain(ret, err);
}
