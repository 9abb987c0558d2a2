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

static int change_address(struct net *net, int type, int flags, const char *name, const char *text,
			  int prefix, struct err *err)
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
			      err);
}

int net_delete_address(struct net *net, const char *name, const char *address, int prefix,
		       struct err *err)
{
	return change_address(net, RTM_DELADDR, 0, name, address, prefix, err);
}

int net_add_default_route(struct net *net, const char *gateway, struct err *err)
{
	struct address address;
	struct nl_msg *message;
	int ret = address_parse(gateway, &address, err);

	if (ret)
		return ret;
	message = netlink_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
				  &(struct rtmsg){.rtm_family = address.family,
						  .rtm_table = RT_TABLE_MAIN,
						  .rtm_protocol = RTPROT_STATIC,
						  .rtm_scope = RT_SCOPE_UNIVERSE,
						  .rtm_type = RTN_UNICAST},
				  sizeof(struct rtmsg));
	if (message)
		nla_put(message, RTA_GATEWAY, address.size, address.bytes);
	return netlink_request(net->rtnl, message, NULL, 0, net, err,
			       "cannot add a default route via %s", gateway);
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
