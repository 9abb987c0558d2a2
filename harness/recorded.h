/* SPDX-License-Identifier: MIT
 *
 * recorded: a run of earlier, from its folder or its record alone.
 */
#ifndef HALFOPEN_RECORDED_H
#define HALFOPEN_RECORDED_H

#include "plan.h"
#include "record.h"

struct recorded {
	struct record *record;
	struct plan *plan; /* made again from the record */
};

/* PATH: record.jsonl, or the folder that it is in. 0 and *ret_recorded (recorded_done()), or
 * -errno. */
int recorded_open(const char *path, struct recorded *ret_recorded, struct err *err);
void recorded_done(struct recorded *recorded);

#endif
