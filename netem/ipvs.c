/* SPDX-License-Identifier: MIT
 *
 * The kernel's own load balancer, over generic netlink (net/netfilter/ipvs/ip_vs_ctl.c).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

/* Begins the answer that names a family, which has its name first, and then its number. */
struct named {
	struct genlmsghdr header;
	uint8_t attributes[20];
};

static int ipvs_open(struct net *net, int *ret_fd, int *ret_family, struct err *err)
{
	struct genlmsghdr header = {.cmd = CTRL_CMD_GETFAMILY, .version = 1};
	struct named named = {0};
	struct nl_msg *message;
	struct nlattr *number;
	int ret;

	*ret_fd = netlink_open_in(net, NETLINK_GENERIC, err);
	if (*ret_fd < 0)
		return *ret_fd;
	message = netlink_message(GENL_ID_CTRL, 0, &header, sizeof(header));
	if (message)
		nla_put_string(message, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME);
	ret = netlink_request(*ret_fd, message, &named, sizeof(named), net, err, "IPVS");
	number = nla_find((struct nlattr *)named.attributes, sizeof(named.attributes),
			  CTRL_ATTR_FAMILY_ID);
	if (ret == 0 && number) {
		*ret_family = nla_get_u16(number);
		return 0;
	}
	close(*ret_fd);
	return ret == 0 || ret == -ENOENT ? err_set(err, EOPNOTSUPP, "IPVS (CONFIG_IP_VS)") : ret;
}

static void put_service(struct nl_msg *message, const struct address *address, int port, bool whole)
{
	struct ip_vs_flags flags = {.flags = 0, .mask = ~0U};
	struct nlattr *nest = nla_nest_start(message, IPVS_CMD_ATTR_SERVICE);

	nla_put_u16(message, IPVS_SVC_ATTR_AF, (uint16_t)address->family);
	nla_put_u16(message, IPVS_SVC_ATTR_PROTOCOL, IPPROTO_TCP);
	nla_put(message, IPVS_SVC_ATTR_ADDR, sizeof(address->bytes), address->bytes);
	nla_put_u16(message, IPVS_SVC_ATTR_PORT, htons((uint16_t)port));
	if (whole) {
		nla_put_string(message, IPVS_SVC_ATTR_SCHED_NAME, "rr");
		nla_put(message, IPVS_SVC_ATTR_FLAGS, sizeof(flags), &flags);
		nla_put_u32(message, IPVS_SVC_ATTR_TIMEOUT, 0);
		nla_put_u32(message, IPVS_SVC_ATTR_NETMASK, address->family == AF_INET ? ~0U : 128);
	}
	nla_nest_end(message, nest);
}

static void put_server(struct nl_msg *message, const struct address *address, int port)
{
	struct nlattr *nest = nla_nest_start(message, IPVS_CMD_ATTR_DEST);

	nla_put(message, IPVS_DEST_ATTR_ADDR, sizeof(address->bytes), address->bytes);
	nla_put_u16(message, IPVS_DEST_ATTR_PORT, htons((uint16_t)port));
	nla_put_u32(message, IPVS_DEST_ATTR_FWD_METHOD, IP_VS_CONN_F_MASQ);
	nla_put_u32(message, IPVS_DEST_ATTR_WEIGHT, 1);
	nla_put_u32(message, IPVS_DEST_ATTR_U_THRESH, 0);
	nla_put_u32(message, IPVS_DEST_ATTR_L_THRESH, 0);
	nla_nest_end(message, nest);
}

static int ipvs_do(struct net *net, int command, struct net_endpoint to,
		   const struct net_endpoint *server, struct err *err)
{
	struct genlmsghdr header = {.cmd = (uint8_t)command, .version = IPVS_GENL_VERSION};
	struct address service = {0}, address = {0};
	struct nl_msg *message;
	int fd = -1, family = 0, ret = address_parse(to.address, &service, err);

	if (ret == 0 && server)
		ret = address_parse(server->address, &address, err);
	if (ret == 0)
		ret = ipvs_open(net, &fd, &family, err);
	if (ret < 0)
		return ret;
	message = netlink_message(family, 0, &header, sizeof(header));
	if (message)
		put_service(message, &service, to.port, !server);
	if (message && server)
		put_server(message, &address, server->port);
	ret = netlink_request(fd, message, NULL, 0, net, err, "IPVS: %s:%d", to.address, to.port);
	close(fd);
	/* Until Linux 6.10 only root of the whole machine may. */
	return ret == -EPERM ? err_add(err, EOPNOTSUPP, "IPVS in a namespace of users") : ret;
}

int net_add_balancer(struct net *net, struct net_endpoint to, struct err *err)
{
	return ipvs_do(net, IPVS_CMD_NEW_SERVICE, to, NULL, err);
}

int net_add_server(struct net *net, struct net_endpoint to, struct net_endpoint server,
		   struct err *err)
{
	return ipvs_do(net, IPVS_CMD_NEW_DEST, to, &server, err);
}

int net_remove_server(struct net *net, struct net_endpoint to, struct net_endpoint server,
		      struct err *err)
{
	return ipvs_do(net, IPVS_CMD_DEL_DEST, to, &server, err);
}
