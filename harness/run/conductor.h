/* SPDX-License-Identifier: MIT
 *
 * conductor: makes a plan happen and writes down all that is seen: one process, one loop.
 *
 * It builds the topology, opens a tap in every namespace and a sock_diag socket on every
 * host, starts the run's clock and the programs, and then waits for whatever comes first: a
 * frame at a tap, a report of a program, a destroyed socket, a dead child, or the next
 * moment of its agenda (a fault, a sample, the end). After each it looks at the sockets of
 * all hosts. It never polls: in virtual time there is no spare time to poll in.
 *
 * On a host that has a kernel of its own it does the same for that host alone. What it cannot do or
 * know there comes from outside, as orders (raw.h): that a program of another host listens, and
 * when the run ends. Frames leave before it waits, so that they are heard of at their time.
 */
#ifndef HALFOPEN_CONDUCTOR_H
#define HALFOPEN_CONDUCTOR_H

#include <stdbool.h>

#include "err.h"
#include "out.h"
#include "plan.h"

/* Where each host is a kernel of its own, outside of which are its cables and the other hosts. */
struct conduct_host {
	int host;              /* which one this kernel is; the plan's host_count: the router */
	int orders;            /* where struct raw_order come from */
	int64_t zero_ns;       /* this kernel's CLOCK_MONOTONIC at the run's zero; < 0: long ago */
	int incarnation;       /* 0; 1 after a reboot ... */
	bool start;            /* what ran before the reboot */
	uint32_t carriers;     /* bit n: host n's cable has a carrier at this kernel's end */
	const char *files;     /* of what its root is made, if commands run there (files.h) */
	const int32_t *starts; /* of each program, so far */
};

struct conduct_options {
	const char *helpers; /* the folder with halfopen-peer and halfopen-nft */
	const char *shown;   /* a folder of the machine's that commands may read; "": none */
	bool virtual_clock;
	const struct conduct_host *alone; /* NULL: all hosts are namespaces of this kernel */
};

/* Runs the plan. What goes wrong is written to OUT as RAW_SKIP or RAW_ERROR; the last frame
 * is RAW_END in any case. */
void conduct(const struct plan *plan, const struct conduct_options *options, struct out *out);

#endif
