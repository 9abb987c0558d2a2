/* SPDX-License-Identifier: MIT
 *
 * `addresses:` of a case: those that are no host's own, as VRRP's virtual address, or one that a
 * cloud assigns; a host or a program cannot have the same name.
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

void decode_addresses(struct decoder *d)
{
	const struct node *map = node_get(d->root, "addresses");
	struct plan *plan = d->plan;

	if (!map || !want_map(d, map, "a mapping of names to hosts"))
		return;
	if (plan->network == NETWORK_ROUTER)
		diag_help(d->diags,
			  diag_error(d->diags, map->key->span,
				     "an address cannot move where each host has its own subnet"),
			  "the case needs network: switch");
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
		decode_holder(d, value, address);
	}
}
