/* SPDX-License-Identifier: MIT
 *
 * errno_words: what errors are called.
 */
#ifndef HALFOPEN_ERRNO_WORDS_H
#define HALFOPEN_ERRNO_WORDS_H

#define ERRNO_LAST 133 /* EHWPOISON */

/* "ETIMEDOUT" for 110; NULL: the number is no error. */
const char *errno_by_number(int number);
/* The same for people, and of any number; "?": it is no error. */
const char *errno_name(int number);
/* What all of TCP's timers end in when it loses its patience; 0 at the end. */
extern const int errno_given_up[];
/* 110 for "ETIMEDOUT"; -1: there is none of that name. */
int errno_by_name(const char *name);

#endif
