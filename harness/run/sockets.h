/* SPDX-License-Identifier: MIT
 *
 * sockets: the TCP sockets of one host, through sock_diag (net/ipv4/inet_diag.c).
 *
 * A look is one dump of all of them. It is taken whenever something happened, and what
 * changed its state since the last look is written down. What ends by itself, without a
 * packet or a call (TIME_WAIT, a request that was never answered), has a timer that the dump
 * tells: sockets_due_ns() says when to look again. When a scripted peer's connection ends, the
 * conductor hears of it (peer.h, PEER_WATCH); that of another program is due as well while the
 * timer of its retransmissions runs.
 */
#ifndef HALFOPEN_SOCKETS_H
#define HALFOPEN_SOCKETS_H

#include "err.h"
#include "netem.h"
#include "out.h"

struct sockets; /* opaque */

/* FAMILY: whose sockets (an IPv4 run has no IPv6 sockets). COMMANDS: some may be those of programs
 * that are no peers. -errno on failure. */
int sockets_open(struct net *net, int host, int family, bool commands, struct sockets **ret_sockets,
		 struct err *err);
void sockets_free(struct sockets *sockets);

/* Readable when a socket was destroyed (SKNLGRP_INET_TCP_DESTROY). */
int sockets_fd(const struct sockets *sockets);
void sockets_drain(struct sockets *sockets);

/* Looks; writes RAW_SOCKET for each that appeared, changed or went. SAMPLE: and RAW_SAMPLE
 * for every one, then RAW_SAMPLED. */
int sockets_look(struct sockets *sockets, int64_t t_ns, bool sample, struct out *out,
		 struct err *err);

/* The host lost its power: what there was is gone. */
void sockets_forget(struct sockets *sockets, int64_t t_ns, struct out *out);

/* Whether, as last seen, none is in a state that a segment without SYN, FIN and RST can end. */
bool sockets_are_settled(const struct sockets *sockets);

/* When a socket may next go by itself: nanoseconds after the last look, or -1. */
int64_t sockets_due_ns(const struct sockets *sockets);

#endif
