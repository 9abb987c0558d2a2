/* SPDX-License-Identifier: MIT
 *
 * beneath: files within a folder whose contents may be anybody's, as results that were sent by
 * somebody are, or a folder under /tmp.
 *
 * NAME, "runs/a/b.html", is a path from FOLDER and stays beneath it: it has no ".." and does not
 * begin at the root, and no symbolic link is followed, on the way or at its end. FOLDER itself is
 * the user's word, and may be a link. What is read is a regular file: a pipe in its place holds
 * nobody up. What is written is a new file: one that was there, a link, or another name of somebody
 * else's file, is taken away first and stays as it was elsewhere.
 */
#ifndef HALFOPEN_BENEATH_H
#define HALFOPEN_BENEATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"

/* Whether NAME is a path that leads nowhere else: none of its parts is empty, "." or "..". */
bool beneath_is_name(const char *name);

/* Whether something is there, be it what it may. */
bool beneath_has(const char *folder, const char *name);

/* To read. A descriptor, or -errno with ERR: -ENOENT; -ELOOP: a link; -ENOTDIR; -EXDEV: NAME is
 * none; -EINVAL: no regular file. */
int beneath_open(const char *folder, const char *name, struct err *err);
/* The same as a stream; NULL with *RET_ERROR (may be NULL). */
FILE *beneath_stream(const char *folder, const char *name, int *ret_error, struct err *err);

/* A new file, to fclose(), with the folders that it needs; NULL and ERR. */
FILE *beneath_create(const char *folder, const char *name, struct err *err);
/* Gives the file NAME below FROM the same name below TO: a hard link, or a copy where there can be
 * none. -ENOENT: there is no such file. */
int beneath_link(const char *from, const char *to, const char *name, struct err *err);
/* That there is none such is fine. */
int beneath_remove(const char *folder, const char *name, struct err *err);

#endif
