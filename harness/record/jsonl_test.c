/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "list.h"
#include "members.h"
#include "packet_words.h"
#include "pool.h"
#include "record_test.h"
#include "tcp_words.h"

static char *write_text(const struct record *record, const struct plan *plan)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct err err;

	ck_assert_msg(record_write(record, plan, file, &err) == 0, "%s", err.text);
	fclose(file);
	return text;
}

static int read_text(const char *text, struct record **ret_record, struct err *err)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	int ret = record_read(file, ret_record, err);

	fclose(file);
	return ret;
}

/* A record with something in every list. */
static struct record *full(struct plan **ret_plan)
{
	static char lost[] = "the receiver was off";
	static char src[] = "10.0.0.1", dst[] = "10.0.0.101", reply_src[] = "10.0.0.2";
	struct plan *plan = test_plan(TWO_HOSTS "timeline: [{at: 2s, crash: server}]\n" EXPECTS);
	struct raw_socket socket = {.family = 10, .state = 1, .cookie = {~0u, ~0u}};
	struct raw raw = {0};
	struct record *record;

	raw_begin(&raw);
	raw_started(&raw, 0, 0, 0);
	raw_step(&raw, 0, 0, 1 * S, PEER_START, 0, 0);
	raw_step(&raw, 0, 0, 2 * S, PEER_END, -1, ECONNREFUSED);
	raw_send(&raw, S, 0, 1, ARRIVES, &(struct made_segment){.flags = TCP_SYN, .seq = ~0u});
	raw_send(&raw, S, 0, 1, LOST_ON_WAY, &(struct made_segment){.flags = TCP_SYN, .seq = ~0u});
	raw_send(&raw, 2 * S, 1, 0, ARRIVES, &(struct made_segment){.flags = TCP_RST | TCP_ACK});
	raw_add(&raw, RAW_SAMPLE, 1, 2 * S, &socket, sizeof(socket), NULL, 0);
	raw_add(&raw, RAW_SAMPLED, 1, 2 * S, NULL, 0, NULL, 0);
	raw_text(&raw, RAW_SPIN, -1, 3 * S, "not exact: \xff[3] computes");
	raw_fault(&raw, 0, 2 * S, RAW_FAULT_BEGUN);
	raw_up(&raw, 1, 2 * S, 0);
	raw_counters(&raw, 0, 1, "Tcp: RetransSegs\nTcp: 5\n");
	record = test_collect(plan, &raw, 9 * S);
	*LIST_ADD((struct pool *)record->memory, record,
		  conntrack) = (struct record_conntrack){.t_ns = 2 * S,
							 .state = 3,
							 .src = src,
							 .dst = dst,
							 .sport = 40000,
							 .dport = 80,
							 .reply_src = reply_src,
							 .reply_dst = src,
							 .reply_sport = 8080,
							 .reply_dport = 40000,
							 .replied = true,
							 .left_ns = 300 * S};
	record->wall_ns = 12;
	record->seed = 3;
	record->extra_sysctl = pool_alloc(record->memory, 3 * sizeof(char *));
	record->extra_sysctl[0] = pool_strdup(record->memory, "net.ipv4.tcp_sack=0");
	record->extra_sysctl[1] = pool_strdup(record->memory, "net.ipv4.tcp_retries2=5");
	record->reason = pool_strdup(record->memory, "a \"quoted\"\nreason \xc3\xbc");
	*ret_plan = plan;
	record->packet[record->packet_count - 1].lost = lost;
	return record;
}

