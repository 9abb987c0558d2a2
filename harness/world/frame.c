/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "checksum.h"

#define TTL          64
#define QUOTE_MOST_4 536  /* RFC 1812, 4.3.2.3: 576 with both headers */
#define QUOTE_MOST_6 1232 /* 1280 with both headers */
#define VLAN_TAG     4

static uint16_t read_16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t read_32(const uint8_t *at)
{
	return (uint32_t)read_16(at) << 16 | read_16(at + 2);
}

static void write_16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void write_32(uint8_t *at, uint32_t value)
{
	write_16(at, value >> 16);
	write_16(at + 2, value & 0xffff);
}

/* The kind of the option at *AT, which is behind it then, and its length; TCPOPT_EOL: there is no
 * more. */
static uint8_t option_next(const uint8_t *tcp, uint32_t end, uint32_t *at, uint32_t *ret_length)
{
	uint8_t kind = *at < end ? tcp[*at] : TCPOPT_EOL;
	uint32_t length = 1;

	if (kind != TCPOPT_EOL && kind != TCPOPT_NOP)
		length = *at + 1 < end ? tcp[*at + 1] : 0;
	if (!length || (length < 2 && kind != TCPOPT_NOP) || *at + length > end)
		return TCPOPT_EOL;
	*at += length;
	*ret_length = length;
	return kind;
}

static void parse_options(struct frame_parts *parts, const uint8_t *tcp, uint32_t end)
{
	uint32_t at = sizeof(struct tcphdr), length;
	uint8_t kind;

	while ((kind = option_next(tcp, end, &at, &length)) != TCPOPT_EOL) {
		if (kind == TCPOPT_MAXSEG && length == TCPOLEN_MAXSEG && parts->tcp_mss < 0)
			parts->tcp_mss = read_16(tcp + at - 2);
		if (kind == TCPOPT_WINDOW && length == TCPOLEN_WINDOW && parts->tcp_scale < 0)
			parts->tcp_scale = tcp[at - 1];
	}
}

static void parse_tcp(struct frame_parts *parts, const uint8_t *frame, uint32_t size, uint32_t at)
{
	uint32_t end = parts->ip_at + parts->ip_length, header;

	if (parts->protocol != IPPROTO_TCP || parts->later_fragment ||
	    at + sizeof(struct tcphdr) > size)
		return;
	header = (uint32_t)(frame[at + 12] >> 4) * 4;
	parts->tcp_at = at;
	parts->tcp_flags = frame[at + 13];
	parts->tcp_from = read_16(frame + at);
	parts->tcp_to = read_16(frame + at + 2);
	parts->tcp_length = at + header < end ? end - at - header : 0;
	parse_options(parts, frame + at, header < size - at ? header : size - at);
}

static void parse_4(struct frame_parts *parts, const uint8_t *frame, uint32_t size)
{
	const uint8_t *ip = frame + parts->ip_at;
	uint32_t header;

	if (parts->ip_at + sizeof(struct iphdr) > size || ip[0] >> 4 != 4)
		return;
	header = (uint32_t)(ip[0] & 15) * 4;
	if (header < sizeof(struct iphdr))
		return;
	parts->ip_version = 4;
	parts->ip_length = read_16(ip + 2);
	parts->ecn = ip[1] & 3;
	parts->protocol = ip[9];
	parts->later_fragment = read_16(ip + 6) & IP_OFFMASK;
	parse_tcp(parts, frame, size, parts->ip_at + header);
}

static void parse_6(struct frame_parts *parts, const uint8_t *frame, uint32_t size)
{
	const uint8_t *ip = frame + parts->ip_at;
	uint32_t at = parts->ip_at + sizeof(struct ip6_hdr);
	uint8_t next, kind;

	if (at > size || ip[0] >> 4 != 6)
		return;
	parts->ip_version = 6;
	parts->ip_length = read_16(ip + 4) + (uint32_t)sizeof(struct ip6_hdr);
	parts->ecn = ip[1] >> 4 & 3;
	next = ip[6];
	while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT) {
		if (at + 8 > size)
			return;
		if (next == IPPROTO_FRAGMENT)
			parts->later_fragment = read_16(frame + at + 2) & 0xfff8;
		kind = next;
		next = frame[at];
		at += kind == IPPROTO_FRAGMENT ? 8 : (uint32_t)(frame[at + 1] + 1) * 8;
	}
	parts->protocol = next;
	parse_tcp(parts, frame, size, at);
}

