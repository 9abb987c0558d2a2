/* SPDX-License-Identifier: MIT
 *
 * known: the words that would have been right, and the nearest of them to the one that was
 * given: known_init(), known_add() for each, known_nearest(). Costs nothing until there is
 * something to help with, so lookups can collect as they go. The words must last that long.
 */
#ifndef HALFOPEN_KNOWN_H
#define HALFOPEN_KNOWN_H

struct known {
	const char *wanted;
	const char *word[320];
	int count;
};
void known_init(struct known *known, const char *wanted);
void known_add(struct known *known, const char *word);
/* NULL: none is near. */
const char *known_nearest(const struct known *known);
/* The same where others than those known may be right: NULL also if more than three letters differ.
 */
const char *known_slip(const struct known *known);

#endif
