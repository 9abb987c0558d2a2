/* SPDX-License-Identifier: MIT */
#include "packet_words.h"

#include <stddef.h>

/* By kind. */
const struct word packet_kind_words[] = {
	{"syn", 1 << KIND_SYN, NULL},
	{"syn-ack", 1 << KIND_SYN_ACK, NULL},
	{"ack", 1 << KIND_ACK, "no data, SYN, FIN or RST, and no probe"},
	{"data", 1 << KIND_DATA, "a segment with payload, retransmitted or not"},
	{"fin", 1 << KIND_FIN, "a segment with the flag, retransmitted or not"},
	{"rst", 1 << KIND_RST, NULL},
	{"retransmission", 1 << KIND_RETRANSMISSION, NULL},
	{"keepalive-probe", 1 << KIND_KEEPALIVE_PROBE, NULL},
	{"keepalive-ack", 1 << KIND_KEEPALIVE_ACK, NULL},
	{"window-probe", 1 << KIND_WINDOW_PROBE, NULL},
	{"zero-window", 1 << KIND_ZERO_WINDOW, NULL},
	{"duplicate-ack", 1 << KIND_DUPLICATE_ACK, NULL},
	{"tcp", 1 << KIND_TCP, "any TCP segment"},
	{"icmp", 1 << KIND_ICMP, NULL},
	{"arp-request", 1 << KIND_ARP_REQUEST, "or IPv6's neighbour solicitation"},
	{"arp-reply", 1 << KIND_ARP_REPLY, "or IPv6's neighbour advertisement"},
	{"other", 1 << KIND_OTHER, "background: MLD, router solicitations"},
	{NULL, 0, NULL},
};

const char *packet_kind_name(enum packet_kind kind)
{
	return kind >= 0 && kind < KIND_COUNT ? packet_kind_words[kind].name : "?";
}
