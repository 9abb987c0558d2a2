/* SPDX-License-Identifier: MIT
 *
 * detection: which programs of a run noticed that something had happened, by which call, and how
 * long after the first fault. Over many runs of a case it is a distribution.
 */
#ifndef HALFOPEN_DETECTION_H
#define HALFOPEN_DETECTION_H

#include <jansson.h>

#include "record.h"

/* For each start of a program the first call that ended after the first fault with an error, or
 * with the end of what the other side sends: {"who": "client.recv: ETIMEDOUT", "after_ns": ...}.
 * Empty where there was no fault. RECORD must be of PLAN (record_fits()). */
json_t *detections_of(const struct plan *plan, const struct record *record);

#endif
