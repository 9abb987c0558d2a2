/* SPDX-License-Identifier: MIT
 *
 * completion: what shells need to complete a command line, made from the options' tables.
 * Kernels' names are asked of the program when they are needed.
 */
#ifndef HALFOPEN_COMPLETION_H
#define HALFOPEN_COMPLETION_H

/* The script for bash or zsh, malloc()ed; NULL: no memory. */
char *completion_bash(void);
char *completion_zsh(void);

#endif
