/* SPDX-License-Identifier: MIT
 *
 * result: how one run came out, as far as a list of runs wants to know it; and its form as
 * JSON, in results.json and on the way from a run's process to the one that reports.
 */
#ifndef HALFOPEN_RESULT_H
#define HALFOPEN_RESULT_H

#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "verdict.h"

struct result {
	const char *case_name, *file, *variant; /* borrowed from the case, as the claims */
	char *const *claims;
	int claim_count;
	enum verdict verdict;
	char *kernel;      /* the next three are owned: "UML 6.12.117, HZ=250, virtual clock" */
	char *reason;      /* in a line; NULL when it passed */
	char *explanation; /* for a person, several lines; NULL */
	int64_t simulated_ns, wall_ns;
};

/* Frees what is owned; RESULT itself is the caller's. */
void result_done(struct result *result);

/* What a run's process found out, one JSON object; and back into RESULT, of which the
 * borrowed fields stay as they are. 0, or -errno. */
int result_send(const struct result *result, FILE *out, struct err *err);
int result_receive(const char *data, size_t size, struct result *result, struct err *err);

/* results.json: an array, one object a run, in the order given. */
int results_write(const struct result *results, int count, FILE *out, struct err *err);

#endif
