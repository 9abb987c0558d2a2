/* SPDX-License-Identifier: MIT
 *
 * duration: nanoseconds as people write them, and as they are shown to people.
 */
#ifndef HALFOPEN_DURATION_H
#define HALFOPEN_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "number.h"

/* "75s", "1m15s", "100ms", "2h11m15s", "0": to nanoseconds. 0, or -EINVAL. */
int duration_parse(const char *text, int64_t *ret_ns);
/* The same of LENGTH bytes; false with *why filled in. */
bool duration_scan(const char *text, size_t length, int64_t *ret_ns, struct why *why);

/* Each writes into BUF and returns it. */
/* The shortest exact form, which duration_parse() reads: "2h11m15s", "1.25s". */
const char *duration_format(int64_t ns, char *buf, size_t size);
/* As a clock would show it: "0.001", "1:15.214", "2:11:15.004". */
const char *duration_clock(int64_t ns, char *buf, size_t size);
/* The same of a time that is no moment: "15.214 s", "1:15.214". */
const char *duration_span(int64_t ns, char *buf, size_t size);
/* Likewise, to 10 ms, what is below cut off: "15.21 s", "1:15.21". */
const char *duration_short(int64_t ns, char *buf, size_t size);
/* Likewise, rounded as far as one wants to read it: "2:11:15", "1:15", "15.2 s", "0.04 s". */
const char *duration_round(int64_t ns, char *buf, size_t size);
const char *duration_seconds(double seconds, char *buf, size_t size); /* likewise */
/* As duration_clock(), with as many digits more as it takes: "0.0005". */
const char *duration_exact(int64_t ns, char *buf, size_t size);

#endif
