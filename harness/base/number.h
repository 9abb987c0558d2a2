/* SPDX-License-Identifier: MIT
 *
 * number: what people write for a quantity is made of: digits, fractions, units; and why a text is
 * none. duration.h is made of it, and so is what a case writes (case/value.h).
 */
#ifndef HALFOPEN_NUMBER_H
#define HALFOPEN_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a text is no value: for a message and a help line. */
struct why {
	char text[160];
	char help[160]; /* "" when there is none */
};
/* Returns false. HELP may be NULL. */
bool why_refuse(struct why *why, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

struct unit {
	const char *name;
	int64_t factor;
};
/* The one of COUNT units whose name is all LENGTH bytes of TEXT, or NULL. */
const struct unit *unit_find(const struct unit *units, size_t count, const char *text,
			     size_t length);

/* Digits at TEXT; bytes used, 0 when there are none, -1 when it is more than an int64_t. */
int number_digits(const char *text, size_t length, int64_t *ret);
/* ".25" as 25 of 100; bytes used, -1 when there are no digits, or more than nine. */
int number_fraction(const char *text, size_t length, int64_t *ret_value, int64_t *ret_scale);
/* How many letters TEXT begins with. */
size_t number_letters(const char *text, size_t length);

#endif
