/* SPDX-License-Identifier: MIT
 *
 * icmp_words: the errors of ICMP (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1) and of ICMPv6
 * (RFC 4443 3): what they are called here, by nft(8), and in numbers.
 */
#ifndef HALFOPEN_ICMP_WORDS_H
#define HALFOPEN_ICMP_WORDS_H

#define ICMP_UNREACHABLE4 3 /* the types of destination unreachable */
#define ICMP_UNREACHABLE6 1

/* What a router can answer, in both protocols' words; IPv6 has fewer, so some become the nearest.
 * A code of -1 is no ICMP at all but a RST. */
struct icmp_answer {
	const char *word; /* NULL ends the table */
	const char *nft4, *nft6;
	int code4, code6;
	const char *help;
};
extern const struct icmp_answer icmp_answers[];

/* "host unreachable", of the IP VERSION; NULL: there is no word for it. */
const char *icmp_name(int version, int type, int code);

#endif