START_TEST(test_there_and_back)
{
	struct plan *plan;
	struct record *record = full(&plan), *again = NULL;
	char *text = write_text(record, plan), *text_again;
	struct err err;

	ck_assert_msg(read_text(text, &again, &err) == 0, "%s", err.text);
	text_again = write_text(again, plan);
	ck_assert_str_eq(text, text_again);
	ck_assert_int_eq(again->state, record->state);
	ck_assert_str_eq(again->reason, record->reason);
	ck_assert_str_eq(again->source, record->source);
	ck_assert_int_eq(again->wall_ns, 12);
	ck_assert_int_eq(again->seed, 3);
	ck_assert_int_eq(again->phase_ns, 0);
	ck_assert_ptr_null(strstr(text, "phase_ns"));
	ck_assert_int_eq(again->kernel.hz, 250);
	ck_assert_str_eq(again->extra_sysctl[1], "net.ipv4.tcp_retries2=5");
	ck_assert_ptr_null(again->extra_sysctl[2]);
	ck_assert_int_eq(again->packet_count, record->packet_count);
	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *a = &record->packet[i], *b = &again->packet[i];

		ck_assert_int_eq(a->sent_ns, b->sent_ns);
		ck_assert_int_eq(a->arrived_ns, b->arrived_ns);
		ck_assert_uint_eq(a->kinds, b->kinds);
		ck_assert_uint_eq(a->seq, b->seq);
		ck_assert_int_eq(a->rel_ack, b->rel_ack);
		ck_assert_str_eq(a->src, b->src);
		ck_assert_pstr_eq(a->lost, b->lost);
		ck_assert_pstr_eq(a->note, b->note);
	}
	ck_assert_int_eq(again->socket_count, 1);
	ck_assert_uint_eq(again->socket[0].cookie, ~0ULL);
	ck_assert_int_eq(again->socket[0].rto_ns, -1);
	ck_assert_int_eq(again->sampled_count, 1);
	ck_assert_int_eq(again->conntrack_count, 1);
	ck_assert_int_eq(again->conntrack[0].left_ns, 300 * S);
	ck_assert_int_eq(again->conntrack[0].reply_sport, 8080);
	ck_assert_str_eq(again->conntrack[0].dst, "10.0.0.101");
	ck_assert(again->conntrack[0].replied && !again->conntrack[0].assured);
	ck_assert_int_eq(again->spin_count, 1);
	ck_assert(!again->spin[0].exact);
	ck_assert_int_eq(again->fault[0].begun_ns, 2 * S);
	ck_assert_int_eq(again->counter[0].after, 5);
	ck_assert_int_eq(again->step[0].err, ECONNREFUSED);
	ck_assert_int_eq(again->program[0].end_ns, -1);
	ck_assert_int_eq(again->frame_count, 0);
	ck_assert(record_fits(again, plan));
	free(text);
	free(text_again);
	record_free(record);
	record_free(again);
	plan_free(plan);
}
END_TEST

/* One object a line, in time, under a header. */
START_TEST(test_lines)
{
	static const char *const begins[] = {
		"{\"ev\":\"run\",\"version\":2,",
		"{\"ev\":\"program\",",
		"{\"ev\":\"step\",",
		"{\"ev\":\"packet\",\"sent_ns\":1000000000,",
		"{\"ev\":\"packet\",\"sent_ns\":1000000000,",
		"{\"ev\":\"fault\",",
		"{\"ev\":\"host\",\"t_ns\":2000000000,\"host\":1,\"up\":false}",
		"{\"ev\":\"packet\",\"sent_ns\":2000000000,",
		"{\"ev\":\"socket\",",
		"{\"ev\":\"sampled\",",
		"{\"ev\":\"conntrack\",\"t_ns\":2000000000,\"state\":3,\"src\":\"10.0.0.1\",",
		"{\"ev\":\"spin\",\"t_ns\":3000000000,\"host\":-1,\"exact\":false,\"text\":"
		"\"\xef\xbf\xbd[3] ",
		"{\"ev\":\"counter\",\"host\":0,\"name\":\"TcpRetransSegs\",\"before\":0,",
		"{\"ev\":\"end\",\"fault\":1,\"host\":1,\"program\":1,\"step\":1,\"packet\":3,"
		"\"socket\":1,"
		"\"sampled\":1,\"conntrack\":1,\"spin\":1,\"counter\":1}",
	};
	struct plan *plan;
	struct record *record = full(&plan);
	char *text = write_text(record, plan), *at, *line = strtok_r(text, "\n", &at);

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		ck_assert_msg(line && strncmp(line, begins[i], strlen(begins[i])) == 0,
			      "line %zu is %s", i, line);
		line = strtok_r(NULL, "\n", &at);
	}
	ck_assert_ptr_null(line);
	free(text);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* TEXT with the first FROM replaced by TO. */
static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *copy = NULL;

	ck_assert_msg(at != NULL, "there is no %s", from);
	ck_assert_int_gt(asprintf(&copy, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)),
			 0);
	return copy;
}

