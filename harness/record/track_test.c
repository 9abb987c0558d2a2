/* SPDX-License-Identifier: MIT
 *
 * What each packet is: a conversation a test, one line a packet, with what it must be.
 */
#include <string.h>

#include "base_test.h"
#include "record_test.h"
#include "tcp_words.h"

#define C 5000u /* the client's initial number */
#define D 9000u /* the server's */

#define A TCP_ACK

struct line {
	int from; /* 0: client, 1: server */
	struct made_segment segment;
	const char *kinds;
	int attempt;
	enum fate fate;
};

/* Numbers in SEGMENT are relative; the packets are 10 ms apart, and each takes 1 ms. */
static struct record *play(const struct line *line, size_t count, bool nat, struct plan **ret_plan)
{
	struct plan *plan = test_plan(nat ? "network: router\nnat: true\n" TWO_HOSTS EXPECTS
					  : TWO_HOSTS EXPECTS);
	struct raw raw = {0};

	raw_begin(&raw);
	for (size_t i = 0; i < count; i++) {
		struct made_segment segment = line[i].segment;

		segment.seq += line[i].from ? D : C;
		if (segment.flags & TCP_ACK)
			segment.ack += line[i].from ? C : D;
		if (line[i].from) {
			segment.src = SERVER, segment.dst = nat ? plan->host[1].router4 : CLIENT;
			segment.sport = 8081, segment.dport = 40000;
		}
		if (nat && line[i].from)
			segment.src = plan->host[1].address4;
		else if (nat)
			segment.src = plan->host[0].address4, segment.dst = plan->host[1].address4;
		segment.stamp = segment.stamp ? segment.stamp : (uint32_t)i + 1;
		raw_send(&raw, (int64_t)(i + 1) * 10 * MS, line[i].from, !line[i].from,
			 line[i].fate, &segment);
	}
	*ret_plan = plan;
	return test_collect(plan, &raw, S);
}

static void check(const struct line *line, size_t count, bool nat)
{
	struct plan *plan;
	struct record *record = play(line, count, nat, &plan);

	ck_assert_uint_eq((size_t)record->packet_count, count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(strcmp(kinds_of(record, (int)i), line[i].kinds) == 0,
			      "packet %zu is \"%s\", not \"%s\"", i, kinds_of(record, (int)i),
			      line[i].kinds);
		ck_assert_msg(record->packet[i].attempt == line[i].attempt,
			      "packet %zu: attempt %d, not %d", i, record->packet[i].attempt,
			      line[i].attempt);
	}
	record_free(record);
	plan_free(plan);
}

#define CHECK_IN(nat, ...)                                                                         \
	check((const struct line[]){__VA_ARGS__},                                                  \
	      sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line), nat)
#define CHECK(...) CHECK_IN(false, __VA_ARGS__)

#define HANDSHAKE                                                                                  \
	{0, {.flags = TCP_SYN, .scale = 8}, "syn tcp", 0, ARRIVES},                                \
		{1, {.flags = TCP_SYN | A, .ack = 1, .scale = 8}, "syn-ack tcp", 0, ARRIVES},      \
	{                                                                                          \
		0, {.flags = A, .seq = 1, .ack = 1}, "ack tcp", 0, ARRIVES                         \
	}

