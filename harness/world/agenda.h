/* SPDX-License-Identifier: MIT
 *
 * agenda: what is to happen, by time; what has the same time, in the order in which it was put
 * there.
 */
#ifndef HALFOPEN_AGENDA_H
#define HALFOPEN_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

#define AGENDA_NEVER INT64_MAX

enum event_kind {
	EVENT_CALL,    /* of world_at() */
	EVENT_DELIVER, /* a packet reaches a card */
	EVENT_ANSWER,  /* a rule's answer sets out */
	EVENT_SENT,    /* a card has sent what it was given */
	EVENT_WAKE,    /* a port has something for its guest */
	EVENT_FINISH,  /* a disk's request is done */
	EVENT_CARRIER, /* a card's driver is to look at its carrier */
};

struct event {
	int64_t t_ns;
	uint64_t number; /* set by agenda_add() */
	enum event_kind kind;
	int device;    /* card or disk */
	uint32_t life; /* of a host: its boot; of a cable: how often it was out */
	int32_t extra; /* a packet's flipped bit */
	bool duplicate;
	void *what, *data; /* packet, request, function and its argument */
};

struct agenda {
	struct event *event; /* a heap */
	int event_count;
	uint64_t number;
};

void agenda_done(struct agenda *agenda);
void agenda_add(struct agenda *agenda, struct event event);
/* When the first one is; AGENDA_NEVER: there is none. */
int64_t agenda_first_ns(const struct agenda *agenda);
/* There is one. It stays there. */
const struct event *agenda_first(const struct agenda *agenda);
struct event agenda_take(struct agenda *agenda);

#endif
