/* SPDX-License-Identifier: MIT
 *
 * record_test: for the tests of the record: frames as a guest writes them, made by hand.
 */
#ifndef HALFOPEN_RECORD_TEST_H
#define HALFOPEN_RECORD_TEST_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"
#include "plan.h"
#include "raw.h"
#include "record.h"

#define MS 1000000LL
#define S  NSEC_PER_SEC

#define CLIENT "10.0.0.1"
#define SERVER "10.0.0.2"

/* A client and a server, each with one program of several steps; ends with `expect:`'s newline
 * so that a test can add to it. */
#define TWO_HOSTS                                                                                  \
	"case: two hosts\n"                                                                        \
	"hosts:\n"                                                                                 \
	"  client: {program: [{connect: server:8081}, {send: 100}, recv]}\n"                       \
	"  server: {program: [{listen: 8081}, accept, recv, pause]}\n"
#define EXPECTS "expect: {client: {recv: blocked}}\n"

struct plan *test_plan(const char *source); /* fails the test with the diagnostics */

struct raw { /* the guest's file; begins as {0} */
	uint8_t *bytes;
	size_t size, room;
};

void raw_add(struct raw *raw, enum raw_type type, int who, int64_t t_ns, const void *head,
	     size_t head_size, const void *tail, size_t tail_size);
void raw_begin(struct raw *raw); /* a virtual clock, HZ=250 */
void raw_end(struct raw *raw, int64_t t_ns, uint32_t missed);
void raw_text(struct raw *raw, enum raw_type type, int who, int64_t t_ns, const char *text);
void raw_step(struct raw *raw, int program, int step, int64_t t_ns, enum peer_phase phase,
	      int64_t ret, int err);
void raw_started(struct raw *raw, int program, int incarnation, int64_t t_ns);
void raw_exited(struct raw *raw, int program, int incarnation, int64_t t_ns, int status);
void raw_up(struct raw *raw, int host, int64_t t_ns, int up);
void raw_fault(struct raw *raw, int fault, int64_t t_ns, int32_t part);
void raw_counters(struct raw *raw, int host, uint32_t when, const char *text);
void raw_done(struct raw *raw);

/* One TCP segment. Addresses decide on IPv4 or IPv6. */
struct made_segment {
	const char *src, *dst; /* NULL: CLIENT to SERVER */
	int sport, dport;      /* 0: 40000 to 8081 */
	uint32_t seq, ack;
	int flags, payload;
	int window;     /* 0: 1000; below 0: really 0 */
	int scale;      /* window scale option plus one; 0: none */
	uint32_t stamp; /* timestamp option; 0: none */
	int id, ttl;
	bool hop_by_hop; /* IPv6: behind such a header */
};
size_t segment_frame(const struct made_segment *segment, uint8_t frame[256]);

/* One sighting. */
void raw_packet(struct raw *raw, int64_t t_ns, int host, enum raw_tap tap, int outgoing,
		const uint8_t *frame, size_t size);

enum fate { ARRIVES, LOST_ON_WAY, LOST_IN_CABLE };

/* All sightings of a segment from host FROM to host TO without a router between, 1 ms apart. */
void raw_send(struct raw *raw, int64_t t_ns, int from, int to, enum fate fate,
	      const struct made_segment *segment);

/* A bit of each that a guest can say, of two hosts with a fault; raw_done() it. */
struct raw raw_sample(void);

/* Collects; fails the test if that fails. Closes RAW with raw_end() if asked at END_NS >= 0. */
struct record *test_collect(const struct plan *plan, struct raw *raw, int64_t end_ns);

/* The kinds of packet INDEX, in order: "syn tcp". */
const char *kinds_of(const struct record *record, int index);

#endif
