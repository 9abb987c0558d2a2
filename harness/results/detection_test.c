/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "cleanup.h"
#include "clock.h"
#include "detection.h"
#include "load.h"

#define S NSEC_PER_SEC

static const char text[] = "case: two hosts\n"
			   "hosts:\n"
			   "  client: {program: [connect: 'server:80', send: 1, recv, recv]}\n"
			   "  server: {program: [listen: 80, accept, recv]}\n"
			   "timeline: [{at: 2s, crash: server}]\n"
			   "expect: {client: {connect: ok}}\n";

static struct record_step step(int program, int step, int64_t end_ns, int64_t ret, int err)
{
	return (struct record_step){.program = program,
				    .step = step,
				    .start_ns = S,
				    .end_ns = end_ns,
				    .ret = ret,
				    .err = err};
}

static char *detected(struct record_step *steps, int count, bool fault)
{
	struct diagnostics diagnostics;
	struct record_fault crash = {.fault = 0, .begun_ns = 2 * S, .done_ns = 2 * S};
	struct record record = {
		.step = steps, .step_count = count, .fault = &crash, .fault_count = fault};
	struct plan *plan = NULL;
	json_t *all;
	char *said;

	ck_assert_int_eq(plan_load("t.yaml", text, strlen(text), "", NULL, &plan, &diagnostics), 0);
	diagnostics_done(&diagnostics);
	all = detections_of(plan, &record);
	said = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(all);
	plan_free(plan);
	return said;
}

START_TEST(the_first_call_of_each_program_that_fails_after_the_fault)
{
	struct record_step steps[] = {
		step(0, 0, S, -1, ECONNREFUSED), /* before it */
		step(0, 1, 3 * S, 1, 0),         /* went well */
		step(0, 3, 9 * S, -1, EPIPE),    /* knew already */
		step(0, 2, 5 * S, -1, ETIMEDOUT),
		step(1, 2, 4 * S, 0, 0),
		step(1, 1, -1, 0, 0), /* waits */
	};
	AUTO_FREE char *said = detected(steps, 6, true);
	AUTO_FREE char *none = detected(steps, 6, false);

	ck_assert_str_eq(said, "[{\"after_ns\":3000000000,\"who\":\"client.recv: ETIMEDOUT\"},"
			       "{\"after_ns\":2000000000,\"who\":\"server.recv: EOF\"}]");
	ck_assert_str_eq(none, "[]");
}
END_TEST

START_TEST(a_program_that_was_started_again_has_not_noticed_yet)
{
	struct record_step steps[] = {step(0, 2, 5 * S, -1, ETIMEDOUT),
				      step(0, 0, 7 * S, -1, EHOSTUNREACH)};
	AUTO_FREE char *said = NULL;

	steps[1].incarnation = 1;
	said = detected(steps, 2, true);
	ck_assert_ptr_nonnull(strstr(said, "\"client (start 2).connect: EHOSTUNREACH\""));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("detection");

	tcase_add_test(tests, the_first_call_of_each_program_that_fails_after_the_fault);
	tcase_add_test(tests, a_program_that_was_started_again_has_not_noticed_yet);
	return run_tests(tests);
}
