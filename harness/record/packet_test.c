/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "record_test.h"
#include "tcp_words.h"

START_TEST(test_tcp)
{
	struct made_segment segment = {.seq = 0xfffffff0,
				       .ack = 77,
				       .flags = TCP_PSH | TCP_ACK,
				       .payload = 1448,
				       .window = 502,
				       .stamp = 9,
				       .scale = 8,
				       .id = 4711,
				       .ttl = 63};
	static const char *const addresses[][2] = {{CLIENT, SERVER}, {"fd00::1", "fd00::2"}};

	for (int v6 = 0; v6 < 3; v6++) {
		struct decoded packet;
		uint8_t frame[256];

		segment.src = addresses[v6 > 0][0];
		segment.dst = addresses[v6 > 0][1];
		segment.hop_by_hop = v6 == 2;
		packet_decode(frame, segment_frame(&segment, frame), &packet);
		ck_assert_int_eq(packet.protocol, PACKET_TCP);
		ck_assert_str_eq(packet.src, segment.src);
		ck_assert_str_eq(packet.dst, segment.dst);
		ck_assert_int_eq(packet.sport, 40000);
		ck_assert_int_eq(packet.dport, 8081);
		ck_assert_uint_eq(packet.seq, 0xfffffff0);
		ck_assert_uint_eq(packet.ack, 77);
		ck_assert_int_eq(packet.flags, TCP_PSH | TCP_ACK);
		ck_assert_int_eq(packet.window, 502);
		/* from the IP header, not from what was captured */
		ck_assert_int_eq(packet.payload, 1448);
		ck_assert_int_eq(packet.scale, 7);
		ck_assert_uint_eq(packet.ts_value, 9);
		ck_assert_int_eq(packet.ip_id, v6 ? 0 : 4711);
		ck_assert_int_eq(packet.ttl, 63);
		ck_assert_uint_eq(packet.option_size, 16);
	}
}
END_TEST

/* Not one byte behind what was captured is read (under ASan and valgrind). */
START_TEST(test_cut)
{
	struct made_segment segment = {.flags = TCP_SYN, .scale = 8, .stamp = 1};
	uint8_t frame[256];
	size_t size = segment_frame(&segment, frame);

	for (size_t cut = 0; cut <= size; cut++) {
		uint8_t *copy = malloc(cut + !cut);
		struct decoded packet;

		memcpy(copy, frame, cut);
		packet_decode(copy, cut, &packet);
		ck_assert_int_eq(packet.protocol, cut < 14 + 20 + 20 ? PACKET_OTHER : PACKET_TCP);
		if (cut == size)
			ck_assert_uint_eq(packet.ts_value, 1);
		free(copy);
	}
}
END_TEST

START_TEST(test_options_without_end)
{
	static const uint8_t options[][12] = {
		{8, 0},       /* a length of 0 would never end */
		{3, 200, 7},  /* longer than there is */
		{0, 3, 3, 7}, /* behind the end of the list */
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct made_segment segment = {.flags = TCP_SYN, .stamp = 5};
		struct decoded packet;
		uint8_t frame[256];
		size_t size = segment_frame(&segment, frame);

		memcpy(frame + 14 + 20 + 20, options[i], sizeof(options[i]));
		packet_decode(frame, size, &packet);
		ck_assert_int_eq(packet.protocol, PACKET_TCP);
		ck_assert_int_eq(packet.scale, -1);
		ck_assert_uint_eq(packet.ts_value, 0);
	}
}
END_TEST

START_TEST(test_arp)
{
	uint8_t frame[64] = {[12] = 0x08, [13] = 0x06, [21] = 1 /* request */};
	struct decoded packet;

	memcpy(frame + 28, (uint8_t[]){10, 0, 0, 1}, 4);
	memcpy(frame + 38, (uint8_t[]){10, 0, 0, 9}, 4);
	packet_decode(frame, sizeof(frame), &packet);
	ck_assert_int_eq(packet.protocol, PACKET_ARP);
	ck_assert(packet.neighbour_request && !packet.neighbour_reply);
	ck_assert_str_eq(packet.src, "10.0.0.1");
	ck_assert_str_eq(packet.dst, "10.0.0.9");
	frame[21] = 2;
	packet_decode(frame, sizeof(frame), &packet);
	ck_assert(!packet.neighbour_request && packet.neighbour_reply);
}
END_TEST

START_TEST(test_neighbour_discovery)
{
	/* an IPv6 header, 24 bytes of ICMPv6 behind it */
	uint8_t frame[14 + 40 + 32] = {[12] = 0x86, [13] = 0xdd, [14] = 0x60, [19] = 32, [20] = 58};
	struct decoded packet;

	frame[14 + 8] = 0xfe, frame[14 + 24] = 0xff;
	frame[54] = 135;
	frame[54 + 8] = 0xfd, frame[54 + 23] = 2;
	packet_decode(frame, sizeof(frame), &packet);
	ck_assert_int_eq(packet.protocol, PACKET_ICMP6);
	ck_assert(packet.neighbour_request);
	ck_assert_str_eq(packet.dst, "fd00::2"); /* whom it looks for, not the group */
	frame[54] = 136;
	packet_decode(frame, sizeof(frame), &packet);
	ck_assert(packet.neighbour_reply && !packet.neighbour_request);
	frame[54] = 133; /* router solicitation */
	packet_decode(frame, sizeof(frame), &packet);
	ck_assert(!packet.neighbour_reply && !packet.neighbour_request && !packet.quotes);
}
END_TEST

START_TEST(test_icmp_quotes)
{
	struct made_segment segment = {.seq = 5, .flags = TCP_ACK};
	uint8_t frame[512] = {[12] = 0x08, [14] = 0x45, [14 + 3] = 100, [14 + 9] = 1}, inner[256];
	struct decoded packet;

	segment_frame(&segment, inner);
	frame[34] = 3, frame[35] = 13;
	memcpy(frame + 42, inner + 14, 28); /* all that RFC 792 wants */
	packet_decode(frame, 42 + 28, &packet);
	ck_assert_int_eq(packet.protocol, PACKET_ICMP);
	ck_assert_int_eq(packet.icmp_type, 3);
	ck_assert_int_eq(packet.icmp_code, 13);
	ck_assert(packet.quotes);
	ck_assert_str_eq(packet.quoted_src, CLIENT);
	ck_assert_str_eq(packet.quoted_dst, SERVER);
	ck_assert_int_eq(packet.quoted_sport, 40000);
	ck_assert_int_eq(packet.quoted_dport, 8081);
	ck_assert_uint_eq(packet.quoted_seq, 5);
	packet_decode(frame, 42 + 27, &packet);
	ck_assert(!packet.quotes);
	frame[34] = 8; /* an echo request quotes nothing */
	packet_decode(frame, 42 + 28, &packet);
	ck_assert(!packet.quotes);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("packet");

	tcase_add_test(tests, test_tcp);
	tcase_add_test(tests, test_cut);
	tcase_add_test(tests, test_options_without_end);
	tcase_add_test(tests, test_arp);
	tcase_add_test(tests, test_neighbour_discovery);
	tcase_add_test(tests, test_icmp_quotes);
	return run_tests(tests);
}
