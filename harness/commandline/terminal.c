/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { KEY_ASCII = 0x1000, KEY_COLOR };

static const struct argp_option argp_options[] = {
	{"ascii", KEY_ASCII, NULL, 0,
	 "no characters outside ASCII; so it is where the locale is not UTF-8", 0},
	{"color", KEY_COLOR, "WHEN", 0, "auto, always or never (default: auto)", 0},
	{0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct terminal *terminal = state->input;

	switch (key) {
	case KEY_ASCII:
		terminal->ascii = true;
		return 0;
	case KEY_COLOR:
		if (strcmp(arg, "auto") != 0 && strcmp(arg, "always") != 0 &&
		    strcmp(arg, "never") != 0)
			argp_error(state, "--color takes auto, always or never, not '%s'", arg);
		terminal->when = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp terminal_argp = {argp_options, parse_option, NULL, NULL, NULL, NULL, NULL};

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static int width_of(FILE *stream)
{
	struct winsize size;

	return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void terminal_look(struct terminal *terminal, FILE *stream)
{
	const char *term = getenv("TERM");

	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		terminal->ascii = true;
	terminal->interactive = isatty(fileno(stream));
	terminal->width = terminal->interactive ? width_of(stream) : 0;
	if (!terminal->when || strcmp(terminal->when, "auto") == 0)
		terminal->color = terminal->interactive && !is_set("NO_COLOR") &&
				  !(term && strcmp(term, "dumb") == 0);
	else
		terminal->color = strcmp(terminal->when, "always") == 0;
}
