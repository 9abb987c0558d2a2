/* SPDX-License-Identifier: MIT
 *
 * tracked: the connections of TCP that the router knows, by conntrack or IPVS, and what that
 * counts.
 */
#ifndef HALFOPEN_TRACKED_H
#define HALFOPEN_TRACKED_H

#include "err.h"
#include "netem.h"
#include "out.h"
#include "plan.h"

/* RAW_TRACKED for each, then RAW_SAMPLED. A kernel that cannot tell tells nothing, unless an
 * expectation of PLAN asks. */
int tracked_write(struct net *router, const struct plan *plan, int64_t t_ns, struct out *out,
		  struct err *err);
/* RAW_COUNTERS, as WHEN of counters_write(). The same. */
int tracked_counters_write(struct net *router, const struct plan *plan, uint32_t when, int64_t t_ns,
			   struct out *out, struct err *err);

#endif
