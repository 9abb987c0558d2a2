/* SPDX-License-Identifier: MIT
 *
 * verdict_test: a run that never was, told by hand: every kind of observation at a round
 * time. The tests hold expectations, written as in a case, against it.
 */
#ifndef HALFOPEN_VERDICT_TEST_H
#define HALFOPEN_VERDICT_TEST_H

#include <check.h>

#include "verdict.h"

#define S  1000000000LL
#define MS 1000000LL

struct judged {
	const char *expect; /* as below `expect:`, on one line */
	enum holding holding;
	const char *difference;          /* the whole text; "" where it holds */
	const char *expected, *observed; /* the whole text; NULL: not looked at */
};

/* The story: client connects, sends 100 bytes and waits; server is rebooted at 30 s, is back
 * at 35 s, and crashes at 50 s; idle does nothing. It ends at 100 s. */
extern const struct record story;

/* The plan of the story's case with EXPECT; TOP is put before its first line. */
struct plan *story_plan(const char *top, const char *expect);

void judge_row(const struct judged *row, const struct record *record);

#endif
