/* SPDX-License-Identifier: MIT
 *
 * Links: veth pairs and bridges. A request may name its link, so most need no look-up.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "net.h"

static const struct ifinfomsg any_link;
static const struct ifinfomsg up_link = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};

static struct nl_msg *link_message(int type, int flags, const struct ifinfomsg *header,
				   const char *name)
{
	struct nl_msg *message = netlink_message(type, flags, header, sizeof(*header));

	if (message)
		nla_put_string(message, IFLA_IFNAME, name);
	return message;
}

/* One end. A TCP segment is to be a packet on the wire, so that packets can be lost, counted
 * and captured one by one; veth would take 64 KB of them as one (segmentation offload). */
static void put_veth_end(struct nl_msg *message, const uint8_t *mac)
{
	nla_put(message, IFLA_ADDRESS, 6, mac);
	nla_put_u32(message, IFLA_GSO_MAX_SEGS, 1);
}

static void put_veth_peer(struct nl_msg *message, struct net *net, const char *name,
			  const uint8_t *mac)
{
	struct nlattr *info = nla_nest_start(message, IFLA_LINKINFO), *data, *peer;

	nla_put_string(message, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(message, IFLA_INFO_DATA);
	peer = nla_nest_start(message, VETH_INFO_PEER);
	nlmsg_append(message, (void *)&any_link, sizeof(any_link), NLMSG_ALIGNTO);
	nla_put_string(message, IFLA_IFNAME, name);
	nla_put_u32(message, IFLA_NET_NS_FD, net->ns);
	put_veth_end(message, mac);
	nla_nest_end(message, peer);
	nla_nest_end(message, data);
	nla_nest_end(message, info);
}

int net_add_veth(struct net *a, const char *name_a, const uint8_t *mac_a, struct net *b,
		 const char *name_b, const uint8_t *mac_b, struct err *err)
{
	struct nl_msg *message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &any_link,
					      name_a);

	if (message) {
		put_veth_end(message, mac_a);
		put_veth_peer(message, b, name_b, mac_b);
	}
	link_forget(a, name_a);
	link_forget(b, name_b);
	return netlink_request(a->rtnl, message, NULL, 0, a, err,
			       "cannot add veth pair %s and %s in %s", name_a, name_b, b->name);
}

/* A bridge without spanning tree forwards as soon as a port is up. Without snooping it sends
 * no queries and floods multicast, neighbour solicitations among it. */
int net_add_bridge(struct net *net, const char *name, struct err *err)
{
	struct nl_msg *message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up_link,
					      name);

	if (message) {
		struct nlattr *info = nla_nest_start(message, IFLA_LINKINFO), *data;

		nla_put_string(message, IFLA_INFO_KIND, "bridge");
		data = nla_nest_start(message, IFLA_INFO_DATA);
		nla_put_u32(message, IFLA_BR_STP_STATE, 0);
		nla_put_u8(message, IFLA_BR_MCAST_SNOOPING, 0);
		nla_nest_end(message, data);
		nla_nest_end(message, info);
	}
	return netlink_request(net->rtnl, message, NULL, 0, net, err, "cannot add bridge %s", name);
}

int net_set_bridge(struct net *net, const char *port, const char *bridge, struct err *err)
{
	struct nl_msg *message;
	int index = net_link_index(net, bridge, err);

	if (index < 0)
		return index;
	message = link_message(RTM_NEWLINK, 0, &any_link, port);
	if (message)
		nla_put_u32(message, IFLA_MASTER, index);
	return netlink_request(net->rtnl, message, NULL, 0, net, err, "cannot make %s a port of %s",
			       port, bridge);
}

int net_delete_link(struct net *net, const char *name, struct err *err)
{
	link_forget(net, name);
	return netlink_request(net->rtnl, link_message(RTM_DELLINK, 0, &any_link, name), NULL, 0,
			       net, err, "cannot delete link %s", name);
}

int net_set_link(struct net *net, const char *name, bool up, struct err *err)
{
	static const struct ifinfomsg down_link = {.ifi_change = IFF_UP};

	return netlink_request(net->rtnl,
			       link_message(RTM_NEWLINK, 0, up ? &up_link : &down_link, name), NULL,
			       0, net, err, "cannot set %s %s", name, up ? "up" : "down");
}

int net_set_mtu(struct net *net, const char *name, int mtu, struct err *err)
{
	struct nl_msg *message = link_message(RTM_NEWLINK, 0, &any_link, name);

	if (message)
		nla_put_u32(message, IFLA_MTU, mtu);
	return netlink_request(net->rtnl, message, NULL, 0, net, err,
			       "cannot set the MTU of %s to %d", name, mtu);
}

int net_set_mac(struct net *net, const char *name, const uint8_t *mac, struct err *err)
{
	struct nl_msg *message = link_message(RTM_NEWLINK, 0, &any_link, name);

	if (message)
		nla_put(message, IFLA_ADDRESS, 6, mac);
	return netlink_request(net->rtnl, message, NULL, 0, net, err,
			       "cannot set the MAC address of %s", name);
}

int link_get(struct net *net, const char *name, struct ifinfomsg *ret_link, struct err *err)
{
	struct nl_msg *message = link_message(RTM_GETLINK, 0, &any_link, name);

	if (message)
		nla_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return netlink_request(net->rtnl, message, ret_link, sizeof(*ret_link), net, err,
			       "cannot find link %s", name);
}

void link_forget(struct net *net, const char *name)
{
	for (size_t i = 0; i < sizeof(net->link) / sizeof(net->link[0]); i++)
		if (strcmp(net->link[i].name, name) == 0)
			net->link[i].name[0] = '\0';
}

int net_link_index(struct net *net, const char *name, struct err *err)
{
	const int most = sizeof(net->link) / sizeof(net->link[0]);
	struct ifinfomsg link;
	int ret;

	for (int i = 0; i < most; i++)
		if (strcmp(net->link[i].name, name) == 0)
			return net->link[i].index;
	ret = link_get(net, name, &link, err);
	if (ret)
		return ret;
	snprintf(net->link[net->next_link].name, sizeof(net->link[0].name), "%s", name);
	net->link[net->next_link].index = link.ifi_index;
	net->next_link = (net->next_link + 1) % most;
	return link.ifi_index;
}
