/* SPDX-License-Identifier: MIT
 *
 * watch: the same command again each time that one of its files changes.
 */
#ifndef HALFOPEN_WATCH_H
#define HALFOPEN_WATCH_H

#include "terminal.h"

/* `halfopen run` with ARGV without its --watch, and the ladder of a run of it, now and whenever one
 * of NAMES (as run has them, ended by NULL) was written; until SIGINT or SIGTERM. OUT: --out; NULL:
 * a folder that is removed. An exit status. */
int watch_runs(char *const *argv, char *const *names, const char *out,
	       const struct terminal *terminal);

#endif
