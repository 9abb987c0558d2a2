/* SPDX-License-Identifier: MIT
 *
 * From findings to the verdict, and what a person reads under it.
 */
#include <stdlib.h>

#include "base_test.h"
#include "verdict_test.h"

#define HOLDING "client: {send: 100}"
#define FAILING "client: {recv: ETIMEDOUT}"
#define UNKNOWN "counters: {idle: {TcpRetransSegs: 0}}"
#define BECAUSE "client.recv: -1 ECONNRESET at 1:01.200; ECONNRESET instead of ETIMEDOUT"

static const struct {
	const char *top, *expect;
	enum verdict verdict;
	const char *reason;
} verdicts[] = {
	{"", HOLDING, VERDICT_PASS, NULL},
	{"", FAILING, VERDICT_FAIL, BECAUSE},
	{"", "client: {send: 100, recv: ETIMEDOUT, pause: ok}", VERDICT_FAIL, BECAUSE},
	{"", UNKNOWN, VERDICT_ERROR,
	 "idle: TcpRetransSegs changes by 0: no counter of that host was recorded; the record "
	 "cannot "
	 "tell"},
	{"", FAILING ", " UNKNOWN, VERDICT_ERROR,
	 "idle: TcpRetransSegs changes by 0: no counter of that host was recorded; the record "
	 "cannot "
	 "tell"},
	/* Expectations that are meant for other kernels. */
	{"",
	 HOLDING ", counters: {idle: {TcpRetransSegs: {change: 0, on: kernel < 6.5, because: x}}}",
	 VERDICT_PASS, NULL},
	{"", "client: {send: {returns: 99, on: kernel < 6.5, because: x}}", VERDICT_ERROR,
	 "the case expects nothing of Linux 6.12.117"},
	{"", "client: {recv: {errno: ETIMEDOUT, on: kernel >= 6.5, because: x}}", VERDICT_FAIL,
	 BECAUSE},
	/* Cases that are here to fail: once, for the reason that they name. */
	{"verdict: {fail: \"ETIMEDOUT\"}\n", FAILING, VERDICT_PASS, NULL},
	{"verdict: {fail: \"instead of\"}\n", FAILING, VERDICT_PASS, NULL},
	{"verdict: {fail: \"1:01.200\"}\n", FAILING, VERDICT_PASS, NULL},
	{"verdict: {fail: \"returns 99\"}\n", "client: {send: 99}", VERDICT_PASS, NULL},
	{"verdict: {fail: \"EPIPE\"}\n", FAILING, VERDICT_FAIL,
	 "was to fail with \"EPIPE\", but failed with: ECONNRESET instead of ETIMEDOUT"},
	{"verdict: {fail: \"ETIMEDOUT\"}\n", HOLDING, VERDICT_FAIL,
	 "was to fail, but every expectation held"},
	{"verdict: {fail: \"ETIMEDOUT\"}\n", "client: {send: 99, recv: ETIMEDOUT}", VERDICT_FAIL,
	 "was to fail for one reason, but 2 expectations failed"},
	{"verdict: {fail: \"ETIMEDOUT\"}\n", FAILING ", " UNKNOWN, VERDICT_ERROR,
	 "idle: TcpRetransSegs changes by 0: no counter of that host was recorded; the record "
	 "cannot "
	 "tell"},
};

static struct judgement *judged(const struct plan *plan, const struct record *record,
				enum verdict verdict, const char *reason)
{
	struct judgement *judgement;

	ck_assert_int_eq(judge(plan, record, &judgement, NULL), 0);
	ck_assert_str_eq(verdict_name[judgement->verdict], verdict_name[verdict]);
	ck_assert_pstr_eq(judgement->reason, reason);
	return judgement;
}

START_TEST(verdict_of_findings)
{
	struct plan *plan = story_plan(verdicts[_i].top, verdicts[_i].expect);

	judgement_free(judged(plan, &story, verdicts[_i].verdict, verdicts[_i].reason));
	plan_free(plan);
}
END_TEST

/* Without a whole record nothing is held against it, nor for it. */
START_TEST(verdict_without_a_run)
{
	static char needs[] = "needs netem", holes[] = "the record has holes";
	struct plan *plan = story_plan("", FAILING);
	struct record record = story;
	struct judgement *judgement;

	record.state = RECORD_SKIPPED;
	record.reason = needs;
	judgement = judged(plan, &record, VERDICT_SKIP, needs);
	ck_assert_int_eq(judgement->finding_count, 0);
	judgement_free(judgement);
	record.state = RECORD_BROKEN;
	record.reason = holes;
	judgement_free(judged(plan, &record, VERDICT_ERROR, holes));
	record.reason = NULL;
	judgement_free(judged(plan, &record, VERDICT_ERROR, "for no reason that was recorded"));
	plan->must_fail = true;
	judgement_free(judged(plan, &record, VERDICT_ERROR, "for no reason that was recorded"));
	plan_free(plan);
}
END_TEST

