/* SPDX-License-Identifier: MIT
 *
 * package: where the image and the modules of a distribution's kernel are. Only names are
 * looked at; image.h says what a file is. Internal to harness/kernel.
 */
#ifndef HALFOPEN_PACKAGE_H
#define HALFOPEN_PACKAGE_H

struct err;

/* The one kernel in FOLDER: a UML's `linux`, or `vmlinuz*` or `bzImage` in it or in its boot/.
 * Free *ret_image. -ENOENT: none; -EINVAL: several. */
int package_find_image(const char *folder, char **ret_image, struct err *err);

/* The image of an installed Debian package: NAME is linux-image-RELEASE. Free it; NULL: none. */
char *package_installed(const char *name);

/* The folder .../lib/modules/RELEASE that belongs to IMAGE: in the tree that the image was unpacked
 * in, beside it, or the machine's own. Free it; NULL: none, and all is built in. */
char *package_find_modules(const char *image, const char *release);

/* The files to load for MODULES (names, ended by NULL), each after those that it needs, as
 * modules.dep in FOLDER tells (modules.dep(5)): paths relative to FOLDER. A name that is not there
 * is built in, or missing: then whoever needs it says so. Free the list and each entry.
 * -ENOENT: no modules.dep. */
int package_list_modules(const char *folder, const char *const *modules, char ***ret_files,
			 int *ret_count, struct err *err);

#endif
