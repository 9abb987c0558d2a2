/* SPDX-License-Identifier: MIT */
#include "duration.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct unit time_units[] = {
	{"h", 3600 * NSEC_PER_SEC},
	{"m", 60 * NSEC_PER_SEC},
	{"s", NSEC_PER_SEC},
	{"ms", 1000000},
	{"us", 1000},
	{"ns", 1},
};

static bool no_duration(const char *text, size_t length, struct why *why)
{
	bool range = memmem(text, length, "..", 2) || memmem(text, length, "+-", 2);

	return why_refuse(why,
			  range ? "one time is meant here, not a range"
				: "times look like 500ms, 75s, 1m15s or 2h",
			  "'%.*s' is not a time", (int)length, text);
}

/* The unit that starts TEXT as people write it; NULL: it is none. */
static const char *meant_unit(const char *text, size_t length)
{
	static const struct {
		const char *prefix, *unit;
	} meant[] = {{"min", "m"},    {"sec", "s"},   {"hour", "h"}, {"hr", "h"}, {"milli", "ms"},
		     {"micro", "us"}, {"nano", "ns"}, {"S", "s"},    {"M", "m"},  {"H", "h"}};
	const struct unit *unit = unit_find(time_units, COUNT(time_units), text, length);

	for (size_t i = 0; i < COUNT(meant) && !unit; i++)
		if (strncmp(text, meant[i].prefix, strlen(meant[i].prefix)) == 0)
			return meant[i].unit;
	return unit ? unit->name : NULL;
}

/* BEFORE: the unit of the number before this one, as the h of "2h30"; NULL: it is the first. */
static bool no_unit(const char *text, size_t length, const struct unit *before, struct why *why)
{
	size_t number = 0, word;
	char help[80];
	int shown;
	const char *unit = NULL;

	while (number < length && (isdigit((unsigned char)text[number]) || text[number] == '.'))
		number++;
	shown = (int)(number < 30 ? number : 30);
	for (word = number; word < length && text[word] == ' ';)
		word++;
	if (word > number && word < length)
		unit = meant_unit(text + word, number_letters(text + word, length - word));
	if (unit)
		snprintf(help, sizeof(help), "did you mean %.*s%s? no space stands before a unit",
			 shown, text, unit);
	else if (before && before < time_units + COUNT(time_units) - 1)
		snprintf(help, sizeof(help), "did you mean %.*s%s?", shown, text, before[1].name);
	else
		snprintf(help, sizeof(help), "did you mean %.*ss, or %.*sms?", shown, text, shown,
			 text);
	return why_refuse(why, help, "'%.*s' has no unit of time", (int)length, text);
}

static bool unknown_unit(const char *text, size_t length, struct why *why)
{
	char help[80] = "the units are h, m, s, ms, us and ns";
	const char *unit = meant_unit(text, length);

	if (unit)
		snprintf(help, sizeof(help), "did you mean '%s'?", unit);
	return why_refuse(why, help, "'%.*s' is not a unit of time", (int)length, text);
}

/* One "15s" of "1m15s". Bytes used; 0 with *why, or without: it is no time at all. UNIT: the one
 * before, made smaller. */
static size_t duration_part(const char *text, size_t length, const struct unit **unit, int64_t *sum,
			    struct why *why)
{
	int64_t number, part, rest = 0, scale = 1;
	const struct unit *found;
	int used = number_digits(text, length, &number);
	size_t at = (size_t)used, name;

	if (used < 0)
		why_refuse(why, "a run lasts at most 24h", "'%.*s' is too long", (int)length, text);
	if (used > 0 && at < length && text[at] == '.') {
		used = number_fraction(text + at, length - at, &rest, &scale);
		at += (size_t)used;
	}
	if (used <= 0)
		return 0;
	name = number_letters(text + at, length - at);
	found = unit_find(time_units, COUNT(time_units), text + at, name);
	if (!name)
		no_unit(text, length, *unit, why);
	else if (!found)
		unknown_unit(text + at, name, why);
	else if (*unit && found <= *unit)
		why_refuse(why, NULL, "'%s' after '%s' in a time: the larger unit comes first",
			   found->name, (*unit)->name);
	else if (found->factor % scale)
		why_refuse(why, NULL, "less than a nanosecond");
	else if (__builtin_mul_overflow(number, found->factor, &part) ||
		 __builtin_add_overflow(part, found->factor / scale * rest, &part) ||
		 __builtin_add_overflow(*sum, part, sum))
		why_refuse(why, "a run lasts at most 24h", "'%.*s' is too long", (int)length, text);
	else {
		*unit = found;
		return at + name;
	}
	return 0;
}

