/* SPDX-License-Identifier: MIT */
#include "topology.h"

#include <assert.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "addresses.h"
#include "bounds.h"
#include "router.h"
#include "settings.h"

static_assert(NAME_LONGEST < IFNAMSIZ, "hosts' names are those of interfaces");

#define PORT_MAC(i)                                                                                \
	{                                                                                          \
		2, 0, 0, 0, 2, (uint8_t)((i) + 1)                                                  \
	}
#define NETEM_SEED 0x68616c666f70656eULL /* "halfopen": the same losses in every run */

static int bridge_of(const struct topology *topology, int host)
{
	return topology->plan->network == NETWORK_ROUTER ? host : 0;
}

const char *topology_bridge_name(char name[IFNAMSIZ], int bridge)
{
	snprintf(name, IFNAMSIZ, "bridge%d", bridge);
	return name;
}

/* A checksum left to the device would make the stack hand over segments of up to 64 KiB, and a
 * router that puts segments together (GRO) would forward such: those are no packets, loss would
 * take forty at once, a filter see another length, and the capture would show them. */
int topology_disable_offload(struct net *net, const char *name, uint32_t command, struct err *err)
{
	struct ethtool_value value = {.cmd = command, .data = 0};
	struct ifreq request = {.ifr_data = (char *)&value};
	int fd, ret;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	ret = net_enter(net, err);
	if (ret < 0)
		return ret;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = fd < 0 || ioctl(fd, SIOCETHTOOL, &request) < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	if (net_leave(err) < 0)
		return -EPERM;
	return ret ? err_sys(err, ret, "cannot turn off an offload of %s", name) : 0;
}

int topology_add_neighbours(struct topology *topology, int host, struct err *err)
{
	const struct plan *plan = topology->plan;
	struct net *net = topology->host[host].net;
	int ret = 0;

	if (plan->neighbours_dynamic)
		return 0;
	if (plan->network == NETWORK_ROUTER) {
		uint8_t mac[6] = ROUTER_MAC(host);

		return net_add_neighbour(net, "eth0", plan_router_address(plan, host), mac, err);
	}
	for (int i = 0; i < plan->host_count && ret == 0; i++)
		if (i != host)
			ret = net_add_neighbour(net, "eth0", plan_host_address(plan, i),
						topology->host[i].mac, err);
	return ret;
}

int topology_add_route(struct topology *topology, int host, struct err *err)
{
	const struct plan *plan = topology->plan;

	return plan->network == NETWORK_ROUTER
		       ? net_add_default_route(topology->host[host].net,
					       plan_router_address(plan, host), err)
		       : 0;
}

/* Without one it would solicit no neighbour when it is a timer that asks, or for what it forwards
 * (ndisc_send_ns() in net/ipv6/ndisc.c). */
int topology_add_link_local(const struct plan *plan, struct net *net, const char *link,
			    const char *address, struct err *err)
{
	return plan_resolves(plan) && plan->ip_version == 6
		       ? net_add_address(net, link, address, 64, err)
		       : 0;
}

int topology_add_addresses(struct topology *topology, int host, struct err *err)
{
	const struct plan *plan = topology->plan;
	struct net *net = topology->host[host].net;
	int ret = net_add_address(net, "eth0", plan_host_address(plan, host), plan_prefix(plan),
				  err);

	if (ret == 0)
		ret = topology_add_link_local(plan, net, "eth0", plan->host[host].link_local, err);
	for (int i = 0; i < plan->address_count && ret == 0; i++)
		if (plan_holders(plan, i, topology->now_ns) & 1u << host)
			ret = net_add_second_address(net, "eth0", plan_address_text(plan, i), err);
	return ret < 0 ? ret : topology_add_route(topology, host, err);
}

static int host_configure(struct topology *topology, int host, struct err *err)
{
	const struct plan *plan = topology->plan;
	const struct kernel_facts facts = topology_facts(topology);
	struct net *net = topology->host[host].net;
	int mtu = plan->host[host].mtu;
	int ret = mtu ? net_set_mtu(net, "eth0", mtu, err) : 0;

	if (ret == 0)
		ret = topology_add_addresses(topology, host, err);
	if (ret == 0)
		ret = topology_add_neighbours(topology, host, err);
	/* Programs have no rights; a server's port is not to depend on that. */
	if (ret == 0)
		ret = net_set_sysctl(net, "net.ipv4.ip_unprivileged_port_start", "0", err);
	return ret < 0 ? ret : settings_make(&facts, net, &plan->host[host], err);
}

