/* SPDX-License-Identifier: MIT
 *
 * poll_words: the events of poll(2).
 */
#ifndef HALFOPEN_POLL_WORDS_H
#define HALFOPEN_POLL_WORDS_H

#include "word.h"

extern const struct word poll_event_words[]; /* POLLIN ... */

#endif
