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
#include <string.h>

#include "base_test.h"
#include "checksum.h"

#define PAYLOAD 10

struct built {
	uint8_t bytes[2000];
	uint32_t size;
};

static const uint8_t from_mac[6] = {2, 0, 0, 0, 0, 1}, to_mac[6] = {2, 0, 0, 0, 0, 2};

/* A TCP segment of IP version VERSION, 10.0.0.1:1000 to 10.0.0.2:2000 (fd00::1, fd00::2). */
static struct built tcp_frame(int version, uint8_t flags, uint32_t payload)
{
	struct built built = {0};
	struct ether_header *ether = (void *)built.bytes;
	uint8_t *ip = built.bytes + ETHER_HDR_LEN;
	uint32_t size = (uint32_t)sizeof(struct tcphdr) + payload;
	struct tcphdr tcp = {.source = htons(1000),
			     .dest = htons(2000),
			     .seq = htonl(0x10203040),
			     .ack_seq = htonl(0x50607080),
			     .doff = 5};

	memcpy(ether->ether_dhost, to_mac, 6);
	memcpy(ether->ether_shost, from_mac, 6);
	tcp.th_flags = flags;
	if (version == 4) {
		struct iphdr header = {.version = 4, .ihl = 5, .protocol = IPPROTO_TCP, .ttl = 3};

		header.tot_len = htons((uint16_t)(sizeof(header) + size));
		header.saddr = inet_addr("10.0.0.1");
		header.daddr = inet_addr("10.0.0.2");
		ether->ether_type = htons(ETHERTYPE_IP);
		memcpy(ip, &header, sizeof(header));
		ip += sizeof(header);
	} else {
		struct ip6_hdr header = {.ip6_nxt = IPPROTO_TCP, .ip6_hlim = 3};

		header.ip6_vfc = 0x60; /* shares a union with the rest: not above */
		header.ip6_plen = htons((uint16_t)size);
		inet_pton(AF_INET6, "fd00::1", &header.ip6_src);
		inet_pton(AF_INET6, "fd00::2", &header.ip6_dst);
		ether->ether_type = htons(ETHERTYPE_IPV6);
		memcpy(ip, &header, sizeof(header));
		ip += sizeof(header);
	}
	memcpy(ip, &tcp, sizeof(tcp));
	built.size = (uint32_t)(ip - built.bytes) + size;
	return built;
}

START_TEST(a_segment_is_taken_apart)
{
	int version = _i ? 6 : 4;
	struct built built = tcp_frame(version, TH_SYN | TH_ACK, PAYLOAD);
	struct frame_parts parts = frame_parse(built.bytes, built.size);

	ck_assert_int_eq(parts.ip_version, version);
	ck_assert_uint_eq(parts.ip_length, built.size - ETHER_HDR_LEN);
	ck_assert_uint_eq(parts.protocol, IPPROTO_TCP);
	ck_assert_uint_eq(parts.tcp_flags, TH_SYN | TH_ACK);
	ck_assert_uint_eq(parts.tcp_length, PAYLOAD);
}
END_TEST

START_TEST(what_options_say)
{
	static const uint8_t options[12] = {2, 4, 0x05, 0xb4, 1, 3, 3, 7, 4, 2, 0, 9};
	struct built built = tcp_frame(_i ? 6 : 4, TH_SYN, 12);
	struct frame_parts parts = frame_parse(built.bytes, built.size);
	uint8_t *tcp = built.bytes + parts.tcp_at;

	ck_assert_int_eq(parts.tcp_mss, -1); /* what follows is payload */
	ck_assert_int_eq(parts.tcp_scale, -1);
	memcpy(tcp + sizeof(struct tcphdr), options, sizeof(options));
	tcp[12] = (sizeof(struct tcphdr) + sizeof(options)) / 4 << 4;
	parts = frame_parse(built.bytes, built.size);
	ck_assert_int_eq(parts.tcp_mss, 1460);
	ck_assert_int_eq(parts.tcp_scale, 7);
	/* What is not all there is not. */
	parts = frame_parse(built.bytes, parts.tcp_at + sizeof(struct tcphdr) + 7);
	ck_assert_int_eq(parts.tcp_mss, 1460);
	ck_assert_int_eq(parts.tcp_scale, -1);
	/* Nor is what is of another length. */
	tcp[sizeof(struct tcphdr) + 1] = 5;
	parts = frame_parse(built.bytes, built.size);
	ck_assert_int_eq(parts.tcp_mss, -1);
	ck_assert_int_eq(parts.tcp_scale, 7);
}
END_TEST

