/* SPDX-License-Identifier: MIT */
#include "recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "cleanup.h"
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

/* Reads it, and the plan from it; closes FILE. RECORDED has its path already. */
static int load(struct recorded *recorded, FILE *file, struct err *err)
{
	struct diagnostics diagnostics = {0};
	int ret = record_read(file, &recorded->record, err);

	fclose(file);
	if (ret == 0) {
		const struct record *record = recorded->record;

		ret = plan_load(record->file, record->source, strlen(record->source),
				record->variant, (const char *const *)record->extra_sysctl,
				&recorded->plan, &diagnostics);
		if (ret < 0)
			err_set(err, EBADMSG, "the case in the record is not valid here:\n%s",
				diagnostics.text);
		diagnostics_done(&diagnostics);
	}
	return ret < 0 ? err_add(err, EBADMSG, "%s", recorded->path) : 0;
}

int recorded_load_run(const char *results, const json_t *result, struct recorded *ret_recorded,
		      struct err *err)
{
	AUTO_FREE char *name = result_file(result, RECORD_FILE);
	struct recorded recorded = {.path = text_format("%s/%s", results, name)};
	int ret = 0;
	FILE *file = beneath_stream(results, name, &ret, err);

	if (file)
		ret = load(&recorded, file, err);
	if (ret < 0)
		recorded_done(&recorded);
	else
		*ret_recorded = recorded;
	return ret;
}

/* NAME is the file itself, where the user says that it is. */
static FILE *record_open(const char *name, struct err *err)
{
	int fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	FILE *file = NULL;

	if (fd < 0 || fstat(fd, &st) < 0)
		err_sys(err, errno, "%s", name);
	else if (!S_ISREG(st.st_mode))
		err_set(err, EINVAL, "%s: not a regular file", name);
	else if (!(file = fdopen(fd, "r")))
		err_sys(err, errno, "%s", name);
	if (!file && fd >= 0)
		close(fd);
	return file;
}

int recorded_load(const char *name, struct recorded *ret_recorded, struct err *err)
{
	struct recorded recorded = {0};
	struct stat st;
	FILE *file;
	int ret = -EIO;

	if (stat(name, &st) < 0)
		return path_missing(name, err);
	if (!S_ISDIR(st.st_mode) && results_are_no_case(name, err) < 0)
		return -EINVAL;
	recorded.path = text_format("%s%s", name, S_ISDIR(st.st_mode) ? "/" RECORD_FILE : "");
	file = S_ISDIR(st.st_mode) ? beneath_stream(name, RECORD_FILE, &ret, err)
				   : record_open(name, err);
	if (file)
		ret = load(&recorded, file, err);
	else if (ret == -ENOENT)
		ret = no_record(name, err);
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
