/* SPDX-License-Identifier: MIT */
#include "recorded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "load.h"
#include "results.h"
#include "text.h"

/* The folder NAME has no record: perhaps it is that of all runs. */
static int no_record(const char *name, struct err *err)
{
	struct err ignored = {0};
	json_t *results;
	char *run;

	if (results_load(name, &results, &ignored) < 0)
		return err_set(err, ENOENT, "%s: no run was recorded in this folder", name);
	run = result_folder(name, json_array_get(results, 0));
	err_set(err, ENOENT, "%s: the results of %zu run%s; name the folder of one, as %s", name,
		json_array_size(results), json_array_size(results) == 1 ? "" : "s", run);
	free(run);
	json_decref(results);
	return -ENOENT;
}

int recorded_load(const char *name, struct recorded *ret_recorded, struct err *err)
{
	struct recorded recorded = {0};
	struct diagnostics diagnostics = {0};
	struct stat st;
	FILE *file;
	int ret;

	if (stat(name, &st) < 0)
		return path_missing(name, err);
	recorded.path = text_format("%s%s", name, S_ISDIR(st.st_mode) ? "/record.jsonl" : "");
	file = fopen(recorded.path, "re");
	if (!file) {
		ret = S_ISDIR(st.st_mode) && errno == ENOENT
			      ? no_record(name, err)
			      : err_sys(err, errno, "%s", recorded.path);
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