bool duration_scan(const char *text, size_t length, int64_t *ret, struct why *why)
{
	const struct unit *unit = NULL;
	int64_t sum = 0;
	size_t used;

	if (length == 1 && *text == '0') {
		*ret = 0;
		return true;
	}
	if (length > 1 && *text == '-' && isdigit((unsigned char)text[1]))
		return why_refuse(why, NULL, "a time cannot be negative");
	if (!length)
		return no_duration(text, length, why);
	for (size_t at = 0; at < length; at += used) {
		used = duration_part(text + at, length - at, &unit, &sum, why);
		if (!used)
			/* "10s-20s", "~10s": said of the whole, not of what is left. */
			return *why->text ? false : no_duration(text, length, why);
	}
	*ret = sum;
	return true;
}

int duration_parse(const char *text, int64_t *ret_ns)
{
	struct why why = {0};

	return duration_scan(text, strlen(text), ret_ns, &why) ? 0 : -EINVAL;
}

/* NS as "1.25" of UNIT, without the zeros at the end. */
static void format_decimal(char *buf, size_t size, int64_t ns, const struct unit *unit)
{
	int64_t rest = ns % unit->factor;
	int places = 0;

	for (int64_t f = unit->factor; f > 1; f /= 10)
		places++;
	if (!rest) {
		snprintf(buf, size, "%lld%s", (long long)(ns / unit->factor), unit->name);
		return;
	}
	for (; rest % 10 == 0; rest /= 10)
		places--;
	snprintf(buf, size, "%lld.%0*lld%s", (long long)(ns / unit->factor), places,
		 (long long)rest, unit->name);
}

const char *duration_format(int64_t ns, char *buf, size_t size)
{
	const struct unit *unit = &time_units[2];
	char text[64] = "", *end = text;

	if (ns < 0) {
		*end++ = '-';
		ns = ns == INT64_MIN ? INT64_MAX : -ns;
	}
	/* "75s" is what people say, and "2h11m15s". */
	for (int i = ns >= 2 * time_units[1].factor ? 0 : 2; i < 2; i++) {
		if (ns >= time_units[i].factor)
			end += sprintf(end, "%lld%s", (long long)(ns / time_units[i].factor),
				       time_units[i].name);
		ns %= time_units[i].factor;
	}
	while (ns && ns < unit->factor)
		unit++;
	if (ns)
		format_decimal(end, sizeof(text) - (size_t)(end - text), ns, unit);
	else if (end == text || end[-1] == '-')
		strcpy(end, "0");
	snprintf(buf, size, "%s", text);
	return buf;
}

/* With so many digits behind the point; what is below the last is cut off. */
static const char *clock_form(int64_t ns, int digits, char *buf, size_t size)
{
	static const int scales[] = {1, 10, 100, 1000};
	long long s = ns / NSEC_PER_SEC;
	int rest = (int)(ns % NSEC_PER_SEC / (NSEC_PER_SEC / scales[digits]));
	char fraction[16] = "";

	if (digits)
		snprintf(fraction, sizeof(fraction), ".%0*d", digits, rest);
	if (s < 60)
		snprintf(buf, size, "%lld%s", s, fraction);
	else if (s < 3600)
		snprintf(buf, size, "%lld:%02lld%s", s / 60, s % 60, fraction);
	else
		snprintf(buf, size, "%lld:%02lld:%02lld%s", s / 3600, s / 60 % 60, s % 60,
			 fraction);
	return buf;
}

static const char *with_unit(int64_t ns, char *buf, size_t size)
{
	if (ns < 60 * NSEC_PER_SEC)
		snprintf(buf + strlen(buf), size - strlen(buf), " s");
	return buf;
}

const char *duration_round(int64_t ns, char *buf, size_t size)
{
	int digits = ns < 10 * NSEC_PER_SEC ? 2 : ns < 60 * NSEC_PER_SEC ? 1 : 0;
	int64_t unit_ns = digits == 2 ? NSEC_PER_SEC / 100
			  : digits    ? NSEC_PER_SEC / 10
				      : NSEC_PER_SEC;

	ns += unit_ns / 2;
	clock_form(ns, digits, buf, size);
	return with_unit(ns, buf, size);
}

const char *duration_short(int64_t ns, char *buf, size_t size)
{
	clock_form(ns, 2, buf, size);
	return with_unit(ns, buf, size);
}

const char *duration_clock(int64_t ns, char *buf, size_t size)
{
	return clock_form(ns, 3, buf, size);
}

const char *duration_span(int64_t ns, char *buf, size_t size)
{
	duration_clock(ns, buf, size);
	return with_unit(ns, buf, size);
}

const char *duration_seconds(double seconds, char *buf, size_t size)
{
	return duration_span((int64_t)(seconds * 1e9 + 0.5), buf, size);
}

const char *duration_exact(int64_t ns, char *buf, size_t size)
{
	int rest = (int)(ns % NSEC_PER_MSEC), places = 6;

	duration_clock(ns, buf, size);
	for (; rest && rest % 10 == 0; rest /= 10)
		places--;
	if (rest)
		snprintf(buf + strlen(buf), size - strlen(buf), "%0*d", places, rest);
	return buf;
}
