/* SPDX-License-Identifier: MIT
 *
 * sysctls: the settings that the command line gives all hosts, one by one or as a file in the
 * form of sysctl.conf(5).
 */
#ifndef HALFOPEN_SYSCTLS_H
#define HALFOPEN_SYSCTLS_H

#include "bounds.h"
#include "err.h"

struct sysctls {
	const char *text[SYSCTLS_MAX + 1]; /* "name=value", owned; "-name=value": a kernel that
					       refuses it does without; ended by NULL */
	int count;
};

/* Adds what ARGUMENT says: NAME=VALUE, or else the name of a file. What is wrong in it is printed
 * to stderr with file, line and column: then -EINVAL, with no text in ERR. -errno: it cannot be
 * read. sysctls_done() in either case. */
int sysctls_add(struct sysctls *sysctls, const char *argument, struct err *err);
void sysctls_done(struct sysctls *sysctls);

#endif
