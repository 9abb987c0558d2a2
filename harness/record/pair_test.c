/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <string.h>

#include "base_test.h"
#include "record_fixture.h"
#include "tcp_words.h"

#define ROUTER "network: router\n" HOSTS_BEHIND
#define HOSTS_BEHIND                                                                               \
	"case: behind a router\n"                                                                  \
	"hosts:\n"                                                                                 \
	"  client: {program: [{connect: server:8081}]}\n"                                          \
	"  server: {program: [{listen: 8081}, accept]}\n" EXPECTS_CONNECT
#define EXPECTS_CONNECT "expect: {client: {connect: ok}}\n"

static void check_packet(int index, int64_t sent_ns, int64_t port_ns, int64_t arrived_ns, int from,
			 int to)
{
	const struct record_packet *packet = &record->packet[index];

	ck_assert_int_lt(index, record->packet_count);
	ck_assert_int_eq(packet->sent_ns, sent_ns);
	ck_assert_int_eq(packet->port_ns, port_ns);
	ck_assert_int_eq(packet->arrived_ns, arrived_ns);
	ck_assert_int_eq(packet->from, from);
	ck_assert_int_eq(packet->to, to);
}

/* Four sightings are one packet; what is lost is known, and where. */
START_TEST(test_fates)
{
	begin(TWO_HOSTS EXPECTS);
	raw_send(&raw, 1 * S, 0, 1, ARRIVES, &(struct made_segment){.flags = TCP_SYN, .seq = 1});
	raw_send(&raw, 2 * S, 0, 1, LOST_ON_WAY,
		 &(struct made_segment){.flags = TCP_ACK, .seq = 2});
	raw_send(&raw, 3 * S, 0, 1, LOST_IN_CABLE,
		 &(struct made_segment){.flags = TCP_ACK, .seq = 3});
	record = test_collect(plan, &raw, 4 * S);
	ck_assert_int_eq(record->packet_count, 3);
	check_packet(0, 1 * S, 1 * S, 1 * S + MS, 0, 1);
	check_packet(1, 2 * S, 2 * S, -1, 0, 1);
	check_packet(2, 3 * S, -1, -1, 0, 1);
	ck_assert_int_eq(record->frame_count, 7);
	ck_assert_int_eq(record->frame[3].packet, 0);
	ck_assert_int_eq(record->frame[4].packet, 1);
	done();
}
END_TEST

/* Alike to the last bit, as keepalive probes without timestamps over IPv6 are: the first is
 * lost, the second arrives. */
START_TEST(test_alike)
{
	struct made_segment probe = {
		.flags = TCP_ACK, .seq = 7, .src = "fd00::1", .dst = "fd00::2"};

	begin("ip: 6\n" TWO_HOSTS EXPECTS);
	raw_send(&raw, 1 * S, 0, 1, LOST_ON_WAY, &probe);
	raw_send(&raw, 4 * S, 0, 1, ARRIVES, &probe);
	raw_send(&raw, 7 * S, 0, 1, LOST_IN_CABLE, &probe);
	raw_send(&raw, 10 * S, 0, 1, ARRIVES, &probe);
	record = test_collect(plan, &raw, 11 * S);
	ck_assert_int_eq(record->packet_count, 4);
	check_packet(0, 1 * S, 1 * S, -1, 0, 1);
	check_packet(1, 4 * S, 4 * S, 4 * S + MS, 0, 1);
	check_packet(2, 7 * S, -1, -1, 0, 1);
	check_packet(3, 10 * S, 10 * S, 10 * S + MS, 0, 1);
	done();
}
END_TEST

/* ... but with a link as slow as that, or a queue as long, the first that was sent is the first to
 * arrive. */
