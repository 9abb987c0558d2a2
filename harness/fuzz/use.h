/* SPDX-License-Identifier: MIT
 *
 * use: what the commands do with a record, all of it, whatever is in it. What must hold of every
 * record is asserted.
 */
#ifndef HALFOPEN_FUZZ_USE_H
#define HALFOPEN_FUZZ_USE_H

#include <stddef.h>
#include <stdint.h>

struct plan;
struct record;

/* What the next two do: everything, or, where FUZZ_ONE_USE is in the environment, one part of it,
 * chosen by INPUT, so that many inputs can be tried in the time. */
void use_choose(const uint8_t *input, size_t size);

/* Judges, draws, writes pages, formats and a capture; then normalises it, writes it and reads it
 * again. */
void use_record(const struct plan *plan, struct record *record);
/* Compares the two where they can be. */
void use_two_records(const struct plan *plan_a, const struct record *a, const struct plan *plan_b,
		     const struct record *b);

/* The plan of a text that is a case; its first variant. */
struct plan *use_case(const char *text);

#endif
