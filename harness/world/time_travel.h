/* SPDX-License-Identifier: MIT
 *
 * time_travel: one guest's clock: our side of the socket of `time-travel=ext:ID:PATH`
 * (include/uapi/linux/um_timetravel.h, arch/um/kernel/time.c). All times here are that guest's
 * own, from 0 at its START; where its 0 lies is its owner's to know.
 *
 * Each guest has a page of shared memory to itself. From 6.11 on it tells its wishes there, reads
 * how far it may go there, and says WAIT without an answer. An older one ignores the page and says
 * everything in messages: those want an ACK, and what we tell it (FREE_UNTIL) it must have
 * acknowledged before it is told anything else: time_travel_is_told().
 *
 *     time_travel_accept() ... has_started -> time_travel_start() -> it runs
 *     is_waiting: wants_ns -> time_travel_run() -> it runs
 *     is_waiting: time_travel_stand_at(), an interrupt by one of its devices, time_travel_wish()
 *
 * A guest may not wish for a time that is past, nor claim one that it was not allowed: -EPROTO.
 */
#ifndef HALFOPEN_TIME_TRAVEL_H
#define HALFOPEN_TIME_TRAVEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

#define TIME_NEVER INT64_MAX

struct time_travel {
	int listener, fd; /* fd: -1 while nobody is connected */
	int page_fd;
	struct time_travel_page *page;
	pid_t peer; /* whose connection it is */

	bool has_started; /* START has come, and no answer went */
	bool is_shared;   /* it uses the page */
	bool is_waiting;  /* else it computes */
	bool has_ended;   /* it has closed its end */

	int64_t now_ns;   /* as of its last word */
	int64_t limit_ns; /* it may go on by itself before this */
	int64_t wants_ns; /* while it waits */
	int64_t wall_ns;  /* time of day at its 0 */

	uint32_t start_sequence, told_sequence, next_sequence;
	bool is_telling; /* FREE_UNTIL is not acknowledged yet */
	uint8_t message[16];
	unsigned have; /* bytes of `message` */
	uint64_t messages, waits;
};

/* Fields that own nothing. */
void time_travel_init(struct time_travel *time);
void time_travel_done(struct time_travel *time);
int time_travel_listen(struct time_travel *time, const char *path, struct err *err);
/* Takes a new connection, in the place of one that there may be: a new life, at time 0. 1; 0:
 * nobody connects. */
int time_travel_accept(struct time_travel *time, struct err *err);
/* Of a connected socket that is there already; it is taken over. */
int time_travel_connect(struct time_travel *time, int fd, struct err *err);
void time_travel_disconnect(struct time_travel *time);

/* Reads and answers what the guest has said, up to the next thing that its owner must know. */
int time_travel_serve(struct time_travel *time, struct err *err);

int time_travel_start(struct time_travel *time, int64_t limit_ns, struct err *err);
/* While it runs, or just before. Never before its time. */
int time_travel_limit(struct time_travel *time, int64_t limit_ns, struct err *err);
static inline bool time_travel_is_told(const struct time_travel *time)
{
	return !time->is_telling;
}
/* It waits: from now on it runs, at its wish, which must be NOW_NS. */
int time_travel_run(struct time_travel *time, int64_t now_ns, int64_t limit_ns, struct err *err);
/* It waits, and one of its devices interrupts it at NOW_NS. */
void time_travel_stand_at(struct time_travel *time, int64_t now_ns);
/* It has been interrupted: what it wants now. */
int time_travel_wish(struct time_travel *time, struct err *err);
/* It runs and has just kicked: brings now_ns up to date. */
int time_travel_look(struct time_travel *time, struct err *err);

#endif
