/* SPDX-License-Identifier: MIT
 *
 * frame: what of a packet rules ask for, and the answers of those that reject: an ICMP error (RFC
 * 792, 4443) or a RST (RFC 9293, 3.5.2). Of a frame of any content only what is really there is
 * read.
 */
#ifndef HALFOPEN_FRAME_H
#define HALFOPEN_FRAME_H

#include <stdbool.h>
#include <stdint.h>

struct frame_parts {
	int ip_version;      /* 4, 6; 0: something else */
	uint32_t ip_at;      /* in the frame */
	uint32_t ip_length;  /* as its header has it */
	uint8_t ecn;         /* of that (RFC 3168, 5) */
	uint8_t protocol;    /* behind IPv6's extension headers */
	bool later_fragment; /* its protocol's header is in another one */
	uint32_t tcp_at;     /* 0: there is no TCP header, or not all of it */
	uint8_t tcp_flags;
	uint16_t tcp_from, tcp_to; /* ports */
	uint32_t tcp_length;       /* bytes of payload */
	int tcp_mss, tcp_scale;    /* of its options; -1: it has none */
};

struct frame_parts frame_parse(const uint8_t *frame, uint32_t size);

struct frame_strip {
	uint64_t options;  /* TCP's, 1 << kind: NOPs stand in their places */
	bool ecn;          /* the IP header's field is 0, not ECT */
	bool ecn_flags;    /* no ECE and CWR in a SYN */
	uint16_t most_mss; /* a larger one in a SYN is lowered; 0: none is */
};
/* Takes that out of the TCP segment FRAME. Returns which of it was there. */
struct frame_strip frame_strip(uint8_t *frame, uint32_t size, const struct frame_parts *parts,
			       const struct frame_strip *what);

#define FRAME_ANSWER_MOST 1300 /* RFC 4443, 2.4 (c): within IPv6's least MTU, 1280 */

/* The answer to FRAME, from its destination to its source, into ANSWER; how many bytes. 0: there is
 * none to such a packet (an ICMP error, a RST, a fragment, one for all; or TCP is asked for and it
 * is not). TYPE: of ICMP or ICMPv6; -1: RST. */
uint32_t frame_reject(const uint8_t *frame, uint32_t size, int type, int code,
		      uint8_t answer[FRAME_ANSWER_MOST]);

#endif
