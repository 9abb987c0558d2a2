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

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static bool skip(struct bytes *bytes, size_t size)
{
	if (bytes->size < size)
		return false;
	bytes->at += size;
	bytes->size -= size;
	return true;
}

static void tcp_options(const uint8_t *at, size_t size, struct decoded *packet)
{
	while (size > 0 && at[0] != 0) {
		size_t length = at[0] == 1 ? 1 : size > 1 ? at[1] : 0;

		if (length == 0 || length > size)
			return;
		if (at[0] == 3 && length == 3)
			packet->scale = at[2];
		if (at[0] == 8 && length == 10) {
			packet->ts_value = get32(at + 2);
			packet->ts_echo = get32(at + 6);
		}
		at += length;
		size -= length;
	}
}

static void decode_tcp(struct bytes bytes, size_t ip_payload, struct decoded *packet)
{
	size_t header;

	if (bytes.size < 20)
		return;
	header = (size_t)(bytes.at[12] >> 4) * 4;
	packet->protocol = PACKET_TCP;
	packet->sport = get16(bytes.at);
	packet->dport = get16(bytes.at + 2);
	packet->seq = get32(bytes.at + 4);
	packet->ack = get32(bytes.at + 8);
	packet->flags = bytes.at[13];
	packet->window = get16(bytes.at + 14);
	packet->payload = ip_payload > header ? (int)(ip_payload - header) : 0;
	if (header > 20)
		tcp_options(bytes.at + 20, (header < bytes.size ? header : bytes.size) - 20,
			    packet);
}

/* The addresses of an IP header and, behind it, the protocol. False: no IP. */
static bool decode_ip(struct bytes *bytes, char *src, char *dst, int *ret_protocol,
		      size_t *ret_payload, int *ret_id)
{
	const uint8_t *ip = bytes->at;

	if (bytes->size >= 20 && ip[0] >> 4 == 4) {
		size_t header = (size_t)(ip[0] & 15) * 4;

		inet_ntop(AF_INET, ip + 12, src, INET6_ADDRSTRLEN);
		inet_ntop(AF_INET, ip + 16, dst, INET6_ADDRSTRLEN);
		*ret_protocol = ip[9];
		*ret_id = get16(ip + 4);
		*ret_payload = get16(ip + 2) > header ? get16(ip + 2) - header : 0;
		return skip(bytes, header);
	}
	if (bytes->size >= 40 && ip[0] >> 4 == 6) {
		inet_ntop(AF_INET6, ip + 8, src, INET6_ADDRSTRLEN);
		inet_ntop(AF_INET6, ip + 24, dst, INET6_ADDRSTRLEN);
		*ret_protocol = ip[6];
		*ret_id = 0;
		*ret_payload = get16(ip + 4);
		skip(bytes, 40);
		if (*ret_protocol == IPPROTO_HOPOPTS && bytes->size >= 8) {
			size_t header = ((size_t)bytes->at[1] + 1) * 8;

			*ret_protocol = bytes->at[0];
			*ret_payload = *ret_payload > header ? *ret_payload - header : 0;
			return skip(bytes, header);
		}
		return true;
	}
	return false;
}

static void decode_icmp(struct bytes bytes, bool v6, struct decoded *packet)
{
	int protocol, id;
	size_t payload;

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
	if (!decode_ip(&bytes, packet->quoted_src, packet->quoted_dst, &protocol, &payload, &id) ||
	    protocol != IPPROTO_TCP || bytes.size < 8)
		return;
	packet->quotes = true;
	packet->quoted_sport = get16(bytes.at);
	packet->quoted_dport = get16(bytes.at + 2);
	packet->quoted_seq = get32(bytes.at + 4);
}

static void decode_arp(struct bytes bytes, struct decoded *packet)
{
	if (bytes.size < 28)
		return;
	packet->protocol = PACKET_ARP;
	packet->neighbour_request = get16(bytes.at + 6) == 1;
	packet->neighbour_reply = get16(bytes.at + 6) == 2;
	inet_ntop(AF_INET, bytes.at + 14, packet->src, sizeof(packet->src));
	inet_ntop(AF_INET, bytes.at + 24, packet->dst, sizeof(packet->dst));
}

void packet_decode(const uint8_t *frame, size_t size, struct decoded *packet)
{
	struct bytes bytes = {frame, size};
	int protocol = -1;
	size_t payload = 0;

	*packet = (struct decoded){.scale = -1, .icmp_type = -1, .icmp_code = -1};
	if (size < ETHER_HDR_LEN)
		return;
	skip(&bytes, ETHER_HDR_LEN);
	if (get16(frame + 12) == ETHERTYPE_ARP) {
		decode_arp(bytes, packet);
		return;
	}
	if (!decode_ip(&bytes, packet->src, packet->dst, &protocol, &payload, &packet->ip_id))
		return;
	if (protocol == IPPROTO_TCP)
		decode_tcp(bytes, payload, packet);
	else if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		decode_icmp(bytes, protocol == IPPROTO_ICMPV6, packet);
}
