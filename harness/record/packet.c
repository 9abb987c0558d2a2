/* SPDX-License-Identifier: MIT */
#include "packet.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <string.h>
#include <sys/socket.h>

struct bytes { /* what is left of the frame */
	const uint8_t *at;
	size_t size;
};

uint16_t packet_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t packet_get32(const uint8_t *at)
{
	return (uint32_t)packet_get16(at) << 16 | packet_get16(at + 2);
}

static bool skip(struct bytes *bytes, size_t size)
{
	if (bytes->size < size)
		return false;
	bytes->at += size;
	bytes->size -= size;
	return true;
}

static void decode_options(const uint8_t *at, size_t size, struct decoded *packet)
{
	struct tcp_option option;

	packet->option_size = size < TCP_OPTIONS_MOST ? size : TCP_OPTIONS_MOST;
	memcpy(packet->options, at, packet->option_size);
	while (tcp_option_next(&at, &size, &option)) {
		if (option.kind == TCP_OPTION_SCALE && option.size == 1)
			packet->scale = option.value[0];
		if (option.kind == TCP_OPTION_TIMESTAMPS && option.size == 8) {
			packet->ts_value = packet_get32(option.value);
			packet->ts_echo = packet_get32(option.value + 4);
		}
	}
}

static void decode_tcp(struct bytes bytes, size_t ip_payload, struct decoded *packet)
{
	size_t header;

	if (bytes.size < 20)
		return;
	header = (size_t)(bytes.at[12] >> 4) * 4;
	packet->protocol = PACKET_TCP;
	packet->sport = packet_get16(bytes.at);
	packet->dport = packet_get16(bytes.at + 2);
	packet->seq = packet_get32(bytes.at + 4);
	packet->ack = packet_get32(bytes.at + 8);
	packet->flags = bytes.at[13];
	packet->window = packet_get16(bytes.at + 14);
	packet->payload = ip_payload > header ? (int)(ip_payload - header) : 0;
	if (header > 20)
		decode_options(bytes.at + 20, (header < bytes.size ? header : bytes.size) - 20,
			       packet);
}

struct ip {
	int protocol; /* of what is behind it */
	size_t payload;
	int id, ttl, ecn;
};

/* The addresses of an IP header and the rest of it. False: no IP. */
static bool decode_ip(struct bytes *bytes, char *src, char *dst, struct ip *ret)
{
	const uint8_t *ip = bytes->at;

	if (bytes->size >= 20 && ip[0] >> 4 == 4) {
		size_t header = (size_t)(ip[0] & 15) * 4;

		inet_ntop(AF_INET, ip + 12, src, INET6_ADDRSTRLEN);
		inet_ntop(AF_INET, ip + 16, dst, INET6_ADDRSTRLEN);
		*ret = (struct ip){.protocol = ip[9],
				   .id = packet_get16(ip + 4),
				   .ttl = ip[8],
				   .ecn = ip[1] & 3};
		if (packet_get16(ip + 2) > header)
			ret->payload = packet_get16(ip + 2) - header;
		return skip(bytes, header);
	}
	if (bytes->size >= 40 && ip[0] >> 4 == 6) {
		inet_ntop(AF_INET6, ip + 8, src, INET6_ADDRSTRLEN);
		inet_ntop(AF_INET6, ip + 24, dst, INET6_ADDRSTRLEN);
		*ret = (struct ip){.protocol = ip[6],
				   .payload = packet_get16(ip + 4),
				   .ttl = ip[7],
				   .ecn = ip[1] >> 4 & 3};
		skip(bytes, 40);
		if (ret->protocol == IPPROTO_HOPOPTS && bytes->size >= 8) {
			size_t header = ((size_t)bytes->at[1] + 1) * 8;

			ret->protocol = bytes->at[0];
			ret->payload = ret->payload > header ? ret->payload - header : 0;
			return skip(bytes, header);
		}
		return true;
	}
	return false;
}

static void decode_icmp(struct bytes bytes, bool v6, struct decoded *packet)
{
	struct ip quoted;

	if (bytes.size < 8)
		return;
	packet->protocol = v6 ? PACKET_ICMP6 : PACKET_ICMP;
	packet->icmp_type = bytes.at[0];
	packet->icmp_code = bytes.at[1];
	if (v6) {
		packet->neighbour_request = packet->icmp_type == 135; /* RFC 4861 */
		packet->neighbour_reply = packet->icmp_type == 136;
	}
	/* Sent to a group's address, it says in its body whom it looks for. */
	if (packet->neighbour_request && bytes.size >= 24)
		inet_ntop(AF_INET6, bytes.at + 8, packet->dst, sizeof(packet->dst));
	/* Errors quote what they are about behind their own eight bytes (RFC 792, RFC 4443). */
	if (v6 ? packet->icmp_type >= 128
	       : packet->icmp_type != 3 && packet->icmp_type != 11 && packet->icmp_type != 12)
		return;
	skip(&bytes, 8);
	if (!decode_ip(&bytes, packet->quoted_src, packet->quoted_dst, &quoted) ||
	    quoted.protocol != IPPROTO_TCP || bytes.size < 8)
		return;
	packet->quotes = true;
	packet->quoted_sport = packet_get16(bytes.at);
	packet->quoted_dport = packet_get16(bytes.at + 2);
	packet->quoted_seq = packet_get32(bytes.at + 4);
}

static void decode_arp(struct bytes bytes, struct decoded *packet)
{
	if (bytes.size < 28)
		return;
	packet->protocol = PACKET_ARP;
	packet->neighbour_request = packet_get16(bytes.at + 6) == 1;
	packet->neighbour_reply = packet_get16(bytes.at + 6) == 2;
	inet_ntop(AF_INET, bytes.at + 14, packet->src, sizeof(packet->src));
	inet_ntop(AF_INET, bytes.at + 24, packet->dst, sizeof(packet->dst));
}

void packet_decode(const uint8_t *frame, size_t size, struct decoded *packet)
{
	struct bytes bytes = {frame, size};
	struct ip ip;

	*packet = (struct decoded){.scale = -1, .icmp_type = -1, .icmp_code = -1};
	if (size < ETHER_HDR_LEN)
		return;
	skip(&bytes, ETHER_HDR_LEN);
	if (packet_get16(frame + 12) == ETHERTYPE_ARP) {
		decode_arp(bytes, packet);
		return;
	}
	if (!decode_ip(&bytes, packet->src, packet->dst, &ip))
		return;
	packet->ip_id = ip.id;
	packet->ttl = ip.ttl;
	packet->ecn = ip.ecn;
	if (ip.protocol == IPPROTO_TCP)
		decode_tcp(bytes, ip.payload, packet);
	else if (ip.protocol == IPPROTO_ICMP || ip.protocol == IPPROTO_ICMPV6)
		decode_icmp(bytes, ip.protocol == IPPROTO_ICMPV6, packet);
}
