/* SPDX-License-Identifier: MIT */
#include "number.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool why_refuse(struct why *why, const char *help, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	snprintf(why->help, sizeof(why->help), "%s", help ? help : "");
	return false;
}

/* Digits at TEXT; bytes used, 0 when there are none, -1 when it is more than an int64_t. */
int number_digits(const char *text, size_t length, int64_t *ret)
{
	int64_t value = 0;
	size_t i;

	for (i = 0; i < length && isdigit((unsigned char)text[i]); i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			return -1;
	*ret = value;
	return (int)i;
}

size_t number_letters(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && isalpha((unsigned char)text[i]))
		i++;
	return i;
}

const struct unit *unit_find(const struct unit *units, size_t count, const char *text,
			     size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0)
			return &units[i];
	return NULL;
}

/* ".25" times FACTOR, exactly; bytes used, -1 when it is no whole number of nanoseconds. */
int number_fraction(const char *text, size_t length, int64_t *ret_value, int64_t *ret_scale)
{
	int64_t value = 0, scale = 1;
	size_t i;

	for (i = 1; i < length && isdigit((unsigned char)text[i]); i++) {
		if (i > 9)
			return -1;
		value = value * 10 + text[i] - '0';
		scale *= 10;
	}
	*ret_value = value;
	*ret_scale = scale;
	return i > 1 ? (int)i : -1;
}