START_TEST(verdict_of_nothing)
{
	struct plan *plan = story_plan("", HOLDING);

	plan->expect_count = 0;
	judgement_free(judged(plan, &story, VERDICT_SKIP,
			      "nothing is expected: runs are drawn, and have no verdict"));
	plan->must_fail = true;
	judgement_free(judged(plan, &story, VERDICT_ERROR, "the case expects nothing"));
	plan_free(plan);
}
END_TEST

START_TEST(verdict_of_the_unknown)
{
	struct plan *plan = story_plan("", HOLDING);

	plan->expect[0].kind = (enum expect_kind)(EXPECT_SILENCE + 1);
	judgement_free(
		judged(plan, &story, VERDICT_ERROR,
		       "an expectation: this version does not understand it; it cannot be judged"));
	plan_free(plan);
}
END_TEST

/* What the case shows, it shows of what was done to it; and of its own run. */
START_TEST(verdict_of_another_run)
{
	struct plan *plan = story_plan("", HOLDING);
	struct record_step step = story.step[0];
	struct record record = story;

	record.fault_count--;
	judgement_free(judged(plan, &record, VERDICT_ERROR, "this was never done: crash server"));
	record = story;
	record.step = &step;
	record.step_count = 1;
	step.step = 99;
	judgement_free(judged(plan, &record, VERDICT_ERROR, "the record is not of this case"));
	plan_free(plan);
}
END_TEST

/* What is late on a real clock is no verdict about the kernel, unless everything held all the same.
 */
START_TEST(verdict_of_what_came_late)
{
	struct plan *plan = story_plan("", FAILING), *holding = story_plan("", HOLDING);
	struct record_fault fault[] = {story.fault[0], story.fault[1]};
	struct record record = story;

	record.fault = fault;
	record.kernel.virtual_clock = false;
	judgement_free(judged(plan, &record, VERDICT_FAIL, BECAUSE));
	fault[1].took_ns = REAL_CLOCK_LATE_NS;
	judgement_free(judged(plan, &record, VERDICT_FAIL, BECAUSE));
	fault[1].begun_ns += NSEC_PER_MSEC;
	judgement_free(judged(plan, &record, VERDICT_ERROR,
			      "crash server was in effect 251ms late: the machine is too busy "
			      "for a real clock, make fewer runs at once (--jobs); " BECAUSE));
	judgement_free(judged(holding, &record, VERDICT_PASS, NULL));
	record.kernel.virtual_clock = true;
	judgement_free(judged(plan, &record, VERDICT_FAIL, BECAUSE));
	plan_free(plan);
	plan_free(holding);
}
END_TEST

START_TEST(must_fail_for_any_reason)
{
	struct plan *plan = story_plan("", FAILING);

	plan->must_fail = true;
	judgement_free(judged(plan, &story, VERDICT_PASS, NULL));
	plan_free(plan);
}
END_TEST

START_TEST(nothing_to_judge_frees_nothing)
{
	judgement_free(NULL);
}
END_TEST

static void check_explanation(const char *expect, const char *explanation)
{
	struct plan *plan = story_plan("", expect);
	struct judgement *judgement;
	char *text;

	ck_assert_int_eq(judge(plan, &story, &judgement, NULL), 0);
	text = judgement_explain(plan, &story, judgement, true);
	ck_assert_str_eq(text, explanation);
	free(text);
	judgement_free(judgement);
	plan_free(plan);
}

