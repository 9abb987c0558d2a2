/* SPDX-License-Identifier: MIT
 *
 * The capture, read back: by libpcap, as everybody's tools do, and block by block for what
 * libpcap does not tell (names, directions, comments).
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "record_test.h"
#include "tcp_words.h"

struct capture {
	char *bytes;
	size_t size;
};

static struct capture capture_of(const struct record *record, const struct plan *plan, int host)
{
	struct capture capture = {0};
	FILE *file = open_memstream(&capture.bytes, &capture.size);
	/* Before the first frame, between two, after the last. */
	struct record_remark remarks[] = {{0, "early"}, {2 * S - 1, "amidst"}, {8 * S, "late"}};
	struct err err;

	ck_assert_msg(record_write_pcapng(record, plan, host, remarks, 3, file, &err) == 0, "%s",
		      err.text);
	fclose(file);
	return capture;
}

#define CRASH "timeline: [{at: 2s, crash: server}, {at: 3s, kill: client}]\n"

static struct record *recorded(struct plan **ret_plan, const char *source)
{
	struct made_segment data = {.flags = TCP_ACK, .seq = 1, .payload = 1400};
	struct raw raw = {0};

	*ret_plan = test_plan(source);
	raw_begin(&raw);
	raw_send(&raw, 1 * S + 7, 0, 1, ARRIVES, &(struct made_segment){.flags = TCP_SYN});
	raw_fault(&raw, 0, 2 * S, RAW_FAULT_BEGUN);
	raw_send(&raw, 2 * S + 1, 0, 1, LOST_ON_WAY, &data);
	data.id = 1;
	raw_send(&raw, 2 * S + 2, 0, 1, LOST_IN_CABLE, &data);
	raw_fault(&raw, 1, 3 * S, RAW_FAULT_BEGUN);
	return test_collect(*ret_plan, &raw, 9 * S);
}

START_TEST(test_libpcap)
{
	static const int64_t t_ns[] = {1 * S + 7, 1 * S + 7, 1 * S + 7 + MS, 1 * S + 7 + MS,
				       2 * S + 1, 2 * S + 1, 2 * S + 2};
	char why[PCAP_ERRBUF_SIZE];
	struct plan *plan;
	struct record *record = recorded(&plan, TWO_HOSTS CRASH EXPECTS);
	struct capture capture = capture_of(record, plan, RECORD_ALL_TAPS);
	FILE *file = fmemopen(capture.bytes, capture.size, "r");
	pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO,
								why);
	struct pcap_pkthdr *header;
	const u_char *bytes;

	ck_assert_msg(pcap != NULL, "%s", why);
	ck_assert_int_eq(pcap_datalink(pcap), DLT_EN10MB);
	for (size_t i = 0; i < sizeof(t_ns) / sizeof(t_ns[0]); i++) {
		ck_assert_int_eq(pcap_next_ex(pcap, &header, &bytes), 1);
		/* tv_usec has nanoseconds then; the run's zero is real_ns */
		ck_assert_int_eq(header->ts.tv_sec * S + header->ts.tv_usec, 1000 * S + t_ns[i]);
		ck_assert_uint_eq(header->caplen, (unsigned int)record->frame[i].captured);
		ck_assert_uint_eq(header->len, (unsigned int)record->frame[i].length);
		ck_assert_mem_eq(bytes, record->frame[i].bytes, header->caplen);
	}
	ck_assert_int_eq(pcap_next_ex(pcap, &header, &bytes), PCAP_ERROR_BREAK);
	pcap_close(pcap);
	free(capture.bytes);
	record_free(record);
	plan_free(plan);
}
END_TEST

struct block {
	uint32_t type, size;
	const char *body;
};

static struct block block_at(const struct capture *capture, size_t at)
{
	struct block block = {.body = capture->bytes + at + 8};
	uint32_t again;

	memcpy(&block.type, capture->bytes + at, 4);
	memcpy(&block.size, capture->bytes + at + 4, 4);
	ck_assert_uint_eq(block.size % 4, 0);
	ck_assert_uint_le(at + block.size, capture->size);
	memcpy(&again, capture->bytes + at + block.size - 4, 4);
	ck_assert_uint_eq(block.size, again);
	return block;
}

