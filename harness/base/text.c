/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

struct text text_over(char *buf, size_t size)
{
	buf[0] = '\0';
	return (struct text){.bytes = buf, .room = size, .fixed = true};
}

void text_done(struct text *text)
{
	if (!text->fixed)
		free(text->bytes);
	*text = (struct text){0};
}

const char *text_string(const struct text *text)
{
	return text->bytes ? text->bytes : "";
}

char *text_take(struct text *text)
{
	char *bytes = text->bytes;

	assert(!text->fixed);
	*text = (struct text){0};
	return bytes ? bytes : text_copy("");
}

/* Room for SIZE bytes more and the NUL; how many of them there is room for. */
static size_t make_room(struct text *text, size_t size)
{
	size_t wanted = text->size + size + 1, room = text->room ? text->room : 64;

	if (text->bytes && wanted <= text->room)
		return size;
	if (text->fixed)
		return text->room - text->size - 1;
	while (room < wanted)
		room *= 2;
	text->bytes = realloc(text->bytes, room);
	if (!text->bytes)
		abort();
	text->room = room;
	return size;
}

void text_put_n(struct text *text, const char *bytes, size_t size)
{
	size_t fits = make_room(text, size);

	if (fits < size)
		fits = utf8_whole(bytes, fits);
	if (fits)
		memcpy(text->bytes + text->size, bytes, fits);
	text->size += fits;
	text->bytes[text->size] = '\0';
}

void text_put(struct text *text, const char *string)
{
	text_put_n(text, string, strlen(string));
}

void text_add_args(struct text *text, const char *fmt, va_list ap)
{
	va_list again;
	size_t fits;
	int size;

	va_copy(again, ap);
	size = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (size < 0)
		abort();
	fits = make_room(text, (size_t)size);
	vsnprintf(text->bytes + text->size, fits + 1, fmt, ap);
	if (fits < (size_t)size)
		fits = utf8_whole(text->bytes + text->size, fits);
	text->size += fits;
	text->bytes[text->size] = '\0';
}

void text_add(struct text *text, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_add_args(text, fmt, ap);
	va_end(ap);
}

void text_separate(struct text *text, const char *between)
{
	if (text->size)
		text_put(text, between);
}

void text_shrink(struct text *text, size_t size)
{
	assert(size <= text->size);
	text->size = size;
	if (text->bytes)
		text->bytes[size] = '\0';
}

char *text_copy(const char *string)
{
	char *copy = strdup(string);

	if (!copy)
		abort();
	return copy;
}

char *text_format(const char *fmt, ...)
{
	struct text text = {0};
	va_list ap;

	va_start(ap, fmt);
	text_add_args(&text, fmt, ap);
	va_end(ap);
	return text_take(&text);
}

FILE *text_stream(struct text *text)
{
	FILE *stream;

	assert(!text->bytes);
	stream = open_memstream(&text->bytes, &text->size);
	if (!stream)
		abort();
	return stream;
}

void text_stream_end(struct text *text, FILE *stream)
{
	bool failed = ferror(stream);

	if (fclose(stream) != 0 || failed)
		abort();
	text->room = text->size + 1;
}

char *text_repair(const char *text, size_t size)
{
	struct text repaired = {0};

	while (size) {
		size_t n = utf8_decode(text, size, NULL), used = n ? n : 1;

		text_put_n(&repaired, n ? text : UTF8_REPLACEMENT,
			   n ? n : sizeof(UTF8_REPLACEMENT) - 1);
		text += used;
		size -= used;
	}
	return text_take(&repaired);
}
