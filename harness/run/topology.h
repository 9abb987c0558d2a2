/* SPDX-License-Identifier: MIT
 *
 * topology: the plan's hosts and network, built with netem.
 *
 * Every segment is a bridge in the namespace "wire"; each host has a veth pair, its cable:
 * `eth0` on the host, and a port named like the host on the wire. `cable` and `switch` are
 * one bridge (10.0.0.0/24, fd00::/64); `router` gives each host a bridge and a subnet of
 * its own, and a namespace that forwards between them. The ports, not the hosts, delay:
 * what a port sends towards its host leaves 1 ms late.
 *
 * A cable is pulled at its far end: the port is set down, and the host sees its carrier go.
 * (Its own end set down would take its routes along: that is `ifconfig down`, no cable.) On
 * the network `cable` both ports go down together.
 */
#ifndef HALFOPEN_TOPOLOGY_H
#define HALFOPEN_TOPOLOGY_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#include "bounds.h"
#include "condition.h"
#include "err.h"
#include "netem.h"
#include "plan.h"

struct topology_host {
	struct net *net; /* NULL: powered off */
	bool plugged;
	bool carrier;     /* as the port is now */
	int index;        /* of eth0, in the host */
	int port_index;   /* of its port, on the wire */
	int router_index; /* router: of the interface towards it */
	int port_of_router_index;
	bool router_impaired; /* that port: what the host sends is impaired before it is there */
	int incarnation;      /* 0; then 1 after a reboot ... */
	uint8_t mac[6];
	/* Of the port: of what comes from others, and where it is sorted by who sent it, from each
	 * of the hosts. */
	struct net_impairment impairment[1 + HOSTS_MAX];
};

struct topology {
	const struct plan *plan;
	struct net *wire, *router; /* router: NULL where there is none */
	struct topology_host host[HOSTS_MAX];
	bool has_netem, virtual_clock;
	int64_t now_ns; /* of the run, when what is being built is to be as it is then */
	bool sorts;     /* ports treat senders differently: sch_prio above netem */
	int change[2 * FAULTS_MAX]; /* faults that changed VIPs' backends, as they came */
	int change_count;
	struct utsname uts;
};

/* Before anything is built or set: finds out what can be said of the kernel, topology_facts().
 * On failure the caller still calls topology_done(). */
int topology_open(struct topology *topology, const struct plan *plan, bool virtual_clock,
		  struct err *err);
int topology_build(struct topology *topology, struct err *err);
#define ALL_CARRIERS UINT32_MAX

/* Where each host is a kernel of its own, and this one is HOST's; PLAN's host_count: the router's.
 * Its cards are there; what HOST has is in force when this returns, but for the
 * carriers that are not in CARRIERS (bit n: of host n's cable). */
void topology_open_here(struct topology *topology, const struct plan *plan, int64_t now_ns);
int topology_build_here(struct topology *topology, int host, uint32_t carriers, struct err *err);
struct kernel_facts topology_facts(const struct topology *topology);
void topology_done(struct topology *topology);
/* Until all that was built is in force. On a virtual clock a second's sleep does it too, and
 * costs less. */
int topology_wait(struct topology *topology, struct err *err);

/* A host's power. Off: the port goes first, so that nothing more gets out; the caller has
 * already killed the processes (or will see them cut off). On: the same addresses and MAC
 * in a new namespace. */
int topology_cut(struct topology *topology, int host, struct err *err);
int topology_power_off(struct topology *topology, int host, struct err *err);
int topology_power_on(struct topology *topology, int host, int64_t now_ns, struct err *err);

/* What the host's interface has when it is up: addresses and the route over the router, that route
 * alone, and the neighbours that it knows by heart. */
int topology_add_addresses(struct topology *topology, int host, struct err *err);
int topology_add_route(struct topology *topology, int host, struct err *err);
int topology_add_neighbours(struct topology *topology, int host, struct err *err);

/* What the router's interfaces have in common with the hosts'. */
const char *topology_bridge_name(char name[IFNAMSIZ], int bridge);
/* COMMAND, as ETHTOOL_STXCSUM: what NAME's device does for the stack and is not to do. */
int topology_disable_offload(struct net *net, const char *name, uint32_t command, struct err *err);
int topology_add_link_local(const struct plan *plan, struct net *net, const char *link,
			    const char *address, struct err *err);

/* interface.c: what MOVE and IFDOWN or IFUP, faults of the plan, change at HOST, which has power.
 */
int topology_move(struct topology *topology, int host, const struct plan_fault *move,
		  struct err *err);
int topology_set_interface(struct topology *topology, const struct plan_fault *fault,
			   struct err *err);

int topology_plug(struct topology *topology, int host, bool plugged, struct err *err);
/* Sets how the port of host TO treats what host FROM (PLAN_ANY: whoever) sends there; NULL: as the
 * plan's link says. */
int topology_impair(struct topology *topology, int from, int to,
		    const struct plan_impairment *impairment, struct err *err);
/* And how the router's port towards FROM treats what that sends; NULL: not at all. */
int topology_impair_router(struct topology *topology, int from,
			   const struct plan_impairment *impairment, struct err *err);

#endif
