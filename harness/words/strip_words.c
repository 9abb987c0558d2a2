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

uint64_t strip_options(int strip)
{
	static const struct {
		int strip, kind; /* IANA, "TCP Parameters" */
	} options[] = {
		{STRIP_MSS, 2},        {STRIP_WINDOW_SCALE, 3}, {STRIP_SACK, 4},
		{STRIP_SACK, 5},       {STRIP_TIMESTAMPS, 8},   {STRIP_MPTCP, 30},
		{STRIP_FAST_OPEN, 34},
	};
	uint64_t kinds = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (strip & options[i].strip)
			kinds |= 1ULL << options[i].kind;
	return kinds;
}
