/* SPDX-License-Identifier: MIT
 *
 * use: what the commands do with a record, all of it, whatever is in it. What must hold of every
 * record is asserted.
 */
#ifndef HALFOPEN_FUZZ_USE_H
#define HALFOPEN_FUZZ_USE_H

struct plan;
struct record;

/* Judges, draws, writes pages, formats and a capture; then normalises it, writes it and reads it
 * again. */
void use_record(const struct plan *plan, struct record *record);
/* Compares the two where they can be. */
void use_two_records(const struct plan *plan_a, const struct record *a, const struct plan *plan_b,
		     const struct record *b);

/* The plan of a text that is a case; its first variant. */
struct plan *use_case(const char *text);

#endif
