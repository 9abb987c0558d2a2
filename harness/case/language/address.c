/* SPDX-License-Identifier: MIT
 *
 * Addresses that are no host's own: `addresses:` of a case, as VRRP's virtual address, or one that
 * a cloud assigns; and `vips:` of a router, which it translates to those of hosts. A host or a
 * program cannot have the same name.
 */
#include <stdio.h>
#include <string.h>

#include "decode.h"

#define FIRST_NUMBER 101 /* behind those of hosts, and of nobody (10.0.0.99) */

int address_named(const struct plan *plan, const char *name)
{
	for (int i = 0; i < plan->address_count; i++)
		if (strcmp(plan->address[i].name, name) == 0)
			return i;
	return -1;
}

static void check_twin(struct decoder *d, const struct node *name)
{
	for (int i = 0; i < d->plan->host_count; i++) {
		const struct plan_host *host = &d->plan->host[i];

		if (strcmp(host->name, name->text) == 0)
			diag_note(d->diags,
				  diag_error(d->diags, name->span,
					     "the address '%s' is called as a host is", host->name),
				  span_of_place(host->place, host->name), "the host is here");
	}
}

static void decode_holder(struct decoder *d, const struct node *node, struct plan_address *address)
{
	address->host = PLAN_ANY;
	if (!want_scalar(d, node, "a host, or nobody") || strcmp(node->text, "nobody") == 0)
		return;
	address->host = find_host(d, node, node->text, 0);
}

bool decode_backend(struct decoder *d, const struct node *node, int port, struct plan_backend *ret)
{
	struct node host, port_node;

	if (!want_scalar(d, node, "a host, or a host and a port (server:8081)"))
		return false;
	if (split_port(d, node, &host, &port_node) && !parse_port(d, &port_node, &port))
		return false;
	ret->port = port;
	ret->host = find_host(d, &host, host.text, 0);
	return ret->host >= 0;
}

static void decode_backends(struct decoder *d, const struct node *node, struct plan_vip_port *port)
{
	for (const struct node *item = node_first(node); item; item = node_next(node, item)) {
		struct plan_backend *backend = &port->backend[port->backend_count];

		if (port->backend_count == BACKENDS_MAX) {
			node_error(d->diags, item, "more than %d backends of one port",
				   BACKENDS_MAX);
			return;
		}
		if (!decode_backend(d, item, port->port, backend))
			continue;
		for (int i = 0; i < port->backend_count; i++)
			if (memcmp(&port->backend[i], backend, sizeof(*backend)) == 0)
				node_error(d->diags, item, "the backend '%.60s' given twice",
					   item->text);
		port->backend_count++;
	}
}

static void decode_vip(struct decoder *d, const struct node *node, struct plan_address *address)
{
	address->host = PLAN_ANY;
	if (!want_map(d, node, "a mapping of ports to backends ({80: [server:8081]})"))
		return;
	if (!node->count || node->count > VIP_PORTS_MAX) {
		node_error(d->diags, node, "a VIP has 1 to %d ports", VIP_PORTS_MAX);
		return;
	}
	address->vip_port = pool_alloc(d->pool, sizeof(*address->vip_port) * (size_t)node->count);
	for (const struct node *value = node->child; value; value = value->next) {
		struct plan_vip_port *port = &address->vip_port[address->vip_port_count++];

		if (!parse_port(d, value->key, &port->port))
			continue;
		for (struct plan_vip_port *other = address->vip_port; other < port; other++)
			if (other->port == port->port)
				diag_error(d->diags, value->key->span, "port %d given twice",
					   port->port);
		decode_backends(d, value, port);
	}
}

static void decode_each(struct decoder *d, const struct node *map,
			void (*decode)(struct decoder *, const struct node *,
				       struct plan_address *))
{
	struct plan *plan = d->plan;

	if (map->count > ADDRESSES_MAX) {
		diag_error(d->diags, map->key->span, "more than %d addresses in one case",
			   ADDRESSES_MAX);
		return;
	}
	plan->address = pool_alloc(d->pool, sizeof(*plan->address) * (size_t)map->count);
	for (const struct node *value = map->child; value; value = value->next) {
		struct plan_address *address = &plan->address[plan->address_count];
		int number = FIRST_NUMBER + plan->address_count++;

		if (check_name(d, value->key, "address", NAME_LONGEST) &&
		    check_reserved(d, value->key, "address"))
			check_twin(d, value->key);
		address->name = pool_strdup(d->pool, value->key->text);
		address->place = place_of(value->key);
		snprintf(address->address4, sizeof(address->address4), "10.0.0.%d", number);
		snprintf(address->address6, sizeof(address->address6), "fd00::%d", number);
		decode(d, value, address);
	}
}

/* The network is a router, or there are none of the others. */
static void decode_vips(struct decoder *d, const struct node *map)
{
	if (!want_map(d, map, "a mapping of names to VIPs"))
		return;
	if (d->plan->network == NETWORK_ROUTER)
		decode_each(d, map, decode_vip);
	if (d->plan->middlebox.then || d->plan->middlebox.by_payload)
		diag_help(d->diags,
			  diag_error(d->diags, map->key->span,
				     "'vips' beside a middlebox that says 'then' or 'counts'"),
			  "that would know each connection twice, by the VIP and by the backend: "
			  "leave it out");
	if (d->plan->balancer == BALANCER_IPVS &&
	    (d->plan->nat || d->plan->middlebox.idle_ns || d->plan->middlebox.syn_proxy))
		diag_help(d->diags,
			  diag_error(d->diags, map->key->span,
				     "VIPs of IPVS beside what knows connections by conntrack"),
			  "leave out nat and middlebox, or let balancer be dnat");
	if (d->plan->network != NETWORK_ROUTER)
		diag_help(d->diags,
			  diag_error(d->diags, map->key->span,
				     "'vips' in a network without a router"),
			  "the case needs network: {type: router, ...}: it translates them");
}

void decode_addresses(struct decoder *d)
{
	const struct node *map = node_get(d->root, "addresses");
	const struct node *network = node_get(d->root, "network"), *vips = NULL;

	if (network && network->kind == NODE_MAP)
		vips = node_get(network, "vips");
	if (vips)
		decode_vips(d, vips);
	else if (network && node_get(network, "balancer"))
		diag_help(d->diags,
			  diag_error(d->diags, node_get(network, "balancer")->key->span,
				     "'balancer' without 'vips'"),
			  "say what it balances: vips: {web: {80: [pod-1:8080]}}");
	if (!map || !want_map(d, map, "a mapping of names to hosts"))
		return;
	if (d->plan->network == NETWORK_ROUTER)
		diag_help(d->diags,
			  diag_error(d->diags, map->key->span,
				     "an address cannot move where each host has its own subnet"),
			  "the case needs network: switch; one that a router translates is one of "
			  "its vips");
	else
		decode_each(d, map, decode_holder);
}
