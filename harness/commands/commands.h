/* SPDX-License-Identifier: MIT
 *
 * commands: the one table of what halfopen can do, a file for each.
 */
#ifndef HALFOPEN_COMMANDS_H
#define HALFOPEN_COMMANDS_H

#include "commandline.h"

command_fn cmd_run, cmd_list, cmd_lint, cmd_judge, cmd_show, cmd_report, cmd_compare, cmd_doctor,
	cmd_init, cmd_kernel, cmd_reference, cmd_claims, cmd_outages, cmd_merge;
extern const struct argp run_argp, list_argp, lint_argp, judge_argp, show_argp, report_argp,
	compare_argp, doctor_argp, init_argp, reference_argp, claims_argp, outages_argp, merge_argp;
/* Those below `kernel`: struct command's `below`. */
const struct command *kernel_command(int i);

/* What halfopen --help has as examples. */
extern const char command_examples[];
/* All of them. Man pages and completion are made from it as well. */
extern const struct command command_table[];

#endif
