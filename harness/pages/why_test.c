/* SPDX-License-Identifier: MIT
 *
 * What the page of a failed run says first.
 */
#include <check.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "handmade.h"
#include "tcp_words.h"
#include "why.h"

static char *written;

/* What is said of a run of two hosts with this line in `expect: client:`, in which the client's
 * recv came out as STEP says. */
static const char *said(const char *expected, struct record_step step, int64_t finding_ns)
{
	static char text[] = "<b>";
	static const char form[] = "case: two hosts\n"
				   "hosts:\n"
				   "  client: {program: [connect: 'server:80', recv]}\n"
				   "  server: {program: [listen: 80, accept, pause]}\n"
				   "timeline:\n"
				   "  - {at: 2s, kill: server}\n"
				   "expect:\n"
				   "  %s\n";
	struct record_packet packet[] = {handmade_segment(1, 2 * S, 1u << KIND_FIN, TCP_FIN),
					 handmade_segment(1, 3 * S, 1u << KIND_FIN, TCP_FIN)};
	struct record_fault fault = {.fault = 0, .begun_ns = 2 * S, .done_ns = 2 * S};
	struct finding finding = {.holding = FAILS,
				  .expected = text,
				  .observed = text,
				  .difference = text,
				  .t_ns = finding_ns};
	struct judgement judgement = {
		.verdict = VERDICT_FAIL, .finding = &finding, .finding_count = 1};
	struct plan *plan;
	struct record record;
	struct rows rows;
	char *source;
	size_t size;
	FILE *out;

	ck_assert_int_gt(asprintf(&source, form, expected), 0);
	plan = handmade_plan(source);
	record = handmade_record(plan);
	packet[1].arrived_ns = -1;
	step.program = 0;
	step.step = 1;
	record.step = &step;
	record.step_count = 1;
	record.fault = &fault;
	record.fault_count = 1;
	record.packet = packet;
	record.packet_count = 2;
	ck_assert_int_eq(rows_make(plan, &record, &judgement, false, &rows, NULL), 0);
	free(written);
	out = open_memstream(&written, &size);
	why_print(plan, &record, &judgement, &rows, NULL, out);
	fclose(out);
	rows_done(&rows);
	plan_free(plan);
	free(source);
	return written;
}

static void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		ck_abort_msg("missing: %s\nin:\n%s", words, text);
}

START_TEST(a_call_is_told_in_a_sentence)
{
	const struct record_step eof = {.start_ns = S, .end_ns = 2001 * (S / 1000), .ret = 0};
	const struct record_step late = {
		.start_ns = S, .end_ns = 9 * S, .ret = -1, .err = ETIMEDOUT};
	const struct record_step never = {.start_ns = S, .end_ns = -1};

	says(said("client: {recv: ECONNRESET}", eof, 2 * S),
	     "The call recv on client was to fail with ECONNRESET (Connection reset by peer). "
	     "At 2.00 s it returned 0: the other side had closed the connection.</p>");
	says(said("client: {recv: {errno: ETIMEDOUT, at: 5s..7s}}", late, 9 * S),
	     "was to fail with ETIMEDOUT (Connection timed out), between 5.00 s and 7.00 s. "
	     "So it did, but at 9.00 s, 2.00 s too late.</p>");
	says(said("client: {recv: {errno: ETIMEDOUT, at: 10s}}", late, 9 * S),
	     "at 10.0 s. So it did, but at 9.00 s, 1.00 s too early.</p>");
	says(said("client: {recv: blocked}", late, 9 * S),
	     "was to wait until the end of the run. At 9.00 s it failed with ETIMEDOUT "
	     "(Connection timed out).</p>");
	says(said("client: {recv: eof}", never, -1), "It had not ended when the run");
}
END_TEST

START_TEST(it_is_told_what_else_was_sent)
{
	const struct record_step never = {.start_ns = S, .end_ns = -1};
	const char *text = said("wire: [{from: server, kind: rst, count: 1}]", never, -1);

	says(text, "All that server sent: 2 fin (1 lost).");
	ck_assert_ptr_null(strstr(text, "The call"));
	ck_assert_ptr_null(strstr(text, "just before"));
	says(said("wire: [{from: server, kind: rst, count: 1, before: 1s}]", never, -1),
	     "All that server sent in that time: nothing.");
}
END_TEST

START_TEST(the_fault_and_the_line_are_told)
{
	const struct record_step eof = {.start_ns = S, .end_ns = 2 * S + 1000000, .ret = 0};
	const char *text = said("client: {recv: ECONNRESET}", eof, 2 * S + 1000000);
	const char *fault = strstr(text, "kill server"), *now = strstr(text, " now");

	says(text, "Why it failed: its one expectation did not hold");
	says(text, "<a href=\"#L8\">line 8</a>: client: {recv: ECONNRESET}");
	says(text, "server to client: FIN");
	says(text, "href=\"#f0\"");
	ck_assert_ptr_nonnull(fault);
	ck_assert_ptr_nonnull(now);
	ck_assert(fault < now);
	says(now, "client: recv: EOF");
	/* What came later is not of before. */
	ck_assert_ptr_null(strstr(text, "lost on the way"));
	/* The judge's words are no markup. */
	ck_assert_ptr_null(strstr(text, "<b>"));
	says(text, "&lt;b&gt;");
}
END_TEST

START_TEST(a_run_without_a_record_has_a_reason)
{
	size_t size;
	FILE *out;

	free(written);
	out = open_memstream(&written, &size);
	why_print_missing(VERDICT_SKIP, "takes <2h>", NULL, out);
	why_print_missing(VERDICT_ERROR, NULL, "Oops: <0>", out);
	fclose(out);
	says(written, "This run was skipped");
	says(written, "takes &lt;2h&gt;");
	says(written, "could not be made or judged");
	says(written, "Oops: &lt;0&gt;");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("why");

	tcase_add_test(tcase, a_call_is_told_in_a_sentence);
	tcase_add_test(tcase, it_is_told_what_else_was_sent);
	tcase_add_test(tcase, the_fault_and_the_line_are_told);
	tcase_add_test(tcase, a_run_without_a_record_has_a_reason);
	return run_tests(tcase);
}