struct frame_parts frame_parse(const uint8_t *frame, uint32_t size)
{
	struct frame_parts parts = {.ip_at = ETHER_HDR_LEN, .tcp_mss = -1, .tcp_scale = -1};
	uint16_t type;

	if (size < ETHER_HDR_LEN)
		return parts;
	type = read_16(frame + 12);
	if (type == ETHERTYPE_VLAN && size >= ETHER_HDR_LEN + VLAN_TAG) {
		type = read_16(frame + 12 + VLAN_TAG);
		parts.ip_at += VLAN_TAG;
	}
	if (type == ETHERTYPE_IP)
		parse_4(&parts, frame, size);
	else if (type == ETHERTYPE_IPV6)
		parse_6(&parts, frame, size);
	return parts;
}

/* The answer's Ethernet and IP headers: those of FRAME, turned round. SIZE: what follows. Returns
 * where that begins. */
static uint32_t head_make(const uint8_t *frame, const struct frame_parts *parts, uint8_t protocol,
			  uint32_t size, uint8_t *answer)
{
	const uint8_t *from = frame + parts->ip_at;
	uint8_t *ip = answer + parts->ip_at;

	memcpy(answer, frame, parts->ip_at);
	memcpy(answer, frame + ETHER_ADDR_LEN, ETHER_ADDR_LEN);
	memcpy(answer + ETHER_ADDR_LEN, frame, ETHER_ADDR_LEN);
	if (parts->ip_version == 4) {
		memset(ip, 0, sizeof(struct iphdr));
		ip[0] = 4 << 4 | sizeof(struct iphdr) / 4;
		ip[1] = from[1];
		write_16(ip + 2, sizeof(struct iphdr) + size);
		write_16(ip + 6, IP_DF);
		ip[8] = TTL;
		ip[9] = protocol;
		memcpy(ip + 12, from + 16, 4);
		memcpy(ip + 16, from + 12, 4);
		write_16(ip + 10, checksum_end(checksum_add(0, ip, sizeof(struct iphdr))));
		return parts->ip_at + sizeof(struct iphdr);
	}
	memset(ip, 0, sizeof(struct ip6_hdr));
	ip[0] = 6 << 4;
	write_16(ip + 4, size);
	ip[6] = protocol;
	ip[7] = TTL;
	memcpy(ip + 8, from + 24, 16);
	memcpy(ip + 24, from + 8, 16);
	return parts->ip_at + sizeof(struct ip6_hdr);
}

/* The pseudo header's share of a checksum (RFC 9293, 3.1; RFC 8200, 8.1). */
static uint32_t pseudo_sum(const uint8_t *ip, uint8_t protocol, uint32_t size)
{
	if (ip[0] >> 4 == 4)
		return checksum_add(protocol + size, ip + 12, 8);
	return checksum_add(protocol + size, ip + 8, 32);
}

/* RFC 9293, 3.5.2, "If the connection does not exist". */
static uint32_t reset_make(const uint8_t *frame, const struct frame_parts *parts, uint8_t *answer)
{
	const uint8_t *from = frame + parts->tcp_at;
	uint32_t size = sizeof(struct tcphdr), at;
	uint8_t *tcp;

	if (!parts->tcp_at || parts->tcp_flags & TH_RST)
		return 0;
	at = head_make(frame, parts, IPPROTO_TCP, size, answer);
	tcp = answer + at;
	memset(tcp, 0, size);
	memcpy(tcp, from + 2, 2);
	memcpy(tcp + 2, from, 2);
	tcp[12] = sizeof(struct tcphdr) / 4 << 4;
	tcp[13] = TH_RST;
	if (parts->tcp_flags & TH_ACK) {
		memcpy(tcp + 4, from + 8, 4);
	} else {
		tcp[13] |= TH_ACK;
		write_32(tcp + 8, read_32(from + 4) + parts->tcp_length +
					  !!(parts->tcp_flags & TH_SYN) +
					  !!(parts->tcp_flags & TH_FIN));
	}
	write_16(tcp + 16,
		 checksum_end(checksum_add(pseudo_sum(answer + parts->ip_at, IPPROTO_TCP, size),
					   tcp, size)));
	return at + size;
}

