/* SPDX-License-Identifier: MIT
 *
 * cleanup: locals that own something and give it back when they go out of scope, on every way
 * out of the function. Each is initialised where it is declared, as owning nothing: NULL, -1.
 * What is to outlive the function is handed over with TAKE() or TAKE_FD(), which leave nothing
 * behind to be given back. errno survives. Not together with `goto out` in one function.
 */
#ifndef HALFOPEN_CLEANUP_H
#define HALFOPEN_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AUTO_FREE     __attribute__((cleanup(cleanup_memory)))     /* char *text = NULL; */
#define AUTO_CLOSE    __attribute__((cleanup(cleanup_descriptor))) /* int fd = -1; */
#define AUTO_FCLOSE   __attribute__((cleanup(cleanup_file)))       /* FILE *file = NULL; to read */
#define AUTO_CLOSEDIR __attribute__((cleanup(cleanup_folder)))     /* DIR *dir = NULL; */

/* The value, and the owner is left with nothing. */
#define TAKE(pointer)                                                                              \
	__extension__({                                                                            \
		__typeof__(pointer) *take_from_ = &(pointer);                                      \
		__typeof__(pointer) taken_ = *take_from_;                                          \
		*take_from_ = NULL;                                                                \
		taken_;                                                                            \
	})

static inline int cleanup_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
#define TAKE_FD(fd) cleanup_take_fd(&(fd))

static inline void cleanup_memory(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_descriptor(const int *fd)
{
	int before = errno;

	if (*fd >= 0)
		close(*fd);
	errno = before;
}

static inline void cleanup_file(FILE *const *file)
{
	int before = errno;

	if (*file)
		fclose(*file);
	errno = before;
}

static inline void cleanup_folder(DIR *const *folder)
{
	int before = errno;

	if (*folder)
		closedir(*folder);
	errno = before;
}

#endif
