/* SPDX-License-Identifier: MIT
 *
 * condition: what a kernel is or has that a case needs, or that an expectation or a sysctl
 * depends on. Terms are text in one spelling ("kernel >= 6.5", "netem"); all of them must hold.
 * Pure: the guest asks about the kernel that it runs on, the judge about that of the record.
 */
#ifndef HALFOPEN_CASE_CONDITION_H
#define HALFOPEN_CASE_CONDITION_H

#include <stdbool.h>

struct kernel_facts {
	const char *release; /* uname -r */
	bool netem, virtual_clock;
};

/* The first term that does not hold of the kernel; NULL: all hold. */
const char *condition_lacking(char *const *term, int count, const struct kernel_facts *facts);

/* A term in words for who misses it: "netem (the kernel's module sch_netem)". */
const char *condition_in_words(const char *term);

#endif
