/* SPDX-License-Identifier: MIT */
#include "errno_words.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define EWOULDBLOCK_NAME "EWOULDBLOCK" /* the other name of EAGAIN */

const int errno_given_up[] = {ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, 0};

const char *errno_by_number(int number)
{
	const char *name = strerrorname_np(number);

	return name && *name == 'E' ? name : NULL;
}

const char *errno_name(int number)
{
	const char *name = strerrorname_np(number);

	return name ? name : "?";
}

int errno_by_name(const char *name)
{
	if (strcmp(name, EWOULDBLOCK_NAME) == 0)
		name = "EAGAIN";
	for (int i = 1; i <= ERRNO_LAST; i++) {
		const char *known = errno_by_number(i);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return -1;
}
