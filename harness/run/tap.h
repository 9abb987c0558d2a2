/* SPDX-License-Identifier: MIT
 *
 * tap: a packet socket that sees all that passes the interfaces of one namespace.
 *
 * The kernel hands a frame to the tap before its own protocols get it when it comes in, and
 * when the queueing discipline lets go of it when it goes out (net/core/dev.c). So a frame
 * that netem delays is seen late at that port, and one that it drops is not seen at all.
 */
#ifndef HALFOPEN_TAP_H
#define HALFOPEN_TAP_H

#include "err.h"
#include "netem.h"
#include "out.h"

/* Opens a tap in NET. Returns the descriptor, or -errno. */
int tap_open(struct net *net, struct err *err);

/* A bell in NET: a packet socket that only those frames make readable after which a socket may be
 * in another state: all but TCP segments without SYN, FIN and RST. bell_drain() silences it, and
 * any other socket of which it only matters that something came. */
int bell_open(struct net *net, struct err *err);
/* EVERY: whatever comes in rings as well, for who waits for an ACK; or as before. */
int bell_set(int fd, bool every, struct err *err);
/* What the namespace sends itself never rings: its programs tell what they do. */
int bell_ignore_own(int fd, struct err *err);
void bell_drain(int fd);

/* Which interface of which host an index is; fills in *packet's host and tap. False: not
 * of interest (lo, the bridge itself). */
typedef bool tap_interface_fn(const void *arg, int index, struct raw_packet *packet);

/* Writes all frames that wait in FD to OUT. Returns how many, or -errno. */
int tap_drain(int fd, int64_t real_minus_run_ns, tap_interface_fn *interface, const void *arg,
	      struct out *out);

/* How many frames the tap lost for want of room, since the last call. */
uint32_t tap_missed(int fd);

#endif