/* The texts of options CODE, whose options begin FIXED bytes into the body; "" if it has none. */
static const char *option_of(const struct block *block, size_t fixed, uint16_t code)
{
	static char text[2048];
	const char *at = block->body + fixed, *end = block->body + block->size - 12;

	text[0] = '\0';
	while (at + 4 <= end) {
		uint16_t head[2];

		memcpy(head, at, 4);
		if (head[0] == code) {
			size_t used = strlen(text);

			/* several comments, one a line */
			if (used)
				text[used++] = '\n';
			memcpy(text + used, at + 4, head[1]);
			text[used + head[1]] = '\0';
		}
		at += 4 + (head[1] + 3u) / 4 * 4;
	}
	return text;
}

static void check_interfaces(const char *source, int host, const char *const *names)
{
	struct plan *plan = test_plan(source);
	struct raw raw = {0};
	struct record *record;
	struct capture capture;

	raw_begin(&raw);
	record = test_collect(plan, &raw, 1);
	capture = capture_of(record, plan, host);
	for (size_t at = 0; at < capture.size;) {
		struct block block = block_at(&capture, at);

		if (block.type == 1) {
			ck_assert_str_eq(option_of(&block, 8, 2), *names++);
			ck_assert_int_eq(option_of(&block, 8, 9)[0], 9); /* nanoseconds */
		}
		at += block.size;
	}
	ck_assert_ptr_null(*names);
	free(capture.bytes);
	record_free(record);
	plan_free(plan);
}

START_TEST(test_interfaces)
{
	static const char *const two[] = {"client", "client port", "server", "server port", NULL};
	static const char *const four[] = {
		"client",           "client port",           "server",
		"server port",      "router to client",      "router to client port",
		"router to server", "router to server port", NULL};

	static const char *const one[] = {"server", NULL};
	static const char *const towards[] = {"router to server", NULL};

	check_interfaces(TWO_HOSTS EXPECTS, RECORD_ALL_TAPS, two);
	check_interfaces("network: router\n" TWO_HOSTS EXPECTS, RECORD_ALL_TAPS, four);
	check_interfaces("network: router\n" TWO_HOSTS EXPECTS, 1, one);
	check_interfaces("network: router\n" TWO_HOSTS EXPECTS, 3, towards);
}
END_TEST

struct told {
	uint32_t interface, direction; /* 1: inbound, 2: outbound */
	const char *comment;
};

static void check_frames(int host, const struct told *frames, size_t count)
{
	struct plan *plan;
	struct record *record = recorded(&plan, TWO_HOSTS CRASH EXPECTS);
	struct capture capture = capture_of(record, plan, host);
	size_t i = 0;

	for (size_t at = 0; at < capture.size;) {
		struct block block = block_at(&capture, at);
		uint32_t interface, captured, direction;

		at += block.size;
		if (block.type != 6)
			continue;
		ck_assert_uint_lt(i, count);
		memcpy(&interface, block.body, 4);
		memcpy(&captured, block.body + 12, 4);
		captured = (captured + 3) / 4 * 4;
		memcpy(&direction, option_of(&block, 20 + captured, 2), 4);
		ck_assert_uint_eq(interface, frames[i].interface);
		ck_assert_uint_eq(direction, frames[i].direction);
		ck_assert_str_eq(option_of(&block, 20 + captured, 1), frames[i].comment);
		i++;
	}
	ck_assert_uint_eq(i, count);
	free(capture.bytes);
	record_free(record);
	plan_free(plan);
}

START_TEST(test_comments)
{
	static const struct told frames[] = {
		{0, 2, "early"},
		{1, 1, ""},
		{3, 2, ""},
		{2, 1, "after this, at 2.000 s: crash server\namidst"},
		{0, 2, "before this, at 2.000 s: crash server\nlost on the way"},
		{1, 1, ""},
		{0, 2,
		 "after this, at 3.000 s: kill client\nretransmission 1\n"
		 "lost in its sender's cable\nlate"}};

	check_frames(RECORD_ALL_TAPS, frames, sizeof(frames) / sizeof(frames[0]));
}
END_TEST

