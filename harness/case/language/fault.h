/* SPDX-License-Identifier: MIT
 *
 * fault: what one item of a timeline is decoded to, before it is one fault or two.
 */
#ifndef HALFOPEN_CASE_FAULT_H
#define HALFOPEN_CASE_FAULT_H

#include "plan.h"

struct fault_args {
	struct plan_fault fault;
	bool both_ways; /* from `from` to any, and from any to it */
};

#endif
