/* SPDX-License-Identifier: MIT
 *
 * image: what kind of kernel a file is, from its bytes alone. Internal to harness/kernel.
 */
#ifndef HALFOPEN_IMAGE_H
#define HALFOPEN_IMAGE_H

#include <stddef.h>

struct err;

enum image_kind {
	IMAGE_UML,     /* an ELF executable with UML's own section of set-up calls */
	IMAGE_BZIMAGE, /* the x86 boot protocol's magic number at 0x202 */
	IMAGE_OTHER_ELF,
	IMAGE_OTHER
};

/* 0, or -errno if the file cannot be read. For IMAGE_UML and IMAGE_BZIMAGE ret_release is what
 * uname -r will say there ("6.12.117"), or "". */
int image_recognise(const char *path, enum image_kind *ret_kind, char *ret_release,
		    size_t release_size, struct err *err);

#endif
