/* SPDX-License-Identifier: MIT
 *
 * recorded_runs: the runs of shipped cases that lie in fixtures/records, for tests.
 */
#ifndef HALFOPEN_RECORDED_RUNS_H
#define HALFOPEN_RECORDED_RUNS_H

#include <stdio.h>

#include "record.h"

#define RECORDED_RUNS_MOST 64

/* Their files, by name. */
extern char *recorded_runs[RECORDED_RUNS_MOST];
extern int recorded_runs_count;
void recorded_runs_find(void);

struct recorded_run {
	struct record *record;
	struct plan *plan;
};
/* The test fails if it cannot be read. */
struct recorded_run recorded_run_read(const char *path);
/* The same of FILE, which it closes; PATH: for what is told. */
struct recorded_run recorded_run_of(FILE *file, const char *path);
void recorded_run_done(struct recorded_run *run);

#endif
