/* SPDX-License-Identifier: MIT */
#include "roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CELLS 4

/* Characters that man(7) would take for something else, or would print as something else. */
static void put(FILE *out, char c, bool code)
{
	static const struct {
		char c;
		bool anywhere;
		const char *roff;
	} special[] = {{'\\', true, "\\e"},  {'\'', true, "\\(aq"}, {'^', true, "\\(ha"},
		       {'~', true, "\\(ti"}, {'-', false, "\\-"},   {'`', true, "\\(ga"}};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (c == special[i].c && (code || special[i].anywhere)) {
			fputs(special[i].roff, out);
			return;
		}
	fputc(c, out);
}

static void put_span(FILE *out, const char *text, size_t size)
{
	bool code = false, option = false;

	if (size > 0 && *text == '.')
		fputs("\\&", out);
	for (size_t i = 0; i < size; i++) {
		bool begins = i == 0 || strchr(" (`", text[i - 1]);

		option = begins ? text[i] == '-' && i + 1 < size && text[i + 1] != ' '
				: option && text[i] != ' ';
		if (text[i] == '`') {
			code = !code;
			fputs(code ? "\\fB" : "\\fR", out);
		} else {
			put(out, text[i], code || option);
		}
	}
}

void roff_text(FILE *out, const char *text)
{
	put_span(out, text, strlen(text));
}

void roff_code(FILE *out, const char *text)
{
	fputs("\\fB", out);
	for (; *text; text++)
		put(out, *text, true);
	fputs("\\fR", out);
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* A row "| a | b | c |": the first cell is what it is about, the last says what it means, and
 * the one between what is written there. */
static void put_row(FILE *out, char *row)
{
	char *cell[MOST_CELLS] = {0}, *at = row + 2, *end;
	int count = 0;

	while (count < MOST_CELLS && (end = strstr(at, " |"))) {
		*end = '\0';
		cell[count++] = at;
		at = end[2] ? end + 3 : end + 2;
	}
	if (count < 2)
		return;
	fputs(".TP\n", out);
	roff_text(out, cell[0]);
	fputc('\n', out);
	if (*cell[count - 1]) {
		roff_text(out, cell[count - 1]);
		fputc('\n', out);
	}
	for (int i = 1; i < count - 1; i++) {
		fputs(*cell[count - 1] ? ".br\nValue: " : "Value: ", out);
		roff_text(out, cell[i]);
		fputc('\n', out);
	}
}

static void put_heading(FILE *out, const char *request, const char *text)
{
	fprintf(out, "%s \"", request);
	for (; *text; text++)
		if (*text != '`')
			put(out, request[2] == 'H' ? (char)toupper((unsigned char)*text) : *text,
			    false);
	fputs("\"\n", out);
}

struct state {
	bool code, blank; /* in a block of code; the line before was blank */
};

static void put_line(FILE *out, char *line, const char *next, struct state *state)
{
	bool paragraph = state->blank;

	state->blank = !*line;
	if (begins(line, "```")) {
		state->code = !state->code;
		fputs(state->code ? ".PP\n.RS 4\n.EX\n" : ".EE\n.RE\n", out);
	} else if (state->code) {
		fputs(*line == '.' ? "\\&" : "", out);
		for (; *line; line++)
			put(out, *line, true);
		fputc('\n', out);
	} else if (!*line) {
		return;
	} else if (begins(line, "### ")) {
		put_heading(out, ".SS", line + 4);
	} else if (begins(line, "## ")) {
		put_heading(out, ".SH", line + 3);
	} else if (begins(line, "| ")) {
		if (!begins(line, "| --- ") && !begins(next, "| --- "))
			put_row(out, line);
	} else if (begins(line, "- ")) {
		fputs(".IP \\(bu 2\n", out);
		roff_text(out, line + 2);
		fputc('\n', out);
	} else if (!begins(line, "# ") && !begins(line, "<!--")) {
		fputs(paragraph ? ".PP\n" : "", out);
		roff_text(out, line + strspn(line, " "));
		fputc('\n', out);
	}
}

void roff_markdown(FILE *out, const char *markdown)
{
	char *copy = strdup(markdown), *line = copy;
	struct state state = {0};

	while (line && *line) {
		char *end = strchr(line, '\n'), *next = end ? end + 1 : line + strlen(line);

		if (end)
			*end = '\0';
		put_line(out, line, next, &state);
		line = next;
	}
	free(copy);
}
