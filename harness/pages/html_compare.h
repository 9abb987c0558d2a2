/* SPDX-License-Identifier: MIT
 *
 * html_compare: a comparison as one page that needs no file beside it.
 */
#ifndef HALFOPEN_HTML_COMPARE_H
#define HALFOPEN_HTML_COMPARE_H

#include "compare.h"

void html_compare_print(const struct comparison *comparison, FILE *out);

#endif
