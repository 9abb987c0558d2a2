/* SPDX-License-Identifier: MIT
 *
 * counters: a host's SNMP counters (/proc/net/snmp, netstat, snmp6), as text.
 */
#ifndef HALFOPEN_COUNTERS_H
#define HALFOPEN_COUNTERS_H

#include "err.h"
#include "netem.h"
#include "out.h"

/* WHEN: 0 at the start, 1 at the end, as RAW_COUNTERS says. */
int counters_write(struct net *net, int host, uint32_t when, int64_t t_ns, struct out *out,
		   struct err *err);

#endif
