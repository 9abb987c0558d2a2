/* SPDX-License-Identifier: MIT
 *
 * loop: how the conductor waits: for what happens to hosts, programs and the wire, and for the time
 * of what comes next; takes what there is; and looks at the sockets of the hosts that it happened
 * to. What is done about it is the conductor's.
 */
#ifndef HALFOPEN_LOOP_H
#define HALFOPEN_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "stage.h"

/* What is waited for. */
enum {
	WAIT_TIMER,
	WAIT_SIGNAL,
	WAIT_WATCH,
	WAIT_BELL,
	WAIT_WIRE,
	WAIT_ROUTER,
	WAIT_ORDERS,
	WAIT_TAPS,
	WAIT_SOCKETS = WAIT_TAPS + HOSTS_MAX,
	WAIT_PROGRAMS = WAIT_SOCKETS + HOSTS_MAX,
	WAIT_CALLS = WAIT_PROGRAMS + PROGRAMS_MAX,
	WAIT_LISTENERS = WAIT_CALLS + PROGRAMS_MAX,
	WAIT_COUNT = WAIT_LISTENERS + PROGRAMS_MAX
};

/* In a User-Mode Linux each system call is two switches of processes, and so is the reading of a
 * clock. So only what is ready is read, and only a host is looked at to which something happened;
 * the time is that of the last look, since in virtual time nothing that we do takes any. */
struct loop {
	struct stage stage;
	int timer_fd, signal_fd;
	struct pollfd waits[WAIT_COUNT];
	bool resting;                     /* taps were not waited for */
	bool every_rings;                 /* the wire's bell, of a host alone */
	int64_t now_ns;                   /* at the last look */
	int64_t armed_ns;                 /* what the timer is set to; 0: to nothing */
	int64_t end_ns;                   /* -1: not known yet */
	int64_t due_ns[HOSTS_MAX];        /* when a socket may go by itself; -1: none */
	int64_t rest_ns, rested_until_ns; /* how long taps are left alone, and until when now */
	int64_t tick_ns;
};

/* Until something happens, or something is to be done: the agenda, the end, or a look. */
int loop_await(struct loop *loop, struct err *err);

/* Takes what loop_await() found. */
int loop_take(struct loop *loop, struct err *err);

/* At all sockets. SAMPLE: and writes down each of them. */
int loop_look(struct loop *loop, bool sample, struct err *err);

#endif
