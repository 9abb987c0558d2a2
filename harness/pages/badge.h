/* SPDX-License-Identifier: MIT
 *
 * badge: a verdict as pages show it.
 */
#ifndef HALFOPEN_BADGE_H
#define HALFOPEN_BADGE_H

#include <stdio.h>

#include "verdict.h"

/* Of the style sheet. */
const char *badge_class(enum verdict verdict);
void badge_print(FILE *out, enum verdict verdict);

#endif
