/* SPDX-License-Identifier: MIT
 *
 * handmade: plans and records made by hand, for the tests of the ladder and of the pages.
 */
#ifndef HALFOPEN_HANDMADE_H
#define HALFOPEN_HANDMADE_H

#include "record.h"

#define S NSEC_PER_SEC

/* A case of two hosts, client and server, each with one program. */
extern const char handmade_case[];
/* The plan of a case's text, to plan_free(); the test fails if it is none. */
struct plan *handmade_plan(const char *text);
/* Complete, on UML, 20 s long, and nothing happened. */
struct record handmade_record(const struct plan *plan);
/* A segment from FROM to the other of two hosts, 1 ms on its way. */
struct record_packet handmade_segment(int from, int64_t sent_ns, unsigned kinds, int flags);

#endif
