/* SPDX-License-Identifier: MIT
 *
 * results: the outcomes of many runs, and results.json. An outcome is a JSON object with case,
 * file, variant, claims, kernel, verdict, reason, failures, simulated_s and wall_s
 * (docs/output.md); and, for the writers of reports only (writer.h), what a person reads under
 * a run that did not pass: text, ladder, and screen, the ladder as the terminal takes it.
 */
#ifndef HALFOPEN_RESULTS_H
#define HALFOPEN_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "err.h"
#include "outcomes.h"
#include "run_files.h"
#include "verdict.h"

struct record;

/* Of one run; nothing is owned. */
struct result_facts {
	const char *name, *file, *variant, *folder; /* folder: below that of --out */
	const char *case_sha256, *kernel_sha256;    /* of the files; or NULL */
	char *const *claims;
	int claim_count;
	const struct record_kernel *kernel;
	const struct record *record; /* for the hosts' kernels; or NULL */
	int64_t seed, phase_ns;      /* 0: none */
	const char *repetition;      /* which of several: "seed=3"; or NULL */
	const char *const *sysctl;   /* given for all hosts, ended by NULL; or NULL */
	enum verdict verdict;
	const char *reason;                 /* or NULL */
	int64_t end_ns, wall_ns;            /* 0: it did not run */
	const struct plan *plan;            /* of the judgement */
	const struct judgement *judgement;  /* or NULL */
	const char *text, *ladder, *screen; /* or NULL */
	json_t *retried;                    /* of the attempts before: result_attempt(); or NULL */
};

/* What a record and its judgement say; nothing in it is copied. */
struct result_facts result_facts_of(const struct plan *plan, const struct record *record,
				    const struct judgement *judgement);

/* The object. What is no UTF-8 is repaired. */
json_t *result_make(const struct result_facts *facts);

/* An attempt that did not count, since there was another. */
json_t *result_attempt(enum verdict verdict, const char *reason);

/* The member, for writers only, with the lines of outcome.h: of repetitions alone. */
#define RESULT_SEEN "seen"
/* Likewise: when the last call returned, in nanoseconds of the run. */
#define RESULT_LAST "last_call_ns"

/* A member of an outcome, or of an object in it; "" and 0 where it has none. */
const char *result_string(const json_t *result, const char *key);
double result_number(const json_t *result, const char *key);
enum verdict result_verdict(const json_t *result);
/* Failed, or could not be run or judged. */
bool result_failed(const json_t *result);
/* Makes it an error, for this REASON. */
void result_fail(json_t *result, const char *reason);
/* "cases/keepalive/crash.yaml:ip=4", what `halfopen run` takes; free() it. */
char *result_run(const json_t *result);
/* The same, with " seed=3" behind it where it is one of several
 * repetitions; free() it. */
char *result_name(const json_t *result);

/* Whether its hosts have kernels of their own, and not all the same. */
bool result_kernels_differ(const json_t *result);

/* Of one that failed, whose "expected", "observed", "difference" are of the first expectation that
 * did not hold, or else whose "reason" says it: what is the same in all runs that failed for the
 * same cause, "a connection is given up too early"; free() it. */
char *result_cause(const json_t *result);
/* The line for a shell that makes it again; free() it. */
char *result_command(const json_t *result);

/* What tells its kernel from others, and what was set on all hosts: "Linux 6.12.117 (mine), uml, HZ
 * 250, virtual clock, net.ipv4.tcp_sack=0", and each host's where they differ; free() it. WHOLE:
 * with the kernel's path instead of its name, for two of one name. */
char *result_kernel(const json_t *result, bool whole);

double results_simulated_s(json_t *const *results, int count);

/* The array as it is published, without what is for writers only; json_decref() it. Or printed. */
json_t *results_published(json_t *const *results, int count);
void results_print(const struct outcomes *outcomes, FILE *out);

#define RESULTS_FILE  "results.json"
#define RESULTS_BEGUN ".results.json.new" /* until all has ended */

/* OUT/results.json: complete or not there at all. BEGUN: what it is called until then, below OUT.
 */
int results_save(const struct outcomes *outcomes, const char *out, const char *begun,
		 struct err *err);

/* The array of FOLDER's results, to json_decref(). -errno: it is none that results_save() wrote. A
 * pass or a fail that has no record is made an error. */
int results_load(const char *folder, json_t **ret_results, struct err *err);

/* -EINVAL: NAME, a file, is that of a case, which has to be run first. */
int results_are_no_case(const char *name, struct err *err);

/* Looks at the outcomes of FOLDER/NAME as results_load() does at those of results.json. */
int results_check(const char *folder, const char *name, json_t *results, struct err *err);

/* The folders of COUNT case files below that of the results, into RET, each to free(). FILE: as
 * the user named them; one named twice has one. Story and case, "keepalive/crash"; where files have
 * these in common, more of the path; and a number where that does not tell them apart ("./a", "a").
 * None is where something else of the results lies: of report.yaml it is "report_". */
void results_case_folders(const char *const *file, int count, char **ret);

/* A run's folder below its case's FOLDER; free() it. */
char *results_run_folder(const char *folder, const char *variant);

/* The folder of a run below OUT, as RESULT says; of results that do not say it, story, case and
 * variant. free() it. */
char *result_folder(const char *out, const json_t *result);
/* The path of its file NAME, from the folder of the results: as beneath.h takes it. free() it. */
char *result_file(const json_t *result, const char *name);

#endif
