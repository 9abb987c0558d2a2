/* SPDX-License-Identifier: MIT
 *
 * Which addresses there are, and who has one that moves, and a MAC address that moved along, by the
 * timeline.
 */
#include "addresses.h"

#include <string.h>

static bool is_done(const struct plan_fault *fault, int64_t t_ns)
{
	return fault->op == FAULT_MOVE && fault->at_ns <= t_ns;
}

static uint32_t holders_after(const struct plan_fault *fault, uint32_t before)
{
	uint32_t to = fault->to == PLAN_ANY ? 0 : 1u << fault->to;

	return fault->both ? before | to : to;
}

static uint32_t first_holders(const struct plan *plan, int address)
{
	int host = plan->address[address].host;

	return host == PLAN_ANY ? 0 : 1u << host;
}

/* The one of HOLDERS that is not the receiver, or the receiver. */
static int other_of(uint32_t holders, int host)
{
	for (int i = 0; i < HOSTS_MAX; i++)
		if (holders & ~(1u << host) & 1u << i)
			return i;
	return host;
}

uint32_t plan_holders(const struct plan *plan, int address, int64_t t_ns)
{
	uint32_t holders = first_holders(plan, address);

	for (int i = 0; i < plan->fault_count; i++)
		if (is_done(&plan->fault[i], t_ns) && plan->fault[i].address == address)
			holders = holders_after(&plan->fault[i], holders);
	return holders;
}

uint32_t plan_holders_before(const struct plan *plan, const struct plan_fault *move)
{
	uint32_t holders = first_holders(plan, move->address);

	for (const struct plan_fault *fault = plan->fault; fault != move; fault++)
		if (fault->op == FAULT_MOVE && fault->address == move->address)
			holders = holders_after(fault, holders);
	return holders;
}

int plan_mac_partner(const struct plan *plan, const struct plan_fault *move)
{
	return other_of(plan_holders_before(plan, move), move->to);
}

void plan_macs(const struct plan *plan, int64_t t_ns, int ret_mac[HOSTS_MAX])
{
	for (int i = 0; i < HOSTS_MAX; i++)
		ret_mac[i] = i + 1;
	for (int i = 0; i < plan->fault_count; i++) {
		const struct plan_fault *fault = &plan->fault[i];
		int other, mac;

		if (!is_done(fault, t_ns) || !fault->same_mac)
			continue;
		other = plan_mac_partner(plan, fault);
		mac = ret_mac[other];
		ret_mac[other] = ret_mac[fault->to];
		ret_mac[fault->to] = mac;
	}
}

bool plan_resolves(const struct plan *plan)
{
	return plan->neighbours_dynamic || (plan->address_count && !plan_has_vip(plan));
}

bool plan_is_vip(const struct plan *plan, int address)
{
	return plan->address[address].vip_port_count > 0;
}

/* All are, or none: those that move are not behind a router. */
bool plan_has_vip(const struct plan *plan)
{
	return plan->address_count && plan_is_vip(plan, 0);
}

static int backend_find(const struct plan_backend *backends, int count, struct plan_backend which)
{
	int i = 0;

	while (i < count && (backends[i].host != which.host || backends[i].port != which.port))
		i++;
	return i;
}

int plan_backends(const struct plan *plan, int address, int vip_port, const int *done,
		  int done_count, struct plan_backend ret[BACKENDS_MAX])
{
	const struct plan_vip_port *of = &plan->address[address].vip_port[vip_port];
	int count = of->backend_count;

	memcpy(ret, of->backend, sizeof(of->backend));
	for (int i = 0; i < done_count; i++) {
		const struct plan_fault *fault = &plan->fault[done ? done[i] : i];
		int at = backend_find(ret, count, fault->backend);

		if (fault->kind->effect != EFFECT_BACKEND || fault->address != address ||
		    fault->vip_port != vip_port)
			continue;
		if (fault->op == FAULT_REMOVE_BACKEND && at < count)
			memmove(&ret[at], &ret[at + 1], (size_t)(--count - at) * sizeof(*ret));
		else if (fault->op == FAULT_ADD_BACKEND && at == count && count < BACKENDS_MAX)
			ret[count++] = fault->backend;
	}
	return count;
}

const char *plan_address_text(const struct plan *plan, int address)
{
	return plan->ip_version == 6 ? plan->address[address].address6
				     : plan->address[address].address4;
}

int plan_address_of_text(const struct plan *plan, const char *text)
{
	for (int i = 0; i < plan->address_count; i++)
		if (strcmp(plan_address_text(plan, i), text) == 0)
			return i;
	return -1;
}

const char *plan_host_address(const struct plan *plan, int host)
{
	return plan->ip_version == 6 ? plan->host[host].address6 : plan->host[host].address4;
}

const char *plan_router_address(const struct plan *plan, int host)
{
	return plan->ip_version == 6 ? plan->host[host].router6 : plan->host[host].router4;
}

int plan_prefix(const struct plan *plan)
{
	return plan->ip_version == 6 ? 64 : 24;
}
