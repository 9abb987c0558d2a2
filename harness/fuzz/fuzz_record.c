/* SPDX-License-Identifier: MIT
 *
 * The text of a record, as somebody hands it to judge, show, report and compare. What follows a NUL
 * is a second one, to compare it with.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "load.h"
#include "record.h"
#include "use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct both {
	struct record *record;
	struct plan *plan;
};

static bool load(const uint8_t *data, size_t size, struct both *ret)
{
	FILE *file = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "re");
	struct diagnostics diagnostics;
	struct err err;
	int read = record_read(file, &ret->record, &err), made;

	fclose(file);
	if (read < 0)
		return false;
	made = plan_load(ret->record->file, ret->record->source, strlen(ret->record->source),
			 ret->record->variant, (const char *const *)ret->record->extra_sysctl,
			 &ret->plan, &diagnostics);
	diagnostics_done(&diagnostics);
	if (made < 0)
		record_free(ret->record);
	return made == 0;
}

static void done(struct both *both)
{
	plan_free(both->plan);
	record_free(both->record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	struct both a, b;

	use_choose(data, size);
	if (!load(data, end ? (size_t)(end - data) : size, &a))
		return 0;
	if (end && load(end + 1, (size_t)(data + size - end - 1), &b)) {
		use_two_records(a.plan, a.record, b.plan, b.record);
		done(&b);
	} else {
		use_two_records(a.plan, a.record, a.plan, a.record);
	}
	use_record(a.plan, a.record);
	done(&a);
	return 0;
}
