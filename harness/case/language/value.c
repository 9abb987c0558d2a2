/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct unit size_units[] = {{"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}};

static const struct unit rate_units[] = {
	{"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}};

bool value_number(const char *text, size_t length, int64_t *ret, struct why *why)
{
	bool minus = length && *text == '-';
	int64_t value;
	int used = number_digits(text + minus, length - minus, &value);

	if (used < 0)
		return why_refuse(why, NULL, "'%.*s' is too large", (int)length, text);
	if (!used || (size_t)used + minus != length)
		return why_refuse(why, NULL, "'%.*s' is not a whole number", (int)length, text);
	*ret = minus ? -value : value;
	return true;
}

static bool scaled(const char *text, size_t length, const struct unit *units, size_t count,
		   int64_t *ret, struct why *why, const char *help)
{
	int64_t value;
	int used = number_digits(text, length, &value);
	char meant[80] = "", letter;
	const struct unit *unit;
	size_t at;

	if (used > 0) {
		unit = unit_find(units, count, text + used, length - (size_t)used);
		if (unit && !__builtin_mul_overflow(value, unit->factor, ret))
			return true;
		/* "10MB", "1 GiB", "64k" */
		at = (size_t)used + strspn(text + used, " ");
		letter = (char)toupper((unsigned char)text[at]);
		unit = at < length ? unit_find(units, count, &letter, 1) : NULL;
		if (unit)
			snprintf(meant, sizeof(meant), "did you mean %lld%s? (%s is %lld)",
				 (long long)value, unit->name, unit->name, (long long)unit->factor);
	}
	if (used < 0 || (used > 0 && (size_t)used == length))
		return why_refuse(why, NULL, "'%.*s' is too large", (int)length, text);
	if (*meant)
		help = meant;
	return why_refuse(why, help, "'%.*s' is not a %s", (int)length, text,
			  units == rate_units ? "rate" : "number of bytes");
}

bool value_size(const char *text, size_t length, int64_t *ret, struct why *why)
{
	int64_t value;

	if (length && number_digits(text, length, &value) == (int)length) {
		*ret = value;
		return true;
	}
	return scaled(text, length, size_units, COUNT(size_units), ret, why,
		      "sizes look like 100, 64K or 1M");
}

bool value_rate(const char *text, size_t length, int64_t *ret, struct why *why)
{
	return scaled(text, length, rate_units, COUNT(rate_units), ret, why,
		      "rates look like 64kbit, 10mbit or 1gbit");
}

bool value_percent(const char *text, double *ret, struct why *why)
{
	size_t length = strlen(text), at;
	int64_t whole, rest = 0, scale = 1;
	int used = number_digits(text, length, &whole);
	char help[80] = "per cents look like 5% or 0.1%";

	at = used > 0 ? (size_t)used : 0;
	if (at && text[at] == '.') {
		used = number_fraction(text + at, length - at, &rest, &scale);
		at += used > 0 ? (size_t)used : 0;
	}
	if (used > 0 && at == length) {
		snprintf(help, sizeof(help), "did you mean %.40s%%?", text);
		return why_refuse(why, help, "'%s' has no unit", text);
	}
	if (used <= 0 || strcmp(text + at, "%") != 0)
		return why_refuse(why, help, "'%s' is not a percentage", text);
	if (whole > 100 || (whole == 100 && rest))
		return why_refuse(why, NULL, "'%s' is more than 100%%", text);
	*ret = (double)whole + (double)rest / (double)scale;
	return true;
}

static const char *trim(const char *text, size_t *length)
{
	while (*length && *text == ' ') {
		text++;
		--*length;
	}
	while (*length && text[*length - 1] == ' ')
		--*length;
	return text;
}

static bool parse_side(const char *text, size_t length, value_parser *parse, int64_t open,
		       int64_t *ret, struct why *why)
{
	text = trim(text, &length);
	if (!length) {
		*ret = open;
		return true;
	}
	return parse(text, length, ret, why);
}

/* Help for what is neither a value nor a range: the range that may be meant. */
static void no_range(const char *text, struct why *why)
{
	size_t sign = strspn(text, "<>=~ "), number = strspn(text + sign, "0123456789.hmsun");
	const char *rest = text + sign + number;

	if (sign && number && !*rest && *text == '>')
		snprintf(why->help, sizeof(why->help), "did you mean %.30s..?", text + sign);
	else if (sign && number && !*rest && *text == '<')
		snprintf(why->help, sizeof(why->help), "did you mean ..%.30s?", text + sign);
	else if (!sign && number && *rest == '-' && isdigit((unsigned char)rest[1]))
		snprintf(why->help, sizeof(why->help), "did you mean %.*s..%.30s?",
			 (int)(number < 30 ? number : 30), text, rest + 1);
	else
		snprintf(why->help, sizeof(why->help), "%s",
			 strncmp(why->help, "times", 5) == 0
				 ? "times look like 75s, ranges of them 75s..77s, 75s.., ..77s, "
				   "75s +- 1s"
				 : "ranges look like 5..7, 5.. or ..7");
}

bool value_range(const char *text, value_parser *parse, int64_t least, struct plan_range *ret_range,
		 struct why *why)
{
	const char *dots = strstr(text, ".."), *around = strstr(text, "+-");
	const char *cut = dots ? dots : around;
	size_t length = strlen(text), left = cut ? (size_t)(cut - text) : length;
	int64_t lo, hi;

	if (!cut) {
		if (!parse(text, length, &lo, why)) {
			if (!*why->help || strncmp(why->help, "times look", 10) == 0)
				no_range(text, why);
			return false;
		}
		hi = lo;
	} else {
		if (dots && length == 2)
			return why_refuse(why, "ranges look like 5..7, 5.. or ..7",
					  "a range without ends");
		if (!parse_side(text, left, parse, least, &lo, why) ||
		    !parse_side(cut + 2, length - left - 2, parse, INT64_MAX, &hi, why))
			return false;
	}
	if (around && !dots) {
		int64_t middle = lo, width = hi;

		if (middle == least || width == INT64_MAX)
			return why_refuse(why, "write it as 75s +- 1s",
					  "'+-' stands between two values");
		if (__builtin_add_overflow(middle, width, &hi))
			return why_refuse(why, NULL, "the range is too large");
		lo = middle - width > least ? middle - width : least;
	}
	if (lo > hi)
		return why_refuse(why, "the smaller one comes first", "the range runs backwards");
	*ret_range = (struct plan_range){.set = true, .lo = lo, .hi = hi};
	return true;
}
