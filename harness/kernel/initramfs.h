/* SPDX-License-Identifier: MIT
 *
 * initramfs: writes the archive that a kernel unpacks into its first root file system, in the
 * "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst). Internal to
 * harness/kernel.
 */
#ifndef HALFOPEN_INITRAMFS_H
#define HALFOPEN_INITRAMFS_H

#include <stddef.h>
#include <stdio.h>

struct err;

struct initramfs {
	FILE *file;
	char **name; /* of all that is in it */
	int count;
	long written;
};

/* In PATH, a new file. */
int initramfs_open(struct initramfs *initramfs, const char *path, struct err *err);
int initramfs_close(struct initramfs *initramfs, struct err *err);

/* The folder NAME ("dev"), the file NAME with these bytes, or with those of SOURCE; what is there
 * already is left alone. Folders above are made. */
int initramfs_add_folder(struct initramfs *initramfs, const char *name, struct err *err);
int initramfs_add_bytes(struct initramfs *initramfs, const char *name, const void *bytes,
			size_t size, struct err *err);
int initramfs_add_file(struct initramfs *initramfs, const char *name, const char *source,
		       struct err *err);

/* The executable at PATH, under its own path, and what it needs to start: its interpreter
 * and, as its dynamic linker lists them, its shared libraries. */
int initramfs_add_program(struct initramfs *initramfs, const char *path, struct err *err);

#endif
