/* SPDX-License-Identifier: MIT
 *
 * conductor: makes a plan happen and writes down all that is seen: one process, one loop.
 *
 * It builds the topology, opens a tap in every namespace and a sock_diag socket on every
 * host, starts the run's clock and the programs, and then waits for whatever comes first: a
 * frame at a tap, a report of a program, a destroyed socket, a dead child, or the next
 * moment of its agenda (a fault, a sample, the end). After each it looks at the sockets of
 * all hosts. It never polls: in virtual time there is no spare time to poll in.
 */
#ifndef HALFOPEN_CONDUCTOR_H
#define HALFOPEN_CONDUCTOR_H

#include <stdbool.h>

#include "err.h"
#include "out.h"
#include "plan.h"

struct conduct_options {
	const char *helpers; /* the folder with halfopen-peer and halfopen-nft */
	const char *root;    /* where commands find their root directory; or NULL */
	bool virtual_clock;
};

/* Runs the plan. What goes wrong is written to OUT as RAW_SKIP or RAW_ERROR; the last frame
 * is RAW_END in any case. */
void conduct(const struct plan *plan, const struct conduct_options *options, struct out *out);

#endif
