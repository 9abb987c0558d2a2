/* SPDX-License-Identifier: MIT
 *
 * Addresses, routes and neighbours.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net.h"

/* IPv6 addresses have colons, IPv4 addresses have none. */
int address_parse(const char *text, struct address *ret_address, struct err *err)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, ret_address->bytes) != 1)
		return err_set(err, EINVAL, "\"%s\" is not an IP address", text);
	ret_address->family = family;
	ret_address->size = family == AF_INET ? 4 : 16;
	return 0;
}

/* Both of what a request about a link's address begins with. */
static int parse_on(struct net *net, const char *name, const char *text,
		    struct address *ret_address, int *ret_index, struct err *err)
{
	int ret = address_parse(text, ret_address, err);

	if (ret)
		return ret;
	ret = net_link_index(net, name, err);
	if (ret < 0)
		return ret;
	*ret_index = ret;
	return 0;
}

/* CACHE: how long it is good for; NULL: for ever. */
static int change_address(struct net *net, int type, int flags, const char *name, const char *text,
			  int prefix, const struct ifa_cacheinfo *cache, struct err *err)
{
	struct address address;
	struct nl_msg *message;
	int index, ret = parse_on(net, name, text, &address, &index, err);

	if (ret)
		return ret;
	message = netlink_message(type, flags,
				  &(struct ifaddrmsg){.ifa_family = address.family,
						      .ifa_prefixlen = prefix,
						      .ifa_flags = IFA_F_NODAD,
						      .ifa_index = index},
				  sizeof(struct ifaddrmsg));
	if (message) {
		nla_put(message, IFA_LOCAL, address.size, address.bytes);
		nla_put(message, IFA_ADDRESS, address.size, address.bytes);
		if (cache)
			nla_put(message, IFA_CACHEINFO, sizeof(*cache), cache);
	}
	return netlink_request(net->rtnl, message, NULL, 0, net, err,
			       "cannot %s address %s/%d %s %s",
			       type == RTM_NEWADDR ? "add" : "delete", text, prefix,
			       type == RTM_NEWADDR ? "to" : "of", name);
}

int net_add_address(struct net *net, const char *name, const char *address, int prefix,
		    struct err *err)
{
	return change_address(net, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, name, address, prefix,
			      NULL, err);
}

static int second_prefix(const char *address)
{
	return strchr(address, ':') ? 64 : 32;
}

int net_add_second_address(struct net *net, const char *name, const char *address, struct err *err)
{
	/* The newest of IPv6 addresses would be preferred (ipv6_link_dev_addr(),
	 * ipv6_get_saddr_eval()); of IPv4's the one whose prefix has the other side in it
	 * (inet_select_addr()). */
	const struct ifa_cacheinfo deprecated = {.ifa_prefered = 0, .ifa_valid = UINT32_MAX};

	return change_address(net, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, name, address,
			      second_prefix(address), strchr(address, ':') ? &deprecated : NULL,
			      err);
}

int net_delete_second_address(struct net *net, const char *name, const char *address,
			      struct err *err)
{
	return net_delete_address(net, name, address, second_prefix(address), err);
}

int net_delete_address(struct net *net, const char *name, const char *address, int prefix,
		       struct err *err)
{
	return change_address(net, RTM_DELADDR, 0, name, address, prefix, NULL, err);
}

static int change_default_route(struct net *net, int type, int flags, const char *gateway,
				struct err *err)
{
	struct address address;
	struct nl_msg *message;
	int ret = address_parse(gateway, &address, err);

	if (ret)
		return ret;
	message = netlink_message(type, flags,
				  &(struct rtmsg){.rtm_family = address.family,
						  .rtm_table = RT_TABLE_MAIN,
						  .rtm_protocol = RTPROT_STATIC,
						  .rtm_scope = RT_SCOPE_UNIVERSE,
						  .rtm_type = RTN_UNICAST},
				  sizeof(struct rtmsg));
	if (message)
		nla_put(message, RTA_GATEWAY, address.size, address.bytes);
	return netlink_request(net->rtnl, message, NULL, 0, net, err,
			       "cannot %s a default route via %s",
			       type == RTM_NEWROUTE ? "add" : "delete", gateway);
}

int net_add_default_route(struct net *net, const char *gateway, struct err *err)
{
	return change_default_route(net, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, gateway, err);
}

int net_delete_default_route(struct net *net, const char *gateway, struct err *err)
{
	return change_default_route(net, RTM_DELROUTE, 0, gateway, err);
}

int net_add_route_mtu(struct net *net, const char *name, const char *to, int mtu, struct err *err)
{
	struct address address;
	struct nl_msg *message;
	struct nlattr *metrics;
	int index, ret = parse_on(net, name, to, &address, &index, err);

	if (ret)
		return ret;
	message = netlink_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
				  &(struct rtmsg){.rtm_family = address.family,
						  .rtm_dst_len = (uint8_t)(8 * address.size),
						  .rtm_table = RT_TABLE_MAIN,
						  .rtm_protocol = RTPROT_STATIC,
						  .rtm_scope = address.family == AF_INET
								       ? RT_SCOPE_LINK
								       : RT_SCOPE_UNIVERSE,
						  .rtm_type = RTN_UNICAST},
				  sizeof(struct rtmsg));
	if (message) {
		nla_put(message, RTA_DST, address.size, address.bytes);
		nla_put_u32(message, RTA_OIF, (uint32_t)index);
		metrics = nla_nest_start(message, RTA_METRICS);
		nla_put_u32(message, RTAX_MTU, (uint32_t)mtu);
		nla_nest_end(message, metrics);
	}
	return netlink_request(net->rtnl, message, NULL, 0, net, err,
			       "cannot add a route to %s with MTU %d", to, mtu);
}

int net_add_neighbour(struct net *net, const char *name, const char *address, const uint8_t *mac,
		      struct err *err)
{
	struct address neighbour;
	struct nl_msg *message;
	int index, ret = parse_on(net, name, address, &neighbour, &index, err);

	if (ret)
		return ret;
	message = netlink_message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
				  &(struct ndmsg){.ndm_family = neighbour.family,
						  .ndm_ifindex = index,
						  .ndm_state = NUD_PERMANENT},
				  sizeof(struct ndmsg));
	if (message) {
		nla_put(message, NDA_DST, neighbour.size, neighbour.bytes);
		nla_put(message, NDA_LLADDR, 6, mac);
	}
	return netlink_request(net->rtnl, message, NULL, 0, net, err,
			       "cannot add neighbour %s on %s", address, name);
}
