/* SPDX-License-Identifier: MIT
 *
 * verdict: what a case expected against what its record holds. Pure: a verdict can be made
 * again, later and elsewhere, from the plan and the record alone.
 */
#ifndef HALFOPEN_VERDICT_H
#define HALFOPEN_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "plan.h"
#include "record.h"

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_SKIP, VERDICT_ERROR, VERDICT_COUNT };
extern const char *const verdict_name[VERDICT_COUNT]; /* "pass" ... */

enum holding {
	HOLDS,
	FAILS,
	UNDECIDED /* the record cannot tell: an error of the harness or of the case */
};

/* What became of one expectation. */
struct finding {
	int expect; /* index in the plan's */
	enum holding holding;
	char *expected, *observed, *difference; /* owned; difference is "" where it holds */
	int64_t t_ns; /* where in time it turns; -1: nowhere in particular */
};

struct judgement {
	enum verdict verdict;
	char *reason; /* in a line: the first failure, what is missing, what went wrong; NULL */
	struct finding *finding;
	int finding_count;
};

/* On a real clock the machine may be busy, and whatever happens late is seen later still:
 * times may be this much off, and windows' edges are blurred by it. */
#define REAL_CLOCK_EARLY_NS (20 * 1000000LL)
#define REAL_CLOCK_LATE_NS  (250 * 1000000LL)

/* How far from the asked moment a sample may have been taken, in virtual time. */
#define SAMPLE_NEAR_NS 1000000LL

/* Returns 0 and *ret_judgement (judgement_free), or -ENOMEM. A record that is not of this plan,
 * and one in which a fault of the timeline was not done, is an error whatever else it says. */
int judge(const struct plan *plan, const struct record *record, struct judgement **ret_judgement,
	  struct err *err);
void judgement_free(struct judgement *judgement);

/* For a person, under a run that did not pass: for each expectation that failed, what was
 * expected and observed, the difference, the line of the case that asked, and, with CONTEXT, what
 * happened around it. free() it. */
char *judgement_explain(const struct plan *plan, const struct record *record,
			const struct judgement *judgement, bool context);

/* What became of each expectation that turns at a moment, for the capture, with its line and the
 * case's claims. remarks_free(); NULL: no memory, and *ret_count is 0. */
struct record_remark *judgement_remarks(const struct plan *plan, const struct judgement *judgement,
					int *ret_count);
void remarks_free(struct record_remark *remarks, int count);

#endif
