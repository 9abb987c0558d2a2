/* SPDX-License-Identifier: MIT
 *
 * Namespaces. A process is in one at a time: in its origin, the one that it started in, or in
 * the one that it entered last. Both are kept as descriptors: the origin's is opened at the
 * first need, the other is the net's. (One thread only: setns(2) moves the thread, the notes
 * here are the process's.)
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net.h"

enum { ORIGIN = -1 };

static int origin = -1;
static int here = ORIGIN; /* a net's descriptor, or ORIGIN */

/* Opens the origin, and makes sure that setns(2) can get back there: it cannot when a process
 * that entered a new user namespace is still in the network namespace of the old one. */
static int origin_open(struct err *err)
{
	int fd;

	if (origin >= 0)
		return 0;
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "cannot open /proc/self/ns/net");
	if (setns(fd, CLONE_NEWNET) < 0) {
		int ret = err_sys(err, errno,
				  "network namespaces: the process may not leave and re-enter its "
				  "own (needs CAP_SYS_ADMIN over it)");
		close(fd);
		return ret;
	}
	origin = fd;
	return 0;
}

static int go(int fd, const char *name, struct err *err)
{
	if (setns(fd == ORIGIN ? origin : fd, CLONE_NEWNET) < 0)
		return err_sys(err, errno, "%s: cannot enter the network namespace", name);
	here = fd;
	return 0;
}

int net_visit(const struct net *net, int *ret_back, struct err *err)
{
	int ret = origin_open(err), back = here;
	int there = net->ns == origin ? ORIGIN : net->ns;

	if (!ret && here != there)
		ret = go(there, net->name, err);
	if (!ret)
		*ret_back = back;
	return ret;
}

int net_return(int back, struct err *err)
{
	return here == back ? 0 : go(back, "back", err);
}

int net_open_file(const struct net *net, const char *path, int flags, const char *what,
		  struct err *err)
{
	int back, fd, ret = net_visit(net, &back, err);

	if (ret < 0)
		return ret;
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		fd = err_sys(err, errno, "%s: cannot open %s", net->name, what);
	ret = net_return(back, fd < 0 ? NULL : err);
	if (ret < 0 && fd >= 0)
		close(fd);
	return ret < 0 ? ret : fd;
}

int net_enter(struct net *net, struct err *err)
{
	int back;

	return net_visit(net, &back, err);
}

int net_leave(struct err *err)
{
	return net_return(ORIGIN, err);
}

/* What an IPv6 host says or waits for unasked: duplicate address detection, an address of its own
 * making, and solicitations of routers, which it makes only where it would take an answer
 * (addrconf_dad_completed()). Without IPv6 there is nothing to be quiet about. */
int net_set_quiet(struct net *net, const char *link, struct err *err)
{
	static const char *const knobs[][2] = {
		{"accept_dad", "0"},
		{"accept_ra", "0"},
		{"addr_gen_mode", "1"}, /* IN6_ADDR_GEN_MODE_NONE */
	};
	char name[64];

	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		int ret;

		snprintf(name, sizeof(name), "net.ipv6.conf.%s.%s", link, knobs[i][0]);
		ret = net_set_sysctl(net, name, knobs[i][1], err);
		if (ret)
			return ret == -ENOENT ? 0 : ret;
	}
	return 0;
}

/* Of `all` only accept_dad counts: detection is off where both it and the link's say so
 * (addrconf_dad_begin()). */
static int quiet_ipv6(struct net *net, struct err *err)
{
	int ret = net_set_sysctl(net, "net.ipv6.conf.all.accept_dad", "0", err);

	return ret ? (ret == -ENOENT ? 0 : ret) : net_set_quiet(net, "default", err);
}

static int raise_loopback(struct net *net, struct err *err)
{
	/* The first link of every namespace is its lo: number 1. */
	struct ifinfomsg lo = {.ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};

	return netlink_request(net->rtnl, netlink_message(RTM_NEWLINK, 0, &lo, sizeof(lo)), NULL, 0,
			       net, err, "cannot set lo up");
}

/* Gives NET what every namespace has, in the one that the process is in. */
static int set_up(struct net *net, struct err *err)
{
	int ret;

	net->rtnl = netlink_open(NETLINK_ROUTE);
	if (net->rtnl < 0)
		return err_sys(err, net->rtnl, "%s: cannot open a netlink socket", net->name);
	ret = quiet_ipv6(net, err);
	return ret ? ret : raise_loopback(net, err);
}

/* Fills NET with a new namespace. The process is in it afterwards, whatever is returned. */
static int create(struct net *net, struct err *err)
{
	net->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (net->ns < 0)
		return err_sys(err, errno, "%s: cannot open the namespace", net->name);
	here = net->ns;
	return set_up(net, err);
}

int net_new(const char *name, struct net **ret_net, struct err *err)
{
	struct net *net;
	int back = here, ret = origin_open(err), ret_back;

	if (ret)
		return ret;
	net = calloc(1, sizeof(*net));
	if (!net)
		return err_sys(err, ENOMEM, "%s", name);
	snprintf(net->name, sizeof(net->name), "%s", name);
	net->ns = net->rtnl = -1;
	if (unshare(CLONE_NEWNET) < 0) {
		ret = err_sys(err, errno, "%s: cannot create a network namespace", name);
		free(net);
		return ret;
	}
	ret = create(net, err);
	ret_back = go(back, "back", ret ? NULL : err);
	if (ret || ret_back) {
		net_free(net);
		return ret ? ret : ret_back;
	}
	*ret_net = net;
	return 0;
}

int net_here(const char *name, struct net **ret_net, struct err *err)
{
	struct net *net;
	int ret = origin_open(err);

	if (ret)
		return ret;
	net = calloc(1, sizeof(*net));
	if (!net)
		return err_sys(err, ENOMEM, "%s", name);
	snprintf(net->name, sizeof(net->name), "%s", name);
	net->ns = origin;
	net->rtnl = -1;
	ret = set_up(net, err);
	if (ret) {
		net_free(net);
		return ret;
	}
	*ret_net = net;
	return 0;
}

void net_free(struct net *net)
{
	if (!net)
		return;
	if (net->rtnl >= 0)
		close(net->rtnl);
	/* A process that frees the net that it is in stays there, and may still visit others. */
	if (net->ns >= 0 && net->ns != here && net->ns != origin)
		close(net->ns);
	free(net);
}

int net_fd(const struct net *net)
{
	return net->ns;
}
