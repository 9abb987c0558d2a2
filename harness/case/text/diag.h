/* SPDX-License-Identifier: MIT
 *
 * diag: what is wrong with a case file, collected, put in file order and printed as
 * compilers do it. Knows the file's text and nothing of its meaning.
 *
 * A case is checked once for each variant of its matrix. diags_end_variant() closes one
 * round: what an earlier round said already is not kept twice, only counted, and what only
 * some variants get says so when it is printed.
 */
#ifndef HALFOPEN_CASE_DIAG_H
#define HALFOPEN_CASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "known.h"
#include "pool.h"
#include "source.h"

struct diagnostics;

#define DIAGS_PRINTED 20  /* errors and warnings that are printed */
#define DIAGS_KEPT    200 /* different ones that are kept; more are only counted */

struct diag; /* one error or warning with its help and notes */

struct diags {
	struct pool pool;
	const char *file, *source;
	size_t size;
	struct diag *first, *last;
	struct diag *closed; /* the last one before the current variant's */
	int kept, dropped;
	int rounds; /* variants that are done */
	int errors; /* so far, of any variant */
};

void diags_init(struct diags *diags, const char *file, const char *source, size_t size);
void diags_done(struct diags *diags);

/* The returned diag is for diag_help() and diag_note(); NULL, which they take as well, when the
 * same was said before at this place. */
struct diag *diag_error(struct diags *diags, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct diag *diag_warning(struct diags *diags, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A line below the caret: what was expected, what to write instead. */
void diag_help(struct diags *diags, struct diag *diag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Another place of the file that has to do with it. */
void diag_note(struct diags *diags, struct diag *diag, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* What was said so far is about the whole file, whatever the variants. */
void diags_end_file(struct diags *diags);
void diags_end_variant(struct diags *diags, const char *variant);

/* All of it as text, in file order. */
void diags_print(struct diags *diags, struct diagnostics *ret_diagnostics);

/* The nearest of KNOWN's words, or the one that other tools call so ("receive": "recv"); NULL:
 * none. */
const char *known_meant(const struct known *known);
/* What a case calls that which other tools call WORD; NULL: it is none. */
const char *known_synonym(const char *word);
/* "did you mean 'X'?", or, when none is near, "INTRO: a, b, c". */
void known_help(struct diags *diags, struct diag *diag, const struct known *known,
		const char *intro);

#endif
