/* SPDX-License-Identifier: MIT
 *
 * strip_words: what boxes take out of packets that pass.
 */
#ifndef HALFOPEN_STRIP_WORDS_H
#define HALFOPEN_STRIP_WORDS_H

#include <stdint.h>

#include "word.h"

enum stripped { /* bits */
		STRIP_MSS = 1,
		STRIP_WINDOW_SCALE = 2,
		STRIP_SACK = 4,
		STRIP_TIMESTAMPS = 8,
		STRIP_FAST_OPEN = 16,
		STRIP_MPTCP = 32,
		STRIP_ECN = 64,
		STRIP_ECN_FLAGS = 128
};
extern const struct word strip_words[];

/* The TCP options that are meant, as bits 1 << their kind. */
uint64_t strip_options(int strip);

#endif
