/* SPDX-License-Identifier: MIT
 *
 * value: how a scalar of the case language is written: times, sizes, rates, per cents,
 * numbers, and ranges of them. Knows texts and numbers, no case and no file.
 */
#ifndef HALFOPEN_CASE_VALUE_H
#define HALFOPEN_CASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duration.h"
#include "plan.h"

/* Each reads LENGTH bytes of TEXT, as duration_scan() does; false with *why filled in. */
typedef bool value_parser(const char *text, size_t length, int64_t *ret, struct why *why);
value_parser value_number;                                          /* "-5" */
value_parser value_size;                                            /* "100", "64K", "1M": bytes */
value_parser value_rate;                                            /* "10mbit": bit/s */
bool value_percent(const char *text, double *ret, struct why *why); /* "0.1%" */

/* "A", "A..B", "A..", "..B", "A +- B", each part as PARSE reads it. Where the author left a
 * side open *ret_range has LEAST there, or INT64_MAX. */
bool value_range(const char *text, value_parser *parse, int64_t least, struct plan_range *ret_range,
		 struct why *why);

#endif
