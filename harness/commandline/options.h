/* SPDX-License-Identifier: MIT
 *
 * options: all options of a command, as its parser and those below it have them, for those who
 * describe a command: man pages, completion.
 */
#ifndef HALFOPEN_OPTIONS_H
#define HALFOPEN_OPTIONS_H

#include <argp.h>

#define MOST_OPTIONS 64

struct options_list {
	const struct argp_option *option[MOST_OPTIONS]; /* by name */
	int count;
};

/* What every command has beside its own: --help, --usage, --version. Until one without a name. */
extern const struct argp_option common_options[];

/* ARGP's options, by name, and after them the common ones. What is hidden is not among them. */
void options_collect(const struct argp *argp, struct options_list *ret_list);
/* The first of ARGV that has the form of a long option and is none of ARGP's; *ret_meant: the
 * nearest that is one, or NULL. NULL: all are known. */
const char *options_unknown(const struct argp *argp, char *const *argv, const char **ret_meant);
/* The letter of a short option, or 0. */
char option_letter(const struct argp_option *option);

#endif