/* Sets every port as power and plugs want it. */
static int carriers_update(struct topology *topology, struct err *err)
{
	const struct plan *plan = topology->plan;
	bool all = true;

	for (int i = 0; i < plan->host_count; i++)
		all = all && topology->host[i].net && topology->host[i].plugged;
	for (int i = 0; i < plan->host_count; i++) {
		struct topology_host *host = &topology->host[i];
		bool want = plan->network == NETWORK_CABLE ? all : host->plugged;
		int ret;

		if (!host->net || host->carrier == want)
			continue;
		ret = net_set_link(topology->wire, plan->host[i].name, want, err);
		if (ret < 0)
			return ret;
		host->carrier = want;
	}
	return 0;
}

static struct net_impairment impairment_of(const struct plan_impairment *plan, int host)
{
	return (struct net_impairment){.delay_ns = plan->delay_ns,
				       .jitter_ns = plan->jitter_ns,
				       .loss = plan->loss,
				       .duplicate = plan->duplicate,
				       .reorder = plan->reorder,
				       .corrupt = plan->corrupt,
				       .rate = plan->rate,
				       .limit = plan->limit,
				       .seed = NETEM_SEED + (uint64_t)host};
}

/* Whether it is from HOST alone that the way gets worse, or better again. */
static bool is_singled_out(const struct plan *plan, int host)
{
	for (int i = 0; i < plan->fault_count; i++) {
		const struct plan_fault *fault = &plan->fault[i];

		if ((fault->op == FAULT_IMPAIR || fault->op == FAULT_HEAL) && fault->from == host &&
		    fault->to != PLACE_ROUTER)
			return true;
	}
	return false;
}

/* Only a third host can be treated differently from a second; and as what is in a queue goes with
 * it, the bands are there from the start. */
static bool wants_sorting(const struct plan *plan)
{
	bool impairs = false, one = false;

	for (int i = 0; i < plan->host_count; i++)
		one = one || is_singled_out(plan, i);
	for (int i = 0; i < plan->fault_count; i++)
		impairs = impairs || plan->fault[i].op == FAULT_IMPAIR;
	return impairs && one && plan->host_count > 2;
}

static int band_impair(struct topology *topology, int host, int band, struct err *err)
{
	const char *port = topology->plan->host[host].name;
	const struct net_impairment *impairment = &topology->host[host].impairment[band];

	return topology->sorts ? net_impair_band(topology->wire, port, band, impairment, err)
			       : net_impair(topology->wire, port, impairment, err);
}

static int port_impair(struct topology *topology, int host, struct err *err)
{
	int bands = topology->sorts ? 1 + topology->plan->host_count : 1;
	int ret = 0;

	if (topology->sorts)
		ret = net_add_bands(topology->wire, topology->plan->host[host].name, bands, err);
	for (int i = 0; i < bands && ret == 0; i++)
		ret = band_impair(topology, host, i, err);
	return ret;
}

/* Behind a router, what a host sends is known by its address; the last host is outside of one that
 * translates, and sees the router's. */
static int sender_sort(struct topology *topology, int from, int to, struct err *err)
{
	const struct plan *plan = topology->plan;
	const char *out = plan->host[to].name, *address = plan_host_address(plan, from);

	if (!topology->router)
		return net_sort(topology->wire, plan->host[from].name, NULL, out, 1 + from, err);
	if (plan->nat && to == plan->host_count - 1)
		address = plan_router_address(plan, to);
	return net_sort(topology->wire, NULL, address, out, 1 + from, err);
}

static int senders_sort(struct topology *topology, struct err *err)
{
	int count = topology->plan->host_count, ret = 0;

	for (int from = 0; from < count; from++)
		for (int to = 0; to < count && ret == 0; to++)
			if (from != to && is_singled_out(topology->plan, from))
				ret = sender_sort(topology, from, to, err);
	return ret;
}

/* As it is by the timeline. */
static void mac_set(struct topology *topology, int i)
{
	int mac[HOSTS_MAX];

	plan_macs(topology->plan, topology->now_ns, mac);
	topology->host[i].mac[5] = (uint8_t)mac[i];
}

