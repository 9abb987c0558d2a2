/* SPDX-License-Identifier: MIT
 *
 * packets: which of them a fault means, and what becomes of them: a link's impairment, a refusal.
 */
#ifndef HALFOPEN_PACKETS_H
#define HALFOPEN_PACKETS_H

#include <limits.h>

#include "field.h"
#include "tcp_words.h"

/* A field of a struct plan_range: what segments say in an option. */
#define TCP_OPTION(name, at, decoder, text)                                                        \
	{                                                                                          \
		name, TYPE_CUSTOM, at, .decode = decoder, .looks = "a number or a range, or none", \
				       .schema = "{\"type\": [\"integer\", \"string\"]}",          \
				       .help = text                                                \
	}

/* Fields that choose packets, of the struct plan_filter PREFIX in S. */
#define FILTER(s, prefix)                                                                          \
	{"flags",                                                                                  \
	 TYPE_CUSTOM,                                                                              \
	 TO(s, prefix),                                                                            \
	 .decode = decode_flags,                                                                   \
	 .looks = "a list of TCP flags (syn, ack, fin, rst, psh, ece, cwr)",                       \
	 .help = "TCP segments with all of these flags"},                                          \
		{"ecn", TYPE_WORDS, TO(s, prefix.ecn), .words = tcp_ecn_words,                     \
		 .help = "TCP segments whose IP header says any of these"},                        \
		TCP_OPTION(                                                                        \
			"mss", TO(s, prefix.mss), decode_mss,                                      \
			"TCP segments with this in their MSS option; none: without that option"),  \
		TCP_OPTION("scale", TO(s, prefix.scale), decode_scale,                             \
			   "TCP segments with this in their window scale option (0..14); none: "   \
			   "without that option"),                                                 \
		{"longer_than", TYPE_SIZE,    TO(s, prefix.longer_than),                           \
		 .min = 1,      .max = 65535, .help = "IP packets of more bytes"},                 \
		{"port",   TYPE_NUMBER,  TO(s, prefix.port),                                       \
		 .min = 1, .max = 65535, .help = "of TCP, at either end"},                         \
		{"from_port", TYPE_NUMBER,  TO(s, prefix.from_port),                               \
		 .min = 1,    .max = 65535, .help = "the sender's port"},                          \
		{"to_port", TYPE_NUMBER,  TO(s, prefix.to_port),                                   \
		 .min = 1,  .max = 65535, .help = "the receiver's port"},                          \
		{"next",   TYPE_NUMBER,    TO(s, prefix.count),                                    \
		 .min = 1, .max = INT_MAX, .help = "only the next so many of them"},               \
	{                                                                                          \
		"which", TYPE_CUSTOM, TO(s, prefix),                                               \
			.decode = decode_which,                                                    \
			.looks = "a number, a range, or a list of them ([3, 5..7])",               \
			.schema = "{\"type\": [\"integer\", \"string\", \"array\"]}",              \
			.help = "only these of them, counted from 1"                               \
	}

/* Fields of the struct plan_impairment PREFIX (with its dot) in S. */
#define IMPAIRMENT(s, prefix)                                                                      \
	{"delay", TYPE_DURATION, TO(s, prefix delay_ns), .help = "each way"},                      \
		{"jitter", TYPE_DURATION, TO(s, prefix jitter_ns),                                 \
		 .help = "more or less delay, at random"},                                         \
		{"loss", TYPE_PERCENT, TO(s, prefix loss), .help = "packets that never arrive"},   \
		{"duplicate", TYPE_PERCENT, TO(s, prefix duplicate),                               \
		 .help = "packets that arrive twice"},                                             \
		{"reorder", TYPE_PERCENT, TO(s, prefix reorder),                                   \
		 .help = "packets that skip the delay"},                                           \
		{"corrupt", TYPE_PERCENT, TO(s, prefix corrupt),                                   \
		 .help = "packets with a wrong bit"},                                              \
		{"rate", TYPE_RATE, TO(s, prefix rate), .help = "bits a second"},                  \
	{                                                                                          \
		"limit", TYPE_NUMBER, TO(s, prefix limit),                                         \
			.min = 1, .max = INT_MAX, .help = "packets in the queue, 1000 if not said" \
	}

extern const struct form filter_form;

/* RET: a struct plan_filter. */
bool decode_flags(struct decoder *d, const struct node *node, void *ret);
bool decode_which(struct decoder *d, const struct node *node, void *ret);
/* What a TCP option says, or `none`; a scale is at most 14 (RFC 7323, 2.3). RET: a struct
 * plan_range, -1..-1 where there is no such option. */
bool decode_mss(struct decoder *d, const struct node *node, void *ret);
bool decode_scale(struct decoder *d, const struct node *node, void *ret);
/* What is wrong with all of it together; NODE: where it stands. */
void filter_check(struct decoder *d, const struct node *node, const struct plan_filter *filter);

/* With what a router refuses. RET: a struct plan_fault. */
bool decode_refusal(struct decoder *d, const struct node *node, void *ret);

#endif
