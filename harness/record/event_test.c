/* SPDX-License-Identifier: MIT */
#include "label.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "record_test.h"
#include "tcp_words.h"

static void add_socket(struct raw *raw, enum raw_type type, int64_t t_ns, int state, int remote)
{
	struct raw_socket socket = {.family = AF_INET,
				    .state = (uint8_t)state,
				    .sport = 8081,
				    .dport = (uint16_t)remote};

	inet_pton(AF_INET, SERVER, socket.src);
	inet_pton(AF_INET, remote ? CLIENT : "0.0.0.0", socket.dst);
	raw_add(raw, type, 1, t_ns, &socket, sizeof(socket), NULL, 0);
}

static void add_received(struct raw *raw, int64_t t_ns, int64_t ret, int64_t bytes, int intact)
{
	struct peer_event event = {.step = 2,
				   .phase = PEER_END,
				   .t_ns = t_ns,
				   .ret = ret,
				   .bytes = bytes,
				   .err = ret < 0 ? ECONNRESET : 0,
				   .intact = intact};

	raw_add(raw, RAW_STEP, 0, t_ns, &event, sizeof(event), NULL, 0);
}

/* Everything that can happen, out of order, and the lines that it must give. */
START_TEST(test_lines)
{
	static const struct {
		int64_t t_ns;
		enum record_event_kind kind;
		int host;
		const char *text;
	} lines[] = {
		{0, EVENT_PROGRAM_START, 0, "client: starts"},
		{1 * S, EVENT_STEP_START, 0, "client: connect server:8081 ..."},
		{1 * S, EVENT_PACKET, 0, "client > server: SYN seq 0"},
		{2 * S, EVENT_STEP_END, 0, "client: connect: ECONNREFUSED"},
		{2 * S, EVENT_SOCKET, 1, "server: socket 10.0.0.2:8081 LISTEN"},
		{3 * S, EVENT_FAULT, -1, "*** reboot host=server down=1s"},
		{3 * S, EVENT_SOCKET, 1, "server: socket 10.0.0.2:8081 - 10.0.0.1:40000 is gone"},
		{4 * S, EVENT_HOST, 1, "*** server is up again"},
		{4 * S, EVENT_PROGRAM_START, 1, "server (start 2): starts again"},
		{4 * S, EVENT_STEP_START, 1, "server (start 2): listen 8081 ..."},
		{5 * S, EVENT_PACKET, 0, "client > server: SYN seq 0, retransmission 1, lost"},
		{6 * S, EVENT_STEP_START, 0, "client: recv ..."},
		{7 * S, EVENT_STEP_END, 0, "client: recv: ECONNRESET after 5 bytes"},
		{7 * S, EVENT_PACKET, 1, "server > client: RST, no such connection here"},
		{8 * S, EVENT_STEP_END, 1, "server (start 2): listen: SIGTERM"},
		{8 * S, EVENT_PROGRAM_END, 0, "client: killed by SIGKILL"},
		{8 * S, EVENT_PROGRAM_END, 1, "server (start 2): exits with 3"},
	};
	struct plan *plan = test_plan(
		TWO_HOSTS "timeline: [{at: 3s, reboot: {host: server, down: 1s}}]\n" EXPECTS);
	struct made_segment reset = {
		.src = SERVER, .dst = CLIENT, .sport = 8081, .dport = 40000, .flags = TCP_RST};
	struct raw raw = {0};
	struct record *record;
	struct record_event *events;
	char text[256];
	int count;

	raw_begin(&raw);
	raw_fault(&raw, 0, 3 * S, RAW_FAULT_BEGUN);
	raw_up(&raw, 1, 3 * S, 0);
	raw_fault(&raw, 0, 4 * S, RAW_FAULT_DONE);
	raw_up(&raw, 1, 4 * S, 1);
	raw_started(&raw, 0, 0, 0);
	raw_step(&raw, 0, 0, 1 * S, PEER_START, 0, 0);
	raw_step(&raw, 0, 0, 2 * S, PEER_END, -1, ECONNREFUSED);
	raw_step(&raw, 0, 2, 6 * S, PEER_START, 0, 0);
	add_received(&raw, 7 * S, -1, 5, 0);
	raw_exited(&raw, 0, 0, 8 * S, 9);
	raw_started(&raw, 1, 1, 4 * S);
	raw_step(&raw, 1, 0, 4 * S, PEER_START, 0, 0);
	raw_step(&raw, 1, 0, 8 * S, PEER_CAUGHT, 0, 0);
	raw_exited(&raw, 1, 1, 8 * S, 3 << 8);
	add_socket(&raw, RAW_SOCKET, 2 * S, 10, 0);
	add_socket(&raw, RAW_SAMPLE, 2 * S, 10, 0); /* no event */
	add_socket(&raw, RAW_SOCKET, 3 * S, 0, 40000);
	raw_send(&raw, 1 * S, 0, 1, ARRIVES, &(struct made_segment){.flags = TCP_SYN});
	raw_send(&raw, 5 * S, 0, 1, LOST_ON_WAY, &(struct made_segment){.flags = TCP_SYN, .id = 1});
	raw_send(&raw, 7 * S, 1, 0, ARRIVES, &reset);
	record = test_collect(plan, &raw, 9 * S);
	record->packet[2].rel_seq = -1;
	ck_assert_int_eq(record_events(plan, record, &events, &count), 0);
	for (int i = 0; i < count; i++) {
		ck_assert_uint_lt((size_t)i, sizeof(lines) / sizeof(lines[0]));
		ck_assert_str_eq(label_event(plan, record, &events[i], text, sizeof(text)),
				 lines[i].text);
		ck_assert_int_eq(events[i].t_ns, lines[i].t_ns);
		ck_assert_int_eq(events[i].kind, lines[i].kind);
		ck_assert_int_eq(events[i].host, lines[i].host);
	}
	ck_assert_uint_eq((size_t)count, sizeof(lines) / sizeof(lines[0]));
	free(events);
	record->fault[0].fault = 9;
	ck_assert_int_eq(record_events(plan, record, &events, &count), -EINVAL);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* Where it comes up later than the first goes down. */
START_TEST(test_failover)
{
	static const char *const lines[] = {"*** failover after=1s", "*** a router is up",
					    "*** failover router"};
	struct plan *plan = test_plan("network: router\n" TWO_HOSTS
				      "timeline: [{at: 3s, failover: {after: 1s}}, "
				      "{at: 5s, failover: router}]\n" EXPECTS);
	struct raw raw = {0};
	struct record_event *events;
	struct record *record;
	char text[256];
	int count;

	raw_begin(&raw);
	raw_fault(&raw, 0, 3 * S, RAW_FAULT_BEGUN);
	raw_fault(&raw, 0, 4 * S, RAW_FAULT_DONE);
	raw_fault(&raw, 1, 5 * S, RAW_FAULT_BEGUN);
	raw_fault(&raw, 1, 5 * S, RAW_FAULT_DONE);
	record = test_collect(plan, &raw, 6 * S);
	ck_assert_int_eq(record_events(plan, record, &events, &count), 0);
	ck_assert_int_eq(count, 3);
	for (int i = 0; i < count; i++) {
		ck_assert_str_eq(label_event(plan, record, &events[i], text, sizeof(text)),
				 lines[i]);
		ck_assert_int_eq(events[i].t_ns, (3 + i) * S);
	}
	free(events);
	record_free(record);
	plan_free(plan);
}
END_TEST

START_TEST(test_packets)
{
	static const struct {
		struct record_packet packet;
		const char *text, *note;
	} packets[] = {
		{{.kinds = 1 << KIND_TCP | 1 << KIND_FIN,
		  .flags = TCP_FIN | TCP_ACK,
		  .rel_seq = 101,
		  .rel_ack = 1},
		 "FIN ACK seq 101 ack 1",
		 ""},
		{{.kinds = 1 << KIND_TCP | 1 << KIND_DATA,
		  .flags = TCP_ACK,
		  .rel_seq = -1,
		  .rel_ack = -1,
		  .payload = 9},
		 "ACK len 9",
		 ""},
		{{.kinds = 1 << KIND_TCP | 1 << KIND_ACK | 1 << KIND_ZERO_WINDOW,
		  .flags = TCP_ACK,
		  .rel_seq = 1,
		  .rel_ack = 2},
		 "ACK seq 1 ack 2",
		 "window 0"},
		{{.kinds = 1 << KIND_TCP | 1 << KIND_WINDOW_PROBE,
		  .flags = TCP_ACK,
		  .rel_seq = 1,
		  .rel_ack = 2,
		  .attempt = 4},
		 "ACK seq 1 ack 2",
		 "window probe 4"},
		{{.kinds = 1 << KIND_ICMP,
		  .icmp_type = 3,
		  .icmp_code = 1,
		  .note = (char *)"quotes"},
		 "ICMP host unreachable",
		 "quotes"},
		{{.kinds = 1 << KIND_ICMP, .icmp_type = 3, .icmp_code = 99},
		 "ICMP type 3 code 99",
		 ""},
		{{.kinds = 1 << KIND_ARP_REQUEST, .dst = (char *)"10.0.0.9"},
		 "who has 10.0.0.9?",
		 ""},
		{{.kinds = 1 << KIND_ARP_REPLY, .src = (char *)"10.0.0.9"}, "10.0.0.9 is here", ""},
		{{.kinds = 1 << KIND_OTHER}, "no TCP", ""},
	};
	struct plan plan = {.ip_version = 4};
	char buf[128], tiny[6];

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		ck_assert_str_eq(label_packet(&plan, &packets[i].packet, buf, sizeof(buf)),
				 packets[i].text);
		ck_assert_str_eq(label_packet_note(&packets[i].packet, buf, sizeof(buf)),
				 packets[i].note);
	}
	ck_assert_str_eq(label_packet(&plan, &packets[0].packet, tiny, sizeof(tiny)), "FIN A");
}
END_TEST

