/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "condition.h"
#include "duration.h"
#include "judging.h"

const char *const verdict_name[VERDICT_COUNT] = {"pass", "fail", "skip", "error"};

static judge_fn *const judges[] = {
	[EXPECT_STEP] = judge_step,       [EXPECT_PROGRAM] = judge_program,
	[EXPECT_CALLS] = judge_calls,     [EXPECT_OUTPUT] = judge_output,
	[EXPECT_SOCKET] = judge_socket,   [EXPECT_CONNTRACK] = judge_conntrack,
	[EXPECT_WIRE] = judge_wire,       [EXPECT_ORDER] = judge_order,
	[EXPECT_COUNTER] = judge_counter, [EXPECT_SILENCE] = judge_silence,
};

__attribute__((format(printf, 3, 4))) static void settle(struct judgement *judgement,
							 enum verdict verdict, const char *fmt, ...)
{
	struct text reason = {0};
	va_list ap;

	va_start(ap, fmt);
	text_add_args(&reason, fmt, ap);
	va_end(ap);
	free(judgement->reason);
	judgement->verdict = verdict;
	judgement->reason = text_take(&reason);
}

/* An expectation of a kind that nobody here knows is not passed over. */
static enum holding not_understood(struct judging *judging)
{
	text_add(&judging->expected, "an expectation");
	text_add(&judging->observed, "this version does not understand it");
	text_add(&judging->difference, "it cannot be judged");
	return UNDECIDED;
}

static void finding_make(const struct plan *plan, const struct record *record, int expect,
			 struct finding *finding)
{
	const struct plan_expect *of = &plan->expect[expect];
	/* What has no room is cut off: a spacing may be wrong a thousand times. */
	char expected[1024], observed[1024], difference[1024];
	struct judging judging = {.plan = plan,
				  .record = record,
				  .expected = text_over(expected, sizeof(expected)),
				  .observed = text_over(observed, sizeof(observed)),
				  .difference = text_over(difference, sizeof(difference)),
				  .t_ns = -1};
	bool known = of->kind < sizeof(judges) / sizeof(judges[0]);

	finding->expect = expect;
	finding->holding = known ? judges[of->kind](&judging, of) : not_understood(&judging);
	finding->expected = text_copy(expected);
	finding->observed = text_copy(observed);
	finding->difference = text_copy(difference);
	finding->t_ns = judging.t_ns;
}

static int count_holding(const struct judgement *judgement, enum holding holding,
			 const struct finding **ret_first)
{
	int count = 0;

	for (int i = judgement->finding_count - 1; i >= 0; i--)
		if (judgement->finding[i].holding == holding) {
			*ret_first = &judgement->finding[i];
			count++;
		}
	return count;
}

static bool mentions(const struct finding *finding, const char *text)
{
	return strstr(finding->expected, text) || strstr(finding->observed, text) ||
	       strstr(finding->difference, text);
}

/* A case that is here to fail passes when it fails once, for the reason that it names. */
static void settle_must_fail(const struct plan *plan, struct judgement *judgement, int failed,
			     const struct finding *first)
{
	if (failed == 0)
		settle(judgement, VERDICT_FAIL, "was to fail, but every expectation held");
	else if (failed > 1)
		settle(judgement, VERDICT_FAIL,
		       "was to fail for one reason, but %d expectations failed", failed);
	else if (plan->fails_with && !mentions(first, plan->fails_with))
		settle(judgement, VERDICT_FAIL, "was to fail with \"%s\", but failed with: %s",
		       plan->fails_with, first->difference);
	else
		judgement->verdict = VERDICT_PASS;
}

/* How late the first of the timeline's faults was in effect that a busy machine held up for longer
 * than what a real clock is allowed; 0: none was. */
static int64_t late_ns(const struct plan *plan, const struct record *record,
		       const struct plan_fault **ret_fault)
{
	for (int i = 0; i < record->fault_count && !record->kernel.virtual_clock; i++) {
		const struct record_fault *fault = &record->fault[i];
		int64_t late = fault->took_ns;

		*ret_fault = &plan->fault[fault->fault];
		if (!plan_fault_waits(*ret_fault))
			late += fault->begun_ns - (*ret_fault)->at_ns;
		if (late > REAL_CLOCK_LATE_NS)
			return late;
	}
	return 0;
}

/* What fails where a fault came late tells of the machine, not of the kernel. */
static void settle_late(const struct plan *plan, const struct record *record,
			struct judgement *judgement)
{
	const struct plan_fault *fault = NULL;
	int64_t late = late_ns(plan, record, &fault);
	char *reason = judgement->reason, text[64];

	if (judgement->verdict != VERDICT_FAIL || !late)
		return;
	judgement->reason = NULL;
	settle(judgement, VERDICT_ERROR,
	       "%s was in effect %s late: the machine is too busy for a real clock, make fewer "
	       "runs at once (--jobs); %s",
	       fault->text, duration_format(late, text, sizeof(text)), reason);
	free(reason);
}

