/* SPDX-License-Identifier: MIT
 *
 * record_fixture: a plan, frames and the record of them, for a test program that makes one after
 * the other.
 */
#ifndef HALFOPEN_RECORD_FIXTURE_H
#define HALFOPEN_RECORD_FIXTURE_H

#include "record_test.h"

static struct plan *plan;
static struct record *record;
static struct raw raw;

static inline void begin(const char *source)
{
	plan = test_plan(source);
	raw = (struct raw){0};
	raw_begin(&raw);
}

/* After each test. */
static inline void done(void)
{
	record_free(record);
	plan_free(plan);
}

#endif
