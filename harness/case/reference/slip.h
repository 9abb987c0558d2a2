/* SPDX-License-Identifier: MIT
 *
 * slip: what an editor says of a key that is nearly one of those that may stand there.
 */
#ifndef HALFOPEN_SLIP_H
#define HALFOPEN_SLIP_H

#include <stdio.h>

#define SLIP_KEYS_MOST 64

struct slip_keys { /* of one mapping */
	const char *key[SLIP_KEYS_MOST];
	int count;
};

void slip_add(struct slip_keys *keys, const char *key);
/* ", \"patternProperties\": {...}": schemas that nothing is right by, with the key that was meant.
 * FIRST: only of so many of the KEYS. */
void slip_print(const struct slip_keys *keys, int first, FILE *out);

#endif
