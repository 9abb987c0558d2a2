/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <string.h>

size_t utf8_decode(const char *text, size_t size, uint32_t *ret_character)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;
	uint32_t character;
	size_t n;

	if (!size)
		return 0;
	n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if ((s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4 || n > size)
		return 0;
	character = n == 1 ? s[0] : s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (s[i] & 0x3f);
	}
	if (character < least[n] || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return 0;
	if (ret_character)
		*ret_character = character;
	return n;
}

size_t utf8_encode(uint32_t character, char ret_bytes[4])
{
	size_t n = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

	if (n == 1) {
		ret_bytes[0] = (char)character;
		return 1;
	}
	for (size_t i = n - 1; i > 0; i--, character >>= 6)
		ret_bytes[i] = (char)(0x80 | (character & 0x3f));
	ret_bytes[0] = (char)((0xf00u >> n & 0xff) | character);
	return n;
}

bool utf8_is_valid(const char *text, size_t size)
{
	size_t n;

	for (; size; text += n, size -= n)
		if (!(n = utf8_decode(text, size, NULL)))
			return false;
	return true;
}

size_t utf8_whole(const char *text, size_t size)
{
	/* A character that is not all there begins in the last three bytes. */
	for (size_t back = 1; back <= 3 && back <= size; back++) {
		unsigned char c = (unsigned char)text[size - back];
		size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

		if ((c & 0xc0) != 0x80)
			return n > back ? size - back : size;
	}
	return size;
}

bool utf8_is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

bool utf8_is_turning(uint32_t character)
{
	return (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}
