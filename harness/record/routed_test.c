/* SPDX-License-Identifier: MIT
 *
 * What passes a router: as it came, translated, answered or ended there.
 */
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

int main(void)
{
	TCase *tests = tcase_create("routed");

	tcase_add_test(tests, test_router);
	tcase_add_test(tests, test_to_router);
	tcase_add_test(tests, test_translation);
	tcase_add_test(tests, test_translation_of_several);
	tcase_add_test(tests, test_translation_of_errors);
	tcase_add_test(tests, test_syn_proxy);
	tcase_add_test(tests, test_vip);
	tcase_add_loop_test(tests, what_the_router_does_not_send_on_ends_there, 0, 2);
	tcase_add_test(tests, test_router_speaks);
	tcase_add_test(tests, test_router_repeats);
	return run_tests(tests);
}
