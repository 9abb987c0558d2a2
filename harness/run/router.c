/* SPDX-License-Identifier: MIT */
#include "router.h"

#include <linux/ethtool.h>
#include <net/if.h>
#include <stdio.h>

#include "addresses.h"
#include "clock.h"
#include "settings.h"

static const char *router_link_name(char name[IFNAMSIZ], int host)
{
	snprintf(name, IFNAMSIZ, "eth%d", host);
	return name;
}

const char *router_port_name(char port[IFNAMSIZ], int host)
{
	snprintf(port, IFNAMSIZ, "router%hhu", (uint8_t)host);
	return port;
}

/* The router's interface towards host I: up, and with its addresses. */
static int router_interface_configure(struct topology *topology, int i, struct err *err)
{
	const struct plan *plan = topology->plan;
	char name[IFNAMSIZ];
	int ret = net_set_link(topology->router, router_link_name(name, i), true, err);

	if (ret == 0)
		ret = net_add_address(topology->router, name, plan_router_address(plan, i),
				      plan_prefix(plan), err);
	if (ret == 0)
		ret = topology_add_link_local(plan, topology->router, name, PLAN_ROUTER_LINK_LOCAL,
					      err);
	if (ret == 0 && plan->host[i].path_mtu)
		ret = net_add_route_mtu(topology->router, name, plan_host_address(plan, i),
					plan->host[i].path_mtu, err);
	if (ret == 0 && !plan->neighbours_dynamic)
		ret = net_add_neighbour(topology->router, name, plan_host_address(plan, i),
					topology->host[i].mac, err);
	return ret;
}

static int router_interface_build(struct topology *topology, int i, struct err *err)
{
	struct topology_host *host = &topology->host[i];
	uint8_t mac[6] = ROUTER_MAC(i), port_mac[6] = {2, 0, 0, 0, 3, (uint8_t)(i + 1)};
	char name[IFNAMSIZ], port[IFNAMSIZ], bridge[IFNAMSIZ];
	int ret;

	router_link_name(name, i);
	ret = net_add_veth(topology->router, name, mac, topology->wire, router_port_name(port, i),
			   port_mac, err);
	if (ret == 0)
		ret = net_set_bridge(topology->wire, port, topology_bridge_name(bridge, i), err);
	if (ret == 0)
		ret = net_set_link(topology->wire, port, true, err);
	if (ret == 0)
		ret = router_interface_configure(topology, i, err);
	if (ret < 0)
		return ret;
	host->router_index = net_link_index(topology->router, name, err);
	host->port_of_router_index = net_link_index(topology->wire, port, err);
	return 0;
}

static int middlebox_configure(struct topology *topology, struct err *err)
{
	const struct plan_middlebox *box = &topology->plan->middlebox;
	static const enum net_refusal refusals[] = {[REFUSAL_DROP] = NET_REFUSE_DROP,
						    [REFUSAL_RST] = NET_REFUSE_RST,
						    [REFUSAL_ICMP] = NET_REFUSE_ICMP};
	int ret = net_add_firewall(topology->router, refusals[box->unknown], err);
	/* What the world tells both ends in its name (play.c) is translated like all else. */
	int64_t known_ns = box->idle_ns + (box->to == TOLD_BOTH ? NSEC_PER_SEC : 0);
	char seconds[32];

	snprintf(seconds, sizeof(seconds), "%lld", (long long)(known_ns / NSEC_PER_SEC));
	return ret < 0 ? ret
		       : net_set_sysctl(topology->router,
					"net.netfilter.nf_conntrack_tcp_timeout_established",
					seconds, err);
}

static struct net_endpoint vip_endpoint(const struct plan *plan, int address, int vip_port)
{
	return (struct net_endpoint){plan_address_text(plan, address),
				     plan->address[address].vip_port[vip_port].port};
}

