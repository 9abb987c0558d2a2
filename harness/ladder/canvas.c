/* SPDX-License-Identifier: MIT */
#include "canvas.h"

#include <string.h>

#include "utf8.h"

static const struct {
	uint32_t unicode;
	char ascii;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_LIFELINE] = {0x2502, '|'}, [GLYPH_DOTTED] = {0x250a, ':'},
	[GLYPH_LINE] = {0x2500, '-'},     [GLYPH_DOUBLE] = {0x2550, '='},
	[GLYPH_LEFT] = {0x25c0, '<'},     [GLYPH_RIGHT] = {0x25b6, '>'},
	[GLYPH_CROSS] = {0x2717, 'X'},    [GLYPH_ORIGIN] = {0x25c6, '*'},
};

static const char *const inks[INK_COUNT] = {
	[INK_NONE] = "",         [INK_DIM] = "\033[2m",    [INK_STATE] = "\033[36m",
	[INK_NOTE] = "\033[33m", [INK_LOST] = "\033[31m",  [INK_FAULT] = "\033[1;35m",
	[INK_GOOD] = "\033[32m", [INK_BAD] = "\033[1;31m", [INK_A] = "\033[33m",
	[INK_B] = "\033[36m",    [INK_MOVED] = "\033[1m",
};

static void clear(struct canvas *canvas)
{
	for (int i = 0; i < canvas->width; i++) {
		canvas->cell[i] = ' ';
		canvas->ink[i] = INK_NONE;
	}
}

void canvas_init(struct canvas *canvas, FILE *out, int width, bool ascii, bool color)
{
	width = !width ? CANVAS_WIDTH : width < CANVAS_LEAST ? CANVAS_LEAST : width;
	*canvas = (struct canvas){.out = out,
				  .ascii = ascii,
				  .color = color,
				  .width = width < CANVAS_MOST ? width : CANVAS_MOST};
	clear(canvas);
}

static void put(struct canvas *canvas, int column, uint32_t cell, enum ink ink)
{
	if (column < 0 || column >= canvas->width)
		return;
	canvas->cell[column] = cell;
	canvas->ink[column] = (uint8_t)ink;
}

void canvas_glyph(struct canvas *canvas, int column, enum glyph glyph, enum ink ink)
{
	put(canvas, column, canvas->ascii ? (uint32_t)glyphs[glyph].ascii : glyphs[glyph].unicode,
	    ink);
}

void canvas_line(struct canvas *canvas, int from, int to, enum glyph glyph, enum ink ink)
{
	for (int i = from < to ? from : to; i <= (from < to ? to : from); i++)
		canvas_glyph(canvas, i, glyph, ink);
}

/* One character off *text, never beyond END. What is no UTF-8 comes byte by byte. */
static uint32_t decode(const char **text, const char *end)
{
	uint32_t cell = '?';
	size_t size = utf8_decode(*text, (size_t)(end - *text), &cell);

	*text += size ? size : 1;
	return utf8_is_control(cell) || utf8_is_turning(cell) ? '?' : cell;
}

int canvas_width(const char *text, size_t size)
{
	const char *end = text + size;
	int width = 0;

	for (; text < end; width++)
		decode(&text, end);
	return width;
}

size_t canvas_line_size(const char *text, int width)
{
	size_t size = strlen(text), space;

	if (canvas_width(text, size) <= width)
		return size;
	size = utf8_whole(text, (size_t)width);
	for (space = size; space > 0 && text[space] != ' ';)
		space--;
	return space ? space : size;
}

void canvas_text(struct canvas *canvas, int column, int width, const char *text, size_t size,
		 enum ink ink)
{
	const char *end = text + size;
	bool cut = canvas_width(text, size) > width;

	for (int i = 0; i < width && text < end; i++) {
		uint32_t cell = decode(&text, end);

		if (cut && i >= width - 2)
			cell = '.';
		put(canvas, column + i, canvas->ascii && cell > 0x7e ? '?' : cell, ink);
	}
}

static void encode(uint32_t cell, FILE *out)
{
	char bytes[4];

	fwrite(bytes, 1, utf8_encode(cell, bytes), out);
}

/* What the log of a CI would take for a command (visible.h). */
static void commands_break(uint32_t *cell, int end)
{
	int at = 0;

	while (at < end && cell[at] == ' ')
		at++;
	if (at + 1 < end && cell[at] == ':' && cell[at + 1] == ':')
		cell[at] = '?';
	for (at = 0; at + 1 < end; at++)
		if (cell[at] == '#' && cell[at + 1] == '#')
			cell[at] = '?';
}

void canvas_flush(struct canvas *canvas)
{
	int end = canvas->width, ink = INK_NONE;

	while (end > 0 && canvas->cell[end - 1] == ' ')
		end--;
	commands_break(canvas->cell, end);
	for (int i = 0; i < end; i++) {
		if (canvas->color && canvas->ink[i] != ink) {
			ink = canvas->ink[i];
			fprintf(canvas->out, "\033[0m%s", inks[ink]);
		}
		encode(canvas->cell[i], canvas->out);
	}
	if (ink != INK_NONE)
		fputs("\033[0m", canvas->out);
	fputc('\n', canvas->out);
	clear(canvas);
}
