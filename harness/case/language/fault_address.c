/* SPDX-License-Identifier: MIT
 *
 * What faults say of addresses that move and of a router's VIPs: which, and who has them then.
 */
#include <string.h>

#include "addresses.h"
#include "decode.h"
#include "fault.h"

static bool find_address(struct decoder *d, const struct node *node, const char *help, void *ret)
{
	const struct plan *plan = d->plan;
	struct known known;
	struct diag *diag;

	if (!want_scalar(d, node, "the name of an address"))
		return false;
	*(int *)ret = address_named(plan, node->text);
	if (*(int *)ret >= 0)
		return true;
	diag = node_error(d->diags, node, "there is no address '%.60s'", node->text);
	known_init(&known, node->text);
	for (int i = 0; i < plan->address_count; i++)
		known_add(&known, plan->address[i].name);
	if (plan->address_count)
		known_help(d->diags, diag, &known, "the addresses are");
	else
		diag_help(d->diags, diag, "%s", help);
	return false;
}

bool decode_address(struct decoder *d, const struct node *node, void *ret)
{
	if (!find_address(d, node, "those that can move stand at the top: addresses: {vip: server}",
			  ret))
		return false;
	if (plan_is_vip(d->plan, *(int *)ret))
		diag_help(d->diags,
			  node_error(d->diags, node, "'%.60s' is the router's, and cannot move",
				     node->text),
			  "its backends can: add_backend, remove_backend");
	return !plan_is_vip(d->plan, *(int *)ret);
}

bool decode_vip_port(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_fault *fault = ret;
	const struct plan_address *vip;
	struct node name, port_node;
	struct known known;
	bool has_port;
	int port;

	if (!want_scalar(d, node, "a VIP, or a VIP and a port (web:80)"))
		return false;
	has_port = split_port(d, node, &name, &port_node);
	if (!find_address(d, &name,
			  "those that a router translates stand there: network: {type: router, "
			  "vips: {web: {80: [pod-1:8080]}}}",
			  &fault->address))
		return false;
	if (!plan_is_vip(d->plan, fault->address)) {
		diag_help(d->diags,
			  node_error(d->diags, node,
				     "'%s' is an address that moves, and has no "
				     "backends",
				     name.text),
			  "move it; those of a router are its vips");
		return false;
	}
	vip = &d->plan->address[fault->address];
	if (!has_port && vip->vip_port_count == 1)
		return true;
	if (!has_port) {
		diag_help(d->diags,
			  node_error(d->diags, node, "'%s' has %d ports", vip->name,
				     vip->vip_port_count),
			  "say which one, as %s:%d", vip->name, vip->vip_port[0].port);
		return false;
	}
	if (!parse_port(d, &port_node, &port))
		return false;
	known_init(&known, port_node.text);
	for (int i = 0; i < vip->vip_port_count; i++) {
		if (vip->vip_port[i].port == port) {
			fault->vip_port = i;
			return true;
		}
		known_add(&known, pool_printf(d->pool, "%d", vip->vip_port[i].port));
	}
	known_help(d->diags,
		   node_error(d->diags, &port_node, "'%s' has no port %d", vip->name, port), &known,
		   "its ports are");
	return false;
}

bool decode_backend_later(struct decoder *d, const struct node *node, void *ret)
{
	(void)ret;
	return want_scalar(d, node, "a host, or a host and a port (server:8081)");
}

bool decode_new_holder(struct decoder *d, const struct node *node, void *ret)
{
	if (!want_scalar(d, node, "a host, or nobody"))
		return false;
	*(int *)ret = strcmp(node->text, "nobody") == 0 ? PLAN_ANY
							: find_host(d, node, node->text, 0);
	return *(int *)ret != PLAN_ANY || strcmp(node->text, "nobody") == 0;
}
