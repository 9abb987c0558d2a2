/* SPDX-License-Identifier: MIT */
#include "recorded_runs.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

char *recorded_runs[RECORDED_RUNS_MOST];
int recorded_runs_count;

struct recorded_run recorded_run_of(FILE *file, const char *path)
{
	struct diagnostics diagnostics;
	struct recorded_run run;
	struct err err;

	ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
	ck_assert_msg(record_read(file, &run.record, &err) == 0, "%s: %s", path, err.text);
	fclose(file);
	ck_assert_msg(plan_load(run.record->file, run.record->source, strlen(run.record->source),
				run.record->variant, NULL, &run.plan, &diagnostics) == 0,
		      "%s: %s", path, diagnostics.text);
	diagnostics_done(&diagnostics);
	ck_assert(record_fits(run.record, run.plan));
	return run;
}

struct recorded_run recorded_run_read(const char *path)
{
	return recorded_run_of(fopen(path, "r"), path);
}

void recorded_run_done(struct recorded_run *run)
{
	record_free(run->record);
	plan_free(run->plan);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void recorded_runs_find(void)
{
	DIR *folder = opendir(RECORDS);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)) && recorded_runs_count < RECORDED_RUNS_MOST)
		if (strstr(entry->d_name, ".jsonl") &&
		    asprintf(&recorded_runs[recorded_runs_count], "%s/%s", RECORDS, entry->d_name) >
			    0)
			recorded_runs_count++;
	if (folder)
		closedir(folder);
	qsort(recorded_runs, (size_t)recorded_runs_count, sizeof(*recorded_runs), by_name);
}
