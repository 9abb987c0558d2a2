/* SPDX-License-Identifier: MIT
 *
 * signal_words: what signals are called.
 */
#ifndef HALFOPEN_SIGNAL_WORDS_H
#define HALFOPEN_SIGNAL_WORDS_H

#include <stdbool.h>

#define SIGNAL_LAST 31

/* "KILL" for 9: behind SIG; "?": the number is no signal. */
const char *signal_abbreviation(int number);
/* "SIGKILL" for 9 into BUF, which is returned; NULL: the number is no signal. */
const char *signal_by_number(int number, char buf[16]);
/* 9 for "SIGKILL"; -1: there is none of that name. */
int signal_by_name(const char *name);
/* Whether TEXT is a signal as others write it: "9", "KILL", "kill". */
bool signal_meant(const char *text, char ret_name[16]);

#endif
