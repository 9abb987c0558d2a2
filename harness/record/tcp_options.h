/* SPDX-License-Identifier: MIT
 *
 * tcp_options: what stands in a TCP header behind its 20 bytes (RFC 9293, 3.2).
 */
#ifndef HALFOPEN_TCP_OPTIONS_H
#define HALFOPEN_TCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define TCP_OPTIONS_MOST 40 /* bytes: a header has at most 60 */

/* IANA, "TCP Option Kind Numbers" */
enum tcp_option_kind {
	TCP_OPTION_END,
	TCP_OPTION_NOP,
	TCP_OPTION_MSS,
	TCP_OPTION_SCALE,
	TCP_OPTION_SACK_PERMITTED,
	TCP_OPTION_SACK,
	TCP_OPTION_TIMESTAMPS = 8
};

struct tcp_option {
	int kind;
	const uint8_t *value; /* behind kind and length */
	size_t size;          /* of that */
};

/* Takes the next one off the *LEFT bytes at *AT, padding passed over. False: there is no more, or
 * what is there is none. */
bool tcp_option_next(const uint8_t **at, size_t *left, struct tcp_option *ret_option);

/* "MSS 1460, SACK permitted, window scale 7", "SACK 101-201"; not the timestamps, which are another
 * in each segment. The blocks of a SACK are relative to ISN, if that is NUMBERED, else left out:
 * they are random then. */
void tcp_options_say(struct text *text, const uint8_t *at, size_t size, bool numbered,
		     uint32_t isn);

#endif
