/* SPDX-License-Identifier: MIT
 *
 * names: what the kernel's numbers are called: errors, signals, TCP states, packets.
 */
#ifndef HALFOPEN_CASE_NAMES_H
#define HALFOPEN_CASE_NAMES_H

#include "field.h"

/* "ETIMEDOUT" to 110, "SIGKILL" to 9; -1: there is none of that name. */
int errno_by_name(const char *name);
int signal_by_name(const char *name);
/* For known_add(); NULL where the number is no error, no signal. BUF: at least 16 bytes. */
const char *errno_by_number(int number);
/* Whether TEXT is a signal as others write it: "9", "KILL", "kill". */
bool signal_meant(const char *text, char ret_name[16]);
const char *signal_by_number(int number, char buf[16]);
/* Adds all errors to KNOWN and says which one was meant: the nearest, that of this number, of
 * strerror()'s text; or OTHERS and the usual ones. */
void errno_help(struct decoder *d, struct diag *diag, struct known *known, const char *others);
#define ERRNO_LAST  133
#define SIGNAL_LAST 31

extern const struct word state_words[]; /* 1 << TCP_ESTABLISHED ...; none: 1 << 0 */
extern const struct word kind_words[];  /* 1 << KIND_SYN ... */
extern const struct word event_words[]; /* POLLIN ... */
extern const struct word flag_words[];  /* TH_SYN ... */
extern const struct word timer_words[]; /* raw_socket.timer */

#endif
