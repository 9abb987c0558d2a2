/* SPDX-License-Identifier: MIT
 *
 * record_fixture: a plan, frames and the record of them, for a test program that makes one after
 * the other.
 */
#ifndef HALFOPEN_RECORD_FIXTURE_H
#define HALFOPEN_RECORD_FIXTURE_H

#include "base_test.h"
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

static inline void check_packet(int index, int64_t sent_ns, int64_t port_ns, int64_t arrived_ns,
				int from, int to)
{
	const struct record_packet *packet = &record->packet[index];

	ck_assert_int_lt(index, record->packet_count);
	ck_assert_int_eq(packet->sent_ns, sent_ns);
	ck_assert_int_eq(packet->port_ns, port_ns);
	ck_assert_int_eq(packet->arrived_ns, arrived_ns);
	ck_assert_int_eq(packet->from, from);
	ck_assert_int_eq(packet->to, to);
}

#endif