/* Each packet once, and what is told is told at those that the host saw. */
START_TEST(test_one_host)
{
	static const struct told client[] = {
		{0, 2, "after this, at 2.000 s: crash server\nearly\namidst"},
		{0, 2, "before this, at 2.000 s: crash server\nlost on the way"},
		{0, 2,
		 "after this, at 3.000 s: kill client\nretransmission 1\n"
		 "lost in its sender's cable\nlate"}};
	static const struct told server[] = {
		{0, 1,
		 "after this, at 2.000 s: crash server\nafter this, at 3.000 s: kill client\n"
		 "early\namidst\nlate"}};

	check_frames(0, client, sizeof(client) / sizeof(client[0]));
	check_frames(1, server, sizeof(server) / sizeof(server[0]));
}
END_TEST

/* Each packet knows its frame in the capture of each interface that it passes. */
START_TEST(test_numbers)
{
	static const int64_t numbers[][4] = {{1, 0, 0, 1}, {2, 0, 0, 0}, {3, 0, 0, 0}};
	struct plan *plan;
	struct record *record = recorded(&plan, TWO_HOSTS CRASH EXPECTS);

	ck_assert_int_eq(record->packet_count, 3);
	for (int i = 0; i < 3; i++) {
		const struct record_packet *packet = &record->packet[i];

		ck_assert_int_eq(packet->frame_sent, numbers[i][0]);
		ck_assert_int_eq(packet->frame_router_in, numbers[i][1]);
		ck_assert_int_eq(packet->frame_router_out, numbers[i][2]);
		ck_assert_int_eq(packet->frame_arrived, numbers[i][3]);
	}
	record_free(record);
	plan_free(plan);
}
END_TEST

/* A router has an interface towards each host: -1 is the client's, -2 the server's. */
START_TEST(test_numbers_at_a_router)
{
	static const struct {
		int host, outgoing;
	} ways[2][4] = {{{0, 1}, {-1, 0}, {-2, 1}, {1, 0}}, {{1, 1}, {-2, 0}, {-1, 1}, {0, 0}}};
	struct plan *plan = test_plan("network: router\n" TWO_HOSTS EXPECTS);
	struct raw raw = {0};
	struct record *record;

	raw_begin(&raw);
	for (int i = 0; i < 3; i++) { /* there, back, and there as far as the router */
		struct made_segment segment = {.src = plan->host[i % 2].address4,
					       .dst = plan->host[!(i % 2)].address4,
					       .flags = TCP_ACK,
					       .seq = (uint32_t)i};
		uint8_t frame[256];
		size_t size = segment_frame(&segment, frame);

		for (int hop = 0; hop < (i == 2 ? 2 : 4); hop++)
			raw_packet(&raw, (i + 1) * S + hop, ways[i % 2][hop].host, RAW_TAP_HOST,
				   ways[i % 2][hop].outgoing, frame, size);
	}
	record = test_collect(plan, &raw, 9 * S);
	ck_assert_int_eq(record->packet_count, 3);
	for (int i = 0; i < 3; i++) {
		const struct record_packet *packet = &record->packet[i];

		ck_assert_int_eq(packet->frame_sent, i == 1 ? 2 : i + 1);
		ck_assert_int_eq(packet->frame_router_in, i == 1 ? 2 : i + 1);
		ck_assert_int_eq(packet->frame_router_out, i == 2 ? 0 : i + 1);
		ck_assert_int_eq(packet->frame_arrived, i == 2 ? 0 : i + 1);
	}
	record_free(record);
	plan_free(plan);
}
END_TEST

START_TEST(test_cannot_write)
{
	struct plan *plan;
	struct record *record = recorded(&plan, TWO_HOSTS CRASH EXPECTS);
	FILE *file = fopen("/dev/full", "w");
	struct err err;

	ck_assert_int_lt(record_write_pcapng(record, plan, RECORD_ALL_TAPS, NULL, 0, file, &err),
			 0);
	fclose(file);
	record_free(record);
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("pcapng");

	tcase_add_test(tests, test_libpcap);
	tcase_add_test(tests, test_interfaces);
	tcase_add_test(tests, test_comments);
	tcase_add_test(tests, test_one_host);
	tcase_add_test(tests, test_numbers);
	tcase_add_test(tests, test_numbers_at_a_router);
	tcase_add_test(tests, test_cannot_write);
	return run_tests(tests);
}
