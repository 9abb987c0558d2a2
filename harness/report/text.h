/* SPDX-License-Identifier: MIT
 *
 * text: what `halfopen run` and `judge` tell a person: a line a run, an explanation under
 * what failed, the totals, and on a terminal a status line that is always the last one.
 */
#ifndef HALFOPEN_TEXT_H
#define HALFOPEN_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "result.h"

struct text_report {
	FILE *out;
	bool color, terminal; /* terminal: there may be a status line to clear away */
	int count[VERDICT_COUNT];
};

/* OUT is not owned. Colours and status line only where OUT is a terminal; no colours where
 * NO_COLOR is set. */
void text_report_init(struct text_report *report, FILE *out);

/* "FAIL  1m15s  0.04s  cases/a.yaml:ip=4: reason", with the explanation below; counts it. */
void text_report_result(struct text_report *report, const struct result *result);

/* The status line, where there is a terminal. LEFT_NS: -1 if nobody knows. */
void text_report_status(struct text_report *report, int total, int running, int64_t left_ns);

/* How many ended in an error, if any; what they ran on; and on the last line alone
 * "N passed, N failed, N skipped", in which an error counts as failed. */
void text_report_end(struct text_report *report, const char *kernel);

/* The program's exit status for what was counted: 0, 1, 3 or 77. */
int text_report_exit_status(const struct text_report *report);

/* For people: "2h11m15s", "1m15s", "15.2s", "0.04s"; returns BUF. */
const char *text_duration(int64_t ns, char *buf, size_t size);

#endif
