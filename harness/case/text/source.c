/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <string.h>

#include "utf8.h"

#define SHOWN     100 /* columns of a line that are shown */
#define NEXT_LINE 0x85

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

bool source_is_control(uint32_t character)
{
	return utf8_is_control(character) && character != '\t' && character != '\n' &&
	       character != '\r' && character != NEXT_LINE;
}

struct source_line {
	const char *text;
	size_t size;
};

static struct source_line find_line(const char *source, size_t size, int number)
{
	const char *end = source + size;
	struct source_line line;
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
static void print_character(FILE *out, const char *text, size_t n, uint32_t character)
{
	if (n == 0 || source_is_control(character))
		fputs(UTF8_REPLACEMENT, out);
	else if (*text == '\t')
		fputc(' ', out);
	else
		fwrite(text, 1, n, out);
}

/* Columns FROM to TO of the line; returns how many there were in all before TO. */
static int print_columns(FILE *out, struct source_line line, int from, int to)
{
	uint32_t character;
	int column = 1;

	for (size_t i = 0; i < line.size && column < to; column++) {
		size_t n = utf8_decode(line.text + i, line.size - i, &character);

		if (column >= from)
			print_character(out, line.text + i, n, character);
		i += n ? n : 1;
	}
	return column;
}

void source_print_span(FILE *out, const char *source, size_t size, struct span span)
{
	struct source_line line = find_line(source, size, span.line);
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
