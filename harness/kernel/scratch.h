/* SPDX-License-Identifier: MIT
 *
 * scratch: the one folder in which everything temporary is, under TMPDIR or else /tmp.
 */
#ifndef HALFOPEN_SCRATCH_H
#define HALFOPEN_SCRATCH_H

struct err;

/* Of the path, with its NUL. */
#define SCRATCH_PATH_MAX 1024

/* A path that nobody has, not made yet: so a second process can know it before it is there. */
int scratch_name(char ret_path[SCRATCH_PATH_MAX], struct err *err);

/* Mode 0700; fails if there is something already. */
int scratch_make(const char *path, struct err *err);

/* Removes PATH and all below it; follows no symbolic link, opens folders that their owner
 * closed to himself. 0 also if there is nothing at PATH; else -errno of the first failure,
 * after having removed what could be. */
int scratch_remove(const char *path);

#endif
