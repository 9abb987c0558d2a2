/* SPDX-License-Identifier: MIT
 *
 * shipped: the data that comes with the program: cases, claims.yaml. It is found from where the
 * program lies, so that an installed halfopen may be moved.
 */
#ifndef HALFOPEN_SHIPPED_H
#define HALFOPEN_SHIPPED_H

#include <stddef.h>

#include "err.h"

/* The real path of NAME in share/halfopen beside the program (built) or in the same prefix
 * (installed), into RET_PATH of PATH_MAX bytes; -ENOENT. */
int shipped_find(const char *name, char *ret_path, struct err *err);

#endif