/* Where texts are sent, nobody means the pattern. */
START_TEST(test_text_is_no_lost_pattern)
{
	struct plan *plan = test_plan(TWO_HOSTS EXPECTS);
	struct record_step step = {.step = 2, .ret = 5, .bytes = 5, .end_ns = S};
	char text[64];

	ck_assert_str_eq(label_result(plan, &step, text, sizeof(text)), "5 (not the pattern)");
	strcpy(plan->program[1].step[0].peer.text, "hello");
	ck_assert_str_eq(label_result(plan, &step, text, sizeof(text)), "5");
	plan_free(plan);
}
END_TEST

/* What Wireshark finds it by, and what the headers have beyond the words of the ladder. */
START_TEST(test_packet_headers)
{
	struct plan *plan = test_plan("network: router\n" TWO_HOSTS EXPECTS);
	struct record_packet packet = {.from = 0,
				       .to = 1,
				       .kinds = 1u << KIND_TCP,
				       .src = (char *)"fd00::1",
				       .dst = (char *)"fd00::2",
				       .sport = 40000,
				       .dport = 8081,
				       .seq = 4000000000u,
				       .ack = 7,
				       .flags = TCP_ACK,
				       .window = 512,
				       .ttl = 64,
				       .ip_id = 0x1a2b,
				       .ts_value = 5,
				       .options = (char *)"MSS 1460",
				       .frame_sent = 5,
				       .frame_router_in = 4};
	char buf[512];

	ck_assert_str_eq(label_packet_frames(plan, &packet, buf, sizeof(buf)),
			 "frame 5 at client, 4 at router.client");
	packet.frame_router_out = 3, packet.frame_arrived = 2;
	ck_assert_str_eq(label_packet_frames(plan, &packet, buf, sizeof(buf)),
			 "frame 5 at client, 4 at router.client, 3 at router.server, 2 at server");
	ck_assert_str_eq(label_packet_header(&packet, buf, sizeof(buf)),
			 "[fd00::1]:40000 > [fd00::2]:8081, seq 4000000000, ack 7, window 512, "
			 "ttl 64, id 0x1a2b, timestamps 5 0, MSS 1460");
	packet = (struct record_packet){.from = PLACE_ROUTER,
					.to = 9,
					.src = (char *)"a",
					.dst = (char *)"b",
					.frame_arrived = 9};
	ck_assert_str_eq(label_packet_frames(plan, &packet, buf, sizeof(buf)), "");
	ck_assert_str_eq(label_packet_header(&packet, buf, sizeof(buf)), "a > b");
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("event");

	tcase_add_test(tests, test_lines);
	tcase_add_test(tests, test_failover);
	tcase_add_test(tests, test_text_is_no_lost_pattern);
	tcase_add_test(tests, test_packets);
	tcase_add_test(tests, test_packet_headers);
	return run_tests(tests);
}
