/* SPDX-License-Identifier: MIT */
#include "commands.h"

const char command_examples[] = "    halfopen init crash\n"
				"    halfopen run --out out crash.yaml\n"
				"    halfopen show out/crash\n";

const struct command command_table[] = {
	{"run", cmd_run, "run cases and judge them", &run_argp, NULL},
	{"init", cmd_init, "write a case to begin with", &init_argp, NULL},
	{"list", cmd_list, "list cases and their variants", &list_argp, NULL},
	{"lint", cmd_lint, "check case files without running them", &lint_argp, NULL},
	{"judge", cmd_judge, "judge recorded runs again", &judge_argp, NULL},
	{"show", cmd_show, "show what happened in a recorded run", &show_argp, NULL},
	{"report", cmd_report, "write pages of a folder of results", &report_argp, NULL},
	{"compare", cmd_compare, "what differs between two folders of results", &compare_argp,
	 NULL},
	{"merge", cmd_merge, "make one folder of the results of many machines", &merge_argp, NULL},
	{"kernel", cmd_kernel,
	 "the kernels that runs can happen on: build, fetch, list, use, add, remove", NULL,
	 kernel_command},
	{"doctor", cmd_doctor, "what this machine can do, what is missing, how to get it",
	 &doctor_argp, NULL},
	{"claims", cmd_claims, "print what became of each claim, from a folder of results",
	 &claims_argp, NULL},
	{"outages", cmd_outages, "print the outages that were reported, from folders of results",
	 &outages_argp, NULL},
	{"reference", cmd_reference, "print the reference of the case language", &reference_argp,
	 NULL},
	{0}};
