/* SPDX-License-Identifier: MIT
 *
 * merged: the results of many machines as one folder of results. What does not belong together is
 * refused: another version of a case, another kernel, other settings, runs that were divided
 * otherwise, a run that is there twice.
 */
#ifndef HALFOPEN_MERGED_H
#define HALFOPEN_MERGED_H

#include <jansson.h>

#include "err.h"
#include "shard.h"

struct merged {
	struct merged_run {
		json_t *result;
		int64_t at;       /* which of all runs it is */
		const char *from; /* the folder that it is in: the caller's */
	} * run;
	int run_count;
	int shards;                /* how many there are to be; 0: they were no shards */
	bool seen[SHARDS_MAX + 1]; /* by number, from 1 */
	int seen_count;
	char *division;
	const char *first; /* the folder that the division, and what follows, is of */
	const json_t *kernel, *sysctl;
	json_t *by_folder, *by_case; /* what is known already: a run's place, a case's version */
};
void merged_init(struct merged *merged);
void merged_done(struct merged *merged);

/* Adds the results of FOLDER: of its shards where it has such, else results.json. FOLDER stays the
 * caller's and must outlive MERGED. -EEXIST with the reason in ERR: they do not belong to those
 * that were added before; -EBADMSG, or another: they cannot be read. */
int merged_add(struct merged *merged, const char *folder, struct err *err);

/* Which shards are missing, as "3, 7 and 8"; free() it; NULL: none. */
char *merged_missing(const struct merged *merged);

/* Puts all runs in order, and writes OUT: results.json, and of each run that is in another folder
 * what was recorded, as a link where it can. BEGUN as for results_save(). */
int merged_save(struct merged *merged, const char *out, const char *begun, struct err *err);

/* The COUNT results of SHARD, beside those of others in OUT, each with its place AT among all runs;
 * what is there of all of them becomes results.json, whoever is last. */
int merged_shard_save(const struct shard *shard, const char *out, json_t *const *results,
		      const int *at, int count, struct err *err);

#endif
