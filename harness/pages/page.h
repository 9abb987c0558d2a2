/* SPDX-License-Identifier: MIT
 *
 * page: what all HTML pages share: escaping, the beginning and the end, and the two files
 * beside them, style.css and script.js, which are built into the program. A page needs neither
 * the network nor its script.
 */
#ifndef HALFOPEN_PAGE_H
#define HALFOPEN_PAGE_H

#include <stdio.h>

#include "err.h"

/* TEXT for an element or a quoted attribute. NULL is "". What is not UTF-8 and what is no
 * character of a text become U+FFFD. */
void page_text(FILE *out, const char *text);
/* The first SIZE bytes of it. */
void page_text_n(FILE *out, const char *text, size_t size);

/* TEXT that may be broken after its commas and slashes. */
void page_breakable(FILE *out, const char *text);

/* PATH (with '/' between its parts) for href, relative to the page: percent-encoded. */
void page_path(FILE *out, const char *path);

/* <li> or <dd> and what not: FMT's result is escaped. */
void page_printf(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Up to and with <main>. PATH: the page's, below the folder of index.html and style.css;
 * UP_TITLE: of a link to index.html; NULL for none. */
void page_begin(FILE *out, const char *path, const char *title, const char *up_title);
/* The same of a run's, with links to the pages of the failures before and after it; or NULL. */
void page_begin_beside(FILE *out, const char *path, const char *title, const char *previous,
		       const char *next);
/* The same of a page with its style in itself, and without a script: one file. */
void page_begin_alone(FILE *out, const char *title);
/* The script, in such a page. */
void page_script(FILE *out);
void page_end(FILE *out);

/* "../" as often as it takes from the page at PATH to the folder of index.html. */
void page_up(FILE *out, const char *path);

/* A link from the page at PATH to PAGE, a path from that folder; nothing, if PAGE is NULL. */
void page_link(FILE *out, const char *path, const char *page, const char *text);

/* Writes style.css and script.js into FOLDER. */
int page_assets_save(const char *folder, struct err *err);

#endif
