/* SPDX-License-Identifier: MIT */
#include "html_overview.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "page.h"
#include "results.h"
#include "text.h"
#include "utf8.h"

#define MOST_TEXT 400 /* bytes of a text in the list of failures */

const char *html_story(const char *file, int *ret_size)
{
	const char *end = strrchr(file, '/'), *story = file;

	if (!end) {
		*ret_size = 0;
		return file;
	}
	for (const char *at = file; at < end; at++)
		if (*at == '/')
			story = at + 1;
	*ret_size = (int)(end - story);
	if (strncmp(story, "./", 2) == 0 || strncmp(story, "../", 3) == 0)
		*ret_size = 0;
	return story;
}

void overview_link(FILE *out, const json_t *result, const char *text)
{
	fputs("<a href=\"", out);
	page_path(out, result_string(result, "page"));
	fputs("\">", out);
	page_breakable(out, text);
	fputs("</a>", out);
}

void overview_text(FILE *out, const char *text)
{
	size_t size = utf8_whole(text, strnlen(text, MOST_TEXT));

	page_text_n(out, text, size);
	fputs(text[size] ? "&#8230;" : "", out);
}

/* Two of one name are told apart by their paths. */
int overview_kernel(struct overview *overview, const json_t *result)
{
	AUTO_FREE char *whole = result_kernel(result, true);
	char *name = result_kernel(result, false);
	int i;

	for (i = 0; i < overview->kernels; i++) {
		if (strcmp(overview->whole[i], whole) == 0)
			break;
		if (strcmp(overview->kernel[i], name) == 0) {
			free(name);
			name = text_copy(whole);
		}
	}
	if (i < overview->kernels || i == MOST_KERNELS) {
		free(name);
		return i < MOST_KERNELS ? i : MOST_KERNELS - 1;
	}
	overview->kernel[i] = name;
	overview->whole[i] = TAKE(whole);
	return overview->kernels++;
}
