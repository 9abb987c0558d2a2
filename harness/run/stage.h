/* SPDX-License-Identifier: MIT
 *
 * stage: what the conductor and the faults work on: the network, the programs, the
 * observers, and the agenda of what comes when.
 */
#ifndef HALFOPEN_STAGE_H
#define HALFOPEN_STAGE_H

#include "bounds.h"
#include "conductor.h"
#include "program.h"
#include "sockets.h"
#include "topology.h"

/* At one moment, in this order: look, then act. */
enum agenda_what {
	AGENDA_SAMPLE,
	AGENDA_LAST_LOOK,
	AGENDA_FAULT,
	AGENDA_FAULT_GOES_ON,
	AGENDA_START,
	AGENDA_INPUT,
	AGENDA_END
};

struct agenda_entry {
	int64_t at_ns;
	enum agenda_what what;
	int index; /* of the fault or the program */
};

struct stage_filter { /* what heals */
	struct net *net;
	int id;
	int from, to;
};

struct stage {
	const struct plan *plan;
	const struct conduct_options *options;
	struct out *out;
	struct topology topology;
	int64_t real_ns; /* CLOCK_REALTIME at the run's zero */
	int64_t late_ns; /* this kernel's clock, since it was suspended */

	struct program program[PROGRAMS_MAX];
	bool waiting[PROGRAMS_MAX];                   /* for what another is to have done */
	uint32_t ready;                               /* of the plan's list, what is so */
	const struct plan_fault *boots_by[HOSTS_MAX]; /* it is to come up again by that; or NULL */
	uint32_t closing;                       /* 1 << host: it shuts down, and starts nothing */
	struct container *container[HOSTS_MAX]; /* NULL: nobody would notice */
	struct container_own own;               /* where each host is a kernel of its own */
	struct restriction *restriction;
	struct sockets *sockets[HOSTS_MAX];
	int tap[HOSTS_MAX]; /* -1: none */
	int wire_tap, router_tap;
	int wire_bell;
	int watch_fd; /* an epoll of the peers' connections: one of them ended */
	uint32_t missed;
	bool is_off; /* this kernel is one host's, and that has no power any more */

	int64_t fault_ns[2 * FAULTS_MAX]; /* when each is done; -1: that is not known yet */
	struct agenda_entry *agenda;      /* by at_ns, what */
	int agenda_count;
	struct stage_filter *filter;
	int filter_count;
};

enum { STAGE_WIRE = -1, STAGE_ROUTER = -2 }; /* taps that are no host's */

/* Is the host, or the router (the plan's host_count), of this kernel? */
bool stage_has(const struct stage *stage, int host);

/* The run's clock, by which the agenda goes. What is told has this kernel's own time (out_now()).
 */
static inline int64_t stage_now(const struct stage *stage)
{
	return out_now(stage->out) + stage->late_ns;
}

void agenda_add(struct stage *stage, int64_t at_ns, enum agenda_what what, int index);

/* Whether this kernel is, or has, a router that knows connections, by conntrack or IPVS. */
bool stage_tracks(const struct stage *stage);

/* Opens the host's tap and sock_diag, writes RAW_HOST and the counters. */
int stage_watch(struct stage *stage, int host, struct err *err);
/* The counters, then closes them; what the host had is gone. */
int stage_unwatch(struct stage *stage, int host, struct err *err);
/* What the router knows of connections, if it does. */
int stage_tell_tracked(struct stage *stage, int64_t t_ns, struct err *err);
/* What all have counted, to the end of a boot or of the run. */
int stage_count(struct stage *stage, int64_t t_ns, struct err *err);
/* That and what the router knows, before this kernel is ended. */
int stage_look_last(struct stage *stage, struct err *err);
/* The same of the router: what it knows of connections, and counted, is told first. */
int stage_watch_router(struct stage *stage, struct err *err);
int stage_unwatch_router(struct stage *stage, struct err *err);
/* Reads the host's tap, or STAGE_WIRE's or STAGE_ROUTER's; or all that are open: how many frames
 * there were, or -errno. */
int stage_drain_tap(struct stage *stage, int tap, struct err *err);
int stage_drain_taps(struct stage *stage, struct err *err);
/* Starts the program, or has it wait for what is to be so before. */
int stage_start(struct stage *stage, int program, struct err *err);
/* Is a command to run on the host, or on any (PLAN_ANY)? */
bool stage_has_command(const struct stage *stage, int host);
/* Makes what the host's programs find there when it has power: a container, if one is a command. */
int stage_power_on(struct stage *stage, int host, struct err *err);
/* Kills the host's programs, and all that they have started, and waits until they are gone. */
void stage_kill(struct stage *stage, int host);
/* Takes what the program tells, and what by that is so now. */
void stage_drain_program(struct stage *stage, int program);
/* Which of the plan's list are so, as bits. */
uint32_t stage_is_so(const struct stage *stage);
/* A child of ours ended, as waitpid() says. */
void stage_reaped(struct stage *stage, int pid, int status);

/* fault.c: Is it this kernel that does it? */
bool fault_is_here(const struct stage *stage, int fault);
/* Whether it ends this kernel, without asking it. */
bool fault_ends_kernel(const struct stage *stage, int fault);
/* Does the fault; what it leaves for later it puts on the agenda. */
int fault_begin(struct stage *stage, int fault, struct err *err);
int fault_go_on(struct stage *stage, int fault, struct err *err);

#endif
