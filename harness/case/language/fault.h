/* SPDX-License-Identifier: MIT
 *
 * fault: what one item of a timeline is decoded to, before it is one fault or two.
 */
#ifndef HALFOPEN_CASE_FAULT_H
#define HALFOPEN_CASE_FAULT_H

#include "field.h"
#include "plan.h"

struct fault_args {
	struct plan_fault fault;
	bool both_ways; /* from `from` to any, and from any to it */
};

/* fault_address.c: values of fields; wrong ones are reported. To an int: an address that moves, and
 * a host that has it then, or PLAN_ANY for nobody. */
bool decode_address(struct decoder *d, const struct node *node, void *ret);
bool decode_new_holder(struct decoder *d, const struct node *node, void *ret);
/* To a struct plan_fault: "web", or "web:80". */
bool decode_vip_port(struct decoder *d, const struct node *node, void *ret);
/* To nothing, until the VIP's port is known, which is the backend's own if it does not say another.
 */
bool decode_backend_later(struct decoder *d, const struct node *node, void *ret);

#endif