START_TEST(test_refused)
{
	static const struct {
		const char *from, *to, *message;
	} damages[] = {
		{"\"version\":2", "\"version\":1",
		 "line 1: a record of version 1; this program reads version 2"},
		{"\"ev\":\"run\"", "\"ev\":\"step\"", "line 1: not a record of halfopen"},
		{"\"ev\":\"step\"", "\"ev\":\"stop\"", "line 3: unknown \"ev\": \"stop\""},
		{"\"ev\":\"step\"", "\"ev\":3", "line 3: unknown \"ev\": \"\""},
		{"\"start_ns\":1000000000,", "", "line 3: \"start_ns\" is missing"},
		{"\"start_ns\":1000000000,", "\"start_ns\":\"1s\",",
		 "line 3: \"start_ns\" is not what it should be"},
		{"\"program\":0", "\"program\":4294967296", "line 2: \"program\" is not"},
		{"\"seq\":4294967295", "\"seq\":-1", "line 4: \"seq\" is not"},
		{"\"made_on_way\":false", "\"made_on_way\":0", "line 4: \"made_on_way\" is not"},
		{"\"src\":\"10.0.0.1\"", "\"src\":null", "line 4: \"src\" is not"},
		{"[\"syn\",", "[\"sin\",", "line 4: \"kinds\" is not"},
		{"[\"syn\",", "[[],", "line 4: \"kinds\" is not"},
		{"\"source\":\"", "\"source\":0,\"x\":\"", "line 1: \"source\" is not"},
		{"\"kernel\":{", "\"kernel\":0,\"x\":{", "line 1: \"name\" is missing"},
		/* One cannot calculate with these. */
		{"\"start_ns\":1000000000,", "\"start_ns\":9223372036854775807,",
		 "line 3: \"start_ns\" is not"},
		{"\"end_ns\":9000000000,", "\"end_ns\":-1152921504606846977,",
		 "line 1: \"end_ns\" is not"},
		{"\"real_ns\":", "\"real_ns\":-1,\"x\":", "line 1: \"real_ns\" is not"},
		{"\"incarnation\":0,", "\"incarnation\":2147483647,",
		 "line 2: \"incarnation\" is not"},
		{"\"after\":5", "\"after\":9223372036854775807", "line 13: \"after\" is not"},
		{"\"counter\":1}\n", "\"counter\":1}\n{}\n",
		 "line 15: there is more behind the record's end"},
		{"{\"ev\":\"step\"", "[", "line 3: "},
		{"{\"ev\":\"step\"", "7\n{\"ev\":\"step\"", "line 3: "},
	};
	struct plan *plan;
	struct record *record = full(&plan);
	char *text = write_text(record, plan);

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		char *damaged = replaced(text, damages[i].from, damages[i].to);
		struct record *again = NULL;
		struct err err = {0};

		ck_assert_msg(read_text(damaged, &again, &err) == -EBADMSG, "damage %zu was read",
			      i);
		ck_assert_ptr_null(again);
		ck_assert_msg(strncmp(err.text, damages[i].message, strlen(damages[i].message)) ==
				      0,
			      "damage %zu: \"%s\"", i, err.text);
		free(damaged);
	}
	free(text);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* What lacks a line, or a part of one, is known to be broken, also where what is left would be
 * judged as a pass. */
START_TEST(test_not_whole)
{
	struct plan *plan;
	struct record *record = full(&plan);
	char *text = write_text(record, plan), *header_end = strchr(text, '\n') + 1;
	const char *end = text + strlen(text);

	for (const char *line = header_end, *next; line < end; line = next) {
		char *damaged;
		struct record *again = NULL;
		struct err err;

		next = strchr(line, '\n') + 1;
		ck_assert_int_gt(asprintf(&damaged, "%.*s%s", (int)(line - text), text, next), 0);
		ck_assert_msg(read_text(damaged, &again, &err) == 0, "%s", err.text);
		ck_assert_int_eq(again->state, RECORD_BROKEN);
		ck_assert(strncmp(again->reason, "the record is not whole: ", 25) == 0);
		record_free(again);
		free(damaged);
	}
	for (const char *cut = header_end; cut < end; cut++) {
		char *damaged = strndup(text, (size_t)(cut - text));
		struct record *again = NULL;
		struct err err;

		ck_assert_msg(read_text(damaged, &again, &err) == 0, "%s", err.text);
		ck_assert_int_eq(again->state, RECORD_BROKEN);
		record_free(again);
		free(damaged);
	}
	free(text);
	record_free(record);
	plan_free(plan);
}
END_TEST

