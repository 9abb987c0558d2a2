/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit time_units[] = {
	{"h", 3600 * NSEC_PER_SEC},
	{"m", 60 * NSEC_PER_SEC},
	{"s", NSEC_PER_SEC},
	{"ms", 1000000},
	{"us", 1000},
	{"ns", 1},
};

static const struct unit size_units[] = {{"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}};

static const struct unit rate_units[] = {
	{"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool refuse(struct why *why, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool refuse(struct why *why, const char *help, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	snprintf(why->help, sizeof(why->help), "%s", help ? help : "");
	return false;
}

/* Digits at TEXT; bytes used, 0 when there are none, -1 when it is more than an int64_t. */
static int digits(const char *text, size_t length, int64_t *ret)
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

static size_t letters(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && isalpha((unsigned char)text[i]))
		i++;
	return i;
}

static const struct unit *find_unit(const struct unit *units, size_t count, const char *text,
				    size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0)
			return &units[i];
	return NULL;
}

/* ".25" times FACTOR, exactly; bytes used, -1 when it is no whole number of nanoseconds. */
static int fraction(const char *text, size_t length, int64_t *ret_value, int64_t *ret_scale)
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

static bool no_duration(const char *text, size_t length, struct why *why)
{
	bool range = memmem(text, length, "..", 2) || memmem(text, length, "+-", 2);

	return refuse(why,
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
	const struct unit *unit = find_unit(time_units, COUNT(time_units), text, length);

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
		unit = meant_unit(text + word, letters(text + word, length - word));
	if (unit)
		snprintf(help, sizeof(help), "did you mean %.*s%s? no space stands before a unit",
			 shown, text, unit);
	else if (before && before < time_units + COUNT(time_units) - 1)
		snprintf(help, sizeof(help), "did you mean %.*s%s?", shown, text, before[1].name);
	else
		snprintf(help, sizeof(help), "did you mean %.*ss, or %.*sms?", shown, text, shown,
			 text);
	return refuse(why, help, "'%.*s' has no unit of time", (int)length, text);
}

static bool unknown_unit(const char *text, size_t length, struct why *why)
{
	char help[80] = "the units are h, m, s, ms, us and ns";
	const char *unit = meant_unit(text, length);

	if (unit)
		snprintf(help, sizeof(help), "did you mean '%s'?", unit);
	return refuse(why, help, "'%.*s' is not a unit of time", (int)length, text);
}

/* One "15s" of "1m15s". Bytes used; 0 with *why, or without: it is no time at all. UNIT: the one
 * before, made smaller. */
static size_t duration_part(const char *text, size_t length, const struct unit **unit, int64_t *sum,
			    struct why *why)
{
	int64_t number, part, rest = 0, scale = 1;
	const struct unit *found;
	int used = digits(text, length, &number);
	size_t at = (size_t)used, name;

	if (used < 0)
		refuse(why, "a run lasts at most 24h", "'%.*s' is too long", (int)length, text);
	if (used > 0 && at < length && text[at] == '.') {
		used = fraction(text + at, length - at, &rest, &scale);
		at += (size_t)used;
	}
	if (used <= 0)
		return 0;
	name = letters(text + at, length - at);
	found = find_unit(time_units, COUNT(time_units), text + at, name);
	if (!name)
		no_unit(text, length, *unit, why);
	else if (!found)
		unknown_unit(text + at, name, why);
	else if (*unit && found <= *unit)
		refuse(why, NULL, "'%s' after '%s' in a time: the larger unit comes first",
		       found->name, (*unit)->name);
	else if (found->factor % scale)
		refuse(why, NULL, "less than a nanosecond");
	else if (__builtin_mul_overflow(number, found->factor, &part) ||
		 __builtin_add_overflow(part, found->factor / scale * rest, &part) ||
		 __builtin_add_overflow(*sum, part, sum))
		refuse(why, "a run lasts at most 24h", "'%.*s' is too long", (int)length, text);
	else {
		*unit = found;
		return at + name;
	}
	return 0;
}

bool value_duration(const char *text, size_t length, int64_t *ret, struct why *why)
{
	const struct unit *unit = NULL;
	int64_t sum = 0;
	size_t used;

	if (length == 1 && *text == '0') {
		*ret = 0;
		return true;
	}
	if (length > 1 && *text == '-' && isdigit((unsigned char)text[1]))
		return refuse(why, NULL, "a time cannot be negative");
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

bool value_number(const char *text, size_t length, int64_t *ret, struct why *why)
{
	bool minus = length && *text == '-';
	int64_t value;
	int used = digits(text + minus, length - minus, &value);

	if (used < 0)
		return refuse(why, NULL, "'%.*s' is too large", (int)length, text);
	if (!used || (size_t)used + minus != length)
		return refuse(why, NULL, "'%.*s' is not a whole number", (int)length, text);
	*ret = minus ? -value : value;
	return true;
}

static bool scaled(const char *text, size_t length, const struct unit *units, size_t count,
		   int64_t *ret, struct why *why, const char *help)
{
	int64_t value;
	int used = digits(text, length, &value);
	char meant[80] = "", letter;
	const struct unit *unit;
	size_t at;

	if (used > 0) {
		unit = find_unit(units, count, text + used, length - (size_t)used);
		if (unit && !__builtin_mul_overflow(value, unit->factor, ret))
			return true;
		/* "10MB", "1 GiB", "64k" */
		at = (size_t)used + strspn(text + used, " ");
		letter = (char)toupper((unsigned char)text[at]);
		unit = at < length ? find_unit(units, count, &letter, 1) : NULL;
		if (unit)
			snprintf(meant, sizeof(meant), "did you mean %lld%s? (%s is %lld)",
				 (long long)value, unit->name, unit->name, (long long)unit->factor);
	}
	if (used < 0 || (used > 0 && (size_t)used == length))
		return refuse(why, NULL, "'%.*s' is too large", (int)length, text);
	if (*meant)
		help = meant;
	return refuse(why, help, "'%.*s' is not a %s", (int)length, text,
		      units == rate_units ? "rate" : "number of bytes");
}

bool value_size(const char *text, size_t length, int64_t *ret, struct why *why)
{
	int64_t value;

	if (length && digits(text, length, &value) == (int)length) {
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
	int used = digits(text, length, &whole);
	char help[80] = "per cents look like 5% or 0.1%";

	at = used > 0 ? (size_t)used : 0;
	if (at && text[at] == '.') {
		used = fraction(text + at, length - at, &rest, &scale);
		at += used > 0 ? (size_t)used : 0;
	}
	if (used > 0 && at == length) {
		snprintf(help, sizeof(help), "did you mean %.40s%%?", text);
		return refuse(why, help, "'%s' has no unit", text);
	}
	if (used <= 0 || strcmp(text + at, "%") != 0)
		return refuse(why, help, "'%s' is not a percentage", text);
	if (whole > 100 || (whole == 100 && rest))
		return refuse(why, NULL, "'%s' is more than 100%%", text);
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
			return refuse(why, "ranges look like 5..7, 5.. or ..7",
				      "a range without ends");
		if (!parse_side(text, left, parse, least, &lo, why) ||
		    !parse_side(cut + 2, length - left - 2, parse, INT64_MAX, &hi, why))
			return false;
	}
	if (around && !dots) {
		int64_t middle = lo, width = hi;

		if (middle == least || width == INT64_MAX)
			return refuse(why, "write it as 75s +- 1s",
				      "'+-' stands between two values");
		if (__builtin_add_overflow(middle, width, &hi))
			return refuse(why, NULL, "the range is too large");
		lo = middle - width > least ? middle - width : least;
	}
	if (lo > hi)
		return refuse(why, "the smaller one comes first", "the range runs backwards");
	*ret_range = (struct plan_range){.set = true, .lo = lo, .hi = hi};
	return true;
}

int duration_parse(const char *text, int64_t *ret_ns)
{
	struct why why = {0};

	return value_duration(text, strlen(text), ret_ns, &why) ? 0 : -EINVAL;
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
	for (int i = 0; i < 2 && ns >= 2 * time_units[1].factor; i++) {
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
