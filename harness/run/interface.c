/* SPDX-License-Identifier: MIT
 *
 * What a host does to its own interface: takes an address and gives it up, and sets it down and up.
 */
#include <errno.h>

#include "addresses.h"
#include "topology.h"

/* The MACs of those two have changed places. */
static int mac_change(struct topology *topology, int host, const struct plan_fault *move,
		      struct err *err)
{
	struct topology_host *of = &topology->host[host];
	int mac[HOSTS_MAX];

	if (!move->same_mac || (host != move->to && host != plan_mac_partner(topology->plan, move)))
		return 0;
	plan_macs(topology->plan, move->at_ns, mac);
	of->mac[5] = (uint8_t)mac[host];
	return net_set_mac(of->net, "eth0", of->mac, err);
}

int topology_move(struct topology *topology, int host, const struct plan_fault *move,
		  struct err *err)
{
	const struct plan *plan = topology->plan;
	struct net *net = topology->host[host].net;
	const char *address = plan_address_text(plan, move->address);
	bool had = plan_holders_before(plan, move) & 1u << host;
	int ret = mac_change(topology, host, move, err);

	if (ret == 0 && host == move->to && !had)
		ret = net_add_second_address(net, "eth0", address, err);
	if (ret == 0 && host != move->to && had && !move->both)
		ret = net_delete_second_address(net, "eth0", address, err);
	if (ret == 0 && host == move->to && move->announce)
		ret = net_announce(net, "eth0", address, err);
	return ret;
}

/* Beside the address there is nothing that a host sends from: with it goes what was derived from
 * it (its subnet's route, and by that the one over the router). */
static int set_down(struct topology *topology, const struct plan_fault *fault, struct err *err)
{
	const struct plan *plan = topology->plan;
	struct net *net = topology->host[fault->host].net;

	switch (fault->takes) {
	case TAKES_INTERFACE:
		return net_set_link(net, "eth0", false, err);
	case TAKES_ADDRESS:
		return net_delete_address(net, "eth0", plan_host_address(plan, fault->host),
					  plan_prefix(plan), err);
	case TAKES_ROUTE:
		return net_delete_default_route(net, plan_router_address(plan, fault->host), err);
	}
	return 0;
}

/* What the kernel kept is there already. */
static int also(int ret)
{
	return ret == -EEXIST ? 0 : ret;
}

static int set_up(struct topology *topology, const struct plan_fault *fault, struct err *err)
{
	struct net *net = topology->host[fault->host].net;
	int ret = net_set_link(net, "eth0", true, err);

	if (ret == 0)
		ret = also(topology_add_addresses(topology, fault->host, err));
	if (ret == 0)
		ret = also(topology_add_route(topology, fault->host, err));
	return ret < 0 ? ret : topology_add_neighbours(topology, fault->host, err);
}

int topology_set_interface(struct topology *topology, const struct plan_fault *fault,
			   struct err *err)
{
	return fault->op == FAULT_IFDOWN ? set_down(topology, fault, err)
					 : set_up(topology, fault, err);
}
