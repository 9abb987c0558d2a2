/* SPDX-License-Identifier: MIT
 *
 * completion: what shells need to complete a command line, made from the options' tables.
 * Kernels' names are asked of the program when they are needed.
 */
#ifndef HALFOPEN_COMPLETION_H
#define HALFOPEN_COMPLETION_H

struct command;

/* The script for bash or zsh that completes COMMANDS (a table that ends with one without a name),
 * malloc()ed; NULL: no memory. */
char *completion_bash(const struct command *commands);
char *completion_zsh(const struct command *commands);

#endif
