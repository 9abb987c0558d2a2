/* SPDX-License-Identifier: MIT */
#include "spin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "out.h"

#define READ_ALL 3 /* syslog(2): SYSLOG_ACTION_READ_ALL */

/* LINE is "<5>time-travel: time creeps: nc[57] does not sleep since 1000007680 ns". */
static void line_tell(char *line, int host, struct out *out)
{
	static const char *const told[] = {"time-travel: time creeps: ",
					   "time-travel: not exact: "};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		char *text = strstr(line, told[i]), *at = NULL;

		if (text)
			text = strchr(text, ' ') + 1;
		for (char *next = text; next; next = strstr(next + 1, " since "))
			at = next;
		if (!text || at == text)
			continue;
		*at = '\0';
		out_frame(out, RAW_SPIN, host,
			  strtoll(at + strlen(" since "), NULL, 10) - out->t0_ns, text,
			  strlen(text), NULL, 0);
		return;
	}
}

void spin_tell(int host, struct out *out)
{
	static char text[32 * 1024];
	int size = klogctl(READ_ALL, text, sizeof(text) - 1);
	char *line, *next = text;

	if (size < 0)
		return; /* what cannot be read says nothing */
	text[size] = '\0';
	while ((line = strsep(&next, "\n")))
		line_tell(line, host, out);
}
