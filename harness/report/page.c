/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"

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
	return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
}

/* The length of the UTF-8 character at TEXT, of at most SIZE bytes; 0: it is none, or one that
 * would turn the text around it (the embeddings, overrides and isolates of writing direction). */
static size_t character(const unsigned char *text, size_t size)
{
	size_t length = *text < 0x80 ? 1 : *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
	uint32_t cell = length == 1 ? *text : *text & (0x7fu >> length);

	if (length > size || (*text >= 0x80 && *text < 0xc2) || *text > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		cell = cell << 6 | (text[i] & 0x3fu);
	}
	if (length == 2 && cell < 0xa0) /* control characters */
		return 0;
	if ((length == 3 && cell < 0x800) || (length == 4 && cell < 0x10000) || cell > 0x10ffff)
		return 0;
	if ((cell >= 0xd800 && cell < 0xe000) || (cell >= 0x202a && cell <= 0x202e) ||
	    (cell >= 0x2066 && cell <= 0x2069))
		return 0;
	return length;
}

void page_text_n(FILE *out, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		size_t length = character((const unsigned char *)text, (size_t)(end - text));
		const char *instead = length == 1 ? entity((unsigned char)*text) : NULL;

		if (length == 0)
			instead = "\xef\xbf\xbd";
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
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	page_text(out, text);
	free(text);
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

void page_begin(FILE *out, const char *path, const char *title, const char *up_title)
{
	head(out, title);
	fputs("<link rel=\"stylesheet\" href=\"", out);
	page_up(out, path);
	fputs("style.css\">\n<script defer src=\"", out);
	page_up(out, path);
	fputs("script.js\"></script>\n", out);
	fputs(body, out);
	if (up_title) {
		fputs("<nav aria-label=\"Report\"><a href=\"", out);
		page_up(out, path);
		fputs("index.html\">", out);
		page_text(out, up_title);
		fputs("</a></nav>", out);
	}
	fputs(brand, out);
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

void page_end(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
}

static int asset_save(const char *folder, const char *name, const unsigned char *bytes, size_t size,
		      struct err *err)
{
	char path[4096];
	FILE *file;
	bool written;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file)
		return err_sys(err, errno, "%s", path);
	written = fwrite(bytes, 1, size, file) == size;
	if (fclose(file) != 0 || !written)
		return err_sys(err, errno ? errno : EIO, "%s", path);
	return 0;
}

int page_assets_save(const char *folder, struct err *err)
{
	int ret = asset_save(folder, "style.css", asset_style_css, asset_style_css_size, err);

	return ret < 0 ? ret
		       : asset_save(folder, "script.js", asset_script_js, asset_script_js_size,
				    err);
}
