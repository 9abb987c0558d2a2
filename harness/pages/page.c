/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "assets.h"
#include "beneath.h"
#include "file.h"
#include "text.h"
#include "utf8.h"

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\n':
	case '\t':
		return NULL;
	}
	return c < 0x20 || c == 0x7f ? UTF8_REPLACEMENT : NULL;
}

/* The length of the character at TEXT, of at most SIZE bytes; 0: it is none, or one that a reader
 * would not see, or see in the wrong place. */
static size_t character(const char *text, size_t size)
{
	uint32_t cell = 0;
	size_t length = utf8_decode(text, size, &cell);

	return utf8_is_turning(cell) || (cell >= 0x80 && utf8_is_control(cell)) ? 0 : length;
}

void page_text_n(FILE *out, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		size_t length = character(text, (size_t)(end - text));
		const char *instead = length == 1 ? entity((unsigned char)*text) : NULL;

		if (length == 0)
			instead = UTF8_REPLACEMENT;
		if (instead)
			fputs(instead, out);
		else
			fwrite(text, 1, length, out);
		text += length ? length : 1;
	}
}

void page_text(FILE *out, const char *text)
{
	if (text)
		page_text_n(out, text, strlen(text));
}

void page_breakable(FILE *out, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, ",/");

		size += text[size] != '\0';
		page_text_n(out, text, size);
		text += size;
		fputs(*text ? "<wbr>" : "", out);
	}
}

void page_path(FILE *out, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-._~/=,";

	for (; *path; path++) {
		if (strchr(plain, *path))
			fputc(*path, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*path);
	}
}

void page_printf(FILE *out, const char *fmt, ...)
{
	AUTO_TEXT struct text text = {0};
	va_list ap;

	va_start(ap, fmt);
	text_add_args(&text, fmt, ap);
	va_end(ap);
	page_text(out, text_string(&text));
}

void page_up(FILE *out, const char *path)
{
	while ((path = strchr(path, '/'))) {
		fputs("../", out);
		path++;
	}
}

static void head(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
	      out);
	page_text(out, title);
	fputs("</title>\n", out);
}

static const char body[] = "</head>\n<body>\n"
			   "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>";
static const char brand[] = "<span class=\"brand\">halfopen</span></header>\n<main id=\"main\" "
			    "tabindex=\"-1\">\n";

void page_link(FILE *out, const char *path, const char *page, const char *text)
{
	if (!page)
		return;
	fputs("<a href=\"", out);
	page_up(out, path);
	page_path(out, page);
	fputs("\">", out);
	page_text(out, text);
	fputs("</a> ", out);
}

static void begin(FILE *out, const char *path, const char *title, const char *up_title,
		  const char *previous, const char *next)
{
	head(out, title);
	fputs("<link rel=\"stylesheet\" href=\"", out);
	page_up(out, path);
	fputs("style.css\">\n<script defer src=\"", out);
	page_up(out, path);
	fputs("script.js\"></script>\n", out);
	fputs(body, out);
	if (up_title) {
		fputs("<nav aria-label=\"Report\">", out);
		page_link(out, path, "index.html", up_title);
		page_link(out, path, previous, "Previous failure");
		page_link(out, path, next, "Next failure");
		fputs("</nav>", out);
	}
	fputs(brand, out);
}

void page_begin(FILE *out, const char *path, const char *title, const char *up_title)
{
	begin(out, path, title, up_title, NULL, NULL);
}

void page_begin_beside(FILE *out, const char *path, const char *title, const char *previous,
		       const char *next)
{
	begin(out, path, title, "All runs", previous, next);
}

void page_begin_alone(FILE *out, const char *title)
{
	head(out, title);
	fputs("<style>\n", out);
	fwrite(asset_style_css, 1, asset_style_css_size, out);
	fputs("</style>\n", out);
	fputs(body, out);
	fputs(brand, out);
}

void page_script(FILE *out)
{
	fputs("<script>\n", out);
	fwrite(asset_script_js, 1, asset_script_js_size, out);
	fputs("</script>\n", out);
}

void page_end(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
}

static int asset_save(const char *folder, const char *name, const unsigned char *bytes,
		      unsigned size, struct err *err)
{
	FILE *file = beneath_create(folder, name, err);

	if (!file)
		return -EIO;
	fwrite(bytes, 1, size, file);
	return file_close(file, name, err);
}

int page_assets_save(const char *folder, struct err *err)
{
	int ret = asset_save(folder, "style.css", asset_style_css, asset_style_css_size, err);

	return ret < 0 ? ret
		       : asset_save(folder, "script.js", asset_script_js, asset_script_js_size,
				    err);
}
