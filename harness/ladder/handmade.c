/* SPDX-License-Identifier: MIT */
#include "handmade.h"

#include <check.h>
#include <string.h>

#include "load.h"

const char handmade_case[] = "case: two hosts\n"
			     "hosts:\n"
			     "  client: {program: [connect: 'server:80', recv]}\n"
			     "  server: {program: [listen: 80, accept, pause]}\n"
			     "expect:\n"
			     "  client: {recv: ok}\n";

struct plan *handmade_plan(const char *text)
{
	struct diagnostics diagnostics;
	struct plan *plan = NULL;

	if (plan_load("t.yaml", text, strlen(text), "", NULL, &plan, &diagnostics) < 0)
		ck_abort_msg("%s", diagnostics.text);
	diagnostics_done(&diagnostics);
	return plan;
}

struct record handmade_record(const struct plan *plan)
{
	static char uml[] = "uml", release[] = "6.12.117", empty[] = "";

	return (struct record){.version = RECORD_VERSION,
			       .state = RECORD_COMPLETE,
			       .file = plan->file,
			       .source = plan->source,
			       .variant = empty,
			       .kernel = {.name = uml, .kind = uml, .release = release, .hz = 250},
			       .end_ns = 20 * S};
}

struct record_packet handmade_segment(int from, int64_t sent_ns, unsigned kinds, int flags)
{
	return (struct record_packet){.from = from,
				      .to = !from,
				      .sent_ns = sent_ns,
				      .port_ns = sent_ns,
				      .arrived_ns = sent_ns + 1000000,
				      .kinds = 1u << KIND_TCP | kinds,
				      .flags = flags,
				      .rel_seq = 1,
				      .rel_ack = 1,
				      .icmp_type = -1,
				      .icmp_code = -1};
}
