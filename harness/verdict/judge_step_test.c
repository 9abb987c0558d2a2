/* SPDX-License-Identifier: MIT */
#include "base_test.h"
#include "verdict_test.h"

static const struct judged rows[] = {
	/* What came of it. */
	{"client: {recv: ECONNRESET}", HOLDS, "", "client.recv: ECONNRESET",
	 "client.recv: -1 ECONNRESET at 1:01.200"},
	{"client: {recv: ETIMEDOUT}", FAILS, "ECONNRESET instead of ETIMEDOUT",
	 "client.recv: ETIMEDOUT", "client.recv: -1 ECONNRESET at 1:01.200"},
	{"client: {recv: {errno: [ETIMEDOUT, ECONNRESET]}}", HOLDS, "",
	 "client.recv: ETIMEDOUT or ECONNRESET", NULL},
	{"client: {recv: {errno: [ETIMEDOUT, EHOSTUNREACH]}}", FAILS,
	 "ECONNRESET instead of ETIMEDOUT or EHOSTUNREACH", NULL, NULL},
	{"client: {connect: {errno: [ETIMEDOUT, ECONNRESET]}}", FAILS,
	 "success instead of ETIMEDOUT or ECONNRESET", NULL, NULL},
	{"client: {recv: ok}", FAILS, "ECONNRESET instead of success", "client.recv: no error",
	 NULL},
	{"client: {connect: ok}", HOLDS, "", NULL, NULL},
	{"client: {connect: ETIMEDOUT}", FAILS, "success instead of ETIMEDOUT", NULL, NULL},
	{"client: {send: 100}", HOLDS, "", "client.send: returns 100", NULL},
	{"client: {send: 99}", FAILS, "returned: 100 instead of 99", NULL, NULL},
	{"client: {send: 101..}", FAILS, "returned: 100 instead of at least 101", NULL, NULL},
	{"client: {recv: eof}", FAILS, "returned: -1 instead of 0", NULL, NULL},
	{"client: {recv: blocked}", FAILS, "it ended", "client.recv: still blocked at the end",
	 NULL},
	{"client: {pause: blocked}", HOLDS, "", NULL,
	 "client.pause: still blocked at the end, since 1:04.000"},
	{"client: {pause: ok}", FAILS, "it never ended", NULL, NULL},
	{"client: {pause: not started}", FAILS, "it never ended", "client.pause: never started",
	 NULL},
	{"client: {close: not started}", HOLDS, "", NULL, "client.close: never started"},
	{"client: {close: ok}", FAILS, "it never started", NULL, NULL},
	{"client: {close: blocked}", FAILS, "it never started", NULL, NULL},
	{"client: {recv: not started}", FAILS, "it ended", NULL, NULL},
	/* The server's recv was still waiting when its host was rebooted. */
	{"server: {recv#2: blocked}", HOLDS, "", NULL, NULL},
	{"server: {listen: ok}", HOLDS, "", NULL, "server.listen: 0 at 0.000"},
	{"server: {listen: blocked}", FAILS, "it ended", NULL, NULL},
	/* When. Given alone: 20 ms to both sides. */
	{"client: {recv: {at: 61.18s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 61.22s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 61.179s}}", FAILS, "at: 0.021 s too late", NULL, NULL},
	{"client: {recv: {at: 61.221s}}", FAILS, "at: 0.021 s too early", NULL, NULL},
	{"client: {recv: {at: 61.2s..62s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 61s..61.2s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 61.201s..62s}}", FAILS, "at: 0.001 s too early", NULL, NULL},
	{"client: {recv: {at: ..61.199s}}", FAILS, "at: 0.001 s too late", NULL, NULL},
	{"client: {recv: {at: 61.2s..}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {errno: ETIMEDOUT, at: 75s..77s}}", FAILS,
	 "ECONNRESET instead of ETIMEDOUT; at: 13.800 s too early",
	 "client.recv: ETIMEDOUT, at 1:15.000..1:17.000", "client.recv: -1 ECONNRESET at 1:01.200"},
	/* Nothing asked but when, how long and how much: the fields' words all the same. */
	{"client: {recv: {bytes: 10, at: 1s}}", FAILS,
	 "bytes: 0 instead of 10; at: 1:00.200 too late", "client.recv: bytes 10, at 1.000",
	 "client.recv: -1 ECONNRESET at 1:01.200, bytes 0"},
	{"client: {recv: {took: 60s..61s}}", HOLDS, "", "client.recv: took 1:00.000..1:01.000",
	 NULL},
	{"client: {recv: {at: 61.1800005s}}", HOLDS, "", "client.recv: at 1:01.1800005", NULL},
	{"client: {recv: {at: ..61.1999995s}}", FAILS, "at: 0.0000005 s too late", NULL, NULL},
	{"client: {recv: {took: 60.2s}}", HOLDS, "", NULL,
	 "client.recv: -1 ECONNRESET at 1:01.200, took 1:00.200"},
	{"client: {recv: {took: 61s..62s}}", FAILS, "took: 0.800 s too short", NULL, NULL},
	{"client: {recv: {took: 1s}}", FAILS, "took: 59.200 s too long", NULL, NULL},
	/* Bytes. */
	{"server: {recv: {bytes: 100, intact: true}}", HOLDS, "", NULL, NULL},
	{"server: {recv: {intact: false}}", FAILS, "the bytes are intact", NULL, NULL},
	{"server: {recv: {bytes: 101}}", FAILS, "bytes: 100 instead of 101", NULL, NULL},
	{"client: {recv: {intact: true}}", FAILS, "no byte came", NULL, NULL},
	{"client: {recv: {intact: false}}", FAILS, "no byte came", NULL, NULL},
	/* Events. */
	{"client: {poll: {returns: 1, events: [in, hup]}}", HOLDS, "", NULL, NULL},
	{"client: {poll: {events: [in]}}", FAILS, "events in hup", NULL, NULL},
	{"client: {poll: {events: [in, hup, err]}}", FAILS, "events in hup", NULL, NULL},
	{"client: {poll: {events: []}}", FAILS, "events in hup", NULL, NULL},
	/* After the reboot. */
	{"server: {recv@1: {errno: ECONNRESET, bytes: 40, intact: false}}", HOLDS, "",
	 "server.recv after reboot 1: ECONNRESET, bytes 40, not intact", NULL},
	{"server: {recv@1: {intact: true}}", FAILS, "the bytes are not intact", NULL, NULL},
	{"server: {recv#2@1: not started}", HOLDS, "", NULL, NULL},
	{"server: {accept@1: {at: 2ms}}", FAILS, "at: 39.998 s too late", NULL, NULL},
	/* Programs. */
	{"client: {exit: running}", HOLDS, "", "client: still running at the end",
	 "client: still running at the end"},
	{"client: {exit: 0}", FAILS, "it never ended", "client: ends with status 0", NULL},
	{"worker: {exit: 3}", HOLDS, "", NULL, "worker: exited with status 3 at 20.000"},
	{"worker: {exit: 0}", FAILS, "exited with status 3", NULL, NULL},
	{"worker: {exit: SIGKILL}", FAILS, "exited with status 3", "worker: ends by SIGKILL", NULL},
	{"worker: {exit: running}", FAILS, "it ended", NULL, NULL},
	{"worker: {exit: {status: 3, at: 20s}}", HOLDS, "", "worker: ends with status 3 at 20.000",
	 NULL},
	{"worker: {exit: {at: 19s}}", FAILS, "at: 1.000 s too late", NULL, NULL},
	{"server: {exit: SIGKILL}", HOLDS, "", NULL, "server: killed by SIGKILL at 30.000"},
	{"server: {exit: 0}", FAILS, "killed by SIGKILL", NULL, NULL},
	{"server: {exit: SIGTERM}", FAILS, "killed by SIGKILL", NULL, NULL},
	{"server: {exit@1: {signal: SIGKILL, at: 50s}}", HOLDS, "",
	 "server after reboot 1: ends by SIGKILL at 50.000", NULL},
	{"server: {exit@1: running}", FAILS, "it ended", NULL, NULL},
};

