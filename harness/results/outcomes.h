/* SPDX-License-Identifier: MIT
 *
 * outcomes: what became of many runs (results.h) while others still go on: in a file without a
 * name, from which each is read again when it is asked for. Ten thousand of them take no memory but
 * the places where they lie. Of few, that are in memory, outcomes_of() makes the same.
 */
#ifndef HALFOPEN_OUTCOMES_H
#define HALFOPEN_OUTCOMES_H

#include <jansson.h>
#include <stdint.h>

#include "err.h"

struct outcomes {
	json_t *const *whole; /* in memory; or NULL: */
	int fd;
	int64_t end;
	struct outcomes_place {
		int64_t at;
		size_t size; /* 0: it is not there */
	} * place;
	int count;
};

/* Room for COUNT, of which none is there, on the disk that FOLDER is on. */
int outcomes_open(const char *folder, int count, struct outcomes *ret_outcomes, struct err *err);
struct outcomes outcomes_of(json_t *const *results, int count);
void outcomes_close(struct outcomes *outcomes);

int outcomes_put(struct outcomes *outcomes, int index, const json_t *result, struct err *err);

/* To json_decref(). One that is not there, or cannot be read any more, is an error that says so. */
json_t *outcomes_get(const struct outcomes *outcomes, int index);

/* Leaves those that are there, in their order. */
void outcomes_cut(struct outcomes *outcomes);

#endif
