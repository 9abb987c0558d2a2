/* SPDX-License-Identifier: MIT
 *
 * The same run twice, with all that chance decides different: the same after it was normalised.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "record_test.h"
#include "tcp_words.h"

struct draw {
	uint32_t isn, answer_isn, cookie, stamp;
	int id;
	int port, second_port, pid;
	bool other_first; /* the kernel's hash lists the sockets the other way round */
	int64_t real_ns, wall_ns;
};

static void add_socket(struct raw *raw, enum raw_type type, int port, uint32_t cookie)
{
	struct raw_socket socket = {.family = AF_INET,
				    .state = 1,
				    .sport = (uint16_t)port,
				    .dport = 8081,
				    .inode = 1,
				    .cookie = {cookie, cookie}};

	inet_pton(AF_INET, CLIENT, socket.src);
	inet_pton(AF_INET, SERVER, socket.dst);
	raw_add(raw, type, 0, 3 * S, &socket, sizeof(socket), NULL, 0);
}

static void add_icmp(struct raw *raw, const struct made_segment *about)
{
	uint8_t frame[256] = {[12] = 8, [14] = 0x45, [17] = 56, [23] = 1}, inner[256];

	segment_frame(about, inner);
	memcpy(frame + 26, (uint8_t[]){10, 0, 0, 2, 10, 0, 0, 1}, 8);
	frame[34] = 3;
	memcpy(frame + 42, inner + 14, 28);
	raw_packet(raw, 2 * S, 1, RAW_TAP_HOST, 1, frame, 70);
}

static char *run(const struct draw *chance, const struct plan *plan)
{
	struct made_segment syn = {.flags = TCP_SYN,
				   .sport = chance->port,
				   .seq = chance->isn,
				   .stamp = chance->stamp,
				   .id = chance->id};
	struct made_segment second = {
		.flags = TCP_SYN, .sport = chance->second_port, .seq = ~chance->isn};
	struct made_segment answer = {.src = SERVER,
				      .dst = CLIENT,
				      .flags = TCP_SYN | TCP_ACK,
				      .sport = 8081,
				      .dport = chance->port,
				      .seq = chance->answer_isn,
				      .ack = chance->isn + 1};
	struct raw_program started = {.state = RAW_PROGRAM_STARTED, .pid = chance->pid};
	struct raw raw = {0};
	struct record *record;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct err err;

	raw_begin(&raw);
	raw_add(&raw, RAW_PROGRAM, 0, 0, &started, sizeof(started), NULL, 0);
	raw_send(&raw, 1 * S, 0, 1, ARRIVES, &syn);
	raw_send(&raw, 1 * S + 2 * MS, 1, 0, ARRIVES, &answer);
	raw_send(&raw, 1 * S + 4 * MS, 0, 1, ARRIVES, &second);
	add_icmp(&raw, &syn);
	add_socket(&raw, RAW_SOCKET, chance->other_first ? chance->second_port : chance->port, 1);
	add_socket(&raw, RAW_SOCKET, chance->other_first ? chance->port : chance->second_port,
		   chance->cookie);
	record = test_collect(plan, &raw, 9 * S);
	record->real_ns = chance->real_ns;
	record->wall_ns = chance->wall_ns;
	record_normalise(record);
	ck_assert_int_eq(record->frame_count, 0);
	ck_assert_int_eq(record_write(record, plan, file, &err), 0);
	fclose(file);
	record_free(record);
	return text;
}

START_TEST(test_same)
{
	static const struct draw chances[] = {
		{1000, 77, 5, 123, 7, 40001, 50002, 12, false, 5, 6},
		{~0u, 0, 9, 4567, 4711, 60999, 33333, 13, true, 7, 8},
	};
	struct plan *plan = test_plan(TWO_HOSTS EXPECTS);
	char *a = run(&chances[0], plan), *b = run(&chances[1], plan);

	ck_assert_str_eq(a, b);
	free(a);
	free(b);
	plan_free(plan);
}
END_TEST

/* But not what means something. */
START_TEST(test_kept)
{
	struct draw chance = {1000, 77, 5, 123, 7, 40001, 50002, 12, false, 5, 6};
	struct plan *plan = test_plan(TWO_HOSTS EXPECTS);
	char *text = run(&chance, plan);

	ck_assert_ptr_nonnull(strstr(text, "\"sport\":50000,\"dport\":8081"));
	ck_assert_ptr_nonnull(strstr(text, "\"sport\":50001,\"dport\":8081"));
	ck_assert_ptr_nonnull(strstr(text, "\"rel_seq\":0,\"rel_ack\":1"));
	ck_assert_ptr_nonnull(strstr(text, "\"sent_ns\":1002000000"));
	ck_assert_ptr_nonnull(strstr(text, "\"local\":\"10.0.0.1:50000\""));
	ck_assert_ptr_nonnull(strstr(text, "quotes client > server seq 0"));
	free(text);
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("normalise");

	tcase_add_test(tests, test_same);
	tcase_add_test(tests, test_kept);
	return run_tests(tests);
}
