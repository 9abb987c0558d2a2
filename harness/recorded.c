/* SPDX-License-Identifier: MIT */
#include "recorded.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "load.h"

static int make_plan(struct recorded *recorded, struct err *err)
{
	const struct record *record = recorded->record;
	struct diagnostics diagnostics;
	int ret = plan_load(record->file, record->source, strlen(record->source), record->variant,
			    (const char *const *)record->extra_sysctl, &recorded->plan,
			    &diagnostics);

	if (ret < 0)
		err_set(err, ret, "its case is none for this version:\n%.900s", diagnostics.text);
	diagnostics_done(&diagnostics);
	return ret;
}

int recorded_open(const char *path, struct recorded *ret_recorded, struct err *err)
{
	struct recorded recorded = {0};
	char inside[PATH_MAX];
	struct stat st;
	FILE *in;
	int ret;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		snprintf(inside, sizeof(inside), "%s/record.jsonl", path);
		path = inside;
	}
	in = fopen(path, "re");
	if (!in)
		return err_sys(err, errno, "%s", path);
	ret = record_read(in, &recorded.record, err);
	fclose(in);
	if (ret == 0)
		ret = make_plan(&recorded, err);
	if (ret < 0) {
		record_free(recorded.record);
		return err_add(err, ret, "%s", path);
	}
	*ret_recorded = recorded;
	return 0;
}

void recorded_done(struct recorded *recorded)
{
	plan_free(recorded->plan);
	record_free(recorded->record);
	*recorded = (struct recorded){0};
}
