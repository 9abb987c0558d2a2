/* SPDX-License-Identifier: MIT
 *
 * completion: what may stand next on a command line, from the tables of commands and options. The
 * shells ask the program each time (`halfopen reference --complete`), by a few lines of script.
 */
#ifndef HALFOPEN_COMPLETION_H
#define HALFOPEN_COMPLETION_H

#include <stdio.h>

struct command;

struct completion_lists { /* each ended by NULL */
	const char *const *kernels, *const *claims;
	const char *const *runs; /* FILE:VARIANT of the file that the last word names, if it does */
};

/* What lets a shell ask. */
extern const char completion_bash[], completion_zsh[], completion_fish[];

/* Prints what the last of the COUNT WORDS behind `halfopen` may become: a word a line, with a tab
 * and its help where it has one; or a line that leaves it to the shell: ":folders", ":files",
 * ":cases" (*.yaml). An option's value may stand behind `=` in its word, or `=` be a word, as bash
 * has it: either way only the value is printed. COMMANDS ends with one without a name. */
void completion_print(const struct command *commands, const struct completion_lists *lists,
		      const char *const *words, int count, FILE *out);

#endif
