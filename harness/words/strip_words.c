/* SPDX-License-Identifier: MIT */
#include "strip_words.h"

#include <stddef.h>

const struct word strip_words[] = {
	{"mss", STRIP_MSS, "the receiver takes 536 bytes, in IPv6 1220 (RFC 9293, 3.7.1)"},
	{"window-scale", STRIP_WINDOW_SCALE, "no window is larger than 64 KiB (RFC 7323, 2.2)"},
	{"sack", STRIP_SACK, "permitted and blocks"},
	{"timestamps", STRIP_TIMESTAMPS, NULL},
	{"fast-open", STRIP_FAST_OPEN, NULL},
	{"mptcp", STRIP_MPTCP, "it is plain TCP (RFC 8684, 3.7)"},
	{"ecn", STRIP_ECN, "the field of the IP header: also who said that it can is not marked"},
	{"ecn-flags", STRIP_ECN_FLAGS,
	 "ECE and CWR of a SYN, and ECE of its answer: ECN is not agreed on"},
	{NULL, 0, NULL},
};

/* IANA, "TCP Parameters". */
int strip_of_option(int kind)
{
	switch (kind) {
	case 2:
		return STRIP_MSS;
	case 3:
		return STRIP_WINDOW_SCALE;
	case 4:
	case 5:
		return STRIP_SACK;
	case 8:
		return STRIP_TIMESTAMPS;
	case 30:
		return STRIP_MPTCP;
	case 34:
		return STRIP_FAST_OPEN;
	default:
		return 0;
	}
}