static struct net_endpoint backend_endpoint(const struct plan *plan,
					    const struct plan_backend *backend)
{
	return (struct net_endpoint){plan_host_address(plan, backend->host), backend->port};
}

static int backends_now(const struct topology *topology, int address, int vip_port,
			struct net_endpoint ret[BACKENDS_MAX])
{
	const struct plan *plan = topology->plan;
	struct plan_backend backend[BACKENDS_MAX];
	int count = plan_backends(plan, address, vip_port, topology->change, topology->change_count,
				  backend);

	for (int i = 0; i < count; i++)
		ret[i] = backend_endpoint(plan, &backend[i]);
	return count;
}

static int set_backends(struct topology *topology, int address, int vip_port, struct err *err)
{
	struct net_endpoint backend[BACKENDS_MAX];
	int count = backends_now(topology, address, vip_port, backend);

	return net_set_backends(topology->router, address * VIP_PORTS_MAX + vip_port,
				vip_endpoint(topology->plan, address, vip_port), backend, count,
				err);
}

static int balancer_build(struct topology *topology, int address, int vip_port, struct err *err)
{
	const struct net_endpoint to = vip_endpoint(topology->plan, address, vip_port);
	struct net_endpoint backend[BACKENDS_MAX];
	int count = backends_now(topology, address, vip_port, backend);
	int ret = net_add_balancer(topology->router, to, err);

	/* The one that was added last is the first to have its turn (ip_vs_ctl.c, ip_vs_rr.c). */
	while (count-- > 0 && ret == 0)
		ret = net_add_server(topology->router, to, backend[count], err);
	return ret;
}

int router_change_backends(struct topology *topology, int index, struct err *err)
{
	const struct plan *plan = topology->plan;
	const struct plan_fault *fault = &plan->fault[index];
	const struct net_endpoint to = vip_endpoint(plan, fault->address, fault->vip_port),
				  server = backend_endpoint(plan, &fault->backend);
	struct net_endpoint backend[BACKENDS_MAX];
	int count = backends_now(topology, fault->address, fault->vip_port, backend);

	topology->change[topology->change_count++] = index;
	/* Of what has no moment of its own, it may be so already. */
	if (backends_now(topology, fault->address, fault->vip_port, backend) == count)
		return 0;
	if (plan->balancer == BALANCER_DNAT)
		return set_backends(topology, fault->address, fault->vip_port, err);
	return fault->op == FAULT_ADD_BACKEND
		       ? net_add_server(topology->router, to, server, err)
		       : net_remove_server(topology->router, to, server, err);
}

/* What has happened to the backends by now, as the timeline has it. */
static void changes_begin(struct topology *topology)
{
	const struct plan *plan = topology->plan;

	topology->change_count = 0;
	for (int i = 0; i < plan->fault_count && plan->fault[i].at_ns < topology->now_ns; i++)
		if (plan->fault[i].kind->effect == EFFECT_BACKEND &&
		    !plan_fault_waits(&plan->fault[i]))
			topology->change[topology->change_count++] = i;
}

/* What is sent there and not translated is for the router itself. */
static int vips_build(struct topology *topology, struct err *err)
{
	const struct plan *plan = topology->plan;
	int ret = 0;

	changes_begin(topology);
	for (int i = 0; i < plan->address_count && ret == 0; i++) {
		ret = net_add_address(topology->router, "lo", plan_address_text(plan, i),
				      plan->ip_version == 6 ? 128 : 32, err);
		for (int port = 0; port < plan->address[i].vip_port_count && ret == 0; port++)
			ret = (plan->balancer == BALANCER_IPVS ? balancer_build : set_backends)(
				topology, i, port, err);
	}
	return ret;
}

