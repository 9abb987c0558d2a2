/* SPDX-License-Identifier: MIT
 *
 * Recorded runs of shipped cases, compared with themselves; and then with every single thing in
 * the other one changed, one at a time: none may be missed.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "compare.h"
#include "recorded_runs.h"

#define S  1000000000LL
#define MS 1000000LL

static struct compare_side side_of(const struct recorded_run *run)
{
	return (struct compare_side){"pass", "", run->plan, run->record};
}

static struct comparison *compare(const struct recorded_run *a, const struct recorded_run *b)
{
	struct compare_side x = side_of(a), y = side_of(b);
	struct comparison *comparison = comparison_new("a", "b");

	comparison_add(comparison, "run", "run", &x, &y, -1);
	comparison_sort(comparison);
	return comparison;
}

static bool has(const struct comparison *comparison, enum change_kind kind)
{
	for (int i = 0; i < comparison->group_count; i++)
		if (comparison->group[i].change.kind == kind)
			return true;
	return false;
}

START_TEST(same)
{
	struct recorded_run a = recorded_run_read(recorded_runs[_i]),
			    b = recorded_run_read(recorded_runs[_i]);
	struct comparison *comparison = compare(&a, &b);

	ck_assert(!comparison_differs(comparison));
	ck_assert_int_eq(comparison->group_count, 0);
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

/* What is random in every run, and readings of the clock: no difference. */
START_TEST(chance)
{
	struct recorded_run a = recorded_run_read(recorded_runs[_i]),
			    b = recorded_run_read(recorded_runs[_i]);
	struct comparison *comparison;

	for (int i = 0; i < b.record->packet_count; i++) {
		struct record_packet *packet = &b.record->packet[i];

		packet->seq ^= 0x5a5a5a5a;
		packet->sport += packet->sport >= 32768 ? 7 : 0;
		packet->dport += packet->dport >= 32768 ? 7 : 0;
		packet->sent_ns += 2 * MS;
	}
	for (int i = 0; i < b.record->socket_count; i++) {
		b.record->socket[i].cookie += 99;
		b.record->socket[i].t_ns += 512;
	}
	b.record->wall_ns += S;
	comparison = compare(&a, &b);
	ck_assert(!comparison_differs(comparison));
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

/* Each changes the INDEX-th of something in RECORD; false: there is none. The kind that must be
 * told then. */
typedef bool plant_fn(struct record *record, int index);

#define PLANT(name, list, ...)                                                                     \
	static bool plant_##name(struct record *record, int index)                                 \
	{                                                                                          \
		__typeof__(record->list) one = &record->list[index];                               \
                                                                                                   \
		if (index >= record->list##_count)                                                 \
			return false;                                                              \
		__VA_ARGS__;                                                                       \
		return true;                                                                       \
	}

PLANT(errno, step, one->ret = -1; one->err = one->err == EPIPE ? ECONNRESET : EPIPE;
      one->end_ns = one->end_ns < 0 ? 1 : one->end_ns)
PLANT(never_returned, step, one->end_ns = one->end_ns < 0 ? 60 * S : -1)
PLANT(bytes, step, one->bytes += 1; one->end_ns = one->end_ns < 0 ? 1 : one->end_ns)
PLANT(call_time, step, *(one->end_ns < 0 ? &one->start_ns : &one->end_ns) += 4 * MS)
PLANT(exit, program, one->exit_status = one->exit_status == 1 ? 2 : 1; one->signal = 0)
PLANT(state, socket, one->state = one->state == 5 ? 4 : 5)
PLANT(state_time, socket, one->t_ns += 10 * MS)
PLANT(kind, packet, one->kinds ^= 1u << KIND_RETRANSMISSION; one->kinds &= ~(1u << KIND_OTHER))
PLANT(lost, packet, one->arrived_ns = one->arrived_ns < 0 ? one->sent_ns : -1)
PLANT(packet_time, packet, one->sent_ns += 4 * MS)
PLANT(fault_time, fault, one->begun_ns += 4 * MS)

static const struct {
	const char *name;
	plant_fn *plant;
	enum change_kind kind;
} plants[] = {
	{"errno", plant_errno, CHANGE_RESULT},
	{"never returned", plant_never_returned, CHANGE_RESULT},
	{"bytes", plant_bytes, CHANGE_RESULT},
	{"time of a call", plant_call_time, CHANGE_TIME},
	{"exit", plant_exit, CHANGE_RESULT},
	{"state", plant_state, CHANGE_STATE},
	{"time of a state", plant_state_time, CHANGE_TIME},
	{"kind of packet", plant_kind, CHANGE_PACKET},
	{"lost packet", plant_lost, CHANGE_PACKET},
	{"time of a packet", plant_packet_time, CHANGE_TIME},
	{"time of a fault", plant_fault_time, CHANGE_TIME},
};
#define PLANTS (sizeof(plants) / sizeof(plants[0]))

/* Gives the first program three lines, written AFTER_NS later, the last one 50 ms later still. */
static void write_lines(struct recorded_run *run, int64_t after_ns)
{
	static char text[] = "one\ntwo\n[3 bytes left out]\nthree\n";
	static int64_t times[2][4];
	int64_t *ns = times[after_ns != 0];
	struct record_program *program = &run->record->program[0];

	ns[0] = S;
	ns[1] = 2 * S + after_ns;
	ns[2] = -1;
	ns[3] = 3 * S + (after_ns ? after_ns + 50 * MS : 0);
	program->output = text;
	program->output_ns = (struct record_times){ns, 4};
	record_make_lines(run->record);
}

static struct comparison *compare_lines_later(int64_t after_ns)
{
	struct recorded_run a = recorded_run_read(RECORDS "/kill.jsonl"),
			    b = recorded_run_read(RECORDS "/kill.jsonl");
	struct comparison *comparison;

	write_lines(&a, 0);
	write_lines(&b, after_ns);
	comparison = compare(&a, &b);
	recorded_run_done(&a);
	recorded_run_done(&b);
	return comparison;
}

/* As of a call: 3 ms are the same, and what is behind the first that differs follows from it. */
START_TEST(when_a_program_writes)
{
	struct comparison *comparison = compare_lines_later(2 * MS);

	ck_assert_int_eq(comparison->group_count, 1); /* the last line, 52 ms later */
	comparison_free(comparison);
	comparison = compare_lines_later(4 * MS);
	ck_assert(comparison_differs(comparison));
	ck_assert_int_eq(comparison->group_count, 1);
	ck_assert_int_eq(comparison->group[0].change.kind, CHANGE_TIME);
	ck_assert_ptr_nonnull(strstr(comparison->group[0].change.what, " writes \"two\""));
	ck_assert_str_eq(comparison->group[0].change.before, "2.000");
	ck_assert_str_eq(comparison->group[0].change.after, "2.004");
	comparison_free(comparison);
}
END_TEST

/* Background is not compared, and a sample has no time of its own. In the middle of a bulk
 * transfer a segment's time is not either. */
static bool is_compared(const struct record *record, plant_fn *plant, int index)
{
	uint32_t segment = 1u << KIND_TCP | 1u << KIND_DATA;

	if (plant == plant_packet_time && record->packet[index].kinds == segment &&
	    strstr(record->file, "zero-window"))
		return false;
	if (plant == plant_lost || plant == plant_packet_time)
		return !(record->packet[index].kinds & 1u << KIND_OTHER);
	if (plant == plant_state_time)
		return !record->socket[index].sample;
	return true;
}

START_TEST(nothing_is_missed)
{
	struct recorded_run a = recorded_run_read(recorded_runs[_i]);

	for (size_t p = 0; p < PLANTS; p++)
		for (int index = 0;; index++) {
			struct recorded_run b = recorded_run_read(recorded_runs[_i]);
			struct comparison *comparison;
			bool planted = plants[p].plant(b.record, index);

			if (planted && is_compared(a.record, plants[p].plant, index)) {
				comparison = compare(&a, &b);
				ck_assert_msg(has(comparison, plants[p].kind),
					      "%s: %s %d is missed", recorded_runs[_i],
					      plants[p].name, index);
				ck_assert(comparison_differs(comparison));
				comparison_free(comparison);
			}
			recorded_run_done(&b);
			if (!planted)
				break;
		}
	recorded_run_done(&a);
}
END_TEST

/* A packet more, a packet less, and two in the other order. */
START_TEST(packet_is_missing)
{
	struct recorded_run a = recorded_run_read(recorded_runs[_i]),
			    b = recorded_run_read(recorded_runs[_i]);
	struct comparison *comparison;

	if (b.record->packet_count) {
		b.record->packet_count--;
		comparison = compare(&a, &b);
		ck_assert(has(comparison, CHANGE_PACKET));
		comparison_free(comparison);
		comparison = compare(&b, &a);
		ck_assert(has(comparison, CHANGE_PACKET));
		comparison_free(comparison);
	}
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

static struct recorded_run known(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.jsonl", RECORDS, name);
	return recorded_run_read(path);
}

START_TEST(order)
{
	struct recorded_run a = known("close-segments"), b = known("close-segments");
	struct record_packet *packet = b.record->packet, *first = NULL;
	struct comparison *comparison;

	for (int i = 0; i < b.record->packet_count && packet == b.record->packet; i++) {
		if (packet[i].from != 0)
			continue;
		if (first && first->kinds != packet[i].kinds) {
			struct record_packet kept = *first;

			*first = packet[i];
			packet[i] = kept;
			break;
		}
		first = first ? first : &packet[i];
	}
	comparison = compare(&a, &b);
	ck_assert(has(comparison, CHANGE_PACKET));
	ck_assert(strstr(comparison->group[0].change.what, "another order") != NULL);
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

START_TEST(counters_are_background)
{
	struct recorded_run a = known("kill"), b = known("kill");
	struct comparison *comparison;

	ck_assert_int_gt(b.record->counter_count, 0);
	b.record->counter[0].after++;
	comparison = compare(&a, &b);
	ck_assert(!comparison_differs(comparison));
	ck_assert(comparison->run[0].counters);
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

/* The most serious first; the same in two runs is one. */
START_TEST(groups)
{
	struct recorded_run a = known("kill"), b = known("kill");
	struct comparison *comparison = comparison_new("a", "b");
	struct compare_side x = side_of(&a), y = side_of(&b);

	plant_call_time(b.record, 1);
	plant_errno(b.record, 2);
	y.verdict = "fail";
	comparison_add(comparison, "one", "/one", &x, &y, -1);
	comparison_add(comparison, "two", "/two", &x, &y, -1);
	comparison_add(comparison, "three", "/three", &x, &x, -1);
	comparison_add_only(comparison, "four", true);
	comparison_sort(comparison);
	ck_assert_int_eq(comparison->run_count, 3);
	ck_assert_int_eq(comparison->differing, 2);
	ck_assert_int_eq(comparison->group[0].change.kind, CHANGE_VERDICT);
	ck_assert_str_eq(comparison->group[0].change.before, "pass");
	ck_assert_str_eq(comparison->group[0].change.after, "fail");
	for (int i = 0; i < comparison->group_count; i++) {
		ck_assert_int_eq(comparison->group[i].run_count, 2);
		ck_assert(i == 0 ||
			  comparison->group[i].change.kind >= comparison->group[i - 1].change.kind);
	}
	ck_assert_int_eq(comparison->only_a_count, 1);
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

/* As a kernel would have it that sends one probe less: it gives up when the last is due. */
static void last_probe_drop(struct record *record)
{
	struct record_packet *packet = record->packet;
	int last = record->packet_count - 1;
	int64_t at_ns;

	while (!(packet[last].kinds & 1u << KIND_KEEPALIVE_PROBE))
		last--;
	at_ns = packet[last].sent_ns;
	memmove(&packet[last], &packet[last + 1],
		(size_t)(record->packet_count-- - last - 1) * sizeof(*packet));
	for (int i = 0; i < record->step_count; i++) {
		if (record->step[i].end_ns > at_ns)
			record->step[i].end_ns = at_ns;
		if (record->step[i].start_ns > at_ns)
			record->step[i].start_ns = at_ns;
	}
	for (int i = 0; i < record->socket_count; i++)
		if (record->socket[i].t_ns > at_ns)
			record->socket[i].t_ns = at_ns;
}

/* The same in many runs is told once, whatever follows from it there; what differs for another
 * reason is another cause. */
START_TEST(causes)
{
	static const char *const names[] = {"keepalive-crash-ip4", "keepalive-crash-ip6"};
	struct comparison *comparison = comparison_new("a", "b");
	struct recorded_run a, b;
	struct compare_side x, y;

	for (int i = 0; i < 2; i++) {
		a = known(names[i]);
		b = known(names[i]);
		last_probe_drop(b.record);
		x = side_of(&a);
		y = side_of(&b);
		comparison_add(comparison, names[i], names[i], &x, &y, -1);
		recorded_run_done(&a);
		recorded_run_done(&b);
	}
	a = known("kill");
	b = known("kill");
	plant_errno(b.record, b.record->step_count - 2);
	x = side_of(&a);
	y = side_of(&b);
	comparison_add(comparison, "kill", "kill", &x, &x, -1);
	comparison_add(comparison, "kill again", "kill again", &x, &y, -1);
	comparison_sort(comparison);

	ck_assert_int_eq(comparison->cause_count, 2);
	ck_assert_str_eq(comparison->cause[0].text, "keepalive-probe: sent less often");
	ck_assert_int_eq(comparison->cause[0].run_count, 2);
	for (int i = 0; i < comparison->cause[0].value_count; i++)
		ck_assert_str_eq(comparison->cause[0].value[i].delta, "-1");
	ck_assert_ptr_nonnull(strstr(comparison->cause[1].text, "instead of"));
	ck_assert_int_eq(comparison->cause[1].run_count, 1);
	ck_assert_int_eq(comparison->run[2].cause, -1);
	ck_assert_int_eq(comparison->run[3].cause, 1);
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

/* A verdict that is another although the runs are the same is a cause, too. */
START_TEST(a_verdict_alone)
{
	struct recorded_run a = known("kill");
	struct compare_side x = side_of(&a), y = side_of(&a);
	struct comparison *comparison = comparison_new("a", "b");

	y.verdict = "fail";
	comparison_add(comparison, "kill", "kill", &x, &y, -1);
	comparison_sort(comparison);
	ck_assert_int_eq(comparison->cause_count, 1);
	ck_assert_str_eq(comparison->cause[0].text, "the verdict: fail instead of pass");
	comparison_free(comparison);
	recorded_run_done(&a);
}
END_TEST

START_TEST(another_case)
{
	struct recorded_run a = known("kill"), b = known("close-segments");
	struct comparison *comparison = compare(&a, &b);

	ck_assert(has(comparison, CHANGE_CASE));
	ck_assert(comparison_differs(comparison));
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

START_TEST(no_record)
{
	struct recorded_run a = known("kill");
	struct compare_side x = side_of(&a), none = {"pass", "", NULL, NULL};
	struct comparison *comparison = comparison_new("a", "b");

	comparison_add(comparison, "none in both", "/a", &none, &none, -1);
	ck_assert(!comparison_differs(comparison));
	comparison_add(comparison, "none in b", "/b", &x, &none, -1);
	ck_assert(has(comparison, CHANGE_CASE));
	comparison_free(comparison);
	recorded_run_done(&a);
}
END_TEST

/* kernel/time/timer.c, "HZ 1000 steps" and "HZ 250": level, first delay, granularity. */
START_TEST(wheel_steps)
{
	static const struct {
		int64_t wait_ns;
		int hz;
		int64_t step_ns;
	} rows[] = {
		{0, 250, 4 * MS},          {251 * MS, 250, 4 * MS},    {252 * MS, 250, 32 * MS},
		{2015 * MS, 250, 32 * MS}, {2016 * MS, 250, 256 * MS}, {16128 * MS, 250, 2048 * MS},
		{62 * MS, 1000, 1 * MS},   {63 * MS, 1000, 8 * MS},    {504 * MS, 1000, 64 * MS},
		{630 * MS, 100, 80 * MS},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(wheel_step_ns(rows[i].wait_ns, rows[i].hz), rows[i].step_ns);
}
END_TEST

START_TEST(tolerances)
{
	char uml[] = "uml", qemu[] = "qemu", live[] = "live";
	struct record a = {.kernel = {.kind = uml, .hz = 250, .virtual_clock = true}};
	struct record b = {.kernel = {.kind = qemu, .hz = 250, .virtual_clock = true}};
	struct record c = {.kernel = {.kind = live, .hz = 0}};
	struct tolerance same_clock = tolerance_between(&a, &a, -1);
	struct tolerance other = tolerance_between(&a, &b, -1),
			 real = tolerance_between(&a, &c, -1);
	struct tolerance asked = tolerance_between(&a, &c, 7);

	ck_assert_int_eq(tolerance_at(&same_clock, 3600 * S), 3 * MS);
	ck_assert_int_eq(tolerance_at(&other, 1 * S), 10 * MS + 32 * MS);
	ck_assert_int_eq(tolerance_at(&real, 1 * S), 270 * MS + 80 * MS);
	ck_assert(real.real && !other.real);
	ck_assert_int_eq(tolerance_at(&asked, 3600 * S), 7);
}
END_TEST

/* What a host's ticks round, its peer sees. */
START_TEST(tolerances_of_hosts)
{
	char uml[] = "uml";
	struct record_host_kernel alike[] = {{.host = 0, .hz = 250}, {.host = 1, .hz = 250}};
	struct record_host_kernel coarse[] = {{.host = 0, .hz = 250}, {.host = 1, .hz = 100}};
	struct record one = {.kernel = {.kind = uml, .hz = 250, .virtual_clock = true}};
	struct record each = one, slow = one, late = one;
	struct tolerance tolerance;

	each.host_kernel = alike;
	slow.host_kernel = coarse;
	each.host_kernel_count = slow.host_kernel_count = 2;
	late.phase_ns = S;
	tolerance = tolerance_between(&one, &each, -1);
	ck_assert_int_eq(tolerance_at(&tolerance, S), 3 * MS);
	tolerance = tolerance_between(&slow, &slow, -1);
	ck_assert_int_eq(tolerance_at(&tolerance, S), 3 * MS);
	tolerance = tolerance_between(&each, &slow, -1);
	ck_assert_int_eq(tolerance_at(&tolerance, S), 10 * MS + 80 * MS);
	tolerance = tolerance_between(&slow, &one, -1);
	ck_assert_int_eq(tolerance_at(&tolerance, S), 10 * MS + 80 * MS);
	tolerance = tolerance_between(&one, &late, -1);
	ck_assert_int_eq(tolerance_at(&tolerance, S), 10 * MS + 32 * MS);
}
END_TEST

/* What one of them never did is no list of differences. */
START_TEST(skipped_is_one_change)
{
	struct recorded_run a = recorded_run_read(recorded_runs[0]),
			    b = recorded_run_read(recorded_runs[0]);
	struct comparison *comparison;

	a.record->state = RECORD_SKIPPED;
	a.record->step_count = a.record->socket_count = a.record->packet_count = 0;
	comparison = compare(&a, &b);
	ck_assert_int_eq(comparison->group_count, 1);
	ck_assert_str_eq(comparison->group[0].change.before, "skipped");
	comparison_free(comparison);
	recorded_run_done(&a);
	recorded_run_done(&b);
}
END_TEST

START_TEST(there_are_records)
{
	ck_assert_int_ge(recorded_runs_count, 10);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("compare");

	recorded_runs_find();
	tcase_add_test(tcase, there_are_records);
	tcase_add_loop_test(tcase, same, 0, recorded_runs_count);
	tcase_add_loop_test(tcase, chance, 0, recorded_runs_count);
	tcase_add_loop_test(tcase, nothing_is_missed, 0, recorded_runs_count);
	tcase_add_loop_test(tcase, packet_is_missing, 0, recorded_runs_count);
	tcase_add_test(tcase, order);
	tcase_add_test(tcase, counters_are_background);
	tcase_add_test(tcase, groups);
	tcase_add_test(tcase, causes);
	tcase_add_test(tcase, a_verdict_alone);
	tcase_add_test(tcase, another_case);
	tcase_add_test(tcase, no_record);
	tcase_add_test(tcase, wheel_steps);
	tcase_add_test(tcase, tolerances);
	tcase_add_test(tcase, skipped_is_one_change);
	tcase_add_test(tcase, tolerances_of_hosts);
	tcase_add_test(tcase, when_a_program_writes);
	return run_tests(tcase);
}