START_TEST(explained)
{
	check_explanation(HOLDING, "");
	/* One that turns at a moment: six events before it, six from it on. */
	check_explanation(
		FAILING,
		"  story.yaml:25:19: this did not hold\n"
		"       25 | expect: {client: {recv: ETIMEDOUT}}\n"
		"    expected:   client.recv: ETIMEDOUT\n"
		"    observed:   client.recv: -1 ECONNRESET at 1:01.200\n"
		"    difference: ECONNRESET instead of ETIMEDOUT\n"
		"    around it:\n"
		"              35.000  server (start 2): listen: done\n"
		"              40.000  server (start 2): recv 100 ...\n"
		"              40.000  server (start 2): accept: done\n"
		"              41.000  server (start 2): recv: ECONNRESET after 40 bytes\n"
		"              50.000  *** crash server\n"
		"              50.000  server (start 2): killed by SIGKILL\n"
		"    >       1:01.200  client: recv: ECONNRESET\n"
		"    >       1:01.200  client: socket 10.0.0.0:40000 - 10.0.0.9:8081 is gone\n"
		"            1:02.000  client: poll events=in timeout=5s ...\n"
		"            1:04.000  client: pause ...\n"
		"            1:04.000  client: poll = 1 in hup\n");
	/* Several: each by itself, without those that held. Near the end of all there is less. */
	check_explanation(
		"client: {close: ok, send: 100, pause: ok}",
		"  story.yaml:25:19: this did not hold\n"
		"       25 | expect: {client: {close: ok, send: 100, pause: ok}}\n"
		"    expected:   client.close: no error\n"
		"    observed:   client.close: never started\n"
		"    difference: it never started\n"
		"  story.yaml:25:41: this did not hold\n"
		"       25 | expect: {client: {close: ok, send: 100, pause: ok}}\n"
		"    expected:   client.pause: no error\n"
		"    observed:   client.pause: still blocked at the end, since 1:04.000\n"
		"    difference: it never ended\n"
		"    around it:\n"
		"              41.000  server (start 2): recv: ECONNRESET after 40 bytes\n"
		"              50.000  *** crash server\n"
		"              50.000  server (start 2): killed by SIGKILL\n"
		"            1:01.200  client: recv: ECONNRESET\n"
		"            1:01.200  client: socket 10.0.0.0:40000 - 10.0.0.9:8081 is gone\n"
		"            1:02.000  client: poll events=in timeout=5s ...\n"
		"    >       1:04.000  client: pause ...\n"
		"    >       1:04.000  client: poll = 1 in hup\n");
	/* At the very beginning there is nothing before. */
	check_explanation("server: {listen: blocked}",
			  "  story.yaml:25:19: this did not hold\n"
			  "       25 | expect: {server: {listen: blocked}}\n"
			  "    expected:   server.listen: still blocked at the end\n"
			  "    observed:   server.listen: 0 at 0.000\n"
			  "    difference: it ended\n"
			  "    around it:\n"
			  "    >          0.000  client: starts\n"
			  "    >          0.000  worker: starts\n"
			  "    >          0.000  server: starts\n"
			  "    >          0.000  client: connect server:8081 ...\n"
			  "    >          0.000  server: listen 8081 ...\n"
			  "    >          0.000  server: accept ...\n"
			  "    >          0.000  server: listen: done\n"
			  "    >          0.000  client > server: SYN\n"
			  "               0.001  server > client: SYN ACK\n"
			  "               0.002  server: recv 100 ...\n"
			  "               0.002  client: connect: done\n"
			  "               0.002  server: accept: done\n"
			  "               0.002  client > server: ACK\n"
			  "               0.002  client: socket 10.0.0.0:40000 - 10.0.0.9:8081 "
			  "ESTABLISHED\n");
	/* One that has no place in time. */
	check_explanation("counters: {client: {TcpRetransSegs: 7}}",
			  "  story.yaml:25:30: this did not hold\n"
			  "       25 | expect: {counters: {client: {TcpRetransSegs: 7}}}\n"
			  "    expected:   client: TcpRetransSegs changes by 7\n"
			  "    observed:   client: TcpRetransSegs changed by 5\n"
			  "    difference: change: 5 instead of 7\n");
	check_explanation(UNKNOWN, "  story.yaml:25:28: this cannot be judged\n"
				   "       25 | expect: {" UNKNOWN "}\n"
				   "    expected:   idle: TcpRetransSegs changes by 0\n"
				   "    observed:   no counter of that host was recorded\n"
				   "    difference: the record cannot tell\n");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("judge");

	tcase_add_loop_test(tcase, verdict_of_findings, 0, sizeof(verdicts) / sizeof(*verdicts));
	tcase_add_test(tcase, verdict_without_a_run);
	tcase_add_test(tcase, verdict_of_nothing);
	tcase_add_test(tcase, verdict_of_the_unknown);
	tcase_add_test(tcase, verdict_of_another_run);
	tcase_add_test(tcase, verdict_of_what_came_late);
	tcase_add_test(tcase, must_fail_for_any_reason);
	tcase_add_test(tcase, nothing_to_judge_frees_nothing);
	tcase_add_test(tcase, explained);
	return run_tests(tcase);
}
