/* SPDX-License-Identifier: MIT
 *
 * utf8: characters as bytes (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
 */
#ifndef HALFOPEN_UTF8_H
#define HALFOPEN_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD: here was something that cannot be shown */

/* The character at TEXT, which has SIZE bytes: how many bytes it has, and which it is
 * (RET_CHARACTER may be NULL). 0: there is none. */
size_t utf8_decode(const char *text, size_t size, uint32_t *ret_character);
/* The other way; how many of the 4 bytes it takes. */
size_t utf8_encode(uint32_t character, char ret_bytes[4]);

/* Whether all of it is characters. */
bool utf8_is_valid(const char *text, size_t size);
/* How many of TEXT's SIZE bytes to keep, so that no character is cut in two at the end. */
size_t utf8_whole(const char *text, size_t size);

/* C0 (so also newline and tab), DEL and C1: what a terminal may act upon. */
bool utf8_is_control(uint32_t character);
/* Turns the text around it: the embeddings, overrides and isolates of writing direction. */
bool utf8_is_turning(uint32_t character);

#endif
