/* SPDX-License-Identifier: MIT
 *
 * folder: folders that a command writes into.
 */
#ifndef HALFOPEN_FOLDER_H
#define HALFOPEN_FOLDER_H

#include "err.h"

/* Makes PATH and what is missing above it; that it is there already is fine. */
int folder_make(const char *path, struct err *err);

/* Makes PATH and what is missing above it, or sees that it may be written into: it is empty, or has
 * a file MARK, which tells that one of ours was finished there, or BEGUN, that one was not, since
 * it was killed. Leaves BEGUN and no MARK, unless they are one. A folder that holds something else
 * is not ours to fill: -EEXIST. */
int folder_claim(const char *path, const char *mark, const char *begun, struct err *err);

/* -ENOENT for PATH, which is not there, with the nearest name that is. Only what ends in .yaml or
 * .yml is near to what does. */
int path_missing(const char *path, struct err *err);

/* ".yaml" or ".yml" of the name of a case; "" of another. */
const char *case_ending(const char *name);

#endif
