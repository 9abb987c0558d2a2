/* SPDX-License-Identifier: MIT
 *
 * names: strings that are numbered, each once: 0, 1, 2 ... in the order in which they came. To find
 * one takes the same time whatever their number.
 */
#ifndef HALFOPEN_NAMES_H
#define HALFOPEN_NAMES_H

#include <stddef.h>

struct names { /* starts as zeroes */
	char **name;
	int name_count;
	int *slot; /* numbers + 1 by what they hash to; 0: free */
	size_t slot_count;
};

/* The number of the SIZE bytes of TEXT: the next one if they are new. */
int names_add(struct names *names, const char *text, size_t size);

void names_done(struct names *names);

#endif
