/* SPDX-License-Identifier: MIT
 *
 * reference: the reference of the case language, made from the language's tables.
 */
#ifndef HALFOPEN_CASE_REFERENCE_H
#define HALFOPEN_CASE_REFERENCE_H

#include <stddef.h>

#include "err.h"

/* As Markdown (docs/case-format.md) and as a JSON Schema. The returned string is malloc()ed. */
char *case_reference_markdown(void);
char *case_reference_schema(void);

/* What the reference says of TOPIC: a section, a step, a fault, a key, a socket option. To free();
 * -ENOENT, with the nearest. */
int case_reference_topic(const char *topic, char **ret_text, struct err *err);

struct case_template { /* a case to begin with, with remarks */
	const char *name, *help;
	const unsigned char *text;
	const size_t *size;
};
extern const struct case_template case_templates[]; /* ends with one without a name */

#endif