START_TEST(test_alike_and_slow)
{
	struct made_segment probe = {.flags = TCP_ACK, .seq = 7};
	uint8_t frame[256];
	size_t size = segment_frame(&probe, frame);

	begin(_i ? "link: {rate: 1mbit}\n" TWO_HOSTS EXPECTS
		 : "link: {delay: 2s}\n" TWO_HOSTS EXPECTS);
	raw_send(&raw, 1 * S, 0, 1, LOST_ON_WAY, &probe);
	raw_send(&raw, 2 * S, 0, 1, LOST_ON_WAY, &probe);
	for (int i = 3; i < 5; i++) {
		raw_packet(&raw, i * S, 1, RAW_TAP_PORT, 1, frame, size);
		raw_packet(&raw, i * S, 1, RAW_TAP_HOST, 0, frame, size);
	}
	record = test_collect(plan, &raw, 5 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(0, 1 * S, 1 * S, 3 * S, 0, 1);
	check_packet(1, 2 * S, 2 * S, 4 * S, 0, 1);
	done();
}
END_TEST

static void send_numbered(int64_t t_ns, uint32_t number, const struct made_segment *segment)
{
	struct raw_packet packet = {.tap = RAW_TAP_HOST, .outgoing = 1, .number = number};
	uint8_t frame[256];
	size_t size = segment_frame(segment, frame);

	packet.length = (uint32_t)size;
	raw_add(&raw, RAW_PACKET, -1, t_ns, &packet, sizeof(packet), frame, size);
}

static void arrive_numbered(int64_t t_ns, uint32_t number, const struct made_segment *segment)
{
	struct raw_packet packet = {.host = 1, .tap = RAW_TAP_HOST, .number = number};
	uint8_t frame[256];
	size_t size = segment_frame(segment, frame);

	packet.length = (uint32_t)size;
	raw_add(&raw, RAW_PACKET, -1, t_ns, &packet, sizeof(packet), frame, size);
}

/* Who carries them knows which of two that are alike arrived, however long it took, and why the
 * other did not. A number that nobody has seen is damage. */
START_TEST(test_numbered)
{
	struct made_segment probe = {.flags = TCP_ACK, .seq = 7};
	const uint32_t lost = 1, arrived = 2, absurd = UINT32_MAX;

	begin("link: {delay: 2s}\n" TWO_HOSTS EXPECTS);
	send_numbered(1 * S, lost, &probe);
	send_numbered(2 * S, arrived, &probe);
	arrive_numbered(4 * S, arrived, &probe);
	raw_add(&raw, RAW_LOST, -1, 3 * S, &lost, sizeof(lost), "by chance", 9);
	raw_add(&raw, RAW_LOST, -1, 3 * S, &arrived, sizeof(arrived), "never", 5);
	raw_add(&raw, RAW_LOST, -1, 3 * S, &absurd, sizeof(absurd), "never", 5);
	record = test_collect(plan, &raw, 5 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(0, 1 * S, -1, -1, 0, 1);
	ck_assert_str_eq(record->packet[0].lost, "by chance");
	check_packet(1, 2 * S, -1, 4 * S, 0, 1);
	ck_assert_ptr_null(record->packet[1].lost);
	done();
}
END_TEST

/* All of a switch get what is for a group, or for an address that it does not know yet. */
START_TEST(what_another_does_not_get_is_not_lost)
{
	struct made_segment segment = {.flags = TCP_ACK};
	uint32_t number = 1;

	begin("hosts:\n"
	      "  client: {program: [{connect: server:8081}]}\n"
	      "  server: {program: [{listen: 8081}, accept]}\n"
	      "  other: {program: [pause]}\n" EXPECTS_CONNECT "network: switch\ncase: three\n");
	for (int host = 1; host < 3; host++, number++) {
		send_numbered(host * S, number, &segment);
		raw_add(&raw, RAW_LOST, host, host * S, &number, sizeof(number), "by chance", 9);
	}
	record = test_collect(plan, &raw, 5 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(0, 1 * S, -1, -1, 0, 1);
	ck_assert_str_eq(record->packet[0].lost, "by chance");
	check_packet(1, 2 * S, -1, -1, 0, 1);
	ck_assert_ptr_null(record->packet[1].lost);
	done();
}
END_TEST

/* Frames are read tap by tap, not in their order. */
START_TEST(test_out_of_order)
{
	uint8_t frame[256];
	size_t size = segment_frame(&(struct made_segment){.flags = TCP_SYN}, frame);

	begin(TWO_HOSTS EXPECTS);
	raw_packet(&raw, S + MS, 1, RAW_TAP_HOST, 0, frame, size);
	raw_packet(&raw, S + MS, 1, RAW_TAP_PORT, 1, frame, size);
	raw_packet(&raw, S, 0, RAW_TAP_PORT, 0, frame, size);
	raw_packet(&raw, S, 0, RAW_TAP_HOST, 1, frame, size);
	record = test_collect(plan, &raw, 2 * S);
	ck_assert_int_eq(record->packet_count, 1);
	check_packet(0, S, S, S + MS, 0, 1);
	ck_assert(record->frame[0].outgoing && record->frame[0].host == 0);
	done();
}
END_TEST

/* netem's duplicate is nobody's: no retransmission, and not its sender's second packet. */
START_TEST(test_duplicate)
{
	struct made_segment data = {.flags = TCP_ACK, .seq = 1, .payload = 100};
	uint8_t frame[256];
	size_t size = segment_frame(&data, frame);

	begin(TWO_HOSTS EXPECTS);
	raw_send(&raw, S, 0, 1, ARRIVES, &data);
	raw_packet(&raw, S + MS, 1, RAW_TAP_PORT, 1, frame, size);
	raw_packet(&raw, S + MS, 1, RAW_TAP_HOST, 0, frame, size);
	record = test_collect(plan, &raw, 2 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(0, S, S, S + MS, 0, 1);
	ck_assert(!record->packet[0].made_on_way && record->packet[1].made_on_way);
	ck_assert_str_eq(record->packet[1].note, "duplicated on the way");
	ck_assert_int_eq(record->packet[1].arrived_ns, S + MS);
	ck_assert_str_eq(kinds_of(record, 1), "data tcp");
	done();
}
END_TEST

START_TEST(test_corrupted)
{
	struct made_segment data = {.flags = TCP_ACK, .seq = 1, .payload = 100};
	uint8_t frame[256];
	size_t size;

	begin(TWO_HOSTS EXPECTS);
	raw_send(&raw, S, 0, 1, LOST_ON_WAY, &data);
	data.seq ^= 1 << 20;
	size = segment_frame(&data, frame);
	raw_packet(&raw, S + MS, 1, RAW_TAP_PORT, 1, frame, size);
	record = test_collect(plan, &raw, 2 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(0, S, S, -1, 0, 1);
	ck_assert(record->packet[1].made_on_way);
	ck_assert_str_eq(record->packet[1].note, "changed on the way: no host sent this");
	done();
}
END_TEST

/* Between a host and the router's interface towards it. */
static void send_part(int64_t t_ns, int host, const struct made_segment *segment, bool to_router)
{
	uint8_t frame[256];
	size_t size = segment_frame(segment, frame);

	if (to_router) {
		raw_packet(&raw, t_ns, host, RAW_TAP_HOST, 1, frame, size);
		raw_packet(&raw, t_ns, host, RAW_TAP_PORT, 0, frame, size);
		raw_packet(&raw, t_ns, -1 - host, RAW_TAP_PORT, 1, frame, size);
		raw_packet(&raw, t_ns, -1 - host, RAW_TAP_HOST, 0, frame, size);
	} else {
		raw_packet(&raw, t_ns, -1 - host, RAW_TAP_HOST, 1, frame, size);
		raw_packet(&raw, t_ns, -1 - host, RAW_TAP_PORT, 0, frame, size);
		raw_packet(&raw, t_ns + MS, host, RAW_TAP_PORT, 1, frame, size);
		raw_packet(&raw, t_ns + MS, host, RAW_TAP_HOST, 0, frame, size);
	}
}

/* From host 0 through the router's two interfaces to host 1. */
static void send_routed(int64_t t_ns, const struct made_segment *before,
			const struct made_segment *behind)
{
	send_part(t_ns, 0, before, true);
	send_part(t_ns, 1, behind, false);
}

/* Where hosts have kernels of their own it is known where a packet ended: one that came to the
 * router, and is sent on by it only the next time. */
START_TEST(what_the_router_does_not_send_on_ends_there)
{
	static const struct raw_start start = {.tick_ns = 4 * MS};
	struct made_segment syn = {
		.src = "10.0.1.1", .dst = "10.0.2.1", .flags = TCP_SYN, .seq = 9, .id = 3};
	struct made_segment behind;

	begin(ROUTER);
	if (_i)
		raw_add(&raw, RAW_START, 0, 0, &start, sizeof(start), NULL, 0);
	send_part(1 * S, 0, &syn, true);
	raw_send(&raw, 2 * S, 0, 1, LOST_IN_CABLE, &syn);
	syn.id++;
	behind = syn;
	behind.ttl = 63;
	send_routed(3 * S, &syn, &behind);
	record = test_collect(plan, &raw, 4 * S);
	ck_assert_int_eq(record->packet_count, 3);
	if (_i)
		ck_assert_str_eq(record->packet[0].lost, "the router did not send it on");
	else
		ck_assert_ptr_null(record->packet[0].lost);
	ck_assert_ptr_null(record->packet[1].lost);
	ck_assert_ptr_null(record->packet[2].lost);
	done();
}
END_TEST

START_TEST(test_router)
{
	struct made_segment before = {
		.src = "10.0.1.1", .dst = "10.0.2.1", .flags = TCP_SYN, .seq = 9, .id = 3};
	struct made_segment behind = before;

	behind.ttl = 63;
	begin(ROUTER);
	send_routed(S, &before, &behind);
	record = test_collect(plan, &raw, 2 * S);
	ck_assert_int_eq(record->packet_count, 1);
	check_packet(0, S, S, S + MS, 0, 1);
	done();
}
END_TEST

START_TEST(test_to_router)
{
	struct made_segment segment = {.src = "10.0.2.1", .dst = "10.0.2.254", .flags = TCP_SYN};
	uint8_t frame[256];

	begin(ROUTER);
	raw_packet(&raw, S, 1, RAW_TAP_HOST, 1, frame, segment_frame(&segment, frame));
	record = test_collect(plan, &raw, 2 * S);
	check_packet(0, S, -1, -1, 1, -2);
	done();
}
END_TEST

/* Address and port change; the server knows the client by the router's address. */
START_TEST(test_translation)
{
	struct made_segment before = {
		.src = "10.0.1.1", .dst = "10.0.2.1", .flags = TCP_SYN, .seq = 9, .id = 3};
	struct made_segment behind = before;
	struct made_segment answer = {
		.src = "10.0.2.1", .dst = "10.0.2.254", .flags = TCP_RST, .sport = 8081};
	uint8_t frame[256];

	behind.src = "10.0.2.254";
	behind.sport = 61000;
	begin("nat: true\n" ROUTER);
	send_routed(S, &before, &behind);
	raw_packet(&raw, 2 * S, 1, RAW_TAP_HOST, 1, frame, segment_frame(&answer, frame));
	record = test_collect(plan, &raw, 3 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(0, S, S, S + MS, 0, 1);
	ck_assert_str_eq(record->packet[0].src, "10.0.1.1");
	check_packet(1, 2 * S, -1, -1, 1, 0);
	done();
}
END_TEST

#define TWO_INSIDE                                                                                 \
	"network: router\nnat: true\ncase: two inside\nhosts:\n"                                   \
	"  one: {program: [{connect: outer:8081}]}\n"                                              \
	"  two: {program: [{connect: outer:8081}]}\n"                                              \
	"  outer: {program: [{listen: 8081}, accept]}\nexpect: {two: {connect: ok}}\n"

/* Of the second host, and as the router sends it on. */
static const struct made_segment of_two = {.src = "10.0.2.1",
					   .dst = "10.0.3.1",
					   .flags = TCP_SYN,
					   .sport = 40000,
					   .dport = 8081,
					   .seq = 9,
					   .id = 3};
static const struct made_segment of_two_outside = {.src = "10.0.3.254",
						   .dst = "10.0.3.1",
						   .flags = TCP_SYN,
						   .sport = 61000,
						   .dport = 8081,
						   .seq = 9,
						   .id = 3};

/* Outside all of them bear the router's address: an answer is for whose connection it is, which the
 * router knows by the port that it chose. */
START_TEST(test_translation_of_several)
{
	struct made_segment answer = {.src = "10.0.3.1",
				      .dst = "10.0.3.254",
				      .flags = TCP_SYN | TCP_ACK,
				      .sport = 8081,
				      .dport = 61000,
				      .seq = 5,
				      .ack = 10,
				      .id = 4};
	struct made_segment inside = answer;

	inside.dst = "10.0.2.1";
	inside.dport = 40000;
	begin(TWO_INSIDE);
	send_part(S, 1, &of_two, true);
	send_part(S, 2, &of_two_outside, false);
	send_part(2 * S, 2, &answer, true);
	send_part(2 * S, 1, &inside, false);
	record = test_collect(plan, &raw, 4 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(0, S, S, S + MS, 1, 2);
	check_packet(1, 2 * S, 2 * S, 2 * S + MS, 2, 1);
	ck_assert_int_eq(record->packet[1].connection, record->packet[0].connection);
	done();
}
END_TEST

/* An error of ICMP, about a segment. */
static size_t error_frame(const char *src, const char *dst, const struct made_segment *about,
			  uint8_t frame[256])
{
	uint8_t inner[256];

	memset(frame, 0, 42);
	frame[12] = 0x08, frame[14] = 0x45, frame[14 + 3] = 56, frame[14 + 9] = 1;
	inet_pton(AF_INET, src, frame + 14 + 12);
	inet_pton(AF_INET, dst, frame + 14 + 16);
	frame[34] = 3, frame[35] = 13;
	segment_frame(about, inner);
	memcpy(frame + 42, inner + 14, 28); /* all that RFC 792 wants */
	return 42 + 28;
}

/* An error that comes from outside is for who sent the segment that it quotes (RFC 5508, 4.2). */
START_TEST(test_translation_of_errors)
{
	uint8_t frame[256];
	size_t size;

	begin(TWO_INSIDE);
	send_part(S, 1, &of_two, true);
	send_part(S, 2, &of_two_outside, false);
	size = error_frame("10.0.3.1", "10.0.3.254", &of_two_outside, frame);
	raw_packet(&raw, 2 * S, 2, RAW_TAP_HOST, 1, frame, size);
	size = error_frame("10.0.3.1", "10.0.2.1", &of_two, frame);
	raw_packet(&raw, 2 * S + MS, 1, RAW_TAP_HOST, 0, frame, size);
	record = test_collect(plan, &raw, 4 * S);
	ck_assert_int_eq(record->packet_count, 2);
	check_packet(1, 2 * S, -1, 2 * S + MS, 2, 1);
	ck_assert_int_eq(record->packet[1].connection, record->packet[0].connection);
	ck_assert_str_eq(record->packet[1].note, "quotes two > outer seq 0");
	done();
}
END_TEST

/* The proxy's first number is 5000, the server's 9000: what comes after that is one packet on both
 * sides, in the numbers of the client; its header's are those of who sent it. */
START_TEST(test_syn_proxy)
{
	struct made_segment out = {
		.src = "fd00:0:0:1::1", .dst = "fd00:0:0:2::1", .flags = TCP_SYN, .seq = 100};
	struct made_segment in = {.src = "fd00:0:0:2::1",
				  .dst = "fd00:0:0:1::1",
				  .sport = 8081,
				  .dport = 40000,
				  .flags = TCP_SYN | TCP_ACK,
				  .seq = 5000,
				  .ack = 101};

	begin("ip: 6\nnetwork: {type: router, middlebox: {syn_proxy: true}}\n" HOSTS_BEHIND);
	send_part(S, 0, &out, true);
	send_part(S, 0, &in, false);
	out.flags = TCP_ACK;
	out.seq = 101;
	out.ack = 5001;
	send_part(2 * S, 0, &out, true);
	send_part(2 * S, 1,
		  &(struct made_segment){.src = "fd00:0:0:1::1",
					 .dst = "fd00:0:0:2::1",
					 .flags = TCP_SYN,
					 .seq = 100,
					 .window = 500},
		  false);
	in.seq = 9000;
	send_part(3 * S, 1, &in, true);
	out.ack = 9001;
	send_part(3 * S, 1, &out, false);
	out.ack = 5001;
	out.payload = 10;
	send_part(4 * S, 0, &out, true);
	out.ack = 9001;
	send_part(4 * S, 1, &out, false);
	in.flags = TCP_ACK;
	in.seq = 9001;
	in.ack = 111;
	in.payload = 5;
	send_part(5 * S, 1, &in, true);
	in.seq = 5001;
	send_part(5 * S, 0, &in, false);
	record = test_collect(plan, &raw, 6 * S);
	ck_assert_int_eq(record->packet_count, 8);
	check_packet(0, 1 * S, 1 * S, -1, 0, 1);
	check_packet(1, 1 * S, -1, 1 * S + MS, PLACE_ROUTER, 0);
	check_packet(2, 2 * S, 2 * S, -1, 0, 1);
	check_packet(3, 2 * S, 2 * S, 2 * S + MS, PLACE_ROUTER, 1);
	check_packet(4, 3 * S, 3 * S, -1, 1, 0);
	check_packet(5, 3 * S, 3 * S, 3 * S + MS, PLACE_ROUTER, 1);
	check_packet(6, 4 * S, 4 * S, 4 * S + MS, 0, 1);
	check_packet(7, 5 * S, 5 * S, 5 * S + MS, 1, 0);
	ck_assert_str_eq(record->packet[2].lost, "taken by the SYN proxy");
	ck_assert_uint_eq(record->packet[7].seq, 9001);
	ck_assert_int_eq(record->packet[7].rel_seq, 1);
	ck_assert_int_eq(record->packet[6].rel_ack, 1);
	for (int i = 0; i < record->packet_count; i++)
		ck_assert_int_eq(record->packet[i].attempt, 0);
	done();
}
END_TEST

/* A VIP is the backend that the router made of it; the router, where that is not known. */
START_TEST(test_vip)
{
	struct made_segment before = {.src = "10.0.1.1",
				      .dst = "10.0.0.101",
				      .flags = TCP_SYN,
				      .seq = 9,
				      .id = 3,
				      .sport = 40000,
				      .dport = 80};
	struct made_segment behind = before, again = before;
	struct made_segment answer = {.src = "10.0.2.1",
				      .dst = "10.0.1.1",
				      .flags = TCP_SYN | TCP_ACK,
				      .sport = 8081,
				      .dport = 40000};
	uint8_t frame[256];

	behind.dst = "10.0.2.1";
	behind.dport = 8081;
	again.id = 4;
	begin("case: a VIP\nnetwork: {type: router, vips: {web: {80: \"server:8081\"}}}\nhosts:\n"
	      "  client: {program: [{connect: \"web:80\"}]}\n"
	      "  server: {program: [{listen: 8081}, accept]}\n" EXPECTS_CONNECT);
	/* It is lost on its way to the router; then it is not. */
	raw_packet(&raw, S, 0, RAW_TAP_HOST, 1, frame, segment_frame(&again, frame));
	send_routed(2 * S, &before, &behind);
	raw_packet(&raw, 3 * S, 1, RAW_TAP_HOST, 1, frame, segment_frame(&answer, frame));
	raw_packet(&raw, 4 * S, 0, RAW_TAP_HOST, 1, frame, segment_frame(&again, frame));
	record = test_collect(plan, &raw, 5 * S);
	ck_assert_int_eq(record->packet_count, 4);
	check_packet(0, S, -1, -1, 0, PLACE_ROUTER);
	check_packet(1, 2 * S, 2 * S, 2 * S + MS, 0, 1);
	ck_assert_str_eq(record->packet[1].dst, "10.0.0.101");
	check_packet(2, 3 * S, -1, -1, 1, 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(record->packet[i].connection, 1);
	done();
}
END_TEST

/* An address that moved is where the sender believes it, who may know an old MAC. */
START_TEST(test_moved_address)
{
	struct made_segment segment = {.src = "10.0.0.1", .dst = "10.0.0.101", .flags = TCP_ACK};
	uint8_t frame[256];
	size_t size = segment_frame(&segment, frame);

	begin("addresses: {vip: server}\n"
	      "timeline: [{at: 1s, move: {address: vip, to: client}}]\n" TWO_HOSTS EXPECTS);
	raw_packet(&raw, S / 2, 0, RAW_TAP_HOST, 1, frame, size);
	memcpy(frame, (uint8_t[]){2, 0, 0, 0, 0, 2}, 6);
	raw_packet(&raw, 2 * S, 0, RAW_TAP_HOST, 1, frame, size);
	raw_packet(&raw, 2 * S + MS, 1, RAW_TAP_HOST, 0, frame, size);
	record = test_collect(plan, &raw, 3 * S);
	check_packet(0, S / 2, -1, -1, 0, 1);
	check_packet(1, 2 * S, -1, 2 * S + MS, 0, 1);
	done();
}
END_TEST

/* What first is seen at the router's own interface is the router's, whatever it says. */
START_TEST(test_router_speaks)
{
	struct made_segment reset = {
		.src = "10.0.2.1", .dst = "10.0.1.1", .flags = TCP_RST, .seq = 9, .sport = 8081};
	uint8_t frame[256];
	size_t size = segment_frame(&reset, frame);

	begin(ROUTER);
	raw_packet(&raw, S, -1, RAW_TAP_HOST, 1, frame, size);
	raw_packet(&raw, S, -1, RAW_TAP_PORT, 0, frame, size);
	raw_packet(&raw, S + MS, 0, RAW_TAP_PORT, 1, frame, size);
	raw_packet(&raw, S + MS, 0, RAW_TAP_HOST, 0, frame, size);
	record = test_collect(plan, &raw, 2 * S);
	ck_assert_int_eq(record->packet_count, 1);
	check_packet(0, S, -1, S + MS, -2, 0);
	ck_assert(!record->packet[0].made_on_way);
	ck_assert_str_eq(record->packet[0].note, "RST: by the router");
	done();
}
END_TEST

/* The router says the same again and again, to the last bit: it is no duplicate each time. */
START_TEST(test_router_repeats)
{
	struct made_segment reset = {
		.src = "10.0.2.1", .dst = "10.0.1.1", .flags = TCP_RST, .seq = 9, .sport = 8081};
	uint8_t frame[256];
	size_t size = segment_frame(&reset, frame);

	begin("link: {rate: 1mbit}\n" ROUTER); /* whose queue may be as long as it likes */
	for (int i = 1; i < 4; i++) {
		raw_packet(&raw, i * S, -1, RAW_TAP_HOST, 1, frame, size);
		raw_packet(&raw, i * S, -1, RAW_TAP_PORT, 0, frame, size);
		raw_packet(&raw, i * S + MS, 0, RAW_TAP_PORT, 1, frame, size);
		raw_packet(&raw, i * S + MS, 0, RAW_TAP_HOST, 0, frame, size);
	}
	record = test_collect(plan, &raw, 5 * S);
	ck_assert_int_eq(record->packet_count, 3);
	for (int i = 0; i < 3; i++) {
		check_packet(i, (i + 1) * S, -1, (i + 1) * S + MS, -2, 0);
		ck_assert(!record->packet[i].made_on_way);
	}
	done();
}
END_TEST

START_TEST(test_boots)
{
	begin(TWO_HOSTS "timeline: [{at: 2s, reboot: {host: server, down: 1s}}]\n" EXPECTS);
	raw_up(&raw, 0, 0, 1);
	raw_up(&raw, 1, 0, 1);
	raw_send(&raw, 1 * S, 1, 0, ARRIVES, &(struct made_segment){.flags = TCP_ACK, .seq = 1});
	raw_up(&raw, 1, 2 * S, 0);
	raw_up(&raw, 1, 3 * S, 1);
	raw_send(&raw, 4 * S, 1, 0, ARRIVES, &(struct made_segment){.flags = TCP_RST, .seq = 2});
	raw_send(&raw, 4 * S, 0, 1, ARRIVES, &(struct made_segment){.flags = TCP_ACK, .seq = 3});
	record = test_collect(plan, &raw, 5 * S);
	ck_assert_int_eq(record->packet_count, 3);
	ck_assert_int_eq(record->packet[0].incarnation, 0);
	ck_assert_int_eq(record->packet[1].incarnation + record->packet[2].incarnation, 1);
	done();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("pair");

	tcase_add_test(tests, test_fates);
	tcase_add_test(tests, test_alike);
	tcase_add_loop_test(tests, test_alike_and_slow, 0, 2);
	tcase_add_test(tests, test_numbered);
	tcase_add_test(tests, what_another_does_not_get_is_not_lost);
	tcase_add_test(tests, test_out_of_order);
	tcase_add_test(tests, test_duplicate);
	tcase_add_test(tests, test_corrupted);
	tcase_add_test(tests, test_router);
	tcase_add_test(tests, test_to_router);
	tcase_add_test(tests, test_translation);
	tcase_add_test(tests, test_translation_of_several);
	tcase_add_test(tests, test_translation_of_errors);
	tcase_add_test(tests, test_syn_proxy);
	tcase_add_test(tests, test_vip);
	tcase_add_test(tests, test_moved_address);
	tcase_add_loop_test(tests, what_the_router_does_not_send_on_ends_there, 0, 2);
	tcase_add_test(tests, test_router_speaks);
	tcase_add_test(tests, test_router_repeats);
	tcase_add_test(tests, test_boots);
	return run_tests(tests);
}
