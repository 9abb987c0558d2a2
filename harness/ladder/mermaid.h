/* SPDX-License-Identifier: MIT
 *
 * mermaid: the rows of a ladder as a sequence diagram of Mermaid, which issue trackers and wikis
 * draw: https://mermaid.js.org/syntax/sequenceDiagram.html
 */
#ifndef HALFOPEN_MERMAID_H
#define HALFOPEN_MERMAID_H

#include <stdio.h>

#include "rows.h"

void mermaid_print(const struct plan *plan, const struct record *record, const struct rows *rows,
		   FILE *out);

#endif
