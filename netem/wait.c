/* SPDX-License-Identifier: MIT
 *
 * Waiting for what the kernel does in its own time, in work queues: look, and if it is not so
 * yet, listen to what changes and look again at each change, and now and then.
 */
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

/* Work queues of a busy machine are slow. Some changes are told nobody: a route that was dead with
 * its link and is not any more (rt6_sync_up()). */
enum { LOOK_AGAIN_MS = 50, MOST_LOOKS = 200 };

/* 1: it is so; 0: not yet; -errno: it cannot be known. */
typedef int condition(struct net *net, const void *subject, struct err *err);

/* A socket that hears of changes in the namespace. */
static int listen_to(struct net *net, unsigned groups, struct err *err)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = netlink_open_in(net, NETLINK_ROUTE, err), ret;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	ret = err_sys(err, errno, "%s: cannot listen for changes", net->name);
	close(fd);
	return ret;
}

static int wait_until(condition *is_so, struct net *net, const void *subject, unsigned groups,
		      struct err *err)
{
	struct pollfd changes = {.events = POLLIN};
	int ret = is_so(net, subject, err), silent = 0;
	char change[4096];

	if (ret)
		return ret < 0 ? ret : 0;
	changes.fd = listen_to(net, groups, err);
	if (changes.fd < 0)
		return changes.fd;
	while (!(ret = is_so(net, subject, err))) {
		int ready = poll(&changes, 1, LOOK_AGAIN_MS);

		if (ready < 0 && errno != EINTR) {
			ret = err_sys(err, errno, "%s: cannot wait for changes", net->name);
			break;
		}
		if (ready == 0 && ++silent == MOST_LOOKS) {
			ret = -ETIMEDOUT;
			break;
		}
		/* When it fails there were too many: look again all the same. */
		(void)!recv(changes.fd, change, sizeof(change), MSG_DONTWAIT);
	}
	close(changes.fd);
	return ret < 0 ? ret : 0;
}

/* RUNNING is set in the work queue (link_watch.c), and until that has run for the first time it
 * says nothing; LOWER_UP is the carrier itself. Since 6.8 a question about the link makes the
 * queue do its work first. */
static int is_running(struct net *net, const void *name, struct err *err)
{
	const unsigned up = IFF_RUNNING | IFF_LOWER_UP;
	struct ifinfomsg link;
	int ret = link_get(net, name, &link, err);

	return ret ? ret : (link.ifi_flags & up) == up;
}

int net_wait_carrier(struct net *net, const char *name, struct err *err)
{
	int ret = wait_until(is_running, net, name, RTMGRP_LINK, err);

	return ret == -ETIMEDOUT ? err_set(err, ret, "%s: %s gets no carrier", net->name, name)
				 : ret;
}

/* The address's route of type local comes last, once duplicate address detection is done, which
 * takes a work queue even when there is none to be done (addrconf_dad_completed()). */
static int is_local(struct net *net, const void *subject, struct err *err)
{
	const struct address *address = subject;
	struct rtmsg route = {.rtm_family = address->family, .rtm_dst_len = 8 * address->size};
	struct nl_msg *message = netlink_message(RTM_GETROUTE, 0, &route, sizeof(route));

	(void)err; /* no route at all: not yet */
	if (message)
		nla_put(message, RTA_DST, address->size, address->bytes);
	return !netlink_request(net->rtnl, message, &route, sizeof(route), net, NULL, "route") &&
	       route.rtm_type == RTN_LOCAL;
}

int net_wait_address(struct net *net, const char *address, struct err *err)
{
	struct address own;
	int ret = address_parse(address, &own, err);

	if (!ret)
		ret = wait_until(is_local, net, &own,
				 own.family == AF_INET ? RTMGRP_IPV4_ROUTE : RTMGRP_IPV6_ROUTE,
				 err);
	return ret == -ETIMEDOUT ? err_set(err, ret, "%s: %s is not an address of its own",
					   net->name, address)
				 : ret;
}
