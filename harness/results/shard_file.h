/* SPDX-License-Identifier: MIT
 *
 * shard_file: what a machine that ran a part of the runs leaves in a folder of results, beside
 * those of others: shards/3-of-10.json. It is there whole, or not at all; while the part runs, and
 * after it broke off, there is shards/3-of-10.begun.
 */
#ifndef HALFOPEN_SHARD_FILE_H
#define HALFOPEN_SHARD_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "err.h"

#define SHARDS_FOLDER "shards"
#define SHARDS_MAX    10000

struct shard_file {
	int number, count;
	char *division;  /* hash of how all runs were divided */
	json_t *results; /* (results.h), in the order of the cases */
	json_t *at;      /* for each, which of all runs it is, from 0 */
};
void shard_file_done(struct shard_file *file);

/* Makes the folder OUT, or sees that it is one for results of shards; says that NUMBER of COUNT has
 * begun, and takes away what it had left there before. -EEXIST: there is something else in it. */
int shard_file_begin(const char *out, int number, int count, struct err *err);
int shard_file_save(const char *out, int number, int count, const char *division,
		    json_t *const *results, const int *at, int results_count, struct err *err);

/* The names, below FOLDER, of the files of its shards, sorted; ended by NULL; to be freed with
 * shard_files_free(). A folder without any has none. */
char **shard_files_find(const char *folder);
void shard_files_free(char **names);
int shard_files_count(const char *folder);
/* -EBADMSG: it is none that shard_file_save() wrote. */
int shard_file_load(const char *folder, const char *name, struct shard_file *ret_file,
		    struct err *err);

#endif
