/* SPDX-License-Identifier: MIT
 *
 * recorded: a run read back from its folder: the record, and the plan made again from it.
 */
#ifndef HALFOPEN_RECORDED_H
#define HALFOPEN_RECORDED_H

#include <jansson.h>

#include "err.h"
#include "plan.h"
#include "record.h"

struct recorded {
	char *path; /* of the record.jsonl */
	struct record *record;
	struct plan *plan;
};

/* NAME: a run's folder, or its record.jsonl. */
int recorded_load(const char *name, struct recorded *ret_recorded, struct err *err);
/* The run that RESULT is of, in the folder RESULTS. -ENOENT: it has no record. */
int recorded_load_run(const char *results, const json_t *result, struct recorded *ret_recorded,
		      struct err *err);
void recorded_done(struct recorded *recorded);

#endif
