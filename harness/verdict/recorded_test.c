/* SPDX-License-Identifier: MIT
 *
 * Recorded runs of shipped cases, judged again; and then judged with something else in the
 * record: every expectation must be able to fail.
 */
#include <check.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "recorded_runs.h"
#include "verdict.h"

START_TEST(judged_again)
{
	struct recorded_run run = recorded_run_read(recorded_runs[_i]);
	struct judgement *judgement;
	struct err err;

	ck_assert_int_eq(judge(run.plan, run.record, &judgement, &err), 0);
	ck_assert_msg(judgement->verdict == VERDICT_PASS, "%s: %s", recorded_runs[_i],
		      judgement->reason);
	judgement_free(judgement);
	recorded_run_done(&run);
}
END_TEST

/* Of a record that was cut, or that lost a line, no verdict but an error is made. */
START_TEST(damaged_is_an_error)
{
	static char text[1 << 20];
	FILE *file = fopen(recorded_runs[_i], "r");
	size_t size = fread(text, 1, sizeof(text), file);
	char *end = text + size;

	fclose(file);
	for (char *line = strchr(text, '\n') + 1, *next; line < end; line = next) {
		next = (char *)memchr(line, '\n', (size_t)(end - line)) + 1;
		for (int cut = 0; cut < 2; cut++) {
			struct recorded_run run;
			struct judgement *judgement;
			struct err err;
			FILE *damaged = tmpfile();

			fwrite(text, 1, (size_t)(line - text), damaged);
			if (!cut)
				fwrite(next, 1, (size_t)(end - next), damaged);
			rewind(damaged);
			run = recorded_run_of(damaged, recorded_runs[_i]);
			ck_assert_int_eq(judge(run.plan, run.record, &judgement, &err), 0);
			ck_assert_msg(judgement->verdict == VERDICT_ERROR, "%s: byte %td, %s: %s",
				      recorded_runs[_i], line - text,
				      cut ? "cut" : "without a line",
				      verdict_name[judgement->verdict]);
			judgement_free(judgement);
			recorded_run_done(&run);
		}
	}
}
END_TEST

/* What is written again after it was read is the same file. */
START_TEST(written_again)
{
	struct recorded_run run = recorded_run_read(recorded_runs[_i]);
	static char before[1 << 20];
	char *after = NULL;
	size_t size;
	FILE *file = fopen(recorded_runs[_i], "r");
	FILE *again = open_memstream(&after, &size);
	struct err err;

	before[fread(before, 1, sizeof(before) - 1, file)] = '\0';
	fclose(file);
	ck_assert_int_eq(record_write(run.record, run.plan, again, &err), 0);
	fclose(again);
	ck_assert_str_eq(before, after);
	free(after);
	recorded_run_done(&run);
}
END_TEST

static void lose_packets(struct record *record)
{
	record->packet_count = 0;
}

/* Everybody sends everything all the time. */
static void flood(struct record *record)
{
	static struct record_packet packets[4096];
	int count = 0;

	for (int64_t t_ns = 0; t_ns < record->end_ns && count + 9 < 4096;
	     t_ns += record->end_ns / 256 + 1)
		for (int from = -2; from < 2; from++)
			for (int to = from == 0; to < 2 && from != to; to++, count++)
				packets[count] = (struct record_packet){
					.sent_ns = t_ns,
					.arrived_ns = count % 2 ? -1 : t_ns,
					.from = from,
					.to = to,
					.kinds = ((1u << KIND_COUNT) - 1) & ~(1u << KIND_OTHER),
					.icmp_type = 3,
					.icmp_code = count % 16};
	record->packet = packets;
	record->packet_count = count;
}

static void forget_steps(struct record *record)
{
	record->step_count = record->program_count = 0;
}

static void never_return(struct record *record)
{
	for (int i = 0; i < record->step_count; i++)
		record->step[i].end_ns = -1;
	for (int i = 0; i < record->program_count; i++)
		record->program[i].end_ns = -1;
}

