/* SPDX-License-Identifier: MIT
 *
 * Who has which of a plan's addresses when, and how they are written.
 */
#ifndef HALFOPEN_PLAN_ADDRESSES_H
#define HALFOPEN_PLAN_ADDRESSES_H

#include "plan.h"

/* Whether the plan's ADDRESS is one that the router translates; whether there is one. */
bool plan_is_vip(const struct plan *plan, int address);
bool plan_has_vip(const struct plan *plan);
/* The backends of its port number VIP_PORT, in RET, when DONE_COUNT faults of the plan are done, of
 * which DONE has the numbers, in their order; NULL: the first so many. How many backends. What is
 * one already is not added, and what is none not removed. */
int plan_backends(const struct plan *plan, int address, int vip_port, const int *done,
		  int done_count, struct plan_backend ret[BACKENDS_MAX]);

/* Who has the plan's ADDRESS at a moment, as bits: what happens then has happened. */
uint32_t plan_holders(const struct plan *plan, int address, int64_t t_ns);
/* And right before MOVE, one of its faults. */
uint32_t plan_holders_before(const struct plan *plan, const struct plan_fault *move);
/* Which host changes its MAC address with the receiver's: the first that had the address. */
int plan_mac_partner(const struct plan *plan, const struct plan_fault *move);
/* The last byte of each host's MAC address then, from 1: its number, unless MACs moved as well. */
void plan_macs(const struct plan *plan, int64_t t_ns, int ret_mac[HOSTS_MAX]);
/* Whether there are addresses that a host must ask for: what knows them by heart knows not those
 * that move. */
bool plan_resolves(const struct plan *plan);
/* The text of the plan's ADDRESS, in the plan's IP version; and the other way, -1: it is none. */
const char *plan_address_text(const struct plan *plan, int address);
int plan_address_of_text(const struct plan *plan, const char *text);
/* The same of HOST's own address, of the router's on HOST's subnet, and how long the prefix of all
 * of them is. */
const char *plan_host_address(const struct plan *plan, int host);
const char *plan_router_address(const struct plan *plan, int host);
int plan_prefix(const struct plan *plan);

#endif
