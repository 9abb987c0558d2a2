/* SPDX-License-Identifier: MIT
 *
 * terminal: what may be written to a stream: colours, characters outside ASCII.
 */
#ifndef HALFOPEN_TERMINAL_H
#define HALFOPEN_TERMINAL_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

struct terminal {
	const char *when; /* --color: auto, always or never; NULL: auto */
	bool ascii;       /* --ascii; terminal_look() sets it where the locale is not UTF-8 */
	bool color, interactive;
	int width; /* columns; 0: not known, as of a file */
};

/* The options --ascii and --color, as a child parser; its input is a struct terminal. */
extern const struct argp terminal_argp;

/* Finds out the rest: a colour is wanted on a terminal, unless NO_COLOR is set or TERM is
 * `dumb`. Sets LC_CTYPE from the environment. */
void terminal_look(struct terminal *terminal, FILE *stream);

#endif
