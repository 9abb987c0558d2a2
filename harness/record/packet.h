/* SPDX-License-Identifier: MIT
 *
 * packet: what one captured frame says, header by header. Pure; knows no connections.
 */
#ifndef HALFOPEN_RECORD_PACKET_H
#define HALFOPEN_RECORD_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcp_options.h"

enum packet_protocol { PACKET_OTHER, PACKET_TCP, PACKET_ICMP, PACKET_ICMP6, PACKET_ARP };

struct decoded {
	enum packet_protocol protocol;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	/* By pair.c: what a router made of the destination, which is one of its VIPs or its outer
	 * address; "": it is not known, or nothing. Of an error of ICMP, with the port of what it
	 * quotes. */
	char translated[INET6_ADDRSTRLEN];
	uint16_t translated_port;
	int ip_id; /* IPv4; 0 */
	int ttl;   /* or hop limit */
	int ecn;   /* RFC 3168, 5: 1 ECT(1), 2 ECT(0), 3 CE */
	/* TCP (RFC 9293, RFC 7323) */
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint32_t seq_shift, ack_shift; /* by renumber.c: how much that is more than in the header */
	bool for_proxy;  /* by renumber.c: it goes no further, the server has not answered yet */
	uint8_t flags;   /* TCP_SYN ... */
	uint16_t window; /* as in the header */
	int payload;     /* bytes, from the IP header's length */
	int scale;       /* window scale option; -1: none */
	uint32_t ts_value, ts_echo;        /* 0: no timestamps */
	uint8_t options[TCP_OPTIONS_MOST]; /* all of them, as in the header */
	size_t option_size;
	/* ICMP, ICMPv6 */
	int icmp_type, icmp_code; /* -1 */
	bool quotes;              /* an error, with the beginning of a TCP segment in it */
	char quoted_src[INET6_ADDRSTRLEN], quoted_dst[INET6_ADDRSTRLEN];
	uint16_t quoted_sport, quoted_dport;
	uint32_t quoted_seq;
	/* ARP, or IPv6's neighbour discovery, which looks the same from here */
	bool neighbour_request, neighbour_reply;
};

/* Decodes an Ethernet frame, of which SIZE bytes were kept. What is cut off or unknown is
 * PACKET_OTHER; the rest of *packet is then zero. */
void packet_decode(const uint8_t *frame, size_t size, struct decoded *packet);

/* Two and four bytes in the network's order. */
uint16_t packet_get16(const uint8_t *at);
uint32_t packet_get32(const uint8_t *at);

#endif
