/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "base_test.h"
#include "verdict_test.h"

enum { WORKER = 1 };

#define CALL(start, end, fd, name, detail, ret, err)                                               \
	{                                                                                          \
		WORKER, 0, 7, start, end, fd, (char *)(name), (char *)(detail), ret, err           \
	}

static struct record_call calls[] = {
	CALL(1 * S, 1 * S, 3, "setsockopt", "TCP_NODELAY=1", 0, 0),
	CALL(1 * S, 2 * S, 3, "connect", "server:80", 0, 0),
	CALL(2 * S, 2 * S, 3, "send", "", 5, 0),
	CALL(2 * S, 18 * S, 3, "recv", "", -1, ETIMEDOUT),
	CALL(18 * S, -1, 4, "connect", "server:81", 0, 0),
};

static struct record_call calls_with_gap[] = {
	CALL(1 * S, 1 * S, 3, "send", "", 5, 0),
	CALL(3 * S, 3 * S, 3, "send", "", -1, EPIPE),
	CALL(9 * S, 9 * S, 0, "", "", 500, 0),
};

static const struct judged rows[] = {
	{"worker: {calls: [{call: connect, with: \"server:80\", errno: 0, count: 1, at: 2s, took: "
	 "1s}]}",
	 HOLDS, "", "worker: 1 connect server:80: no error, the first at 2.000, which took 1.000 s",
	 "worker:  at 2.000; 1 of 2"},
	{"worker: {calls: {call: connect, with: \"server:81\", blocked: true, at: 18s}}", HOLDS, "",
	 "worker: at least 1 connect server:81 that never returned, the first at 18.000", NULL},
	{"worker: {calls: {call: connect, count: 2}}", FAILS, "calls: 1 instead of 2", NULL, NULL},
	{"worker: {calls: {call: recv, errno: [ECONNRESET, ETIMEDOUT], at: 18s}}", HOLDS, "",
	 "worker: at least 1 recv: ECONNRESET or ETIMEDOUT, the first at 18.000", NULL},
	{"worker: {calls: {call: recv, errno: ECONNRESET}}", FAILS,
	 "calls: 0 instead of at least 1", NULL,
	 "worker: 0 of 1; the last one, at 18.000: worker: recv(3): ETIMEDOUT"},
	{"worker: {calls: {call: recv, took: 15s}}", FAILS, "it took: 1.000 s too long", NULL,
	 NULL},
	{"worker: {calls: {call: recv, at: 17s}}", FAILS, "the first: 1.000 s too late", NULL,
	 NULL},
	{"worker: {calls: {call: send, returns: 5, within: 1s..3s}}", HOLDS, "",
	 "worker: at least 1 send = 5 within 1.000..3.000", NULL},
	{"worker: {calls: {call: send, count: 0, within: 3s..}}", HOLDS, "", NULL, NULL},
	{"worker: {calls: {call: setsockopt, with: SO_KEEPALIVE, count: 0}}", HOLDS, "", NULL,
	 NULL},
};

static const struct judged rows_of_gap[] = {
	{"worker: {calls: {call: send}}", HOLDS, "", NULL, NULL},
	{"worker: {calls: {call: send, errno: EPIPE, count: 1}}", HOLDS, "", NULL, NULL},
	{"worker: {calls: {call: send, errno: 0, count: 1}}", UNDECIDED,
	 "what is left out may be what is meant", NULL, NULL},
	{"worker: {calls: {call: recv}}", UNDECIDED, "what is left out may be what is meant", NULL,
	 NULL},
};

START_TEST(what_was_called_is_held_against_what_is_expected)
{
	struct record record = story;

	record.call = calls;
	record.call_count = sizeof(calls) / sizeof(calls[0]);
	judge_row(&rows[_i], &record);
}
END_TEST

START_TEST(of_what_was_not_told_nothing_is_said)
{
	struct record record = story;

	record.call = calls_with_gap;
	record.call_count = sizeof(calls_with_gap) / sizeof(calls_with_gap[0]);
	judge_row(&rows_of_gap[_i], &record);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("calls");

	tcase_add_loop_test(tests, what_was_called_is_held_against_what_is_expected, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tests, of_what_was_not_told_nothing_is_said, 0,
			    sizeof(rows_of_gap) / sizeof(rows_of_gap[0]));
	return run_tests(tests);
}
