/* SPDX-License-Identifier: MIT
 *
 * router: what stands between the hosts and forwards, filters, translates and forgets as Linux
 * does: a namespace, or where each host is a kernel of its own, a kernel.
 */
#ifndef HALFOPEN_ROUTER_H
#define HALFOPEN_ROUTER_H

#include "topology.h"

/* The address of the card towards host I, for a declaration. */
#define ROUTER_MAC(i)                                                                              \
	{                                                                                          \
		2, 0, 0, 0, 1, (uint8_t)((i) + 1)                                                  \
	}

/* The far end of its cable towards HOST, in the namespace "wire". Returns PORT. */
const char *router_port_name(char port[IFNAMSIZ], int host);

int router_build(struct topology *topology, struct err *err);
/* This kernel is its own: its cards are there. What it has is in force when this returns. */
int router_build_here(struct topology *topology, uint32_t carriers, struct err *err);
/* The plan's fault of that INDEX, which adds or removes a backend. */
int router_change_backends(struct topology *topology, int index, struct err *err);
/* It goes, with all that it knows; and one like it comes, as it is by the timeline then. */
int router_power_off(struct topology *topology, struct err *err);
int router_power_on(struct topology *topology, int64_t now_ns, struct err *err);
/* Until the CARRIERS (bit n: of the cable towards host n) and addresses are in force. */
int router_wait(struct topology *topology, uint32_t carriers, struct err *err);

#endif