START_TEST(test_conversation)
{
	CHECK(HANDSHAKE,
	      {0, {.flags = A, .seq = 1, .ack = 1, .payload = 100}, "data tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 101}, "ack tcp", 0, ARRIVES},
	      {0, {.flags = TCP_FIN | A, .seq = 101, .ack = 1}, "fin tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 102}, "ack tcp", 0, ARRIVES},
	      {1,
	       {.flags = TCP_FIN | A, .seq = 1, .ack = 102, .payload = 5},
	       "data fin tcp",
	       0,
	       ARRIVES},
	      {0, {.flags = A, .seq = 102, .ack = 7}, "ack tcp", 0, ARRIVES});
}
END_TEST

START_TEST(test_retransmissions)
{
	CHECK({0, {.flags = TCP_SYN, .scale = 8}, "syn tcp", 0, LOST_ON_WAY},
	      {0, {.flags = TCP_SYN, .scale = 8}, "syn retransmission tcp", 1, ARRIVES},
	      {1, {.flags = TCP_SYN | A, .ack = 1}, "syn-ack tcp", 0, LOST_ON_WAY},
	      {1, {.flags = TCP_SYN | A, .ack = 1}, "syn-ack retransmission tcp", 1, ARRIVES},
	      {0, {.flags = A, .seq = 1, .ack = 1, .payload = 10}, "data tcp", 0, ARRIVES},
	      {0, {.flags = A, .seq = 11, .ack = 1, .payload = 10}, "data tcp", 0, LOST_ON_WAY},
	      {0,
	       {.flags = A, .seq = 11, .ack = 1, .payload = 10},
	       "data retransmission tcp",
	       1,
	       LOST_ON_WAY},
	      {0,
	       {.flags = A, .seq = 11, .ack = 1, .payload = 10},
	       "data retransmission tcp",
	       2,
	       LOST_ON_WAY},
	      /* the FIN goes with the last data, which it repeats */
	      {0,
	       {.flags = TCP_FIN | A, .seq = 11, .ack = 1, .payload = 10},
	       "data fin retransmission tcp",
	       3,
	       LOST_ON_WAY},
	      {0,
	       {.flags = TCP_FIN | A, .seq = 21, .ack = 1},
	       "fin retransmission tcp",
	       1,
	       ARRIVES});
}
END_TEST

START_TEST(test_keepalive)
{
	CHECK(HANDSHAKE, {0, {.flags = A, .seq = 0, .ack = 1}, "keepalive-probe tcp", 1, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 1}, "ack keepalive-ack tcp", 0, ARRIVES},
	      /* the answer starts the count anew */
	      {0, {.flags = A, .seq = 0, .ack = 1}, "keepalive-probe tcp", 1, LOST_ON_WAY},
	      {0, {.flags = A, .seq = 0, .ack = 1}, "keepalive-probe tcp", 2, LOST_IN_CABLE},
	      {0, {.flags = A, .seq = 0, .ack = 1}, "keepalive-probe tcp", 3, ARRIVES},
	      /* an answer that is lost is an answer still */
	      {1, {.flags = A, .seq = 1, .ack = 1}, "ack keepalive-ack tcp", 0, LOST_ON_WAY},
	      /* but one to nothing is none */
	      {1, {.flags = A, .seq = 1, .ack = 1}, "ack tcp", 0, ARRIVES});
}
END_TEST

/* Who answers knows the prober by the router's address. */
START_TEST(test_keepalive_through_a_translator)
{
	CHECK_IN(true, HANDSHAKE,
		 {0, {.flags = A, .seq = 0, .ack = 1}, "keepalive-probe tcp", 1, ARRIVES},
		 {1, {.flags = A, .seq = 1, .ack = 1}, "ack keepalive-ack tcp", 0, ARRIVES},
		 {0, {.flags = A, .seq = 0, .ack = 1}, "keepalive-probe tcp", 1, ARRIVES});
}
END_TEST

/* As other stacks do it: with one byte, which was acknowledged. */
START_TEST(test_keepalive_with_byte)
{
	CHECK(HANDSHAKE,
	      {0, {.flags = A, .seq = 1, .ack = 1, .payload = 1}, "data tcp", 0, ARRIVES},
	      /* not acknowledged yet: that is a retransmission */
	      {0,
	       {.flags = A, .seq = 1, .ack = 1, .payload = 1},
	       "data retransmission tcp",
	       1,
	       ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 2}, "ack tcp", 0, ARRIVES},
	      {0,
	       {.flags = A, .seq = 1, .ack = 1, .payload = 1},
	       "data keepalive-probe tcp",
	       1,
	       ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 2}, "ack keepalive-ack tcp", 0, ARRIVES});
}
END_TEST

START_TEST(test_zero_window)
{
	CHECK(HANDSHAKE,
	      {0, {.flags = A, .seq = 1, .ack = 1, .payload = 100}, "data tcp", 0, ARRIVES},
	      {1,
	       {.flags = A, .seq = 1, .ack = 101, .window = -1},
	       "ack zero-window tcp",
	       0,
	       ARRIVES},
	      {0, {.flags = A, .seq = 100, .ack = 1}, "window-probe tcp", 1, ARRIVES},
	      {1,
	       {.flags = A, .seq = 1, .ack = 101, .window = -1},
	       "ack zero-window tcp",
	       0,
	       ARRIVES},
	      {0, {.flags = A, .seq = 100, .ack = 1}, "window-probe tcp", 1, LOST_ON_WAY},
	      {0, {.flags = A, .seq = 100, .ack = 1}, "window-probe tcp", 2, LOST_ON_WAY},
	      /* a window that opens and never arrives is not known to the sender */
	      {1, {.flags = A, .seq = 1, .ack = 101, .window = 9}, "ack tcp", 0, LOST_ON_WAY},
	      {0, {.flags = A, .seq = 100, .ack = 1}, "window-probe tcp", 3, LOST_ON_WAY},
	      {1, {.flags = A, .seq = 1, .ack = 101, .window = 9}, "ack tcp", 0, ARRIVES},
	      {0, {.flags = A, .seq = 100, .ack = 1}, "keepalive-probe tcp", 1, LOST_ON_WAY});
}
END_TEST