START_TEST(test_empty)
{
	FILE *file = fopen("/dev/null", "r");
	struct record *record = NULL;
	struct err err;

	ck_assert_int_eq(record_read(file, &record, &err), -EBADMSG);
	ck_assert_str_eq(err.text, "the file is empty");
	fclose(file);
}
END_TEST

START_TEST(test_cannot_write)
{
	struct plan *plan;
	struct record *record = full(&plan);
	FILE *file = fopen("/dev/full", "w");
	struct err err;

	ck_assert_int_eq(record_write(record, plan, file, &err), -ENOSPC);
	fclose(file);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* What a file says of a plan that it does not know may be wrong. */
START_TEST(test_fits)
{
	static const struct {
		const char *from, *to;
	} damages[] = {
		{"\"ev\":\"program\",\"program\":0", "\"ev\":\"program\",\"program\":2"},
		{"\"ev\":\"step\",\"program\":0", "\"ev\":\"step\",\"program\":-1"},
		{"\"step\":0", "\"step\":3"},
		{"\"from\":0", "\"from\":2"},
		{"\"to\":1", "\"to\":-3"},
		{"\"fault\":0", "\"fault\":1"},
		{"\"host\":1,\"sample\"", "\"host\":2,\"sample\""},
		{"\"state\":1,\"family\"", "\"state\":13,\"family\""},
		{"\"timer\":", "\"timer\":-1"},
		{"\"t_ns\":2000000000,\"host\":1}", "\"t_ns\":2000000000,\"host\":-1}"},
		{"\"host\":0,\"name\"", "\"host\":7,\"name\""},
	};
	struct plan *plan;
	struct record *record = full(&plan);
	char *text = write_text(record, plan);

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		char *damaged = replaced(text, damages[i].from, damages[i].to);
		struct record *again = NULL;
		struct err err;

		ck_assert_msg(read_text(damaged, &again, &err) == 0, "%s", err.text);
		ck_assert_msg(!record_fits(again, plan), "damage %zu fits", i);
		record_free(again);
		free(damaged);
	}
	free(text);
	record_free(record);
	plan_free(plan);
}
END_TEST

/* docs/record.md tells of every member, kind and observation. */
START_TEST(test_documented)
{
	static const struct member *const tables[] = {
		packet_members,  step_members,   program_members, socket_members,
		sampled_members, host_members,   spin_members,    fault_members,
		counter_members, kernel_members, header_members};
	static const char *const events[] = {"run",  "fault",   "host",   "program",
					     "step", "packet",  "socket", "sampled",
					     "spin", "counter", "end"};
	FILE *file = fopen(DOCS "/record.md", "r");
	static char text[64 << 10];
	char wanted[64];

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct member *member = tables[i]; member->name; member++) {
			snprintf(wanted, sizeof(wanted), "`%s`", member->name);
			ck_assert_msg(strstr(text, wanted) != NULL, "%s is missing", wanted);
		}
	for (int i = 0; i < KIND_COUNT; i++) {
		snprintf(wanted, sizeof(wanted), "`%s`", packet_kind_name(i));
		ck_assert_msg(strstr(text, wanted) != NULL, "%s is missing", wanted);
	}
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		snprintf(wanted, sizeof(wanted), "`\"ev\": \"%s\"`", events[i]);
		ck_assert_msg(strstr(text, wanted) != NULL, "%s is missing", wanted);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("jsonl");

	tcase_add_test(tests, test_there_and_back);
	tcase_add_test(tests, test_lines);
	tcase_add_test(tests, test_refused);
	tcase_add_test(tests, test_not_whole);
	tcase_add_test(tests, test_empty);
	tcase_add_test(tests, test_cannot_write);
	tcase_add_test(tests, test_fits);
	tcase_add_test(tests, test_documented);
	return run_tests(tests);
}