START_TEST(steps_and_programs)
{
	judge_row(&rows[_i], &story);
}
END_TEST

/* A real clock is forgiven 20 ms early and 250 ms late; a span, of which either end may be
 * late, as much to both sides. */
static const struct judged real_rows[] = {
	{"client: {recv: {at: 61.24s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 61.241s}}", FAILS, "at: 0.041 s too early", NULL, NULL},
	{"client: {recv: {at: 60.93s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 60.929s}}", FAILS, "at: 0.271 s too late", NULL, NULL},
	{"client: {recv: {at: 60s..60.95s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 60s..60.949s}}", FAILS, "at: 0.251 s too late", NULL, NULL},
	{"client: {recv: {at: 61.22s..62s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {at: 61.221s..62s}}", FAILS, "at: 0.021 s too early", NULL, NULL},
	{"client: {recv: {took: 60.45s..62s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {took: 60.451s..62s}}", FAILS, "took: 0.251 s too short", NULL, NULL},
	{"client: {recv: {took: 1s..59.95s}}", HOLDS, "", NULL, NULL},
	{"client: {recv: {took: 1s..59.949s}}", FAILS, "took: 0.251 s too long", NULL, NULL},
};

START_TEST(times_on_a_real_clock)
{
	struct record record = story;

	record.kernel.virtual_clock = false;
	judge_row(&real_rows[_i], &record);
}
END_TEST

START_TEST(program_that_never_started)
{
	static const struct judged running = {"client: {exit: running}", FAILS, "it never started",
					      NULL, "client: never started"};
	static const struct judged ended = {"client: {exit: 0}", FAILS, "it never started", NULL,
					    NULL};
	struct record record = story;

	record.program_count = 0;
	judge_row(&running, &record);
	judge_row(&ended, &record);
}
END_TEST

START_TEST(step_that_the_program_died_in)
{
	static const struct judged row = {
		"client: {pause: EPIPE}", FAILS, "it never ended", NULL,
		"client.pause: the program was killed by SIGPIPE meanwhile, at 1:04.000"};
	struct record record = story;
	struct record_step step = {.step = 4, .start_ns = 64 * S, .end_ns = -1};
	struct record_program program = {.end_ns = 64 * S, .exit_status = -1, .signal = 13};

	record.step = &step;
	record.step_count = 1;
	record.program = &program;
	record.program_count = 1;
	judge_row(&row, &record);
}
END_TEST

START_TEST(step_that_sigterm_interrupted)
{
	static const struct judged row = {
		"client: {pause: ok}", FAILS, "it never ended", NULL,
		"client.pause: interrupted by SIGTERM, begun at 1:04.000"};
	struct record record = story;
	struct record_step step = {.step = 4, .start_ns = 64 * S, .end_ns = -1};

	step.caught_sigterm = true;
	record.step = &step;
	record.step_count = 1;
	judge_row(&row, &record);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps");

	tcase_add_loop_test(tcase, steps_and_programs, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_loop_test(tcase, times_on_a_real_clock, 0,
			    sizeof(real_rows) / sizeof(*real_rows));
	tcase_add_test(tcase, program_that_never_started);
	tcase_add_test(tcase, step_that_the_program_died_in);
	tcase_add_test(tcase, step_that_sigterm_interrupted);
	return run_tests(tcase);
}
