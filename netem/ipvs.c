/* SPDX-License-Identifier: MIT
 *
 * The kernel's own load balancer: told over generic netlink (net/netfilter/ipvs/ip_vs_ctl.c). What
 * it knows and has counted it says in /proc/net alone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
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

/* /proc/self/net is the namespace of who opens it. */
static int open_proc(struct net *net, const char *path, FILE **ret_file, struct err *err)
{
	int fd = net_open_file(net, path, O_RDONLY, path, err);

	if (fd == -ENOENT)
		return err_set(err, EOPNOTSUPP, "IPVS (CONFIG_IP_VS)");
	if (fd < 0)
		return fd;
	*ret_file = fdopen(fd, "r");
	if (*ret_file)
		return 0;
	close(fd);
	return err_sys(err, ENOMEM, "%s: %s", net->name, path);
}

/* ip_vs_proto_tcp.c, tcp_state_name_table; 0: it is of no connection, but says where a client's
 * next one goes. */
static int state_named(const char *name)
{
	static const struct {
		const char *name;
		int state;
	} states[] = {
		{"ESTABLISHED", TCP_CONNTRACK_ESTABLISHED},
		{"SYN_SENT", TCP_CONNTRACK_SYN_SENT},
		{"SYN_RECV", TCP_CONNTRACK_SYN_RECV},
		{"SYNACK", TCP_CONNTRACK_SYN_RECV},
		{"FIN_WAIT", TCP_CONNTRACK_FIN_WAIT},
		{"TIME_WAIT", TCP_CONNTRACK_TIME_WAIT},
		{"CLOSE", TCP_CONNTRACK_CLOSE},
		{"CLOSE_WAIT", TCP_CONNTRACK_CLOSE_WAIT},
		{"LAST_ACK", TCP_CONNTRACK_LAST_ACK},
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(states[i].name, name) == 0)
			return states[i].state;
	return 0;
}

/* "0A000001", or "fd00:0000:0000:0000:0000:0000:0000:0001". */
static bool address_read(const char *text, int family, uint8_t ret[16])
{
	unsigned four;

	if (family == AF_INET6)
		return inet_pton(AF_INET6, text, ret) == 1;
	if (strlen(text) != 8 || sscanf(text, "%8X", &four) != 1)
		return false;
	four = htonl(four);
	memcpy(ret, &four, sizeof(four));
	return true;
}

/* A line as ip_vs_conn_seq_show() prints it: the client, the service, the server. False: it is none
 * of TCP in that family. */
static bool entry_read(const char *line, int family, struct net_tracked *tracked)
{
	struct net_tuple *original = &tracked->original, *reply = &tracked->reply;
	char client[40], service[40], server[40], state[16];
	unsigned client_port, service_port, server_port;

	if (sscanf(line, "TCP %39s %X %39s %X %39s %X %15s %u", client, &client_port, service,
		   &service_port, server, &server_port, state, &tracked->left_s) != 8 ||
	    !address_read(client, family, original->src) ||
	    !address_read(service, family, original->dst) ||
	    !address_read(server, family, reply->src))
		return false;
	memcpy(reply->dst, original->src, sizeof(reply->dst));
	original->sport = reply->dport = (int)client_port;
	original->dport = (int)service_port;
	reply->sport = (int)server_port;
	tracked->state = state_named(state);
	return tracked->state;
}

int net_dump_balancer(struct net *net, int family,
		      void (*take)(void *arg, const struct net_tracked *tracked), void *arg,
		      struct err *err)
{
	AUTO_FCLOSE FILE *file = NULL;
	char line[512];
	int ret = open_proc(net, "/proc/self/net/ip_vs_conn", &file, err);

	while (ret == 0 && fgets(line, sizeof(line), file)) {
		struct net_tracked tracked = {0};

		if (entry_read(line, family, &tracked))
			take(arg, &tracked);
	}
	return ret;
}

/* Of each processor, since the sums are two seconds old (ip_vs_est.c). */
int net_balancer_stats(struct net *net, uint64_t ret_stats[NET_BALANCER_STATS], struct err *err)
{
	AUTO_FCLOSE FILE *file = NULL;
	char line[512];
	int ret = open_proc(net, "/proc/self/net/ip_vs_stats_percpu", &file, err);

	memset(ret_stats, 0, NET_BALANCER_STATS * sizeof(*ret_stats));
	while (ret == 0 && fgets(line, sizeof(line), file)) {
		unsigned long long of[NET_BALANCER_STATS];
		unsigned processor;

		if (sscanf(line, "%X %llX %llX %llX %llX %llX", &processor, &of[0], &of[1], &of[2],
			   &of[3], &of[4]) != 1 + NET_BALANCER_STATS)
			continue;
		for (int i = 0; i < NET_BALANCER_STATS; i++)
			ret_stats[i] += of[i];
	}
	return ret;
}
