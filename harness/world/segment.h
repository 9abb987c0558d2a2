/* SPDX-License-Identifier: MIT
 *
 * segment: which cards a frame goes to. A cable hands everything to its other end. A switch learns
 * behind which of its ports an address is from what comes from there, sends what is for it only
 * there, and what is for all, for many or for an address that it does not know to all others.
 */
#ifndef HALFOPEN_SEGMENT_H
#define HALFOPEN_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#define SEGMENT_CARDS   16
#define SEGMENT_LEARNED 64 /* the oldest is forgotten */

struct segment {
	bool is_cable;
	int card[SEGMENT_CARDS];
	int card_count;
	struct {
		uint8_t mac[6];
		int card;
	} learned[SEGMENT_LEARNED];
	int learned_count;
};

/* False: there is no room. The switch knows MAC from the start. */
bool segment_add(struct segment *segment, int card, const uint8_t mac[6]);
/* CARD has no carrier any more: what the switch had learned there is out of date (802.1D; the
 * kernel's bridge, br_fdb_delete_by_port()). */
void segment_forget(struct segment *segment, int card);
/* FRAME comes from FROM: to whom it goes; how many. */
int segment_route(struct segment *segment, int from, const uint8_t *frame,
		  int ret_to[SEGMENT_CARDS]);
/* Of a cable: the card at the other end; -1: none. */
int segment_far_end(const struct segment *segment, int card);

#endif
