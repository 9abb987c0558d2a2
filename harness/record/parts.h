/* SPDX-License-Identifier: MIT
 *
 * parts: the steps of record_collect(), in the order in which it takes them.
 */
#ifndef HALFOPEN_RECORD_PARTS_H
#define HALFOPEN_RECORD_PARTS_H

#include "packet.h"
#include "pool.h"
#include "record.h"

/* sockets.c: a struct raw_socket and the tcp_info behind it, SIZE bytes in all. */
void socket_decode(struct pool *pool, const uint8_t *payload, size_t size,
		   struct record_socket *socket);

/* conntrack.c: an entry of the router's; and all of them by time and who, since the kernel lists
 * them in the order of a hash that is random in each boot. */
struct raw_tracked;
void conntrack_decode(struct pool *pool, const struct raw_tracked *raw,
		      struct record_conntrack *conntrack);
void conntrack_sort(struct record *record);

/* calls.c: what is to be said of a call beside its name and what it returned. */
struct raw_call;
char *call_detail(struct pool *pool, const struct plan *plan, const struct raw_call *raw);

/* jsonl.c: the name of a member whose number is further from 0 than a record's may be
 * (members.h); NULL: there is none. */
const char *record_beyond(const struct record *record);

/* counters.c: adds one host's counters as the kernel prints them (/proc/net/snmp, netstat,
 * snmp6). AFTER: they are of the end, not of the start. */
void counters_parse(struct pool *pool, struct record *record, int host, bool after,
		    const char *text, size_t size);
/* Drops the counters that did not move, but for those that PLAN asks for: one that is
 * not there then is one that the kernel does not have. */
void counters_settle(struct pool *pool, struct record *record, const struct plan *plan);

/* order.c: record->frame by time, those of one moment by hop; with the order that they had. */
void sort_frames(struct record *record);
/* And those of one moment as they happened, once it is known of which packet each is. In virtual
 * time a segment comes and its answer goes at the same moment: by hop, the answer would stand
 * first in the capture. */
void order_moments(struct pool *pool, struct record *record);

/* pair.c: whose address this is: a place (place.h); and then, of one that moves. */
int place_of_address(const struct plan *plan, const char *address);
int place_then(const struct plan *plan, const char *address, int64_t t_ns);

struct loss { /* why the packet of that number did not arrive, or what it lost on its way */
	uint32_t number;
	int host; /* where not; -1: nowhere */
	bool arrives;
	char *why;
};

/* From record->frame (sorted) to record->packet: which sightings are one packet. The
 * k-th element of the returned array, in the pool, is what packet k says. */
struct decoded *pair_sightings(struct pool *pool, struct record *record, const struct plan *plan,
			       const struct loss *loss, int loss_count);

/* renumber.c: what of a connection through a SYN proxy has the server's numbers, as FRAME shows it,
 * gets the client's. Of frames in their order. */
struct renumbering {
	struct pool *pool;
	struct numbering *numbering;
	int numbering_count;
};
void renumber(struct renumbering *renumbering, const struct plan *plan,
	      const struct record_frame *frame, struct decoded *packet);

/* pcapng.c: in which frame of which capture each packet is. The frames are in their order. */
void number_frames(struct record *record, const struct plan *plan);

/* track.c: what each packet is: kinds, attempt, relative numbers, note,
 * connection, options. */
void track_connections(struct pool *pool, struct record *record, const struct plan *plan,
		       const struct decoded *packets);

#endif