static void return_otherwise(struct record *record)
{
	for (int i = 0; i < record->step_count; i++) {
		struct record_step *step = &record->step[i];

		step->end_ns = step->start_ns;
		step->ret = step->ret < 0 ? 12345 : -1;
		step->err = step->ret < 0 ? ENOBUFS : 0;
	}
	for (int i = 0; i < record->program_count; i++) {
		struct record_program *program = &record->program[i];

		program->end_ns = program->start_ns;
		program->exit_status = program->exit_status == 77 ? 78 : 77;
		program->signal = 0;
	}
}

static void change_states(struct record *record)
{
	for (int i = 0; i < record->socket_count; i++)
		record->socket[i].state = TCP_CLOSING;
}

static void change_sockets(struct record *record)
{
	for (int i = 0; i < record->socket_count; i++) {
		struct record_socket *socket = &record->socket[i];

		socket->timer = (socket->timer + 1) % 5;
		socket->orphan = !socket->orphan;
		socket->probes = socket->backoff = socket->rqueue = socket->wqueue = 99999;
	}
}

/* Each host has one socket more whenever it was looked at. */
static void add_sockets(struct record *record)
{
	static struct record_socket sockets[256];
	static char nobody[] = "10.9.9.9:9";
	int count = 0;

	for (int i = 0; i < record->sampled_count; i++)
		sockets[count++] = (struct record_socket){.t_ns = record->sampled[i].t_ns,
							  .host = record->sampled[i].host,
							  .sample = true,
							  .state = TCP_LAST_ACK,
							  .local = nobody,
							  .remote = nobody};
	record->socket = sockets;
	record->socket_count = count;
}

static void forget_looks(struct record *record)
{
	record->sampled_count = 0;
}

static void count_on(struct record *record)
{
	for (int i = 0; i < record->counter_count; i++)
		record->counter[i].after += 100000;
}

static void forget_counters(struct record *record)
{
	record->counter_count = 0;
}

typedef void change_fn(struct record *record);

static change_fn *const changes[] = {lose_packets,     flood,         forget_steps,   never_return,
				     return_otherwise, change_states, change_sockets, add_sockets,
				     forget_looks,     count_on,      forget_counters};
#define CHANGES (sizeof(changes) / sizeof(*changes))

/* For each expectation of each run there is a change after which it does not hold. */
START_TEST(every_expectation_can_fail)
{
	bool held[256] = {false}, failed[256] = {false};
	struct judgement *judgement;
	struct err err;

	for (size_t i = 0; i <= CHANGES; i++) {
		struct recorded_run run = recorded_run_read(recorded_runs[_i]);

		ck_assert_int_lt(run.plan->expect_count, 256);
		if (i < CHANGES)
			changes[i](run.record);
		ck_assert_int_eq(judge(run.plan, run.record, &judgement, &err), 0);
		for (int e = 0; e < run.plan->expect_count; e++) {
			const struct finding *finding = &judgement->finding[e];

			if (i == CHANGES)
				held[e] = finding->holding == HOLDS;
			else
				failed[e] |= finding->holding != HOLDS;
			if (i == CHANGES && held[e])
				ck_assert_msg(failed[e], "%s: this holds whatever happens: %s",
					      recorded_runs[_i], finding->expected);
		}
		judgement_free(judgement);
		recorded_run_done(&run);
	}
}
END_TEST

START_TEST(there_are_records)
{
	ck_assert_int_ge(recorded_runs_count, 10);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("recorded");

	recorded_runs_find();
	tcase_add_test(tcase, there_are_records);
	tcase_add_loop_test(tcase, judged_again, 0, recorded_runs_count);
	tcase_add_loop_test(tcase, damaged_is_an_error, 0, recorded_runs_count);
	tcase_add_loop_test(tcase, written_again, 0, recorded_runs_count);
	tcase_add_loop_test(tcase, every_expectation_can_fail, 0, recorded_runs_count);
	return run_tests(tcase);
}
