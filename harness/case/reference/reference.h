/* SPDX-License-Identifier: MIT
 *
 * reference: the reference of the case language, made from the language's tables.
 */
#ifndef HALFOPEN_CASE_REFERENCE_H
#define HALFOPEN_CASE_REFERENCE_H

/* As Markdown (docs/case-format.md) and as a JSON Schema. The returned string is malloc()ed. */
char *case_reference_markdown(void);
char *case_reference_schema(void);

#endif
