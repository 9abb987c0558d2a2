/* SPDX-License-Identifier: MIT */
#include "badge.h"

const char *badge_class(enum verdict verdict)
{
	return verdict == VERDICT_SKIP ? "skipped" : verdict_name[verdict];
}

void badge_print(FILE *out, enum verdict verdict)
{
	fprintf(out, "<span class=\"verdict %s\">%s</span>", badge_class(verdict),
		verdict_name[verdict]);
}
