/* SPDX-License-Identifier: MIT
 *
 * shard: which part of the runs is this machine's, where many share them. Everyone who divides the
 * same runs by the same costs comes to the same parts, without having talked to the others.
 */
#ifndef HALFOPEN_SHARD_H
#define HALFOPEN_SHARD_H

#include "err.h"
#include "runs.h"
#include "sha256.h"
#include "shard_file.h"

struct shard {
	int number, count;          /* from 1; count 0: there are none, all runs are ours */
	char division[SHA256_TEXT]; /* by shard_divide(): of all runs, their cases' texts, and
				       whose each is */
};

/* TEXT: "3/10", or "auto", what the environment of one of the schedulers that we know says; where
 * none does, all is ours. -EINVAL. */
int shard_parse(const char *text, struct shard *ret_shard, struct err *err);

/* Whose each of COUNT runs is, from 1, into RET: the dearest first, to who has the least so far.
 * COST_S: of each; below 0: not known, and taken for what the others cost at the middle. */
void shard_costs_divide(const double *cost_s, int count, int shards, int *ret);

/* Keeps SHARD's part of RUNS. COST_S as above, or NULL. *RET_AT: for each that is kept, which of
 * all it was, from 0; free() it. */
void shard_divide(struct shard *shard, struct runs *runs, const double *cost_s, int **ret_at);

#endif
