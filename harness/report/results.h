/* SPDX-License-Identifier: MIT
 *
 * results: the outcomes of many runs: as lines for a person, and as results.json. An outcome
 * is a JSON object with case, file, variant, claims, kernel, verdict, reason, simulated_s,
 * wall_s, and text: what a person reads under a run that did not pass.
 */
#ifndef HALFOPEN_RESULTS_H
#define HALFOPEN_RESULTS_H

#include <jansson.h>
#include <stdio.h>

#include "err.h"

/* A member of an outcome, or of an object in it; "" and 0 where it has none. */
const char *result_string(const json_t *object, const char *key);
double result_number(const json_t *object, const char *key);

/* A line, and the text below it. NAME: file and variant. */
void result_print(const json_t *result, const char *name, FILE *out);

/* "kernel: ..., Linux 6.12.117, HZ 250, virtual clock": of the first that knows. */
void results_print_kernel(json_t *const *results, int count, FILE *out);

double results_simulated_s(json_t *const *results, int count);

/* OUT/results.json, without the texts; complete or not there at all. */
int results_save(json_t *const *results, int count, const char *out, struct err *err);

/* The folder of one run's results below OUT, after the story, the case and the variant; free()
 * it. FILE: as the user named it. */
char *results_run_folder(const char *out, const char *file, const char *variant);

#endif
