/* SPDX-License-Identifier: MIT
 *
 * conntrack_words: the states of a connection as a router tracks it, and what that counts.
 */
#ifndef HALFOPEN_CONNTRACK_WORDS_H
#define HALFOPEN_CONNTRACK_WORDS_H

#include "word.h"

/* linux/netfilter/nf_conntrack_tcp.h: TCP_CONNTRACK_SYN_SENT is 1; 0 is ours: no such entry. */
#define CONNTRACK_STATES 10
const char *conntrack_state_name(int state);
extern const struct word conntrack_state_words[]; /* 1 << TCP_CONNTRACK_SYN_SENT ...; none: 1 */

/* "conntrack_invalid": CTA_STATS_INVALID of linux/netfilter/nfnetlink_conntrack.h. */
#define CONNTRACK_COUNTER "conntrack_"
extern const struct word conntrack_counter_words[];

/* "ipvs_conns": by its place in /proc/net/ip_vs_stats, from 0. */
#define IPVS_COUNTERS 5
extern const struct word ipvs_counter_words[];

#endif