static int host_build(struct topology *topology, int i, struct err *err)
{
	struct topology_host *host = &topology->host[i];
	const char *name = topology->plan->host[i].name;
	uint8_t port_mac[6] = PORT_MAC(i);
	char bridge[IFNAMSIZ];
	int ret;

	ret = net_new(name, &host->net, err);
	mac_set(topology, i);
	if (ret == 0)
		ret = net_add_veth(host->net, "eth0", host->mac, topology->wire, name, port_mac,
				   err);
	if (ret == 0)
		ret = net_set_bridge(topology->wire, name,
				     topology_bridge_name(bridge, bridge_of(topology, i)), err);
	if (ret == 0)
		ret = topology_disable_offload(host->net, "eth0", ETHTOOL_STXCSUM, err);
	if (ret == 0 && topology->has_netem)
		ret = port_impair(topology, i, err);
	if (ret == 0)
		ret = net_set_link(host->net, "eth0", true, err);
	if (ret == 0)
		ret = host_configure(topology, i, err);
	if (ret < 0)
		return ret;
	host->index = net_link_index(host->net, "eth0", err);
	host->port_index = net_link_index(topology->wire, name, err);
	host->carrier = false;
	return 0;
}

/* Carriers and IPv6 addresses come into force in work queues of the kernel's; what is sent
 * before that is lost on the host itself. */
static int host_wait(struct topology *topology, int i, struct err *err)
{
	const struct plan *plan = topology->plan;
	struct topology_host *host = &topology->host[i];
	int ret = 0;

	if (host->carrier)
		ret = net_wait_carrier(topology->wire, plan->host[i].name, err);
	if (ret == 0 && host->carrier)
		ret = net_wait_carrier(host->net, "eth0", err);
	if (ret == 0 && plan->ip_version == 6)
		ret = net_wait_address(host->net, plan->host[i].address6, err);
	return ret < 0 ? err_add(err, ret, "host %s", plan->host[i].name) : 0;
}

struct kernel_facts topology_facts(const struct topology *topology)
{
	return (struct kernel_facts){.release = topology->uts.release,
				     .netem = topology->has_netem,
				     .virtual_clock = topology->virtual_clock};
}

static void topology_init(struct topology *topology, const struct plan *plan, bool virtual_clock)
{
	*topology = (struct topology){
		.plan = plan, .has_netem = true, .virtual_clock = virtual_clock};
	topology->sorts = wants_sorting(plan);
	uname(&topology->uts);
	for (int i = 0; i < plan->host_count; i++) {
		uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(i + 1)};

		memcpy(topology->host[i].mac, mac, sizeof(mac));
		topology->host[i].plugged = true;
		for (int band = 0; band <= plan->host_count; band++)
			topology->host[i].impairment[band] = impairment_of(&plan->link, i);
	}
}

/* The kernel says whether it has netem only when it is to use it. */
static int netem_probe(struct topology *topology, struct err *err)
{
	const struct net_impairment none = {0};
	struct err lacking = {0};
	int ret = net_impair(topology->wire, "lo", &none, &lacking);

	topology->has_netem = ret != -EOPNOTSUPP;
	return ret < 0 && ret != -EOPNOTSUPP ? err_set(err, ret, "%s", lacking.text) : 0;
}

int topology_open(struct topology *topology, const struct plan *plan, bool virtual_clock,
		  struct err *err)
{
	int ret;

	topology_init(topology, plan, virtual_clock);
	ret = net_new("wire", &topology->wire, err);
	return ret < 0 ? ret : netem_probe(topology, err);
}

int topology_build(struct topology *topology, struct err *err)
{
	char bridge[IFNAMSIZ];
	int ret = topology->plan->network == NETWORK_ROUTER
			  ? router_build(topology, err)
			  : net_add_bridge(topology->wire, topology_bridge_name(bridge, 0), err);

	for (int i = 0; i < topology->plan->host_count && ret == 0; i++)
		ret = host_build(topology, i, err);
	if (ret == 0 && topology->sorts && topology->has_netem)
		ret = senders_sort(topology, err);
	return ret < 0 ? ret : carriers_update(topology, err);
}

static int host_build_here(struct topology *topology, int i, bool carrier, struct err *err)
{
	struct topology_host *host = &topology->host[i];
	int ret = net_here(topology->plan->host[i].name, &host->net, err);

	mac_set(topology, i);
	if (ret == 0)
		ret = net_set_quiet(host->net, "eth0", err);
	if (ret == 0 && host->mac[5] != i + 1)
		ret = net_set_mac(host->net, "eth0", host->mac, err);
	if (ret == 0)
		ret = net_set_link(host->net, "eth0", true, err);
	if (ret == 0)
		ret = host_configure(topology, i, err);
	if (ret == 0 && carrier)
		ret = net_wait_carrier(host->net, "eth0", err);
	if (ret == 0 && topology->plan->ip_version == 6)
		ret = net_wait_address(host->net, topology->plan->host[i].address6, err);
	return ret;
}