/* What makes it a router; INTERFACE_BUILD gives it the interface towards one host. */
static int router_configure(struct topology *topology,
			    int (*interface_build)(struct topology *, int, struct err *),
			    struct err *err)
{
	const struct kernel_facts facts = topology_facts(topology);
	const struct plan *plan = topology->plan;
	char out[IFNAMSIZ];
	int ret = net_set_sysctl(topology->router,
				 plan->ip_version == 6 ? "net.ipv6.conf.all.forwarding"
						       : "net.ipv4.ip_forward",
				 "1", err);

	for (int i = 0; i < plan->host_count && ret == 0; i++)
		ret = interface_build(topology, i, err);
	/* With address translation the last host is outside. */
	if (ret == 0 && plan->nat)
		ret = net_add_masquerade(topology->router,
					 router_link_name(out, plan->host_count - 1), err);
	if (ret == 0)
		ret = vips_build(topology, err);
	if (ret == 0 && plan->middlebox.idle_ns)
		ret = middlebox_configure(topology, err);
	if (ret == 0 && plan->middlebox.syn_proxy)
		ret = net_add_syn_proxy(topology->router, err);
	/* Last: what it tracks connections with is there only now. */
	return ret < 0 ? ret : settings_make(&facts, topology->router, &plan->router, err);
}

static int router_build_itself(struct topology *topology, struct err *err)
{
	int ret = net_new(PLACE_ROUTER_NAME, &topology->router, err);

	if (ret == 0)
		ret = router_configure(topology, router_interface_build, err);
	return ret < 0 ? err_add(err, ret, PLACE_ROUTER_NAME) : 0;
}

int router_build(struct topology *topology, struct err *err)
{
	char bridge[IFNAMSIZ];
	int ret = 0;

	for (int i = 0; i < topology->plan->host_count && ret == 0; i++)
		ret = net_add_bridge(topology->wire, topology_bridge_name(bridge, i), err);
	return ret < 0 ? ret : router_build_itself(topology, err);
}

int router_power_off(struct topology *topology, struct err *err)
{
	char port[IFNAMSIZ];
	int ret = 0;

	for (int i = 0; i < topology->plan->host_count && ret == 0; i++)
		ret = net_delete_link(topology->wire, router_port_name(port, i), err);
	net_free(topology->router);
	topology->router = NULL;
	return ret;
}

int router_power_on(struct topology *topology, int64_t now_ns, struct err *err)
{
	int ret;

	topology->now_ns = now_ns;
	ret = router_build_itself(topology, err);
	return ret < 0 ? ret : router_wait(topology, ALL_CARRIERS, err);
}

int router_wait(struct topology *topology, uint32_t carriers, struct err *err)
{
	const struct plan *plan = topology->plan;
	char name[IFNAMSIZ];
	int ret = 0;

	for (int i = 0; i < plan->host_count && ret == 0; i++) {
		if (carriers & 1u << i)
			ret = net_wait_carrier(topology->router, router_link_name(name, i), err);
		if (ret == 0 && plan->ip_version == 6)
			ret = net_wait_address(topology->router, plan_router_address(plan, i), err);
	}
	for (int i = 0; i < plan->address_count && ret == 0 && plan->ip_version == 6; i++)
		ret = net_wait_address(topology->router, plan_address_text(plan, i), err);
	return ret < 0 ? err_add(err, ret, PLACE_ROUTER_NAME) : 0;
}

static int router_interface_build_here(struct topology *topology, int i, struct err *err)
{
	char name[IFNAMSIZ];
	int ret = net_set_quiet(topology->router, router_link_name(name, i), err);

	if (ret == 0)
		ret = topology_disable_offload(topology->router, name, ETHTOOL_SGRO, err);
	return ret < 0 ? ret : router_interface_configure(topology, i, err);
}

int router_build_here(struct topology *topology, uint32_t carriers, struct err *err)
{
	int ret = net_here(PLACE_ROUTER_NAME, &topology->router, err);

	if (ret == 0)
		ret = router_configure(topology, router_interface_build_here, err);
	return ret < 0 ? ret : router_wait(topology, carriers, err);
}
