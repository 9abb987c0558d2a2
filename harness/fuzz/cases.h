/* SPDX-License-Identifier: MIT
 *
 * cases: the plans that a fuzzed guest's frames are taken to be of, and a run of each as its guest
 * tells it: what fuzzers begin with.
 */
#ifndef HALFOPEN_FUZZ_CASES_H
#define HALFOPEN_FUZZ_CASES_H

#include <stdint.h>

#define CASES 4

struct plan;

/* NUMBER: any. It is kept. */
const struct plan *cases_plan(uint8_t number);

#endif
