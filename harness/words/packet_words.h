/* SPDX-License-Identifier: MIT
 *
 * packet_words: what a packet is called for what it does.
 */
#ifndef HALFOPEN_PACKET_WORDS_H
#define HALFOPEN_PACKET_WORDS_H

#include <assert.h>

#include "word.h"

/* What a packet is: one packet may be several of these at once. */
enum packet_kind {
	KIND_SYN,
	KIND_SYN_ACK,
	KIND_ACK,
	KIND_DATA,
	KIND_FIN,
	KIND_RST,
	KIND_RETRANSMISSION,
	KIND_KEEPALIVE_PROBE,
	KIND_KEEPALIVE_ACK,
	KIND_WINDOW_PROBE,
	KIND_ZERO_WINDOW,
	KIND_DUPLICATE_ACK,
	KIND_TCP,
	KIND_ICMP,
	KIND_ARP_REQUEST,
	KIND_ARP_REPLY,
	KIND_OTHER,
	KIND_COUNT
};
/* ARP_REQUEST and ARP_REPLY also stand for IPv6's neighbour solicitation and advertisement.
 * OTHER is background (MLD, router solicitations): no expectation counts it unless asked.
 * ACK: a segment with no data, SYN, FIN or RST that is no probe. */

static_assert(KIND_COUNT <= 32, "sets of them are bits of a uint32_t");
#define KINDS_BUT_BACKGROUND (((1u << KIND_COUNT) - 1) & ~(1u << KIND_OTHER))

const char *packet_kind_name(enum packet_kind kind);
extern const struct word packet_kind_words[]; /* 1 << KIND_SYN ... */

#endif
