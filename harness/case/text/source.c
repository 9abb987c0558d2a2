/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <string.h>

#define SHOWN 100 /* columns of a line that are shown */

size_t source_character(const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	static const unsigned least[5] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned value;
	size_t n;

	if (!size)
		return 0;
	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > size)
		return 0;
	value = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (s[i] & 0x3f);
	}
	if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	return n;
}

size_t source_break(const char *text, size_t size)
{
	if (size && text[0] == '\n')
		return 1;
	if (size && text[0] == '\r')
		return size > 1 && text[1] == '\n' ? 2 : 1;
	if (size > 1 && memcmp(text, "\xc2\x85", 2) == 0)
		return 2;
	if (size > 2 &&
	    (memcmp(text, "\xe2\x80\xa8", 3) == 0 || memcmp(text, "\xe2\x80\xa9", 3) == 0))
		return 3;
	return 0;
}

static bool is_control(const char *text)
{
	unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];

	if (c == 0xc2)
		return next < 0xa0 && next != 0x85;
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

bool source_check(struct diags *diags)
{
	const char *s = diags->source;
	struct span at = {1, 1, 1, 2};
	size_t n;

	if (diags->size > SOURCE_MAX) {
		diag_error(diags, (struct span){0},
			   "the file has %zu bytes: a case has at most 1 MiB", diags->size);
		return false;
	}
	for (size_t i = 0; i < diags->size; i += n) {
		n = source_break(s + i, diags->size - i);
		if (n) {
			at = (struct span){at.line + 1, 1, at.line + 1, 2};
			continue;
		}
		n = source_character(s + i, diags->size - i);
		if (!n) {
			struct diag *diag = diag_error(diags, at, "byte 0x%02x is not UTF-8 text",
						       (unsigned char)s[i]);

			diag_help(diags, diag,
				  "case files are UTF-8: convert it, or mend the editor's setting");
			return false;
		}
		if (is_control(s + i)) {
			diag_error(diags, at,
				   "control character 0x%02x in the text: is this a text file?",
				   (unsigned char)s[i + n - 1]);
			return false;
		}
		at.column++;
		at.end_column++;
	}
	return true;
}

struct line {
	const char *text;
	size_t size;
};

static struct line find_line(const char *source, size_t size, int number)
{
	const char *end = source + size;
	struct line line;
	size_t n;

	/* libyaml does not count a byte order mark as a column. */
	if (size >= 3 && memcmp(source, "\xef\xbb\xbf", 3) == 0)
		source += 3;
	while (number > 1 && source < end) {
		n = source_break(source, (size_t)(end - source));
		number -= n > 0;
		source += n ? n : 1;
	}
	line.text = source;
	while (source < end && !source_break(source, (size_t)(end - source)))
		source++;
	line.size = (size_t)(source - line.text);
	return line;
}

/* One character; what a terminal might act upon is shown as something harmless. Tabs are
 * one column wide, as in the count of columns. */
static void print_character(FILE *out, const char *text, size_t n)
{
	if (n == 0 || is_control(text))
		fputs("\xef\xbf\xbd", out);
	else if (*text == '\t')
		fputc(' ', out);
	else
		fwrite(text, 1, n, out);
}

/* Columns FROM to TO of the line; returns how many there were in all before TO. */
static int print_columns(FILE *out, struct line line, int from, int to)
{
	int column = 1;

	for (size_t i = 0; i < line.size && column < to; column++) {
		size_t n = source_character(line.text + i, line.size - i);

		if (column >= from)
			print_character(out, line.text + i, n);
		i += n ? n : 1;
	}
	return column;
}

void source_print_span(FILE *out, const char *source, size_t size, struct span span)
{
	struct line line = find_line(source, size, span.line);
	int from = span.column > SHOWN - 20 ? span.column - SHOWN / 2 : 1, to, end;
	bool cut;

	fprintf(out, "%5d | %s", span.line, from > 1 ? "..." : "");
	to = print_columns(out, line, from, from + SHOWN);
	cut = to == from + SHOWN;
	fprintf(out, "%s\n      | ", cut ? "..." : "");
	end = span.end_line == span.line && span.end_column > span.column ? span.end_column
									  : span.column + 1;
	for (int i = from > 1 ? -3 : 0; i < span.column - from; i++)
		fputc(' ', out);
	fputc('^', out);
	for (int i = span.column + 1; i < end && i < to; i++)
		fputc('~', out);
	fputc('\n', out);
}
