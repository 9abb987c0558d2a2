/* SPDX-License-Identifier: MIT
 *
 * condition: what a kernel is or has that a case needs, or that an expectation or a sysctl
 * depends on. Terms are text in one spelling ("kernel >= 6.5", "netem"); all of them must hold.
 * Pure: the guest asks about the kernel that it runs on, the judge about that of the record.
 */
#ifndef HALFOPEN_CONDITION_H
#define HALFOPEN_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#define CONDITION_TERM 32 /* bytes of the longest */

struct kernel_facts {
	const char *release; /* uname -r */
	bool netem, virtual_clock;
};

/* TEXT in exactly one spelling into RET_TERM of SIZE bytes (CONDITION_TERM is enough); false: it is
 * no term. */
bool condition_spell(const char *text, char *ret_term, size_t size);
/* What a term can name beside a version, from 0; NULL after the last. */
const char *condition_capability(int i);

/* The first term that does not hold of the kernel; NULL: all hold. */
const char *condition_lacking(char *const *term, int count, const struct kernel_facts *facts);

/* A term in words for who misses it: "netem (the kernel's module sch_netem)". */
const char *condition_in_words(const char *term);

#endif
