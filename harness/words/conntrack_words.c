/* SPDX-License-Identifier: MIT */
#include "conntrack_words.h"

#include <assert.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stddef.h>

static_assert(TCP_CONNTRACK_SYN_SENT2 + 1 == CONNTRACK_STATES, "states are the kernel's");

/* By state; named as in /proc/net/nf_conntrack (nf_conntrack_proto_tcp.c, tcp_conntrack_names). */
const struct word conntrack_state_words[] = {
	{"none", 1 << 0, "no such entry"},
	{"SYN_SENT", 1 << TCP_CONNTRACK_SYN_SENT, NULL},
	{"SYN_RECV", 1 << TCP_CONNTRACK_SYN_RECV, NULL},
	{"ESTABLISHED", 1 << TCP_CONNTRACK_ESTABLISHED, NULL},
	{"FIN_WAIT", 1 << TCP_CONNTRACK_FIN_WAIT, NULL},
	{"CLOSE_WAIT", 1 << TCP_CONNTRACK_CLOSE_WAIT, NULL},
	{"LAST_ACK", 1 << TCP_CONNTRACK_LAST_ACK, NULL},
	{"TIME_WAIT", 1 << TCP_CONNTRACK_TIME_WAIT, NULL},
	{"CLOSE", 1 << TCP_CONNTRACK_CLOSE, "after a RST"},
	{"SYN_SENT2", 1 << TCP_CONNTRACK_SYN_SENT2, "both have sent a SYN"},
	{NULL, 0, NULL},
};

const char *conntrack_state_name(int state)
{
	return state >= 0 && state < CONNTRACK_STATES ? conntrack_state_words[state].name : "?";
}

const struct word conntrack_counter_words[] = {
	{CONNTRACK_COUNTER "invalid", CTA_STATS_INVALID, "packets that fit no connection"},
	{CONNTRACK_COUNTER "insert_failed", CTA_STATS_INSERT_FAILED,
	 "entries that another one was in the place of"},
	{CONNTRACK_COUNTER "drop", CTA_STATS_DROP,
	 "packets that tracking dropped itself, as those for which the table had no room"},
	{CONNTRACK_COUNTER "early_drop", CTA_STATS_EARLY_DROP,
	 "entries that went because the table was full"},
	{CONNTRACK_COUNTER "error", CTA_STATS_ERROR, "ICMP that quotes none of its connections"},
	{NULL, 0, NULL},
};

/* As IPVS_STATS_ATTR_CONNS and the four after it are called. */
const struct word ipvs_counter_words[] = {
	{"ipvs_conns", 0, "connections that were given to a backend"},
	{"ipvs_inpkts", 1, "packets of clients that belong to one of these, dropped ones as well"},
	{"ipvs_outpkts", 2, "packets of backends that do"},
	{"ipvs_inbytes", 3, "bytes of the former, with their IP headers"},
	{"ipvs_outbytes", 4, "bytes of the latter"},
	{NULL, 0, NULL},
};
static_assert(sizeof(ipvs_counter_words) / sizeof(*ipvs_counter_words) == IPVS_COUNTERS + 1,
	      "each has its place");
