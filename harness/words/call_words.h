/* SPDX-License-Identifier: MIT
 *
 * call_words: what a program can do with a TCP socket, and what it can set it to.
 */
#ifndef HALFOPEN_CALL_WORDS_H
#define HALFOPEN_CALL_WORDS_H

#include "word.h"

/* System calls by what they do: readv(2) of a socket is a recv. */
enum socket_call {
	CALL_CONNECT,
	CALL_LISTEN,
	CALL_ACCEPT,
	CALL_SEND,
	CALL_RECV,
	CALL_SHUTDOWN,
	CALL_CLOSE,
	CALL_SETSOCKOPT,
	CALL_GETSOCKOPT,
	CALL_KINDS
};

extern const struct word call_words[]; /* "connect" ... */

/* "TCP_KEEPIDLE"; NULL: it has no name here. */
const char *sockopt_name(int level, int option);

#endif
