/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base_test.h"
#include "record_fixture.h"
#include "tcp_words.h"

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
	      "  other: {program: [pause]}\n"
	      "expect: {client: {connect: ok}}\nnetwork: switch\ncase: three\n");
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
	tcase_add_test(tests, test_moved_address);
	tcase_add_test(tests, test_boots);
	return run_tests(tests);
}
