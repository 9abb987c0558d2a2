/* SPDX-License-Identifier: MIT
 *
 * html_overview: what the parts of the overview share: html.c, html_failures.c, html_list.c.
 */
#ifndef HALFOPEN_HTML_OVERVIEW_H
#define HALFOPEN_HTML_OVERVIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "verdict.h"

#define MOST_KERNELS 64

struct overview {
	json_t *const *results;
	int count;
	FILE *out;
	int verdict[VERDICT_COUNT];
	char *kernel[MOST_KERNELS]; /* what each is called, once */
	char *whole[MOST_KERNELS];  /* the same with its path */
	int kernels;
};

/* The story of a case file: the folder that it is in; SIZE: of its name, 0: it has
 * none. */
const char *html_story(const char *file, int *ret_size);

/* A link to the run's page; long names may be broken after their commas and slashes. */
void overview_link(FILE *out, const json_t *result, const char *text);
/* Its beginning, if it is very long. */
void overview_text(FILE *out, const char *text);
/* By number in overview->kernel. */
int overview_kernel(struct overview *overview, const json_t *result);

/* The sections. */
void overview_failures(const struct overview *overview); /* none, if nothing failed */
void overview_list(struct overview *overview);

#endif
