/* SPDX-License-Identifier: MIT
 *
 * outcome: how a run came out, without what may be another each time: two runs of a case have the
 * same outcome if these texts are the same. It is defined here, and told in docs/output.md.
 */
#ifndef HALFOPEN_OUTCOME_H
#define HALFOPEN_OUTCOME_H

#include "verdict.h"

/* In lines: the verdict; each expectation that did not hold; each fault that was done; how each
 * program ended, and what each of its calls returned or that it never did; the states that each
 * socket went through; of which kinds the packets from each sender to each receiver were, and of
 * which those that were lost. No times, ports, sequence numbers, counts of packets, or output. What
 * has no order comes sorted. RECORD fits PLAN. free() it. */
char *outcome_text(const struct plan *plan, const struct record *record,
		   const struct judgement *judgement);

#endif
