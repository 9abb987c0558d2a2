/* SPDX-License-Identifier: MIT
 *
 * parts: the steps of record_collect(), in the order in which it takes them.
 */
#ifndef HALFOPEN_RECORD_PARTS_H
#define HALFOPEN_RECORD_PARTS_H

#include "packet.h"
#include "pool.h"
#include "record.h"

/* counters.c: adds one host's counters as the kernel prints them (/proc/net/snmp, netstat,
 * snmp6). AFTER: they are of the end, not of the start. */
void counters_parse(struct pool *pool, struct record *record, int host, bool after,
		    const char *text, size_t size);
/* Drops the counters that did not move. */
void counters_settle(struct record *record);

/* pair.c: from record->frame (sorted) to record->packet: which sightings are one packet. The
 * k-th element of the returned array, in the pool, is what packet k says. */
struct packet *pair_sightings(struct pool *pool, struct record *record, const struct plan *plan);

/* track.c: what each packet is: kinds, attempt, relative numbers, note. */
void track_connections(struct pool *pool, struct record *record, const struct plan *plan,
		       const struct packet *packets);

#endif
