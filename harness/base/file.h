/* SPDX-License-Identifier: MIT
 *
 * file: reading and writing whole files. Never a device, a pipe or a folder by its name: what
 * somebody put in a file's place must not hold us up. Nothing here follows half a write: what
 * cannot be written is an error.
 */
#ifndef HALFOPEN_FILE_H
#define HALFOPEN_FILE_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "err.h"

/* The whole of a regular file of at most MOST bytes (/proc has such too). Returns 0 and
 * *ret_bytes, which end with a NUL that *ret_size (may be NULL) does not count; free() them.
 * -EFBIG: it is larger; -EISDIR; -EINVAL: it is something else; or why it cannot be read. ERR says
 * which file. */
int file_read(const char *path, size_t most, char **ret_bytes, size_t *ret_size, struct err *err);
/* The same of what is open already, whatever it is; NAME: for ERR. FD stays open. */
int file_read_fd(int fd, const char *name, size_t most, char **ret_bytes, size_t *ret_size,
		 struct err *err);
/* The first bytes of a small file, as those of /proc and /sys, below the folder DIR (AT_FDCWD:
 * where we are): into BUF, with a NUL. How many, or -errno. */
ssize_t file_read_small(int dir, const char *path, char *buf, size_t size);
/* TEXT into one that is there, in one write(2), as the kernel wants it. 0 or -errno. */
int file_set(int dir, const char *path, const char *text);

/* Makes the file, or writes it anew (mode 0666 but for the umask). 0 or -errno with ERR. */
int file_write(const char *path, const void *bytes, size_t size, struct err *err);

/* All that is left of FROM to TO. 0, or -EIO where FROM could not be read; what TO did not take
 * file_close() tells. */
int file_copy(FILE *from, FILE *to);
/* Closes FILE, which was written to. 0, or -errno with ERR where some of it was not: also long
 * before. */
int file_close(FILE *file, const char *name, struct err *err);

/* All of SIZE bytes, however often the descriptor takes or gives only a part. 0 or -errno;
 * reading: -EPIPE where the end comes first. */
int file_write_all(int fd, const void *bytes, size_t size);
int file_read_all(int fd, void *bytes, size_t size);

/* A folder, and those above it that are missing. 0, also when it is there, or -errno. */
int file_make_folder(const char *path);

#endif