START_TEST(test_duplicate_acks)
{
	CHECK(HANDSHAKE,
	      {0, {.flags = A, .seq = 1, .ack = 1, .payload = 10}, "data tcp", 0, LOST_ON_WAY},
	      {0, {.flags = A, .seq = 11, .ack = 1, .payload = 10}, "data tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 1}, "ack tcp", 0, ARRIVES}, /* the window is new */
	      {1, {.flags = A, .seq = 1, .ack = 1}, "ack duplicate-ack tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 1, .window = 77}, "ack tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 21, .window = 77}, "ack tcp", 0, ARRIVES},
	      /* nothing is outstanding any more */
	      {1, {.flags = A, .seq = 1, .ack = 21, .window = 77}, "ack tcp", 0, ARRIVES});
}
END_TEST

/* Behind a NAT one side is heard alone: what the other has sent is not known, whatever its numbers.
 */
START_TEST(test_duplicate_acks_of_one_who_is_heard_alone)
{
	CHECK({1, {.flags = A, .seq = 1, .ack = 1}, "ack tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 1}, "ack tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 0x90000000}, "ack tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 0x90000000}, "ack tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 1, .ack = 0x90000000}, "ack tcp", 0, ARRIVES});
}
END_TEST

START_TEST(test_numbers)
{
	struct plan *plan;
	struct record *record = play(
		(const struct line[]){
			HANDSHAKE,
			{.from = 0,
			 .segment = {.flags = A, .seq = 1, .ack = 1, .payload = 100, .window = 3}}},
		4, false, &plan);

	ck_assert_int_eq(record->packet[0].rel_seq, 0);
	ck_assert_int_eq(record->packet[0].rel_ack, -1);
	ck_assert_int_eq(record->packet[1].rel_ack, 1);
	ck_assert_int_eq(record->packet[3].rel_seq, 1);
	ck_assert_int_eq(record->packet[3].rel_ack, 1);
	ck_assert_uint_eq(record->packet[3].seq, C + 1);
	/* RFC 7323, 2.2: the window of a SYN is never scaled */
	ck_assert_int_eq(record->packet[0].window, 1000);
	ck_assert_int_eq(record->packet[1].window, 1000);
	ck_assert_int_eq(record->packet[3].window, 3 << 7);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* Only one side offers to scale: then nobody does. */
START_TEST(test_no_scale)
{
	struct plan *plan;
	struct record *record = play(
		(const struct line[]){
			{.from = 0, .segment = {.flags = TCP_SYN, .scale = 8}},
			{.from = 1, .segment = {.flags = TCP_SYN | A, .ack = 1}},
			{.from = 0, .segment = {.flags = A, .seq = 1, .ack = 1, .window = 3}}},
		3, false, &plan);

	ck_assert_int_eq(record->packet[2].window, 3);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* The client's host reboots and takes the same port: the old connection's state is gone. */
START_TEST(test_same_ports_again)
{
	CHECK(HANDSHAKE,
	      {0, {.flags = A, .seq = 1, .ack = 1, .payload = 10}, "data tcp", 0, ARRIVES},
	      {0, {.flags = TCP_SYN, .seq = 700000, .scale = 8}, "syn tcp", 0, ARRIVES},
	      {1, {.flags = TCP_SYN | A, .seq = 70, .ack = 700001}, "syn-ack tcp", 0, ARRIVES},
	      {0, {.flags = A, .seq = 700001, .ack = 71, .payload = 10}, "data tcp", 0, ARRIVES},
	      {1, {.flags = A, .seq = 70, .ack = 700011}, "keepalive-probe tcp", 1, ARRIVES});
}
END_TEST

/* ... and where nobody listens any more, it is as if there had been nothing before. */
START_TEST(test_same_ports_refused)
{
	struct plan *plan;
	struct record *record = play(
		(const struct line[]){
			{.from = 0, .segment = {.flags = TCP_SYN}},
			{.from = 1, .segment = {.flags = TCP_SYN | A, .ack = 1}},
			{.from = 0, .segment = {.flags = TCP_SYN, .seq = 700000}},
			{.from = 1, .segment = {.flags = TCP_RST | A, .ack = 700001}}},
		4, false, &plan);

	ck_assert_str_eq(record->packet[3].note, "RST: nobody listens");
	ck_assert_int_eq(record->packet[3].rel_seq, -1);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* Between the same ports a new connection has a number of its own, and its answers have it too. */
START_TEST(test_connections)
{
	static const int connection[] = {1, 1, 1, 2, 3, 3, 2, 3};
	struct plan *plan;
	struct record *record = play(
		(const struct line[]){
			HANDSHAKE,
			{.from = 0, .segment = {.flags = TCP_SYN, .sport = 40001}},
			{.from = 0, .segment = {.flags = TCP_SYN, .seq = 700000, .scale = 8}},
			{.from = 1, .segment = {.flags = TCP_SYN | A, .seq = 70, .ack = 700001}},
			{.from = 0, .segment = {.flags = TCP_SYN, .sport = 40001}},
			{.from = 0, .segment = {.flags = TCP_SYN, .seq = 700000, .scale = 8}}},
		8, false, &plan);

	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(record->packet[i].connection, connection[i]);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* Behind a translator the answers go to another address. */
START_TEST(test_connection_through_a_translator)
{
	struct plan *plan;
	struct record *record = play((const struct line[]){HANDSHAKE}, 3, true, &plan);

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(record->packet[i].connection, 1);
	record_free(record);
	plan_free(plan);
}
END_TEST

START_TEST(test_headers)
{
	struct plan *plan;
	struct record *record = play(
		(const struct line[]){
			{.from = 0,
			 .segment = {.flags = TCP_SYN, .scale = 8, .ttl = 63, .id = 7, .stamp = 9}},
			{.from = 1, .segment = {.flags = TCP_SYN | A, .ack = 1, .ttl = 64}}},
		2, false, &plan);
	const struct record_packet *packet = record->packet;

	ck_assert_str_eq(packet[0].options, "window scale 7");
	ck_assert_int_eq(packet[0].ttl, 63);
	ck_assert_int_eq(packet[0].ip_id, 7);
	ck_assert_int_eq(packet[0].ts_value, 9);
	ck_assert_ptr_null(packet[1].options);
	ck_assert_int_eq(packet[1].ttl, 64);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* Without netem a packet is there at the moment at which it is sent. */
START_TEST(test_no_delay)
{
	struct made_segment segments[] = {
		{.flags = TCP_SYN, .seq = C},
		{.src = SERVER, .dst = CLIENT, .flags = TCP_SYN | A, .seq = D, .ack = C + 1},
		{.flags = A, .seq = C + 1, .ack = D + 1},
		{.flags = A, .seq = C, .ack = D + 1},
		{.src = SERVER, .dst = CLIENT, .flags = A, .seq = D + 1, .ack = C + 1},
	};
	struct plan *plan = test_plan(TWO_HOSTS EXPECTS);
	struct record *record;
	struct raw raw = {0};

	raw_begin(&raw);
	for (int i = 0; i < 5; i++) {
		int from = segments[i].src != NULL;
		uint8_t frame[256];
		size_t size;

		segments[i].sport = from ? 8081 : 40000;
		segments[i].dport = from ? 40000 : 8081;
		segments[i].stamp = (uint32_t)i + 1;
		size = segment_frame(&segments[i], frame);
		raw_packet(&raw, i * S, from, RAW_TAP_HOST, 1, frame, size);
		raw_packet(&raw, i * S, !from, RAW_TAP_HOST, 0, frame, size);
	}
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_str_eq(kinds_of(record, 3), "keepalive-probe tcp");
	ck_assert_str_eq(kinds_of(record, 4), "ack keepalive-ack tcp");
	record_free(record);
	plan_free(plan);
}
END_TEST

START_TEST(test_reset_notes)
{
	struct plan *plan;
	struct record *record = play(
		(const struct line[]){
			{.from = 0, .segment = {.flags = TCP_SYN}},
			{.from = 1, .segment = {.flags = TCP_RST | A, .ack = 1}},
			{.from = 0, .segment = {.flags = TCP_SYN, .seq = 50}},
			{.from = 1, .segment = {.flags = TCP_SYN | A, .ack = 51}},
			{.from = 0, .segment = {.flags = TCP_RST | A, .seq = 51, .ack = 1}},
			{.from = 1, .segment = {.flags = TCP_RST, .seq = 1}},
			/* The same ports again; the other side still knows the old connection. */
			{.from = 0, .segment = {.flags = TCP_SYN, .seq = 70000}},
			{.from = 1, .segment = {.flags = A, .seq = 2, .ack = 53}},
			{.from = 0, .segment = {.flags = TCP_RST, .seq = 53}}},
		9, false, &plan);

	ck_assert_str_eq(record->packet[1].note, "RST: nobody listens");
	ck_assert_str_eq(record->packet[4].note, "RST: connection aborted");
	ck_assert_str_eq(record->packet[5].note, "RST: no such connection here");
	ck_assert_str_eq(record->packet[8].note, "RST: answers an ACK that is out of its window");
	ck_assert_str_eq(kinds_of(record, 1), "rst tcp");
	ck_assert_ptr_null(record->packet[3].note);
	record_free(record);
	plan_free(plan);
}
END_TEST

static size_t icmp_frame(uint8_t frame[256], int type, int code, const struct made_segment *about)
{
	uint8_t inner[256];

	segment_frame(about, inner);
	memset(frame, 0, 256);
	frame[12] = 8, frame[14] = 0x45, frame[17] = 56, frame[23] = 1;
	memcpy(frame + 26, (uint8_t[]){10, 0, 0, 2, 10, 0, 0, 1}, 8);
	frame[34] = (uint8_t)type, frame[35] = (uint8_t)code;
	memcpy(frame + 42, inner + 14, 28);
	return 42 + 28;
}

START_TEST(test_icmp)
{
	struct plan *plan = test_plan(TWO_HOSTS EXPECTS);
	struct made_segment data = {.seq = C + 5, .flags = A}, unknown = {.seq = 1, .sport = 1};
	struct record *record;
	struct raw raw = {0};
	uint8_t frame[256];

	raw_begin(&raw);
	raw_send(&raw, 1, 0, 1, ARRIVES, &(struct made_segment){.flags = TCP_SYN, .seq = C});
	raw_packet(&raw, S, 1, RAW_TAP_HOST, 1, frame, icmp_frame(frame, 3, 1, &data));
	raw_packet(&raw, 2 * S, 1, RAW_TAP_HOST, 1, frame, icmp_frame(frame, 3, 13, &unknown));
	record = test_collect(plan, &raw, 3 * S);
	ck_assert_int_eq(record->packet_count, 3);
	ck_assert_str_eq(kinds_of(record, 1), "icmp");
	ck_assert_int_eq(record->packet[1].icmp_type, 3);
	ck_assert_int_eq(record->packet[1].icmp_code, 1);
	ck_assert_str_eq(record->packet[1].note, "quotes client > server seq 5");
	ck_assert_str_eq(record->packet[2].note, "quotes client > server");
	ck_assert_int_eq(record->packet[0].icmp_type, -1);
	record_free(record);
	plan_free(plan);
}
END_TEST

START_TEST(test_background)
{
	static const struct {
		int type;
		const char *kinds;
	} messages[] = {{135, "arp-request"}, {136, "arp-reply"}, {133, "other"}, {143, "other"},
			{1, "icmp"},          {128, "icmp"},      {134, "other"}};
	uint8_t frame[14 + 40 + 32] = {[12] = 0x86, [13] = 0xdd, [14] = 0x60, [19] = 32, [20] = 58};
	struct plan *plan = test_plan("ip: 6\n" TWO_HOSTS EXPECTS);
	struct record *record;
	struct raw raw = {0};

	raw_begin(&raw);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		frame[54] = (uint8_t)messages[i].type;
		raw_packet(&raw, (int64_t)i * S, 0, RAW_TAP_HOST, 1, frame, sizeof(frame));
	}
	record = test_collect(plan, &raw, 10 * S);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		ck_assert_str_eq(kinds_of(record, (int)i), messages[i].kinds);
	record_free(record);
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("track");

	tcase_add_test(tests, test_conversation);
	tcase_add_test(tests, test_retransmissions);
	tcase_add_test(tests, test_keepalive);
	tcase_add_test(tests, test_keepalive_through_a_translator);
	tcase_add_test(tests, test_keepalive_with_byte);
	tcase_add_test(tests, test_zero_window);
	tcase_add_test(tests, test_duplicate_acks);
	tcase_add_test(tests, test_duplicate_acks_of_one_who_is_heard_alone);
	tcase_add_test(tests, test_numbers);
	tcase_add_test(tests, test_no_scale);
	tcase_add_test(tests, test_same_ports_again);
	tcase_add_test(tests, test_same_ports_refused);
	tcase_add_test(tests, test_connections);
	tcase_add_test(tests, test_connection_through_a_translator);
	tcase_add_test(tests, test_headers);
	tcase_add_test(tests, test_no_delay);
	tcase_add_test(tests, test_reset_notes);
	tcase_add_test(tests, test_icmp);
	tcase_add_test(tests, test_background);
	return run_tests(tests);
}