START_TEST(behind_a_tag_and_extension_headers_too)
{
	struct built built = tcp_frame(6, TH_FIN, PAYLOAD), longer = {0};
	static const uint8_t options[8] = {IPPROTO_TCP}; /* 8 bytes of destination options */
	uint32_t head = ETHER_HDR_LEN + sizeof(struct ip6_hdr);
	struct frame_parts parts;

	memcpy(longer.bytes, built.bytes, 12);
	memcpy(longer.bytes + 12, (uint8_t[]){0x81, 0, 0, 5}, 4);
	memcpy(longer.bytes + 16, built.bytes + 12, head - 12);
	memcpy(longer.bytes + 4 + head, options, 8);
	memcpy(longer.bytes + 4 + head + 8, built.bytes + head, built.size - head);
	longer.bytes[4 + ETHER_HDR_LEN + 6] = IPPROTO_DSTOPTS;
	longer.bytes[4 + ETHER_HDR_LEN + 5] += 8;
	longer.size = built.size + 12;
	parts = frame_parse(longer.bytes, longer.size);
	ck_assert_uint_eq(parts.tcp_flags, TH_FIN);
	ck_assert_uint_eq(parts.tcp_length, PAYLOAD);
}
END_TEST

START_TEST(a_later_fragment_has_no_flags)
{
	struct built built = tcp_frame(4, TH_SYN, PAYLOAD);
	struct frame_parts parts;

	built.bytes[ETHER_HDR_LEN + 7] = 5;
	parts = frame_parse(built.bytes, built.size);
	ck_assert(parts.later_fragment);
	ck_assert_uint_eq(parts.tcp_at, 0);
	ck_assert_uint_eq(frame_reject(built.bytes, built.size, -1, 0, (uint8_t[2000]){0}), 0);
}
END_TEST

