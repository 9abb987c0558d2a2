/* SPDX-License-Identifier: MIT
 *
 * settings: the sysctls of one machine of a plan, set in its network namespace.
 */
#ifndef HALFOPEN_RUN_SETTINGS_H
#define HALFOPEN_RUN_SETTINGS_H

#include "condition.h"
#include "netem.h"
#include "plan.h"

/* Sets those of MACHINE, a host or the router, that are meant for a kernel of FACTS. */
int settings_make(const struct kernel_facts *facts, struct net *net,
		  const struct plan_host *machine, struct err *err);

#endif