static void settle_findings(const struct plan *plan, struct judgement *judgement)
{
	const struct finding *first = NULL;
	int failed;

	if (count_holding(judgement, UNDECIDED, &first)) {
		settle(judgement, VERDICT_ERROR, "%s: %s; %s", first->expected, first->observed,
		       first->difference);
		return;
	}
	failed = count_holding(judgement, FAILS, &first);
	if (plan->must_fail)
		settle_must_fail(plan, judgement, failed, first);
	else if (failed)
		settle(judgement, VERDICT_FAIL, "%s; %s", first->observed, first->difference);
	else
		judgement->verdict = VERDICT_PASS;
}

/* The first fault of the timeline that was not done; NULL: all were. What a case shows, it
 * shows of what was done. */
static const struct plan_fault *fault_missing(const struct plan *plan, const struct record *record)
{
	for (int i = 0; i < plan->fault_count; i++) {
		bool done = false;

		for (int k = 0; k < record->fault_count && !done; k++)
			done = record->fault[k].fault == i;
		if (!done)
			return &plan->fault[i];
	}
	return NULL;
}

/* Whose kernel an expectation is about; the first host's where it is nobody's in particular. */
static int host_of(const struct plan *plan, const struct plan_expect *expect)
{
	int host = 0;

	switch (expect->kind) {
	case EXPECT_STEP:
		host = plan->program[expect->step.program].host;
		break;
	case EXPECT_PROGRAM:
		host = plan->program[expect->program.program].host;
		break;
	case EXPECT_OUTPUT:
		host = plan->program[expect->output.program].host;
		break;
	case EXPECT_CALLS:
		host = plan->program[expect->calls.program].host;
		break;
	case EXPECT_SOCKET:
		host = expect->socket.host;
		break;
	case EXPECT_WIRE:
		host = expect->wire.from;
		break;
	case EXPECT_COUNTER:
		host = expect->counter.host;
		break;
	case EXPECT_SILENCE:
		host = expect->silence.host;
		break;
	case EXPECT_CONNTRACK: /* the router's */
	case EXPECT_ORDER:
		break;
	}
	return host >= 0 && host < plan->host_count ? host : 0;
}

int judge(const struct plan *plan, const struct record *record, struct judgement **ret_judgement,
	  struct err *err)
{
	struct judgement *judgement = calloc(1, sizeof(*judgement));
	const struct plan_fault *missing = fault_missing(plan, record);
	struct kernel_facts facts = {.release = record->kernel.release,
				     .netem = record->kernel.netem,
				     .virtual_clock = record->kernel.virtual_clock};

	if (judgement)
		judgement->finding = calloc((size_t)plan->expect_count + 1,
					    sizeof(*judgement->finding));
	if (!judgement || !judgement->finding) {
		free(judgement);
		return err_sys(err, ENOMEM, "cannot judge");
	}
	if (record->state != RECORD_COMPLETE) {
		settle(judgement, record->state == RECORD_SKIPPED ? VERDICT_SKIP : VERDICT_ERROR,
		       "%s", record->reason ? record->reason : "for no reason that was recorded");
	} else if (!record_fits(record, plan)) {
		settle(judgement, VERDICT_ERROR, "the record is not of this case");
	} else if (missing) {
		settle(judgement, VERDICT_ERROR, "this was never done: %s%s", missing->text,
		       plan_fault_waits(missing) ? ": what it comes after never was, or too "
						   "late, or who was to do it was off"
						 : "");
	} else if (plan->expect_count == 0) {
		settle(judgement, plan->must_fail ? VERDICT_ERROR : VERDICT_SKIP,
		       plan->must_fail ? "the case expects nothing" : PLAN_EXPECTS_NOTHING);
	} else {
		for (int i = 0; i < plan->expect_count; i++) {
			const struct plan_condition *on = &plan->expect[i].on;

			facts.release = record_release_of(record, host_of(plan, &plan->expect[i]));
			if (condition_lacking(on->term, on->count, &facts))
				continue;
			finding_make(plan, record, i,
				     &judgement->finding[judgement->finding_count++]);
		}
		if (judgement->finding_count) {
			settle_findings(plan, judgement);
			settle_late(plan, record, judgement);
		} else {
			settle(judgement, VERDICT_ERROR, "the case expects nothing of Linux %s",
			       facts.release);
		}
	}
	*ret_judgement = judgement;
	return 0;
}

void judgement_free(struct judgement *judgement)
{
	if (!judgement)
		return;
	for (int i = 0; i < judgement->finding_count; i++) {
		free(judgement->finding[i].expected);
		free(judgement->finding[i].observed);
		free(judgement->finding[i].difference);
	}
	free(judgement->finding);
	free(judgement->reason);
	free(judgement);
}
