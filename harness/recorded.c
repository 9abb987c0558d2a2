/* SPDX-License-Identifier: MIT */
#include "recorded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "load.h"

int recorded_load(const char *name, struct recorded *ret_recorded, struct err *err)
{
	struct recorded recorded = {0};
	struct diagnostics diagnostics = {0};
	struct stat st;
	FILE *file;
	int ret;

	if (stat(name, &st) < 0)
		return err_sys(err, errno, "%s", name);
	if (asprintf(&recorded.path, "%s%s", name, S_ISDIR(st.st_mode) ? "/record.jsonl" : "") < 0)
		abort();
	file = fopen(recorded.path, "re");
	if (!file) {
		ret = err_sys(err, errno, "%s", recorded.path);
		goto out;
	}
	ret = record_read(file, &recorded.record, err);
	fclose(file);
	if (ret == 0) {
		const struct record *record = recorded.record;

		ret = plan_load(record->file, record->source, strlen(record->source),
				record->variant, (const char *const *)record->extra_sysctl,
				&recorded.plan, &diagnostics);
		if (ret < 0)
			err_set(err, EBADMSG, "the case in the record is not valid here:\n%s",
				diagnostics.text);
		diagnostics_done(&diagnostics);
	}
	if (ret < 0)
		err_add(err, ret, "%s", recorded.path);
out:
	if (ret < 0)
		recorded_done(&recorded);
	else
		*ret_recorded = recorded;
	return ret;
}

void recorded_done(struct recorded *recorded)
{
	free(recorded->path);
	plan_free(recorded->plan);
	record_free(recorded->record);
}