void topology_open_here(struct topology *topology, const struct plan *plan, int64_t now_ns)
{
	topology_init(topology, plan, true);
	topology->now_ns = now_ns;
}

int topology_build_here(struct topology *topology, int host, uint32_t carriers, struct err *err)
{
	const struct plan *plan = topology->plan;
	int ret = host == plan->host_count
			  ? router_build_here(topology, carriers, err)
			  : host_build_here(topology, host, carriers & 1u << host, err);

	return ret < 0 ? err_add(err, ret, "host %s",
				 host == plan->host_count ? PLACE_ROUTER_NAME
							  : plan->host[host].name)
		       : 0;
}

int topology_wait(struct topology *topology, struct err *err)
{
	int ret = topology->router ? router_wait(topology, ALL_CARRIERS, err) : 0;

	for (int i = 0; i < topology->plan->host_count && ret == 0; i++)
		ret = host_wait(topology, i, err);
	return ret;
}

void topology_done(struct topology *topology)
{
	for (int i = 0; i < HOSTS_MAX; i++)
		net_free(topology->host[i].net);
	net_free(topology->router);
	net_free(topology->wire);
}

int topology_cut(struct topology *topology, int host, struct err *err)
{
	topology->host[host].carrier = false;
	return net_set_link(topology->wire, topology->plan->host[host].name, false, err);
}

int topology_power_off(struct topology *topology, int host, struct err *err)
{
	/* An orphan of the old kernel state keeps its namespace alive until its timers end it
	 * (struct sock holds the netns): without the link it has no way out. */
	int ret = net_delete_link(topology->wire, topology->plan->host[host].name, err);

	net_free(topology->host[host].net);
	topology->host[host].net = NULL;
	topology->host[host].carrier = false;
	return ret < 0 ? ret : carriers_update(topology, err);
}

int topology_power_on(struct topology *topology, int host, int64_t now_ns, struct err *err)
{
	int ret;

	topology->now_ns = now_ns;
	topology->host[host].incarnation++;
	ret = host_build(topology, host, err);
	if (ret == 0)
		ret = carriers_update(topology, err);
	return ret < 0 ? ret : host_wait(topology, host, err);
}

int topology_plug(struct topology *topology, int host, bool plugged, struct err *err)
{
	topology->host[host].plugged = plugged;
	return carriers_update(topology, err);
}

static struct net_impairment impairment_as(const struct topology *topology, int host,
					   const struct plan_impairment *asked)
{
	struct net_impairment now = impairment_of(&topology->plan->link, host), more;

	if (!asked)
		return now;
	more = impairment_of(asked, host);
	if (!more.delay_ns)
		more.delay_ns = now.delay_ns;
	return more;
}

int topology_impair(struct topology *topology, int from, int to,
		    const struct plan_impairment *impairment, struct err *err)
{
	struct topology_host *host = &topology->host[to];
	const struct net_impairment now = impairment_as(topology, to, impairment);
	int ret = 0;

	for (int band = 0; band <= topology->plan->host_count && ret == 0; band++) {
		if (!topology->sorts ? band > 0 : from != PLAN_ANY && band != 1 + from)
			continue;
		if (memcmp(&host->impairment[band], &now, sizeof(now)) == 0)
			continue;
		host->impairment[band] = now;
		if (host->net) /* else its port comes back with it */
			ret = band_impair(topology, to, band, err);
	}
	return ret;
}

int topology_impair_router(struct topology *topology, int from,
			   const struct plan_impairment *impairment, struct err *err)
{
	/* What waits there goes on to wait, and is overtaken: so nothing is not no netem. */
	static const struct plan_impairment none;
	const struct net_impairment now = impairment_of(impairment ? impairment : &none, from);
	struct topology_host *host = &topology->host[from];
	char port[IFNAMSIZ];

	if (!impairment && !host->router_impaired)
		return 0;
	host->router_impaired = impairment != NULL;
	return net_impair(topology->wire, router_port_name(port, from), &now, err);
}
