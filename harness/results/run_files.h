/* SPDX-License-Identifier: MIT
 *
 * run_files: what a run leaves in its folder.
 */
#ifndef HALFOPEN_RUN_FILES_H
#define HALFOPEN_RUN_FILES_H

#include "err.h"

#define RECORD_FILE     "record.jsonl"
#define VERDICT_FILE    "verdict.txt"
#define CONSOLE_FILE    "console.txt"
#define CAPTURE_FILE    "capture.pcapng"
#define CAPTURE_FILE_OF "capture-%s.pcapng" /* of one interface (label_tap()) */

/* Those that are in RUN's folder below OUT: EACH gets the name below OUT. Ends with the first that
 * it does not return 0 for, and returns that. That there is no such folder is fine. */
int run_files_each(const char *out, const char *run,
		   int (*each)(void *arg, const char *out, const char *name, struct err *err),
		   void *arg, struct err *err);

#endif
