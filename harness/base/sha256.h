/* SPDX-License-Identifier: MIT
 *
 * sha256: what a file is, whatever it is called and wherever it lies. The same as sha256sum(1).
 */
#ifndef HALFOPEN_SHA256_H
#define HALFOPEN_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define SHA256_TEXT 65 /* in hexadecimal, with the NUL */

struct sha256 {
	uint32_t state[8];
	uint64_t size; /* bytes added so far */
	uint8_t block[64];
};

/* FIPS 180-4. */
void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t size);
void sha256_text(struct sha256 *sha, char text[static SHA256_TEXT]);

/* Of a regular file; 0 or -errno with ERR. */
int sha256_file(const char *path, char text[static SHA256_TEXT], struct err *err);

#endif