static bool is_icmp_error(const uint8_t *frame, uint32_t size, const struct frame_parts *parts)
{
	uint32_t at = parts->ip_at + (parts->ip_version == 4
					      ? (uint32_t)(frame[parts->ip_at] & 15) * 4
					      : (uint32_t)sizeof(struct ip6_hdr));

	if (parts->protocol == IPPROTO_ICMPV6)
		return at >= size || !(frame[at] & ICMP6_INFOMSG_MASK);
	if (parts->protocol != IPPROTO_ICMP)
		return false;
	return at >= size || (frame[at] != ICMP_ECHO && frame[at] != ICMP_ECHOREPLY);
}

static uint32_t error_make(const uint8_t *frame, uint32_t size, const struct frame_parts *parts,
			   int type, int code, uint8_t *answer)
{
	uint8_t protocol = parts->ip_version == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	uint32_t most = parts->ip_version == 4 ? QUOTE_MOST_4 : QUOTE_MOST_6;
	uint32_t quoted = size - parts->ip_at, at;
	uint8_t *icmp;

	if (is_icmp_error(frame, size, parts))
		return 0;
	if (quoted > parts->ip_length)
		quoted = parts->ip_length;
	if (quoted > most)
		quoted = most;
	at = head_make(frame, parts, protocol, 8 + quoted, answer);
	icmp = answer + at;
	memset(icmp, 0, 8);
	icmp[0] = (uint8_t)type;
	icmp[1] = (uint8_t)code;
	memcpy(icmp + 8, frame + parts->ip_at, quoted);
	write_16(icmp + 2, checksum_end(checksum_add(parts->ip_version == 4
							     ? 0
							     : pseudo_sum(answer + parts->ip_at,
									  protocol, 8 + quoted),
						     icmp, 8 + quoted)));
	return at + 8 + quoted;
}

static void options_strip(uint8_t *tcp, const struct frame_strip *what, struct frame_strip *did)
{
	uint32_t end = (uint32_t)(tcp[12] >> 4) * 4, at = sizeof(struct tcphdr), length;
	uint8_t kind;

	while ((kind = option_next(tcp, end, &at, &length)) != TCPOPT_EOL) {
		if (kind < 64 && what->options & 1ULL << kind) {
			memset(tcp + at - length, TCPOPT_NOP, length);
			did->options |= 1ULL << kind;
		} else if (kind == TCPOPT_MAXSEG && length == TCPOLEN_MAXSEG && what->most_mss &&
			   read_16(tcp + at - 2) > what->most_mss) {
			write_16(tcp + at - 2, what->most_mss);
			did->most_mss = what->most_mss;
		}
	}
}

static void ecn_strip(uint8_t *ip, struct frame_strip *did)
{
	uint8_t field = ip[0] >> 4 == 4 ? 0x03 : 0x30;

	did->ecn = ip[1] & field;
	ip[1] &= (uint8_t)~field;
	if (ip[0] >> 4 != 4)
		return;
	write_16(ip + 10, 0);
	write_16(ip + 10, checksum_end(checksum_add(0, ip, (size_t)(ip[0] & 15) * 4)));
}

struct frame_strip frame_strip(uint8_t *frame, uint32_t size, const struct frame_parts *parts,
			       const struct frame_strip *what)
{
	uint32_t end = parts->ip_at + parts->ip_length, tcp_size = end - parts->tcp_at;
	uint8_t *ip = frame + parts->ip_at, *tcp = frame + parts->tcp_at;
	struct frame_strip did = {0};

	if (!parts->tcp_at || end > size || end < parts->tcp_at + sizeof(struct tcphdr) ||
	    tcp[12] >> 4 < 5 || tcp_size < (uint32_t)(tcp[12] >> 4) * 4)
		return did;
	if (what->ecn)
		ecn_strip(ip, &did);
	options_strip(tcp, what, &did);
	if (what->ecn_flags && tcp[13] & TH_SYN) {
		did.ecn_flags = tcp[13] & 0xc0;
		tcp[13] &= 0x3f;
	}
	if (did.options || did.most_mss || did.ecn_flags) {
		write_16(tcp + 16, 0);
		write_16(tcp + 16, checksum_end(checksum_add(pseudo_sum(ip, IPPROTO_TCP, tcp_size),
							     tcp, tcp_size)));
	}
	return did;
}

uint32_t frame_reject(const uint8_t *frame, uint32_t size, int type, int code,
		      uint8_t answer[FRAME_ANSWER_MOST])
{
	struct frame_parts parts = frame_parse(frame, size);

	if (!parts.ip_version || parts.later_fragment || frame[0] & 1)
		return 0;
	return type < 0 ? reset_make(frame, &parts, answer)
			: error_make(frame, size, &parts, type, code, answer);
}