/* RFC 1071, over bytes that are even in number or not; 0 where the checksum within is right. */
static uint16_t checksum(uint32_t sum, const uint8_t *bytes, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		sum += (uint32_t)bytes[i] << (i & 1 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint32_t pseudo(const uint8_t *ip, int version, uint8_t protocol, uint32_t size)
{
	uint32_t sum = protocol + size;

	for (int i = 0; i < (version == 4 ? 8 : 32); i++)
		sum += (uint32_t)ip[(version == 4 ? 12 : 8) + i] << (i & 1 ? 0 : 8);
	return sum;
}

START_TEST(an_answer_of_icmp_quotes_what_it_is_about)
{
	int version = _i ? 6 : 4;
	struct built built = tcp_frame(version, TH_ACK, 1400);
	uint32_t head = version == 4 ? 20 : 40, size;
	uint8_t answer[FRAME_ANSWER_MOST] = {0}, *ip = answer + ETHER_HDR_LEN, *icmp = ip + head;

	size = frame_reject(built.bytes, built.size,
			    version == 4 ? ICMP_UNREACH : ICMP6_DST_UNREACH,
			    version == 4 ? ICMP_UNREACH_HOST : ICMP6_DST_UNREACH_ADDR, answer);
	ck_assert_uint_eq(size, ETHER_HDR_LEN + (version == 4 ? 20 + 8 + 536 : 1280));
	ck_assert_int_eq(memcmp(answer, from_mac, 6), 0);
	ck_assert_int_eq(memcmp(answer + 6, to_mac, 6), 0);
	ck_assert_uint_eq(icmp[0], version == 4 ? 3 : 1);
	ck_assert_uint_eq(icmp[1], version == 4 ? 1 : 3);
	ck_assert_int_eq(
		memcmp(icmp + 8, built.bytes + ETHER_HDR_LEN, size - ETHER_HDR_LEN - head - 8), 0);
	if (version == 4) {
		ck_assert_uint_eq(checksum(0, ip, 20), 0);
		ck_assert_uint_eq(checksum(0, icmp, size - ETHER_HDR_LEN - head), 0);
		ck_assert_int_eq(memcmp(ip + 12, built.bytes + ETHER_HDR_LEN + 16, 4), 0);
	} else {
		size -= ETHER_HDR_LEN + head;
		ck_assert_uint_eq(checksum(pseudo(ip, 6, IPPROTO_ICMPV6, size), icmp, size), 0);
		ck_assert_int_eq(memcmp(ip + 8, built.bytes + ETHER_HDR_LEN + 24, 16), 0);
	}
}
END_TEST

START_TEST(a_reset_fits_the_segment_that_it_answers)
{
	static const struct {
		uint8_t asked, flags;
		uint32_t seq, ack;
	} resets[] = {
		{TH_ACK, TH_RST, 0x50607080, 0},
		{TH_SYN, TH_RST | TH_ACK, 0, 0x10203040 + PAYLOAD + 1},
		{TH_FIN, TH_RST | TH_ACK, 0, 0x10203040 + PAYLOAD + 1},
		{0, TH_RST | TH_ACK, 0, 0x10203040 + PAYLOAD},
	};

	for (int version = 4; version <= 6; version += 2) {
		struct built built = tcp_frame(version, resets[_i].asked, PAYLOAD);
		uint32_t head = version == 4 ? 20 : 40;
		uint8_t answer[FRAME_ANSWER_MOST], *ip = answer + ETHER_HDR_LEN;
		struct tcphdr tcp;

		ck_assert_uint_eq(frame_reject(built.bytes, built.size, -1, 0, answer),
				  ETHER_HDR_LEN + head + 20);
		memcpy(&tcp, ip + head, sizeof(tcp));
		ck_assert_uint_eq(ntohs(tcp.source), 2000);
		ck_assert_uint_eq(ntohs(tcp.dest), 1000);
		ck_assert_uint_eq(tcp.th_flags, resets[_i].flags);
		ck_assert_uint_eq(ntohl(tcp.seq), resets[_i].seq);
		ck_assert_uint_eq(ntohl(tcp.ack_seq), resets[_i].ack);
		ck_assert_uint_eq(checksum(pseudo(ip, version, IPPROTO_TCP, 20), ip + head, 20), 0);
	}
}
END_TEST

START_TEST(some_packets_get_no_answer)
{
	uint8_t answer[FRAME_ANSWER_MOST];
	struct built rst = tcp_frame(4, TH_RST, 0), error = tcp_frame(4, TH_ACK, 0),
		     group = tcp_frame(4, TH_ACK, 0), arp = tcp_frame(4, TH_ACK, 0);

	ck_assert_uint_eq(frame_reject(rst.bytes, rst.size, -1, 0, answer), 0);
	error.bytes[ETHER_HDR_LEN + 9] = IPPROTO_ICMP;
	error.bytes[ETHER_HDR_LEN + 20] = ICMP_UNREACH;
	ck_assert_uint_eq(frame_reject(error.bytes, error.size, 3, 1, answer), 0);
	ck_assert_uint_eq(frame_reject(error.bytes, error.size, -1, 0, answer), 0);
	error.bytes[ETHER_HDR_LEN + 20] = ICMP_ECHO;
	ck_assert_uint_gt(frame_reject(error.bytes, error.size, 3, 1, answer), 0);
	group.bytes[0] = 255;
	ck_assert_uint_eq(frame_reject(group.bytes, group.size, 3, 1, answer), 0);
	arp.bytes[13] = 6;
	ck_assert_uint_eq(frame_reject(arp.bytes, arp.size, 3, 1, answer), 0);
}
END_TEST

/* Cut short anywhere, or with any byte changed: read within, and answered within. */
START_TEST(whatever_it_is_it_is_read_within_its_bounds)
{
	const struct frame_strip all = {UINT64_MAX, true, true, 1};
	uint64_t state = 88172645463325252ULL;

	for (int round = 0; round < 200000; round++) {
		struct built built = tcp_frame(round & 1 ? 4 : 6, (uint8_t)round, 30);
		uint8_t answer[FRAME_ANSWER_MOST], *exact;
		struct frame_parts parts;
		uint32_t size;

		for (int i = 0; i < 4; i++) {
			state ^= state << 13, state ^= state >> 7, state ^= state << 17;
			built.bytes[12 + state % 60] = (uint8_t)(state >> 32);
		}
		size = (uint32_t)(state >> 40) % (built.size + 1);
		exact = malloc(size + 1); /* so that a sanitizer sees one byte too many */
		memcpy(exact, built.bytes, size);
		parts = frame_parse(exact, size);
		frame_strip(exact, size, &parts, &all);
		if (size >= ETHER_HDR_LEN)
			ck_assert_uint_le(frame_reject(exact, size, round % 3 - 1, 1, answer),
					  sizeof(answer));
		free(exact);
	}
}
END_TEST

/* Of a whole segment: 0 if it is right. */
static uint16_t tcp_sum(const uint8_t *ip, uint32_t size)
{
	size_t at = *ip >> 4 == 4 ? 12 : 8, addresses = *ip >> 4 == 4 ? 8 : 32;
	size_t header = *ip >> 4 == 4 ? sizeof(struct iphdr) : sizeof(struct ip6_hdr);

	return checksum_end(checksum_add(checksum_add(IPPROTO_TCP + size, ip + at, addresses),
					 ip + header, size));
}

START_TEST(what_is_stripped_is_gone)
{
	static const uint8_t options[16] = {2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t left[16] = {2, 4, 0x03, 0xe8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	int version = _i ? 6 : 4;
	struct built built = tcp_frame(version, TH_SYN | 0xc0, PAYLOAD + 16);
	struct frame_parts parts = frame_parse(built.bytes, built.size);
	uint8_t *ip = built.bytes + parts.ip_at, *tcp = built.bytes + parts.tcp_at;
	struct frame_strip what = {1ULL << 8, true, true, 1000}, nothing = {0}, did;
	struct built before;

	ip[1] |= version == 4 ? 2 : 0x20;
	tcp[12] = 9 << 4;
	memcpy(tcp + 20, options, sizeof(options));
	before = built;
	did = frame_strip(built.bytes, built.size, &parts, &nothing);
	ck_assert(!did.options && !did.ecn && !did.ecn_flags && !did.most_mss);
	ck_assert_mem_eq(built.bytes, before.bytes, built.size);
	did = frame_strip(built.bytes, built.size, &parts, &what);
	ck_assert_uint_eq(did.options, 1ULL << 8);
	ck_assert(did.ecn && did.ecn_flags);
	ck_assert_uint_eq(did.most_mss, 1000);
	ck_assert_mem_eq(tcp + 20, left, sizeof(left));
	ck_assert_uint_eq(tcp[13], TH_SYN);
	ck_assert_uint_eq(ip[1], 0);
	ck_assert_uint_eq(tcp_sum(ip, built.size - parts.tcp_at), 0);
	if (version == 4)
		ck_assert_uint_eq(checksum_end(checksum_add(0, ip, sizeof(struct iphdr))), 0);
	/* There is nothing left to take. */
	did = frame_strip(built.bytes, built.size, &parts, &what);
	ck_assert(!did.options && !did.ecn && !did.ecn_flags && !did.most_mss);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("frame");

	tcase_add_loop_test(tests, a_segment_is_taken_apart, 0, 2);
	tcase_add_loop_test(tests, what_options_say, 0, 2);
	tcase_add_test(tests, behind_a_tag_and_extension_headers_too);
	tcase_add_test(tests, a_later_fragment_has_no_flags);
	tcase_add_loop_test(tests, an_answer_of_icmp_quotes_what_it_is_about, 0, 2);
	tcase_add_loop_test(tests, a_reset_fits_the_segment_that_it_answers, 0, 4);
	tcase_add_test(tests, some_packets_get_no_answer);
	tcase_add_loop_test(tests, what_is_stripped_is_gone, 0, 2);
	tcase_add_test(tests, whatever_it_is_it_is_read_within_its_bounds);
	return run_tests(tests);
}
