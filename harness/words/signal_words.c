/* SPDX-License-Identifier: MIT */
#include "signal_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *signal_abbreviation(int number)
{
	const char *name = sigabbrev_np(number);

	return name ? name : "?";
}

const char *signal_by_number(int number, char buf[16])
{
	const char *name = sigabbrev_np(number);

	if (!name)
		return NULL;
	snprintf(buf, 16, "SIG%s", name);
	return buf;
}

bool signal_meant(const char *text, char ret_name[16])
{
	char *end;
	long number = strtol(text, &end, 10);

	for (int i = 1; i <= SIGNAL_LAST; i++)
		if (signal_by_number(i, ret_name) &&
		    (*end ? strcasecmp(ret_name + 3, text) == 0 : number == i))
			return true;
	return false;
}

int signal_by_name(const char *name)
{
	char buf[16];

	for (int i = 1; i <= SIGNAL_LAST; i++) {
		const char *known = signal_by_number(i, buf);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return -1;
}
