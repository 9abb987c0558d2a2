/* SPDX-License-Identifier: MIT
 *
 * What the tests of this folder share: plans and records made by hand.
 */
#ifndef HALFOPEN_REPORT_TEST_H
#define HALFOPEN_REPORT_TEST_H

#include "record.h"

#define S NSEC_PER_SEC

/* The plan of a case's text, to plan_free(); the test fails if it is none. */
struct plan *report_test_plan(const char *text);
/* Complete, on UML, 20 s long, and nothing happened. */
struct record report_test_record(const struct plan *plan);
/* A segment from FROM to the other of two hosts, 1 ms on its way. */
struct record_packet report_test_segment(int from, int64_t sent_ns, unsigned kinds, int flags);

#endif
