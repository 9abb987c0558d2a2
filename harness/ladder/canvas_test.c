/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "canvas.h"

static char *text;
static size_t size;

static struct canvas start(bool ascii, bool color)
{
	struct canvas canvas;

	canvas_init(&canvas, open_memstream(&text, &size), 0, ascii, color);
	return canvas;
}

static void expect(struct canvas *canvas, const char *wanted)
{
	canvas_flush(canvas);
	fclose(canvas->out);
	ck_assert_str_eq(text, wanted);
	free(text);
}

static void put(struct canvas *canvas, int column, int width, const char *what)
{
	canvas_text(canvas, column, width, what, strlen(what), INK_NONE);
}

START_TEST(a_row_ends_at_its_last_character)
{
	struct canvas canvas = start(false, false);

	put(&canvas, 2, 10, "ab");
	canvas_glyph(&canvas, 5, GLYPH_LIFELINE, INK_DIM);
	expect(&canvas, "  ab │\n");
}
END_TEST

START_TEST(what_is_too_long_shows_that_it_was_cut)
{
	struct canvas canvas = start(false, false);

	put(&canvas, 0, 6, "abcdefgh");
	put(&canvas, 7, 6, "abcdef");
	expect(&canvas, "abcd.. abcdef\n");
}
END_TEST

START_TEST(columns_are_characters_not_bytes)
{
	struct canvas canvas = start(false, false);

	ck_assert_int_eq(canvas_width("é€😀", strlen("é€😀")), 3);
	put(&canvas, 0, 4, "é€😀");
	put(&canvas, 4, 1, "x");
	expect(&canvas, "é€😀 x\n");
}
END_TEST

START_TEST(ascii_stays_ascii)
{
	struct canvas canvas = start(true, false);

	canvas_line(&canvas, 0, 2, GLYPH_LINE, INK_NONE);
	canvas_glyph(&canvas, 3, GLYPH_RIGHT, INK_NONE);
	put(&canvas, 5, 9, "né");
	expect(&canvas, "---> n?\n");
}
END_TEST

START_TEST(control_characters_and_broken_text_do_no_harm)
{
	struct canvas canvas = start(false, false);

	put(&canvas, 0, 20, "a\033[1mb\tc\xff\xc3");
	expect(&canvas, "a?[1mb?c??\n");
}
END_TEST

START_TEST(nothing_is_drawn_outside)
{
	struct canvas canvas = start(true, false);

	canvas_line(&canvas, -5, 1, GLYPH_LINE, INK_NONE);
	canvas_line(&canvas, CANVAS_WIDTH - 1, CANVAS_WIDTH + 5, GLYPH_DOUBLE, INK_NONE);
	canvas_flush(&canvas);
	ck_assert_int_eq(fflush(canvas.out), 0);
	ck_assert_uint_eq(size, CANVAS_WIDTH + 1);
	fclose(canvas.out);
	free(text);
}
END_TEST

START_TEST(colours_end_with_the_row)
{
	struct canvas canvas = start(true, true);

	canvas_text(&canvas, 0, 3, "bad", 3, INK_BAD);
	expect(&canvas, "\033[0m\033[1;31mbad\033[0m\n");
}
END_TEST

START_TEST(commands_no_log)
{
	struct canvas canvas = start(false, false);

	put(&canvas, 2, 40, "::error::x ##[group]y a::b \xe2\x80\xae");
	expect(&canvas, "  ?:error::x ?#[group]y a::b ?\n");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("canvas");

	tcase_add_test(tcase, a_row_ends_at_its_last_character);
	tcase_add_test(tcase, what_is_too_long_shows_that_it_was_cut);
	tcase_add_test(tcase, columns_are_characters_not_bytes);
	tcase_add_test(tcase, ascii_stays_ascii);
	tcase_add_test(tcase, control_characters_and_broken_text_do_no_harm);
	tcase_add_test(tcase, nothing_is_drawn_outside);
	tcase_add_test(tcase, colours_end_with_the_row);
	tcase_add_test(tcase, commands_no_log);
	return run_tests(tcase);
}
